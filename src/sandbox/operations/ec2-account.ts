import {
  DescribeAccountAttributes$,
  type DescribeAccountAttributesRequest,
  type DescribeAccountAttributesResult,
  DescribeAddresses$,
  type DescribeAddressesRequest,
  type DescribeAddressesResult,
  DescribeCapacityReservations$,
  DescribeEgressOnlyInternetGateways$,
  DescribeFlowLogs$,
  DescribePlacementGroups$,
  DescribeReservedInstances$,
  DescribeTransitGateways$,
  DescribeVolumesModifications$,
  DescribeVpcPeeringConnections$,
  DescribeVpnConnections$,
  DescribeVpnGateways$,
  GetEbsDefaultKmsKeyId$,
  type GetEbsDefaultKmsKeyIdRequest,
  type GetEbsDefaultKmsKeyIdResult,
  GetEbsEncryptionByDefault$,
  type GetEbsEncryptionByDefaultRequest,
  type GetEbsEncryptionByDefaultResult,
} from '@aws-sdk/client-ec2';
import type { StaticOperationSchema } from '@smithy/types';
import { defaultVpc, type NatGateway, networks } from '../world/ec2-network.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { filtered } from './ec2-filters.ts';
import { type Operation, operation } from './operation.ts';

/**
 * What this region has none of: the list is empty, and an id is nobody's. [operation, list of the answer, list of ids in
 * the request, code of an id that is not there, what the id is called]
 */
const nothingOf: readonly (readonly [StaticOperationSchema, string, string, string, string])[] = [
  [
    DescribeVpcPeeringConnections$,
    'VpcPeeringConnections',
    'VpcPeeringConnectionIds',
    'InvalidVpcPeeringConnectionID.NotFound',
    'vpcPeeringConnection ID',
  ],
  [
    DescribeEgressOnlyInternetGateways$,
    'EgressOnlyInternetGateways',
    'EgressOnlyInternetGatewayIds',
    'InvalidGatewayID.NotFound',
    'eigw ID',
  ],
  [DescribeFlowLogs$, 'FlowLogs', 'FlowLogIds', 'InvalidFlowLogId.NotFound', 'flow log ID'],
  [DescribePlacementGroups$, 'PlacementGroups', 'GroupNames', 'InvalidPlacementGroup.Unknown', 'Placement Group'],
  [
    DescribeReservedInstances$,
    'ReservedInstances',
    'ReservedInstancesIds',
    'InvalidReservedInstancesId',
    'reserved instances ID',
  ],
  [
    DescribeCapacityReservations$,
    'CapacityReservations',
    'CapacityReservationIds',
    'InvalidCapacityReservationId.NotFound',
    'capacity reservation ID',
  ],
  [DescribeVolumesModifications$, 'VolumesModifications', 'VolumeIds', 'InvalidVolumeModification.NotFound', 'volume'],
  [DescribeVpnGateways$, 'VpnGateways', 'VpnGatewayIds', 'InvalidVpnGatewayID.NotFound', 'vpnGateway ID'],
  [
    DescribeVpnConnections$,
    'VpnConnections',
    'VpnConnectionIds',
    'InvalidVpnConnectionID.NotFound',
    'vpnConnection ID',
  ],
  [
    DescribeTransitGateways$,
    'TransitGateways',
    'TransitGatewayIds',
    'InvalidTransitGatewayID.NotFound',
    'transit gateway ID',
  ],
];

const emptyReads = Object.fromEntries(
  nothingOf.map(([schema, list, ids, code, what]) => [
    schema[2],
    operation<Record<string, unknown>, Record<string, unknown>>(schema, (input) => {
      const asked = input[ids];
      const [id] = Array.isArray(asked) ? asked : [];
      if (id !== undefined) throw new ServiceError(code, `The ${what} '${String(id)}' does not exist`);
      return { [list]: [] };
    }),
  ]),
);

// The defaults of a new account (EC2 API reference, DescribeAccountAttributes).
const attributes = (world: World): Record<string, string> => ({
  'supported-platforms': 'VPC',
  'vpc-max-security-groups-per-interface': '5',
  'max-elastic-ips': '5',
  'max-instances': '20',
  'vpc-max-elastic-ips': '5',
  'default-vpc': defaultVpc(world)?.id ?? 'none',
});

/** Elastic addresses are only those of the NAT gateways. */
function addressView(world: World, gateway: NatGateway) {
  const id = gateway.id.slice('nat-'.length);
  return {
    PublicIp: gateway.publicIp,
    AllocationId: `eipalloc-${id}`,
    AssociationId: `eipassoc-${id}`,
    Domain: 'vpc' as const,
    NetworkInterfaceId: `eni-${id}`,
    NetworkInterfaceOwnerId: world.settings.account,
    PrivateIpAddress: gateway.privateIp,
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: world.settings.region,
    Tags: tagList(gateway.tags),
  };
}

function addresses(world: World, input: DescribeAddressesRequest): DescribeAddressesResult {
  const all = [...networks(world).natGateways.values()].map((gateway) => ({
    ...addressView(world, gateway),
    tags: gateway.tags,
  }));
  for (const address of input.PublicIps ?? []) {
    if (all.some(({ PublicIp }) => PublicIp === address)) continue;
    throw new ServiceError('InvalidAddress.NotFound', `Address '${address}' not found.`);
  }
  for (const id of input.AllocationIds ?? []) {
    if (all.some(({ AllocationId }) => AllocationId === id)) continue;
    throw new ServiceError('InvalidAllocationID.NotFound', `The allocation ID '${id}' does not exist`);
  }
  const named = [...(input.PublicIps ?? []), ...(input.AllocationIds ?? [])];
  const asked = all.filter(
    ({ PublicIp, AllocationId }) => named.length === 0 || named.includes(PublicIp) || named.includes(AllocationId),
  );
  const kept = filtered(asked, input.Filters, (address, name) => {
    if (name === 'public-ip') return [address.PublicIp];
    if (name === 'allocation-id') return [address.AllocationId];
    if (name === 'association-id') return [address.AssociationId];
    if (name === 'domain') return ['vpc'];
    if (name === 'network-interface-id') return [address.NetworkInterfaceId];
    if (name === 'network-interface-owner-id') return [world.settings.account];
    if (name === 'private-ip-address') return [address.PrivateIpAddress];
    if (name === 'network-border-group') return [world.settings.region];
    if (name === 'instance-id') return [];
    return undefined;
  });
  return { Addresses: kept.map(({ tags: _tags, ...address }) => address) };
}

/** What the account has and may have, beside what a farm is made of. */
export const accountOperations: Record<string, Operation> = {
  ...emptyReads,

  DescribeAccountAttributes: operation<DescribeAccountAttributesRequest, DescribeAccountAttributesResult>(
    DescribeAccountAttributes$,
    (input, { world }) => {
      const asked: readonly string[] = input.AttributeNames ?? [];
      return {
        AccountAttributes: Object.entries(attributes(world))
          .filter(([name]) => asked.length === 0 || asked.includes(name))
          .map(([AttributeName, value]) => ({ AttributeName, AttributeValues: [{ AttributeValue: value }] })),
      };
    },
  ),

  DescribeAddresses: operation<DescribeAddressesRequest, DescribeAddressesResult>(
    DescribeAddresses$,
    (input, { world }) => addresses(world, input),
  ),

  GetEbsEncryptionByDefault: operation<GetEbsEncryptionByDefaultRequest, GetEbsEncryptionByDefaultResult>(
    GetEbsEncryptionByDefault$,
    () => ({ EbsEncryptionByDefault: false, SseType: 'none' }),
  ),

  GetEbsDefaultKmsKeyId: operation<GetEbsDefaultKmsKeyIdRequest, GetEbsDefaultKmsKeyIdResult>(
    GetEbsDefaultKmsKeyId$,
    () => ({ KmsKeyId: 'alias/aws/ebs' }),
  ),
};
