import {
  DescribeDhcpOptions$,
  type DescribeDhcpOptionsRequest,
  type DescribeDhcpOptionsResult,
  DescribeNetworkAcls$,
  type DescribeNetworkAclsRequest,
  type DescribeNetworkAclsResult,
  DescribeVpcAttribute$,
  type DescribeVpcAttributeRequest,
  type DescribeVpcAttributeResult,
  type NetworkAcl,
  type NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import { networks, type Vpc, vpcOf } from '../world/ec2-network.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { byIds, filtered, noTags } from './ec2-filters.ts';
import { ec2Page } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

/** The region's one set of DHCP options: that which every VPC has until it is given another. */
export function dhcpOptionsId(world: World): string {
  return `dopt-${world.random.fork('dhcp options').hex(8)}`;
}

/** A VPC's default network ACL, which lets everything pass; nothing here makes another. */
function aclView(world: World, vpc: Vpc): NetworkAcl {
  const id = `acl-${vpc.id.slice('vpc-'.length)}`;
  const entry = (Egress: boolean, RuleNumber: number, RuleAction: 'allow' | 'deny'): NetworkAclEntry => ({
    CidrBlock: '0.0.0.0/0',
    Egress,
    Protocol: '-1',
    RuleAction,
    RuleNumber,
  });
  return {
    NetworkAclId: id,
    VpcId: vpc.id,
    OwnerId: world.settings.account,
    IsDefault: true,
    Associations: [...networks(world).subnets.values()]
      .filter((subnet) => subnet.vpcId === vpc.id)
      .map((subnet) => ({
        NetworkAclAssociationId: `aclassoc-${subnet.id.slice('subnet-'.length)}`,
        NetworkAclId: id,
        SubnetId: subnet.id,
      })),
    Entries: [true, false].flatMap((egress) => [entry(egress, 100, 'allow'), entry(egress, 32_767, 'deny')]),
    Tags: [],
  };
}

/** What belongs to a VPC beside its subnets and routes. */
export const vpcDetailOperations: Record<string, Operation> = {
  DescribeVpcAttribute: operation<DescribeVpcAttributeRequest, DescribeVpcAttributeResult>(
    DescribeVpcAttribute$,
    (input, { world }) => {
      const vpc = vpcOf(world, input.VpcId ?? '');
      switch (input.Attribute) {
        case 'enableDnsSupport':
          return { VpcId: vpc.id, EnableDnsSupport: { Value: true } };
        case 'enableDnsHostnames':
          // On in the default VPC, off in one that is made (VPC user guide, DNS attributes).
          return { VpcId: vpc.id, EnableDnsHostnames: { Value: vpc.isDefault } };
        case 'enableNetworkAddressUsageMetrics':
          return { VpcId: vpc.id, EnableNetworkAddressUsageMetrics: { Value: false } };
        default:
          throw new ServiceError(
            'InvalidParameterValue',
            `Value (${input.Attribute as unknown as string}) for parameter attribute is invalid.`,
          );
      }
    },
  ),

  DescribeNetworkAcls: operation<DescribeNetworkAclsRequest, DescribeNetworkAclsResult>(
    DescribeNetworkAcls$,
    (input, { world }) => {
      const all = [...networks(world).vpcs.values()].map((vpc) => ({ acl: aclView(world, vpc), tags: noTags }));
      const asked = byIds(all, input.NetworkAclIds, (id) => {
        const found = all.find(({ acl }) => acl.NetworkAclId === id);
        if (found) return found;
        throw new ServiceError('InvalidNetworkAclID.NotFound', `The networkAcl ID '${id}' does not exist`);
      });
      const kept = filtered(asked, input.Filters, ({ acl }, name) => {
        if (name === 'network-acl-id' || name === 'association.network-acl-id') return [acl.NetworkAclId];
        if (name === 'vpc-id') return [acl.VpcId];
        if (name === 'default') return ['true'];
        if (name === 'owner-id') return [world.settings.account];
        if (name === 'association.subnet-id') return acl.Associations?.map(({ SubnetId }) => SubnetId);
        if (name === 'association.association-id') {
          return acl.Associations?.map(({ NetworkAclAssociationId }) => NetworkAclAssociationId);
        }
        if (name === 'entry.cidr') return ['0.0.0.0/0'];
        if (name === 'entry.protocol') return ['-1'];
        if (name === 'entry.rule-action') return ['allow', 'deny'];
        if (name === 'entry.rule-number') return ['100', '32767'];
        if (name === 'entry.egress') return ['true', 'false'];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        NetworkAcls: items.map(({ acl }) => acl),
        ...rest,
      };
    },
  ),

  DescribeDhcpOptions: operation<DescribeDhcpOptionsRequest, DescribeDhcpOptionsResult>(
    DescribeDhcpOptions$,
    (input, { world }) => {
      const own = dhcpOptionsId(world);
      const domain = `${world.settings.region}.compute.internal`;
      const stranger = input.DhcpOptionsIds?.find((id) => id !== own);
      if (stranger !== undefined) {
        throw new ServiceError('InvalidDhcpOptionID.NotFound', `The dhcpOption ID '${stranger}' does not exist`);
      }
      const kept = filtered([{ id: own, tags: noTags }], input.Filters, ({ id }, name) => {
        if (name === 'dhcp-options-id') return [id];
        if (name === 'owner-id') return [world.settings.account];
        if (name === 'key') return ['domain-name', 'domain-name-servers'];
        if (name === 'value') return [domain, 'AmazonProvidedDNS'];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        DhcpOptions: items.map(({ id }) => ({
          DhcpOptionsId: id,
          OwnerId: world.settings.account,
          DhcpConfigurations: [
            { Key: 'domain-name', Values: [{ Value: domain }] },
            { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
          ],
          Tags: [],
        })),
        ...rest,
      };
    },
  ),
};
