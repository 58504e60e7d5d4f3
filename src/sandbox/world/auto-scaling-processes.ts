import { activeMembers, autoScaling, type Group, type Member, type TerminationPolicy } from './auto-scaling.ts';
import { at, causeTime, joined, unhealthyCause } from './auto-scaling-activities.ts';
import { groupZones, launchMember, retireMember, zoneCounts } from './auto-scaling-members.ts';
import { instances } from './ec2.ts';
import { zonesWithoutCapacity } from './ec2-launch.ts';
import type { World } from './world.ts';

/** Starts a group's processes: the health check every so many seconds, at a phase of its own. */
export function startGroup(world: World, group: Group): void {
  const interval = world.settings.autoScaling.healthCheckSeconds * 1000;
  const phase = world.random.fork(`phase of ${group.arn}`).int(0, Math.max(0, Math.round(interval) - 1));
  group.timers.push(
    world.schedule(phase, () => {
      lookAt(world, group);
      group.timers.push(world.every(interval, () => lookAt(world, group)));
    }),
  );
  soon(world, group);
}

function runs(group: Group, process: Parameters<Group['suspended']['has']>[0]): boolean {
  return !group.suspended.has(process);
}

/** One round: who is ill, who is missing, who is too many, who is in the wrong place. */
function lookAt(world: World, group: Group): void {
  if (group.deleting) return;
  if (runs(group, 'HealthCheck')) for (const member of group.members.values()) checkHealth(world, group, member);
  if (runs(group, 'ReplaceUnhealthy')) replaceUnhealthy(world, group);
  settle(world, group);
  if (runs(group, 'AZRebalance') && !refreshing(group)) rebalance(world, group);
}

function checkHealth(world: World, group: Group, member: Member): void {
  if (!member.healthy || (member.lifecycle !== 'InService' && !member.lifecycle.startsWith('Pending'))) return;
  const instance = instances(world).get(member.instanceId);
  const name = instance?.state.name;
  // An instance that is not running is ill at once; the grace period only covers its status checks (user guide, Health
  // checks for instances in an Auto Scaling group).
  if (name !== 'running' && name !== 'pending') markUnhealthy(member, 'state');
  else if (
    instance?.statusChecks === 'impaired' &&
    world.now - (member.inServiceAt ?? world.now) >= group.healthCheckGraceSeconds * 1000
  ) {
    markUnhealthy(member, 'status-checks');
  }
}

/** Marks a member for replacement. */
export function markUnhealthy(member: Member, by: NonNullable<Member['unhealthyBy']>): void {
  member.healthy = false;
  member.unhealthyBy = by;
}

function replaceUnhealthy(world: World, group: Group): void {
  if (!runs(group, 'Terminate')) return;
  let replaced = 0;
  for (const member of [...group.members.values()]) {
    if (member.healthy || (member.lifecycle !== 'InService' && !member.lifecycle.startsWith('Pending'))) continue;
    retireMember(world, group, member, unhealthyCause(world, member));
    replaced++;
  }
  if (replaced > 0)
    launchInPlaceOf(
      world,
      group,
      replaced,
      'an instance was launched in response to an unhealthy instance needing to be replaced.',
    );
}

/** Looks after the group's size in a moment, as after a request that changed it. */
export function soon(world: World, group: Group): void {
  world.scheduleWithin(world.settings.autoScaling.launch, () => {
    if (!group.deleting) settle(world, group);
  });
}

/** Whether a refresh is under way, or one that may have more than so many per cent of the group running. */
function refreshing(group: Group, beyond = 0): boolean {
  return group.refreshes.some(
    ({ status, preferences }) =>
      (status === 'InProgress' || status === 'Cancelling') && preferences.maxHealthy > beyond,
  );
}

/** Launches what is missing to the desired capacity, or ends what is beyond it. */
function settle(world: World, group: Group): void {
  const active = activeMembers(group);
  const missing = group.desired - active.length - group.launching;
  if (missing > 0) launchMissing(world, group);
  // A rebalancing goes one beyond the desired capacity until its newcomer serves.
  // So does an instance refresh that launches first; it ends by itself whom it replaces.
  if (missing < 0 && !refreshing(group, 100) && active.every(({ lifecycle }) => lifecycle === 'InService')) {
    endExcess(world, group, -missing);
  }
}

/** Launches up to the desired capacity, so many of them in place of members that go, for which there is a sentence. */
export function launchInPlaceOf(world: World, group: Group, count: number, sentence: string): void {
  launchMissing(world, group, { count, sentence });
}

function launchMissing(world: World, group: Group, inPlace = { count: 0, sentence: '' }): void {
  if (!runs(group, 'Launch')) return;
  const active = activeMembers(group).length + group.launching;
  const missing = group.desired - active;
  if (missing <= 0) return;
  group.launching += missing;
  const before = group.pendingCause;
  delete group.pendingCause;
  world.scheduleWithin(world.settings.autoScaling.launch, () => {
    group.launching -= missing;
    const gone = group.deleting || autoScaling(world).groups.get(group.name) !== group;
    const wanted = gone ? 0 : Math.min(missing, group.desired - activeMembers(group).length - group.launching);
    const difference = at(
      world,
      `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${active} to ${active + wanted}.`,
    );
    const replacement = at(world, inPlace.sentence);
    for (let count = 0; count < wanted; count++) {
      // One failure is told once; the next round tries again.
      if (!launchMember(world, group, count < inPlace.count ? replacement : joined(before, difference))) break;
    }
  });
}

function endExcess(world: World, group: Group, count: number): void {
  if (!runs(group, 'Terminate')) return;
  const victims = chooseVictims(world, group, count);
  if (victims.length === 0) return;
  const active = activeMembers(group).length;
  const selected = victims.map((member) => at(world, `instance ${member.instanceId} was selected for termination.`));
  const sentence = at(
    world,
    `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${active} to ${active - victims.length}.`,
  );
  const cause = [joined(group.pendingCause, sentence), ...selected].join('  ');
  delete group.pendingCause;
  for (const member of victims) retireMember(world, group, member, cause);
}

const older = (a: Member, b: Member) => a.joinedAt - b.joinedAt;
const olderTemplate = (a: Member, b: Member) => a.templateVersion - b.templateVersion;

/** How far an instance is in its hour, milliseconds: the further, the sooner it goes. */
const inHour = (world: World, member: Member) => (world.now - member.joinedAt) % 3_600_000;
const any = () => 0;

/** Who goes first within a zone, by termination policy. Nothing here is Spot or has a launch configuration. */
const orders: Record<TerminationPolicy, (a: Member, b: Member, world: World) => number> = {
  AllocationStrategy: any,
  ClosestToNextInstanceHour: (a, b, world) => inHour(world, b) - inHour(world, a),
  OldestLaunchConfiguration: any,
  Default: (a, b) => olderTemplate(a, b) || older(a, b),
  OldestInstance: older,
  NewestInstance: (a, b) => older(b, a),
  OldestLaunchTemplate: olderTemplate,
};

/** Whom to end: in zones that the group has left, then in the fullest zone; there by the group's policies in turn. */
function chooseVictims(world: World, group: Group, count: number): Member[] {
  const valid = groupZones(world, group);
  const counts = zoneCounts(world, group);
  const candidates = new Set(
    activeMembers(group).filter((member) => member.lifecycle === 'InService' && !member.protectedFromScaleIn),
  );
  const weight = (zone: string) => (valid.has(zone) ? 0 : 1_000_000) + (counts.get(zone) ?? 0);
  const byPolicy = (a: Member, b: Member) =>
    group.terminationPolicies.map((policy) => orders[policy](a, b, world)).find((difference) => difference !== 0) ?? 0;
  const victims: Member[] = [];
  while (victims.length < count && candidates.size > 0) {
    const [victim] = [...candidates].sort((a, b) => weight(b.zone) - weight(a.zone) || byPolicy(a, b));
    if (!victim) break;
    candidates.delete(victim);
    counts.set(victim.zone, (counts.get(victim.zone) ?? 0) - 1);
    victims.push(victim);
  }
  return victims;
}

/** Moves one instance a round towards balance: first a newcomer in the emptiest zone, then the group is one too many. */
function rebalance(world: World, group: Group): void {
  const active = activeMembers(group);
  const atRest =
    group.launching === 0 && [...group.members.values()].every(({ lifecycle }) => lifecycle === 'InService');
  if (!atRest || active.length !== group.desired || !runs(group, 'Launch') || !runs(group, 'Terminate')) return;
  const usable = [...groupZones(world, group).keys()].filter((zone) => !zonesWithoutCapacity(world).has(zone));
  const counts = zoneCounts(world, group);
  if (usable.length === 0) return;
  const left = [...counts].filter(([zone, count]) => count > 0 && !groupZones(world, group).has(zone));
  const numbers = usable.map((zone) => counts.get(zone) ?? 0);
  let cause: string;
  if (left.length > 0) {
    cause = `At ${causeTime(world)} invalid availability zones ${left.map(([zone]) => zone).join(', ')} had ${left.map(([, count]) => count).join(', ')} instances respectively. An instance was launched to aid in migrating instances from these zones to valid ones.`;
  } else if (Math.max(...counts.values()) - Math.min(...numbers) > 1) {
    cause = `At ${causeTime(world)} availability zones ${[...counts.keys()].join(' ')} had ${[...counts.values()].join(' ')} instances respectively. An instance was launched to aid in balancing the group's zones.`;
  } else {
    return;
  }
  launchMember(world, group, cause);
}
