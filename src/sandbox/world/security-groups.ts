import { vpcOf } from './ec2-network.ts';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

/** Where a rule's traffic comes from or goes to: exactly one of them. */
export type Peer =
  | { kind: 'cidr'; value: string }
  | { kind: 'cidr6'; value: string }
  | { kind: 'group'; value: string }
  | { kind: 'prefix-list'; value: string };

/** One rule: one protocol and port range, one peer. */
export interface Rule {
  id: string;
  /** `tcp`, `udp`, `icmp`, a protocol number, or `-1` for all. */
  protocol: string;
  fromPort?: number;
  toPort?: number;
  peer: Peer;
  description?: string;
  tags: Tags;
}

/** A rule that is yet to be given its id. */
export type NewRule = Omit<Rule, 'id'>;

export type Direction = 'ingress' | 'egress';

export interface SecurityGroup {
  id: string;
  name: string;
  description: string;
  vpcId: string;
  ingress: Rule[];
  egress: Rule[];
  tags: Tags;
}

/** The security groups of a world, by id. */
export const securityGroups = perWorld(() => new Map<string, SecurityGroup>());

/** The group, or EC2's `InvalidGroupId.Malformed` or `InvalidGroup.NotFound`. */
export function securityGroupOf(world: World, id: string): SecurityGroup {
  if (!/^sg-[0-9a-f]+$/.test(id)) throw new ServiceError('InvalidGroupId.Malformed', `Invalid id: "${id}"`);
  const group = securityGroups(world).get(id);
  if (!group) throw new ServiceError('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
  return group;
}

/** Ids of the group that a VPC has from the beginning: what is made there without a group has this one. */
export function defaultGroupIds(world: World, vpcId: string | undefined): string[] {
  return [...securityGroups(world).values()]
    .filter((group) => group.vpcId === vpcId && group.name === 'default')
    .map(({ id }) => id);
}

/** Makes a group that lets everything out and nothing in, as EC2 does. */
export function createSecurityGroup(
  world: World,
  spec: { name: string; description: string; vpcId: string; tags?: Tags },
): SecurityGroup {
  vpcOf(world, spec.vpcId);
  for (const other of securityGroups(world).values()) {
    if (other.vpcId === spec.vpcId && other.name === spec.name) {
      throw new ServiceError(
        'InvalidGroup.Duplicate',
        `The security group '${spec.name}' already exists for VPC '${spec.vpcId}'`,
      );
    }
  }
  const group: SecurityGroup = {
    id: world.id('sg'),
    name: spec.name,
    description: spec.description,
    vpcId: spec.vpcId,
    ingress: [],
    egress: [{ id: world.id('sgr'), protocol: '-1', peer: { kind: 'cidr', value: '0.0.0.0/0' }, tags: new Map() }],
    tags: spec.tags ?? new Map(),
  };
  securityGroups(world).set(group.id, group);
  return group;
}

type Terms = Omit<Rule, 'id' | 'tags'>;

/** Whether two rules let the same traffic pass, whatever their descriptions. */
export function sameRule(a: Terms, b: Terms): boolean {
  return (
    a.protocol === b.protocol &&
    a.fromPort === b.fromPort &&
    a.toPort === b.toPort &&
    a.peer.kind === b.peer.kind &&
    a.peer.value === b.peer.value
  );
}

function describeRule(rule: Terms, direction: Direction): string {
  const ports = rule.fromPort === undefined ? 'ALL' : `from port: ${rule.fromPort}, to port: ${rule.toPort}`;
  const protocol = rule.protocol === '-1' ? 'ALL' : rule.protocol.toUpperCase();
  return `peer: ${rule.peer.value}, ${protocol}, ${ports}, ${direction === 'ingress' ? 'ALLOW' : 'ALLOW egress'}`;
}

/** Adds rules, or none when one is there already (`InvalidPermission.Duplicate`). */
export function authorize(world: World, group: SecurityGroup, direction: Direction, rules: readonly NewRule[]): Rule[] {
  for (const rule of rules) {
    if (rule.peer.kind === 'group') securityGroupOf(world, rule.peer.value);
    if (group[direction].some((other) => sameRule(other, rule))) {
      throw new ServiceError(
        'InvalidPermission.Duplicate',
        `the specified rule "${describeRule(rule, direction)}" already exists`,
      );
    }
  }
  const added = rules.map((rule) => ({ ...rule, id: world.id('sgr') }));
  group[direction].push(...added);
  return added;
}

/** Takes rules away, or none when one is not there (`InvalidPermission.NotFound`); those that were taken. */
export function revoke(group: SecurityGroup, direction: Direction, rules: readonly Terms[]): Rule[] {
  if (!rules.every((rule) => group[direction].some((other) => sameRule(other, rule)))) {
    throw new ServiceError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.');
  }
  const goes = (other: Rule) => rules.some((rule) => sameRule(other, rule));
  const gone = group[direction].filter(goes);
  group[direction] = group[direction].filter((other) => !goes(other));
  return gone;
}

/** Names, beside the rules here, what else holds on to a group: instances, load balancers. Registered by their modules. */
export const groupUsers = perWorld(() => [] as ((groupId: string) => boolean)[]);

/** Deletes a group nobody uses; otherwise EC2's `DependencyViolation`. */
export function deleteSecurityGroup(world: World, group: SecurityGroup): void {
  if (group.name === 'default') {
    throw new ServiceError(
      'CannotDelete',
      'the specified group: "default" name: "default" cannot be deleted by a user',
    );
  }
  const referred = [...securityGroups(world).values()].some(
    (other) =>
      other !== group &&
      [...other.ingress, ...other.egress].some((rule) => rule.peer.kind === 'group' && rule.peer.value === group.id),
  );
  if (referred || groupUsers(world).some((uses) => uses(group.id))) {
    throw new ServiceError('DependencyViolation', `resource ${group.id} has a dependent object`);
  }
  securityGroups(world).delete(group.id);
}
