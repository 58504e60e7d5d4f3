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
  type SecurityGroup as WireGroup,
} from '@aws-sdk/client-ec2';
import { defaultVpc } from '../world/ec2-network.ts';
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
import { ec2Page } from './ec2-operation.ts';
import { groupNamed, type RuleRequest, requestedGroup, rulesOf } from './ec2-security-group-requests.ts';
import { ruleNamed, ruleView } from './ec2-security-group-rules.ts';
import { tagsFor } from './ec2-tags.ts';
import { type Operation, operation } from './operation.ts';

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

function authorizeRequest(world: World, input: RuleRequest, direction: Direction) {
  const group = requestedGroup(world, input);
  const tags = tagsFor('security-group-rule', input.TagSpecifications);
  const rules = rulesOf(world, input).map((rule) => ({ ...rule, tags: new Map(tags) }));
  const added = authorize(world, group, direction, rules);
  return { Return: true, SecurityGroupRules: added.map((rule) => ruleView(world, group, rule, direction)) };
}

function revokeRequest(world: World, input: RuleRequest, direction: Direction) {
  const group = requestedGroup(world, input);
  const ids = input.SecurityGroupRuleIds ?? [];
  const own = group[direction].map((rule) => ({ group, rule, direction }));
  const named = ids.map((id) => ruleNamed(own, id).rule);
  const gone = revoke(group, direction, ids.length > 0 ? named : rulesOf(world, input));
  return {
    Return: true,
    RevokedSecurityGroupRules: gone.map((rule) => {
      const {
        SecurityGroupRuleArn: _arn,
        Tags: _tags,
        GroupOwnerId: _owner,
        ReferencedGroupInfo,
        ...view
      } = ruleView(world, group, rule, direction);
      return { ...view, ...(ReferencedGroupInfo ? { ReferencedGroupId: ReferencedGroupInfo.GroupId } : {}) };
    }),
  };
}

/** What a group's rules have for the end of a filter's name: `ip-permission.cidr` and the like. */
function ruleFields(world: World, rules: readonly Rule[], field: string): (string | undefined)[] | undefined {
  const peers = (kind: Rule['peer']['kind']) =>
    rules.filter((rule) => rule.peer.kind === kind).map((rule) => rule.peer.value);
  switch (field) {
    case 'cidr':
      return peers('cidr');
    case 'ipv6-cidr':
      return peers('cidr6');
    case 'prefix-list-id':
      return peers('prefix-list');
    case 'group-id':
      return peers('group');
    case 'group-name':
      return peers('group').map((id) => securityGroups(world).get(id)?.name);
    case 'user-id':
      return peers('group').map(() => world.settings.account);
    case 'protocol':
      return rules.map(({ protocol }) => protocol);
    case 'from-port':
      return rules.map(({ fromPort }) => (fromPort === undefined ? undefined : String(fromPort)));
    case 'to-port':
      return rules.map(({ toPort }) => (toPort === undefined ? undefined : String(toPort)));
    default:
      return undefined;
  }
}

/** Security groups and their rules. */
export const securityGroupOperations: Record<string, Operation> = {
  CreateSecurityGroup: operation<CreateSecurityGroupRequest, CreateSecurityGroupResult>(
    CreateSecurityGroup$,
    (input, { world }) => {
      const vpcId = input.VpcId ?? defaultVpc(world)?.id;
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

  DeleteSecurityGroup: operation<DeleteSecurityGroupRequest, DeleteSecurityGroupResult>(
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
      const named = byIds(asked, input.GroupNames, (name) => groupNamed(world, name));
      const kept = filtered(named, input.Filters, (group, name) => {
        if (name === 'group-id') return [group.id];
        if (name === 'group-name') return [group.name];
        if (name === 'vpc-id') return [group.vpcId];
        if (name === 'description') return [group.description];
        if (name === 'owner-id') return [world.settings.account];
        const permission = /^(egress\.)?ip-permission\.(.*)$/.exec(name);
        if (permission?.[2]) return ruleFields(world, permission[1] ? group.egress : group.ingress, permission[2]);
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        SecurityGroups: items.map((group) => groupView(world, group)),
        ...rest,
      };
    },
  ),

  AuthorizeSecurityGroupIngress: operation<AuthorizeSecurityGroupIngressRequest, AuthorizeSecurityGroupIngressResult>(
    AuthorizeSecurityGroupIngress$,
    (input, { world }) => authorizeRequest(world, input, 'ingress'),
  ),

  AuthorizeSecurityGroupEgress: operation<AuthorizeSecurityGroupEgressRequest, AuthorizeSecurityGroupEgressResult>(
    AuthorizeSecurityGroupEgress$,
    (input, { world }) => authorizeRequest(world, input, 'egress'),
  ),

  RevokeSecurityGroupIngress: operation<RevokeSecurityGroupIngressRequest, RevokeSecurityGroupIngressResult>(
    RevokeSecurityGroupIngress$,
    (input, { world }) => revokeRequest(world, input, 'ingress'),
  ),

  RevokeSecurityGroupEgress: operation<RevokeSecurityGroupEgressRequest, RevokeSecurityGroupEgressResult>(
    RevokeSecurityGroupEgress$,
    (input, { world }) => revokeRequest(world, input, 'egress'),
  ),
};
