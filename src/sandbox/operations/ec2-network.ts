import {
  type AttachmentStatus,
  DescribeInternetGateways$,
  type DescribeInternetGatewaysRequest,
  type DescribeInternetGatewaysResult,
  DescribeNatGateways$,
  type DescribeNatGatewaysRequest,
  type DescribeNatGatewaysResult,
  DescribeRouteTables$,
  type DescribeRouteTablesRequest,
  type DescribeRouteTablesResult,
  DescribeSubnets$,
  type DescribeSubnetsRequest,
  type DescribeSubnetsResult,
  DescribeVpcEndpoints$,
  type DescribeVpcEndpointsRequest,
  type DescribeVpcEndpointsResult,
  DescribeVpcs$,
  type DescribeVpcsRequest,
  type DescribeVpcsResult,
  type State as EndpointState,
  type RouteTable as WireRouteTable,
} from '@aws-sdk/client-ec2';
import { freeAddresses, networks, type RouteTable, subnetOf, vpcOf } from '../world/ec2-network.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import { byIds, filtered } from './ec2-filters.ts';
import { ec2Page } from './ec2-operation.ts';
import { dhcpOptionsId } from './ec2-vpc-details.ts';
import { type Operation, operation } from './operation.ts';

function finder<T>(all: ReadonlyMap<string, T>, code: string, what: string): (id: string) => T {
  return (id) => {
    const found = all.get(id);
    if (found === undefined) throw new ServiceError(code, `The ${what} '${id}' does not exist`);
    return found;
  };
}

function routeTableView(table: RouteTable, owner: string): WireRouteTable {
  const main = { Main: true, RouteTableAssociationId: `rtbassoc-${table.id.slice(4)}`, RouteTableId: table.id };
  return {
    RouteTableId: table.id,
    VpcId: table.vpcId,
    OwnerId: owner,
    Associations: [
      ...(table.main ? [{ ...main, AssociationState: { State: 'associated' as const } }] : []),
      ...[...table.associations].map(([subnetId, id]) => ({
        Main: false,
        RouteTableAssociationId: id,
        RouteTableId: table.id,
        SubnetId: subnetId,
        AssociationState: { State: 'associated' as const },
      })),
    ],
    Routes: table.routes.map((route) => ({
      DestinationCidrBlock: route.destination,
      ...(route.gatewayId === undefined ? {} : { GatewayId: route.gatewayId }),
      ...(route.natGatewayId === undefined ? {} : { NatGatewayId: route.natGatewayId }),
      Origin: route.gatewayId === 'local' ? ('CreateRouteTable' as const) : ('CreateRoute' as const),
      State: 'active' as const,
    })),
    PropagatingVgws: [],
    Tags: tagList(table.tags),
  };
}

/** What a network is made of, as far as it is read. */
export const networkOperations: Record<string, Operation> = {
  DescribeVpcs: operation<DescribeVpcsRequest, DescribeVpcsResult>(DescribeVpcs$, (input, { world }) => {
    const asked = byIds(networks(world).vpcs.values(), input.VpcIds, (id) => vpcOf(world, id));
    const kept = filtered(asked, input.Filters, (vpc, name) => {
      if (name === 'vpc-id') return [vpc.id];
      if (name === 'is-default' || name === 'isDefault') return [String(vpc.isDefault)];
      if (name === 'cidr' || name === 'cidr-block-association.cidr-block') return [vpc.cidr];
      if (name === 'dhcp-options-id') return [dhcpOptionsId(world)];
      if (name === 'state') return ['available'];
      if (name === 'owner-id') return [world.settings.account];
      return undefined;
    });
    const { items, rest } = ec2Page(kept, input);
    return {
      Vpcs: items.map((vpc) => ({
        VpcId: vpc.id,
        CidrBlock: vpc.cidr,
        CidrBlockAssociationSet: [
          {
            AssociationId: `vpc-cidr-assoc-${vpc.id.slice(4)}`,
            CidrBlock: vpc.cidr,
            CidrBlockState: { State: 'associated' },
          },
        ],
        DhcpOptionsId: dhcpOptionsId(world),
        IsDefault: vpc.isDefault,
        State: 'available',
        InstanceTenancy: 'default',
        OwnerId: world.settings.account,
        Tags: tagList(vpc.tags),
      })),
      ...rest,
    };
  }),

  DescribeSubnets: operation<DescribeSubnetsRequest, DescribeSubnetsResult>(DescribeSubnets$, (input, { world }) => {
    const asked = byIds(networks(world).subnets.values(), input.SubnetIds, (id) => subnetOf(world, id));
    const kept = filtered(asked, input.Filters, (subnet, name) => {
      if (name === 'subnet-id') return [subnet.id];
      if (name === 'vpc-id') return [subnet.vpcId];
      if (name === 'availability-zone' || name === 'availabilityZone') return [subnet.zone];
      if (name === 'availability-zone-id' || name === 'availabilityZoneId') return [subnet.zoneId];
      if (name === 'default-for-az' || name === 'defaultForAz') return [String(subnet.isDefault)];
      if (name === 'map-public-ip-on-launch') return [String(subnet.mapPublicIp)];
      if (name === 'cidr' || name === 'cidr-block' || name === 'cidrBlock') return [subnet.cidr];
      if (name === 'state') return ['available'];
      if (name === 'owner-id') return [world.settings.account];
      return undefined;
    });
    const { items, rest } = ec2Page(kept, input);
    return {
      Subnets: items.map((subnet) => ({
        SubnetId: subnet.id,
        SubnetArn: world.arn('ec2', `subnet/${subnet.id}`),
        VpcId: subnet.vpcId,
        CidrBlock: subnet.cidr,
        AvailabilityZone: subnet.zone,
        AvailabilityZoneId: subnet.zoneId,
        AvailableIpAddressCount: freeAddresses(subnet),
        DefaultForAz: subnet.isDefault,
        MapPublicIpOnLaunch: subnet.mapPublicIp,
        AssignIpv6AddressOnCreation: false,
        Ipv6CidrBlockAssociationSet: [],
        Ipv6Native: false,
        EnableDns64: false,
        PrivateDnsNameOptionsOnLaunch: {
          HostnameType: 'ip-name',
          EnableResourceNameDnsARecord: false,
          EnableResourceNameDnsAAAARecord: false,
        },
        State: 'available',
        OwnerId: world.settings.account,
        Tags: tagList(subnet.tags),
      })),
      ...rest,
    };
  }),

  DescribeRouteTables: operation<DescribeRouteTablesRequest, DescribeRouteTablesResult>(
    DescribeRouteTables$,
    (input, { world }) => {
      const all = networks(world).routeTables;
      const find = finder(all, 'InvalidRouteTableID.NotFound', 'routeTable ID');
      const kept = filtered(byIds(all.values(), input.RouteTableIds, find), input.Filters, (table, name) => {
        if (name === 'route-table-id' || name === 'association.route-table-id') return [table.id];
        if (name === 'vpc-id') return [table.vpcId];
        if (name === 'association.main') return table.main ? ['true'] : table.associations.size > 0 ? ['false'] : [];
        if (name === 'association.subnet-id') return [...table.associations.keys()];
        if (name === 'route.destination-cidr-block') return table.routes.map((route) => route.destination);
        if (name === 'route.gateway-id') return table.routes.map((route) => route.gatewayId);
        if (name === 'route.nat-gateway-id') return table.routes.map((route) => route.natGatewayId);
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        RouteTables: items.map((table) => routeTableView(table, world.settings.account)),
        ...rest,
      };
    },
  ),

  DescribeInternetGateways: operation<DescribeInternetGatewaysRequest, DescribeInternetGatewaysResult>(
    DescribeInternetGateways$,
    (input, { world }) => {
      const all = networks(world).internetGateways;
      const find = finder(all, 'InvalidInternetGatewayID.NotFound', 'internetGateway ID');
      const kept = filtered(byIds(all.values(), input.InternetGatewayIds, find), input.Filters, (gateway, name) => {
        if (name === 'internet-gateway-id') return [gateway.id];
        if (name === 'attachment.vpc-id') return [gateway.vpcId];
        if (name === 'attachment.state') return gateway.vpcId === undefined ? [] : ['available'];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        InternetGateways: items.map((gateway) => ({
          InternetGatewayId: gateway.id,
          // EC2 says `available` for an attached gateway, which the SDK's type does not know.
          Attachments:
            gateway.vpcId === undefined
              ? []
              : [{ VpcId: gateway.vpcId, State: 'available' as string as AttachmentStatus }],
          OwnerId: world.settings.account,
          Tags: tagList(gateway.tags),
        })),
        ...rest,
      };
    },
  ),

  DescribeNatGateways: operation<DescribeNatGatewaysRequest, DescribeNatGatewaysResult>(
    DescribeNatGateways$,
    (input, { world }) => {
      const all = networks(world).natGateways;
      const asked = byIds(all.values(), input.NatGatewayIds, (id) => {
        const found = all.get(id);
        if (!found) throw new ServiceError('NatGatewayNotFound', `The Nat Gateway ${id} was not found`);
        return found;
      });
      // This operation's filters are in a member named `Filter`.
      const kept = filtered(asked, input.Filter, (gateway, name) => {
        if (name === 'nat-gateway-id') return [gateway.id];
        if (name === 'vpc-id') return [gateway.vpcId];
        if (name === 'subnet-id') return [gateway.subnetId];
        if (name === 'state') return ['available'];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        NatGateways: items.map((gateway) => ({
          NatGatewayId: gateway.id,
          VpcId: gateway.vpcId,
          SubnetId: gateway.subnetId,
          State: 'available',
          ConnectivityType: 'public',
          CreateTime: new Date(gateway.createdAt),
          NatGatewayAddresses: [{ PublicIp: gateway.publicIp, PrivateIp: gateway.privateIp, IsPrimary: true }],
          Tags: tagList(gateway.tags),
        })),
        ...rest,
      };
    },
  ),

  DescribeVpcEndpoints: operation<DescribeVpcEndpointsRequest, DescribeVpcEndpointsResult>(
    DescribeVpcEndpoints$,
    (input, { world }) => {
      const all = networks(world).endpoints;
      const find = finder(all, 'InvalidVpcEndpointId.NotFound', 'Vpc Endpoint Id');
      const kept = filtered(byIds(all.values(), input.VpcEndpointIds, find), input.Filters, (endpoint, name) => {
        if (name === 'vpc-endpoint-id') return [endpoint.id];
        if (name === 'vpc-id') return [endpoint.vpcId];
        if (name === 'service-name') return [endpoint.serviceName];
        if (name === 'vpc-endpoint-type') return [endpoint.type];
        if (name === 'vpc-endpoint-state') return ['available'];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        VpcEndpoints: items.map((endpoint) => ({
          VpcEndpointId: endpoint.id,
          VpcId: endpoint.vpcId,
          ServiceName: endpoint.serviceName,
          VpcEndpointType: endpoint.type,
          // The wire has it in lower case, the SDK's type in capitals.
          State: 'available' as string as EndpointState,
          SubnetIds: endpoint.subnetIds,
          RouteTableIds: endpoint.routeTableIds,
          PrivateDnsEnabled: endpoint.type === 'Interface',
          CreationTimestamp: new Date(endpoint.createdAt),
          OwnerId: world.settings.account,
          Tags: tagList(endpoint.tags),
        })),
        ...rest,
      };
    },
  ),
};
