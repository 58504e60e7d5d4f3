import {
  DescribeSecurityGroupReferences$,
  type DescribeSecurityGroupReferencesRequest,
  type DescribeSecurityGroupReferencesResult,
  DescribeSecurityGroupRules$,
  type DescribeSecurityGroupRulesRequest,
  type DescribeSecurityGroupRulesResult,
  type IpPermission,
  ModifySecurityGroupRules$,
  type ModifySecurityGroupRulesRequest,
  type ModifySecurityGroupRulesResult,
  type SecurityGroupRule,
  type SecurityGroupRuleDescription,
  type SecurityGroupRuleRequest,
  UpdateSecurityGroupRuleDescriptionsEgress$,
  type UpdateSecurityGroupRuleDescriptionsEgressRequest,
  type UpdateSecurityGroupRuleDescriptionsEgressResult,
  UpdateSecurityGroupRuleDescriptionsIngress$,
  type UpdateSecurityGroupRuleDescriptionsIngressRequest,
  type UpdateSecurityGroupRuleDescriptionsIngressResult,
} from '@aws-sdk/client-ec2';
import {
  type Direction,
  type Rule,
  type SecurityGroup,
  sameRule,
  securityGroupOf,
  securityGroups,
} from '../world/security-groups.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { filtered } from './ec2-filters.ts';
import { ec2Page } from './ec2-operation.ts';
import { requestedGroup, rulesOfPermission } from './ec2-security-group-requests.ts';
import { type Operation, operation } from './operation.ts';

/** A rule as the wire has it. */
export function ruleView(world: World, group: SecurityGroup, rule: Rule, direction: Direction): SecurityGroupRule {
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
    SecurityGroupRuleArn: world.arn('ec2', `security-group-rule/${rule.id}`),
    Tags: tagList(rule.tags),
  };
}

interface Placed {
  readonly group: SecurityGroup;
  readonly rule: Rule;
  readonly direction: Direction;
}

function allRules(world: World): Placed[] {
  return [...securityGroups(world).values()].flatMap((group) => [
    ...group.ingress.map((rule): Placed => ({ group, rule, direction: 'ingress' })),
    ...group.egress.map((rule): Placed => ({ group, rule, direction: 'egress' })),
  ]);
}

/** The rule of an id, among some; EC2's errors for an id that is none or that none of them has. */
export function ruleNamed(rules: readonly Placed[], id: string): Placed {
  if (!/^sgr-[0-9a-f]+$/.test(id)) {
    throw new ServiceError('InvalidSecurityGroupRuleId.Malformed', `Invalid id: "${id}" (expecting "sgr-...")`);
  }
  const found = rules.find(({ rule }) => rule.id === id);
  if (found) return found;
  throw new ServiceError('InvalidSecurityGroupRuleId.NotFound', `The security group rule ID '${id}' does not exist`);
}

/** What a request puts in place of a rule; it says the whole of it. */
function replacement(world: World, asked: SecurityGroupRuleRequest | undefined): Omit<Rule, 'id' | 'tags'> {
  const { IpProtocol, FromPort, ToPort, Description } = asked ?? {};
  const described = Description === undefined ? {} : { Description };
  const permission: IpPermission = {
    IpProtocol,
    FromPort,
    ToPort,
    ...(asked?.CidrIpv4 === undefined ? {} : { IpRanges: [{ CidrIp: asked.CidrIpv4, ...described }] }),
    ...(asked?.CidrIpv6 === undefined ? {} : { Ipv6Ranges: [{ CidrIpv6: asked.CidrIpv6, ...described }] }),
    ...(asked?.PrefixListId === undefined
      ? {}
      : { PrefixListIds: [{ PrefixListId: asked.PrefixListId, ...described }] }),
    ...(asked?.ReferencedGroupId === undefined
      ? {}
      : { UserIdGroupPairs: [{ GroupId: asked.ReferencedGroupId, ...described }] }),
  };
  const [rule, ...more] = rulesOfPermission(world, permission);
  if (!rule || more.length > 0) {
    throw new ServiceError(
      'InvalidParameterCombination',
      'Specify exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId for a security group rule.',
    );
  }
  return rule;
}

function modify(world: World, input: ModifySecurityGroupRulesRequest): void {
  const group = securityGroupOf(world, input.GroupId ?? '');
  const own = allRules(world).filter((placed) => placed.group === group);
  const changes = (input.SecurityGroupRules ?? []).map(({ SecurityGroupRuleId, SecurityGroupRule: asked }) => {
    const { rule, direction } = ruleNamed(own, SecurityGroupRuleId ?? '');
    const next = replacement(world, asked);
    if (next.peer.kind === 'group') securityGroupOf(world, next.peer.value);
    if (group[direction].some((other) => other !== rule && sameRule(other, next))) {
      throw new ServiceError('InvalidPermission.Duplicate', 'the specified rule already exists');
    }
    return { direction, rule, next: { ...next, id: rule.id, tags: rule.tags } };
  });
  for (const { direction, rule, next } of changes) {
    group[direction] = group[direction].map((other) => (other === rule ? next : other));
  }
}

interface DescriptionsRequest {
  GroupId?: string | undefined;
  GroupName?: string | undefined;
  IpPermissions?: IpPermission[] | undefined;
  SecurityGroupRuleDescriptions?: SecurityGroupRuleDescription[] | undefined;
}

function describe(rule: Rule, text: string | undefined): void {
  if (text === undefined || text === '') delete rule.description;
  else rule.description = text;
}

function updateDescriptions(world: World, input: DescriptionsRequest, direction: Direction) {
  const group = requestedGroup(world, input);
  const own = allRules(world).filter((placed) => placed.group === group && placed.direction === direction);
  const byId = (input.SecurityGroupRuleDescriptions ?? []).map(({ SecurityGroupRuleId, Description }) => ({
    rule: ruleNamed(own, SecurityGroupRuleId ?? '').rule,
    text: Description,
  }));
  const byPermission = (input.IpPermissions ?? [])
    .flatMap((permission) => rulesOfPermission(world, permission))
    .map((asked) => {
      const rule = group[direction].find((other) => sameRule(other, asked));
      if (rule) return { rule, text: asked.description };
      throw new ServiceError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
    });
  const changes = [...byId, ...byPermission];
  if (changes.length === 0) {
    throw new ServiceError(
      'MissingParameter',
      "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.",
    );
  }
  for (const { rule, text } of changes) describe(rule, text);
  return { Return: true };
}

/** Rules one by one, by their own ids. */
export const securityGroupRuleOperations: Record<string, Operation> = {
  DescribeSecurityGroupRules: operation<DescribeSecurityGroupRulesRequest, DescribeSecurityGroupRulesResult>(
    DescribeSecurityGroupRules$,
    (input, { world }) => {
      const all = allRules(world);
      const ids = input.SecurityGroupRuleIds ?? [];
      const asked = ids.length > 0 ? ids.map((id) => ruleNamed(all, id)) : all;
      const tagged = asked.map((placed) => ({ ...placed, tags: placed.rule.tags }));
      const kept = filtered(tagged, input.Filters, ({ group, rule }, name) => {
        if (name === 'group-id') return [group.id];
        if (name === 'security-group-rule-id') return [rule.id];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        SecurityGroupRules: items.map(({ group, rule, direction }) => ruleView(world, group, rule, direction)),
        ...rest,
      };
    },
  ),

  ModifySecurityGroupRules: operation<ModifySecurityGroupRulesRequest, ModifySecurityGroupRulesResult>(
    ModifySecurityGroupRules$,
    (input, { world }) => {
      modify(world, input);
      return { Return: true };
    },
  ),

  UpdateSecurityGroupRuleDescriptionsIngress: operation<
    UpdateSecurityGroupRuleDescriptionsIngressRequest,
    UpdateSecurityGroupRuleDescriptionsIngressResult
  >(UpdateSecurityGroupRuleDescriptionsIngress$, (input, { world }) => updateDescriptions(world, input, 'ingress')),

  UpdateSecurityGroupRuleDescriptionsEgress: operation<
    UpdateSecurityGroupRuleDescriptionsEgressRequest,
    UpdateSecurityGroupRuleDescriptionsEgressResult
  >(UpdateSecurityGroupRuleDescriptionsEgress$, (input, { world }) => updateDescriptions(world, input, 'egress')),

  // Only groups of VPCs on the other side of a peering connection are told, and there is none here.
  DescribeSecurityGroupReferences: operation<
    DescribeSecurityGroupReferencesRequest,
    DescribeSecurityGroupReferencesResult
  >(DescribeSecurityGroupReferences$, (input, { world }) => {
    for (const id of input.GroupId ?? []) securityGroupOf(world, id);
    return { SecurityGroupReferenceSet: [] };
  }),
};
