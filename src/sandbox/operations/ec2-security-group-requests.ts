import type { IpPermission, TagSpecification } from '@aws-sdk/client-ec2';
import { networkOf } from '../world/cidr.ts';
import { defaultVpc } from '../world/ec2-network.ts';
import { type Rule, type SecurityGroup, securityGroupOf, securityGroups } from '../world/security-groups.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';

/** The members that the four rule requests share; the flat ones are the older way to say one rule. */
export interface RuleRequest {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
  CidrIp?: string | undefined;
  SecurityGroupRuleIds?: string[] | undefined;
  TagSpecifications?: TagSpecification[] | undefined;
}

/** A group of the default VPC by its name, or EC2's error for it: by names no other VPC's groups are found. */
export function groupNamed(world: World, name: string): SecurityGroup {
  const vpc = defaultVpc(world);
  const group = [...securityGroups(world).values()].find((one) => one.name === name && one.vpcId === vpc?.id);
  if (group) return group;
  throw new ServiceError(
    'InvalidGroup.NotFound',
    `The security group '${name}' does not exist in default VPC '${vpc?.id ?? 'none'}'`,
  );
}

/** The group that a request names by id or by name. */
export function requestedGroup(
  world: World,
  input: { GroupId?: string | undefined; GroupName?: string | undefined },
): SecurityGroup {
  if (input.GroupId !== undefined) return securityGroupOf(world, input.GroupId);
  if (input.GroupName !== undefined) return groupNamed(world, input.GroupName);
  throw new ServiceError('MissingParameter', 'The request must contain the parameter groupName or groupId');
}

function protocolName(protocol: string): string {
  const names: Record<string, string> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1' };
  return names[protocol.toLowerCase()] ?? protocol.toLowerCase();
}

/** The rules of a request, in either way of saying them. */
export function rulesOf(world: World, input: RuleRequest): Omit<Rule, 'id' | 'tags'>[] {
  const flat: IpPermission[] =
    input.CidrIp === undefined
      ? []
      : [
          {
            IpProtocol: input.IpProtocol ?? '-1',
            FromPort: input.FromPort,
            ToPort: input.ToPort,
            IpRanges: [{ CidrIp: input.CidrIp }],
          },
        ];
  const rules = [...(input.IpPermissions ?? []), ...flat].flatMap((permission) => rulesOfPermission(world, permission));
  if (rules.length === 0)
    throw new ServiceError('MissingParameter', "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
  return rules;
}

/** The single rules that stand in one permission. */
export function rulesOfPermission(world: World, permission: IpPermission): Omit<Rule, 'id' | 'tags'>[] {
  const protocol = protocolName(permission.IpProtocol ?? '-1');
  if (
    (protocol === 'tcp' || protocol === 'udp') &&
    (permission.FromPort === undefined || permission.ToPort === undefined)
  ) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`,
    );
  }
  const ports =
    protocol === '-1' || permission.FromPort === undefined || permission.ToPort === undefined
      ? {}
      : { fromPort: permission.FromPort, toPort: permission.ToPort };
  const rule = (peer: Rule['peer'], description: string | undefined) => ({
    protocol,
    ...ports,
    peer,
    ...(description === undefined ? {} : { description }),
  });
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp = '', Description }) => {
      // Host bits that are set are cleared by EC2, but a text that is no block at all is refused.
      const value = networkOf(CidrIp);
      if (value === undefined) throw new ServiceError('InvalidParameterValue', `CIDR block ${CidrIp} is malformed`);
      return rule({ kind: 'cidr', value }, Description);
    }),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = '', Description }) =>
      rule({ kind: 'cidr6', value: CidrIpv6 }, Description),
    ),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId, GroupName, Description }) =>
      rule({ kind: 'group', value: GroupId ?? groupNamed(world, GroupName ?? '').id }, Description),
    ),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId = '', Description }) =>
      rule({ kind: 'prefix-list', value: PrefixListId }, Description),
    ),
  ];
}
