import {
  AuthorizeSecurityGroupEgress$,
  type AuthorizeSecurityGroupEgressRequest,
  type AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngress$,
  type AuthorizeSecurityGroupIngressRequest,
  type AuthorizeSecurityGroupIngressResult,
  CreateSecurityGroup$,
  type CreateSecurityGroupRequest,
  type CreateSecurityGroupResult,
  DeleteSecurityGroup$,
  type DeleteSecurityGroupRequest,
  type DeleteSecurityGroupResult,
  DescribeSecurityGroups$,
  type DescribeSecurityGroupsRequest,
  type DescribeSecurityGroupsResult,
  type IpPermission,
  RevokeSecurityGroupEgress$,
  type RevokeSecurityGroupEgressRequest,
  type RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngress$,
  type RevokeSecurityGroupIngressRequest,
  type RevokeSecurityGroupIngressResult,
  type SecurityGroupRule,
  type SecurityGroup as WireGroup,
} from '@aws-sdk/client-ec2';
import { parseCidr } from '../world/cidr.ts';
import { networks } from '../world/ec2-network.ts';
import {
  authorize,
  createSecurityGroup,
  type Direction,
  deleteSecurityGroup,
  type Rule,
  revoke,
  type SecurityGroup,
  securityGroupOf,
  securityGroups,
} from '../world/security-groups.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { byIds, filtered } from './ec2-filters.ts';
import { ec2Change, ec2Page } from './ec2-operation.ts';
import { tagsFor } from './ec2-tags.ts';
import { type Operation, operation } from './operation.ts';

/** The members that the four rule requests share; the flat ones are the older way to say one rule. */
interface RuleRequest {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
  IpProtocol?: string | undefined;
  FromPort?: number | undefined;
  ToPort?: number | undefined;
  CidrIp?: string | undefined;
  SecurityGroupRuleIds?: string[] | undefined;
}

function requestedGroup(world: World, input: RuleRequest): SecurityGroup {
  if (input.GroupId !== undefined) return securityGroupOf(world, input.GroupId);
  const group = [...securityGroups(world).values()].find(
    ({ name, vpcId }) => name === input.GroupName && networks(world).vpcs.get(vpcId)?.isDefault,
  );
  if (group) return group;
  throw input.GroupName === undefined
    ? new ServiceError('MissingParameter', 'The request must contain the parameter groupName or groupId')
    : new ServiceError(
        'InvalidGroup.NotFound',
        `The security group '${input.GroupName}' does not exist in default VPC`,
      );
}

function protocolName(protocol: string): string {
  const names: Record<string, string> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6', all: '-1' };
  return names[protocol.toLowerCase()] ?? protocol.toLowerCase();
}

function rulesOf(input: RuleRequest): Omit<Rule, 'id'>[] {
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
  const rules = [...(input.IpPermissions ?? []), ...flat].flatMap(rulesOfPermission);
  if (rules.length === 0)
    throw new ServiceError('MissingParameter', "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
  return rules;
}

function rulesOfPermission(permission: IpPermission): Omit<Rule, 'id'>[] {
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
      if (!parseCidr(CidrIp.replace(/\/\d+$/, '/32'))) {
        throw new ServiceError('InvalidParameterValue', `CIDR block ${CidrIp} is malformed`);
      }
      return rule({ kind: 'cidr', value: CidrIp }, Description);
    }),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = '', Description }) =>
      rule({ kind: 'cidr6', value: CidrIpv6 }, Description),
    ),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId = '', Description }) =>
      rule({ kind: 'group', value: GroupId }, Description),
    ),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId = '', Description }) =>
      rule({ kind: 'prefix-list', value: PrefixListId }, Description),
    ),
  ];
}

/** Rules of one protocol and port range stand in one permission. */
function permissionsView(rules: readonly Rule[], account: string): IpPermission[] {
  const permissions = new Map<string, IpPermission>();
  for (const rule of rules) {
    const key = `${rule.protocol} ${rule.fromPort} ${rule.toPort}`;
    const permission = permissions.get(key) ?? {
      IpProtocol: rule.protocol,
      ...(rule.fromPort === undefined ? {} : { FromPort: rule.fromPort, ToPort: rule.toPort }),
      IpRanges: [],
      Ipv6Ranges: [],
      UserIdGroupPairs: [],
      PrefixListIds: [],
    };
    permissions.set(key, permission);
    const described = rule.description === undefined ? {} : { Description: rule.description };
    const { kind, value } = rule.peer;
    if (kind === 'cidr') permission.IpRanges?.push({ CidrIp: value, ...described });
    else if (kind === 'cidr6') permission.Ipv6Ranges?.push({ CidrIpv6: value, ...described });
    else if (kind === 'group') permission.UserIdGroupPairs?.push({ GroupId: value, UserId: account, ...described });
    else permission.PrefixListIds?.push({ PrefixListId: value, ...described });
  }
  return [...permissions.values()];
}

function groupView(world: World, group: SecurityGroup): WireGroup {
  return {
    GroupId: group.id,
    SecurityGroupArn: world.arn('ec2', `security-group/${group.id}`),
    GroupName: group.name,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: world.settings.account,
    IpPermissions: permissionsView(group.ingress, world.settings.account),
    IpPermissionsEgress: permissionsView(group.egress, world.settings.account),
    Tags: tagList(group.tags),
  };
}

function ruleView(world: World, group: SecurityGroup, rule: Rule, direction: Direction): SecurityGroupRule {
  const { kind, value } = rule.peer;
  return {
    SecurityGroupRuleId: rule.id,
    GroupId: group.id,
    GroupOwnerId: world.settings.account,
    IsEgress: direction === 'egress',
    IpProtocol: rule.protocol,
    FromPort: rule.fromPort ?? -1,
    ToPort: rule.toPort ?? -1,
    ...(kind === 'cidr' ? { CidrIpv4: value } : {}),
    ...(kind === 'cidr6' ? { CidrIpv6: value } : {}),
    ...(kind === 'prefix-list' ? { PrefixListId: value } : {}),
    ...(kind === 'group' ? { ReferencedGroupInfo: { GroupId: value, UserId: world.settings.account } } : {}),
    ...(rule.description === undefined ? {} : { Description: rule.description }),
  };
}

function authorizeRequest(world: World, input: RuleRequest, direction: Direction) {
  const group = requestedGroup(world, input);
  const added = authorize(world, group, direction, rulesOf(input));
  return { Return: true, SecurityGroupRules: added.map((rule) => ruleView(world, group, rule, direction)) };
}

function revokeRequest(world: World, input: RuleRequest, direction: Direction) {
  const group = requestedGroup(world, input);
  const ids = input.SecurityGroupRuleIds ?? [];
  const named = group[direction].filter((rule) => ids.includes(rule.id));
  const missing = ids.find((id) => !named.some((rule) => rule.id === id));
  if (missing !== undefined) {
    throw new ServiceError(
      'InvalidSecurityGroupRuleId.NotFound',
      `The security group rule ID '${missing}' does not exist`,
    );
  }
  revoke(group, direction, ids.length > 0 ? named : rulesOf(input));
  return { Return: true };
}

/** Security groups and their rules. */
export const securityGroupOperations: Record<string, Operation> = {
  CreateSecurityGroup: ec2Change<CreateSecurityGroupRequest, CreateSecurityGroupResult>(
    CreateSecurityGroup$,
    (input, { world }) => {
      const vpcId = input.VpcId ?? [...networks(world).vpcs.values()].find(({ isDefault }) => isDefault)?.id;
      if (vpcId === undefined) throw new ServiceError('VPCIdNotSpecified', 'No default VPC for this user');
      const name = input.GroupName ?? '';
      if (name.startsWith('sg-') || name === '' || name.length > 255) {
        throw new ServiceError('InvalidParameterValue', `Value (${name}) for parameter GroupName is invalid.`);
      }
      const group = createSecurityGroup(world, {
        name,
        description: input.Description ?? '',
        vpcId,
        tags: tagsFor('security-group', input.TagSpecifications),
      });
      return {
        GroupId: group.id,
        SecurityGroupArn: world.arn('ec2', `security-group/${group.id}`),
        Tags: tagList(group.tags),
      };
    },
  ),

  DeleteSecurityGroup: ec2Change<DeleteSecurityGroupRequest, DeleteSecurityGroupResult>(
    DeleteSecurityGroup$,
    (input, { world }) => {
      const group = requestedGroup(world, input);
      deleteSecurityGroup(world, group);
      return { Return: true, GroupId: group.id };
    },
  ),

  DescribeSecurityGroups: operation<DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult>(
    DescribeSecurityGroups$,
    (input, { world }) => {
      const asked = byIds(securityGroups(world).values(), input.GroupIds, (id) => securityGroupOf(world, id));
      const named = input.GroupNames?.length ? asked.filter(({ name }) => input.GroupNames?.includes(name)) : asked;
      const kept = filtered(named, input.Filters, (group, name) => {
        if (name === 'group-id') return [group.id];
        if (name === 'group-name') return [group.name];
        if (name === 'vpc-id') return [group.vpcId];
        if (name === 'description') return [group.description];
        if (name === 'owner-id') return [world.settings.account];
        const cidrs = (rules: readonly Rule[], kind: Rule['peer']['kind']) =>
          rules.filter((rule) => rule.peer.kind === kind).map((rule) => rule.peer.value);
        if (name === 'ip-permission.cidr') return cidrs(group.ingress, 'cidr');
        if (name === 'ip-permission.group-id') return cidrs(group.ingress, 'group');
        if (name === 'egress.ip-permission.cidr') return cidrs(group.egress, 'cidr');
        return undefined;
      });
      const { items, nextToken } = ec2Page(kept, input);
      return {
        SecurityGroups: items.map((group) => groupView(world, group)),
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      };
    },
  ),

  AuthorizeSecurityGroupIngress: ec2Change<AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult>(
    AuthorizeSecurityGroupIngress$,
    (input, { world }) => authorizeRequest(world, input, 'ingress'),
  ),

  AuthorizeSecurityGroupEgress: ec2Change<AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult>(
    AuthorizeSecurityGroupEgress$,
    (input, { world }) => authorizeRequest(world, input, 'egress'),
  ),

  RevokeSecurityGroupIngress: ec2Change<RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult>(
    RevokeSecurityGroupIngress$,
    (input, { world }) => revokeRequest(world, input, 'ingress'),
  ),

  RevokeSecurityGroupEgress: ec2Change<RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult>(
    RevokeSecurityGroupEgress$,
    (input, { world }) => revokeRequest(world, input, 'egress'),
  ),
};
