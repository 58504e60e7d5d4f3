import { activeMembers, type Group, groupTemplate, type Member } from './auto-scaling.ts';
import { at } from './auto-scaling-activities.ts';
import { launchMember, retireMember } from './auto-scaling-members.ts';
import { launchInPlaceOf } from './auto-scaling-processes.ts';
import type { World } from './world.ts';

/** What a refresh is to do with instances that a scale-in leaves alone. */
export type Special = 'Refresh' | 'Terminate' | 'Ignore' | 'Wait';

export interface RefreshPreferences {
  /** Per cent of the desired capacity. */
  minHealthy: number;
  maxHealthy: number;
  /** Seconds that a new instance is in service before it counts; undefined: the group's own warm-up, or its grace period. */
  warmup: number | undefined;
  skipMatching: boolean;
  scaleInProtected: Special;
  standby: Special;
}

/** One instance refresh of a group. */
export interface InstanceRefresh {
  id: string;
  status: 'Pending' | 'InProgress' | 'Successful' | 'Failed' | 'Cancelling' | 'Cancelled';
  reason?: string;
  startedAt?: number;
  endedAt?: number;
  readonly preferences: RefreshPreferences;
  /** What the group is to launch from, when the refresh brings something new; the group's own once it has succeeded. */
  readonly template?: Group['template'];
  /** Instances that were there when it began and are to be replaced. */
  total: number;
  /** Those of them that are still to be ended, oldest first. */
  left: string[];
  /** How many were replaced in the end. */
  done?: number;
  /** When the last of its steps was made. */
  movedAt: number;
}

const active = new Set<InstanceRefresh['status']>(['Pending', 'InProgress', 'Cancelling']);

/** The refresh of a group that is under way. */
export function activeRefresh(group: Group): InstanceRefresh | undefined {
  return group.refreshes.find(({ status }) => active.has(status));
}

/** How often a refresh looks at its group, and how long it waits for instances until it gives up (user guide). */
const lookMs = 10_000;
const patienceMs = 3_600_000;

/** Begins a refresh: it is `Pending` for a moment. */
export function startRefresh(
  world: World,
  group: Group,
  spec: Pick<InstanceRefresh, 'preferences' | 'template'>,
): InstanceRefresh {
  const refresh: InstanceRefresh = {
    id: world.uuid(),
    status: 'Pending',
    ...spec,
    total: 0,
    left: [],
    movedAt: world.now,
  };
  group.refreshes.unshift(refresh);
  // Described for six weeks; more than a farm makes in that time.
  group.refreshes.length = Math.min(group.refreshes.length, 200);
  const look = () => {
    if (group.deleting)
      finish(world, group, refresh, 'Cancelled', 'Cancelled due to deletion of the Auto Scaling group.');
    if (!active.has(refresh.status)) return;
    step(world, group, refresh);
    if (active.has(refresh.status)) world.schedule(lookMs, look);
  };
  world.scheduleWithin(world.settings.autoScaling.launch, look);
  return refresh;
}

function finish(
  world: World,
  group: Group,
  refresh: InstanceRefresh,
  status: InstanceRefresh['status'],
  reason?: string,
): void {
  refresh.done = replaced(world, group, refresh);
  refresh.status = status;
  refresh.endedAt = world.now;
  if (reason === undefined) delete refresh.reason;
  else refresh.reason = reason;
}

function matches(member: Member, template: { id: string; version: number }): boolean {
  return member.templateId === template.id && member.templateVersion === template.version;
}

/** Whom the refresh will replace: settled when it begins. */
function begin(world: World, group: Group, refresh: InstanceRefresh, launched: { id: string; version: number }): void {
  const { skipMatching, scaleInProtected, standby } = refresh.preferences;
  const members = [...group.members.values()].filter((member) => {
    if (member.lifecycle === 'Standby') return standby !== 'Ignore';
    if (member.protectedFromScaleIn && scaleInProtected === 'Ignore') return false;
    return member.lifecycle === 'InService' || member.lifecycle.startsWith('Pending');
  });
  refresh.left = members
    .filter((member) => !skipMatching || !matches(member, launched))
    .sort((a, b) => a.joinedAt - b.joinedAt)
    .map(({ instanceId }) => instanceId);
  refresh.total = refresh.left.length;
  refresh.status = 'InProgress';
  refresh.startedAt = world.now;
}

/** The members that came since the refresh began. */
function newcomers(group: Group, refresh: InstanceRefresh): Member[] {
  return [...group.members.values()].filter(
    ({ joinedAt, lifecycle }) => joinedAt >= (refresh.startedAt ?? 0) && !lifecycle.startsWith('Terminating'),
  );
}

function warm(world: World, group: Group, refresh: InstanceRefresh, member: Member): boolean {
  if (member.lifecycle !== 'InService' || !member.healthy || member.inServiceAt === undefined) return false;
  const seconds = refresh.preferences.warmup ?? group.defaultWarmupSeconds ?? group.healthCheckGraceSeconds;
  return world.now - member.inServiceAt >= seconds * 1000;
}

/** How many of the instances that were to be replaced have been, their successors warm. */
export function replaced(world: World, group: Group, refresh: InstanceRefresh): number {
  if (refresh.done !== undefined) return refresh.done;
  const begun = refresh.total - refresh.left.length;
  const cold = newcomers(group, refresh).filter((member) => !warm(world, group, refresh, member)).length;
  return Math.max(0, Math.min(begun, begun - cold - group.launching));
}

/** What a step has to wait for, in the service's words; undefined when it can go on. */
function obstacle(world: World, group: Group, refresh: InstanceRefresh): string | undefined {
  for (const process of ['InstanceRefresh', 'Launch', 'Terminate'] as const) {
    if (group.suspended.has(process)) return `Waiting for the process ${process} of the group to be resumed.`;
  }
  const coming = newcomers(group, refresh);
  const unready = coming.find(({ lifecycle, healthy }) => lifecycle !== 'InService' || !healthy);
  const remaining = 'Waiting for remaining instances to be available.';
  if (unready) {
    return `${remaining} For example: ${unready.instanceId} has insufficient data to evaluate its health with Amazon EC2.`;
  }
  if (group.launching > 0 || activeMembers(group).length < group.desired) return remaining;
  const cold = coming.find((member) => !warm(world, group, refresh, member));
  return cold && `Waiting for instances to warm up before continuing. For example: ${cold.instanceId} is warming up.`;
}

function step(world: World, group: Group, refresh: InstanceRefresh): void {
  if (refresh.status === 'Pending') begin(world, group, refresh, launchedVersion(world, group));
  const before = refresh.left.length;
  refresh.left = refresh.left.filter((id) => group.members.has(id) && !ending(group.members.get(id)));
  if (refresh.left.length < before) refresh.movedAt = world.now;
  const waitsFor = obstacle(world, group, refresh);
  if (waitsFor !== undefined) {
    refresh.reason = waitsFor;
    if (world.now - refresh.movedAt > patienceMs) finish(world, group, refresh, 'Failed', waitsFor);
    return;
  }
  delete refresh.reason;
  if (refresh.status === 'Cancelling') {
    finish(world, group, refresh, 'Cancelled', 'Cancelled due to user request.');
    return;
  }
  if (refresh.left.length === 0) {
    if (refresh.template) group.template = refresh.template;
    finish(world, group, refresh, 'Successful');
    return;
  }
  replaceSome(world, group, refresh);
}

const ending = (member: Member | undefined) =>
  member !== undefined && (member.lifecycle.startsWith('Terminating') || member.lifecycle === 'Detaching');

/** Ends as many as may be missing and has others launched for them; where more than 100 % may run, launches first. */
function replaceSome(world: World, group: Group, refresh: InstanceRefresh): void {
  const { minHealthy, maxHealthy, scaleInProtected, standby } = refresh.preferences;
  const usable = refresh.left.filter((id) => {
    const member = group.members.get(id);
    if (member?.protectedFromScaleIn && scaleInProtected === 'Wait') {
      refresh.reason = `Waiting for remaining instances to be available. For example: ${id} is protected. Remove instance scale-in protection to continue.`;
      return false;
    }
    return !(member?.lifecycle === 'Standby' && standby === 'Wait');
  });
  if (usable.length === 0) return;
  const { desired } = group;
  const beyond = Math.floor((desired * maxHealthy) / 100) - desired;
  const surplus = activeMembers(group).length - desired;
  // At least one goes at a time, whatever the percentage of a small group comes to.
  const missing = Math.max(1, desired - Math.ceil((desired * minHealthy) / 100));
  if (beyond > 0 && surplus <= 0) {
    const cause = at(world, 'an instance was launched in response to an instance refresh.');
    for (let count = 0; count < Math.min(beyond, usable.length); count++) launchMember(world, group, cause);
    refresh.movedAt = world.now;
    return;
  }
  const victims = usable.slice(0, beyond > 0 ? Math.max(1, surplus) : missing);
  const taken = at(world, 'an instance was taken out of service in response to an instance refresh.');
  for (const id of victims) {
    const member = group.members.get(id);
    if (!member) continue;
    retireMember(world, group, member, `${taken}  ${at(world, `instance ${id} was selected for termination.`)}`);
  }
  refresh.left = refresh.left.filter((id) => !victims.includes(id));
  refresh.movedAt = world.now;
  launchInPlaceOf(world, group, victims.length, 'an instance was launched in response to an instance refresh.');
}

/** Which version of which template the group launches now. */
function launchedVersion(world: World, group: Group): { id: string; version: number } {
  const { template, version } = groupTemplate(world, group);
  return { id: template.id, version: version.number };
}

/** Ends what a refresh does: what it has begun is finished, nothing new is. */
export function cancelRefresh(refresh: InstanceRefresh): void {
  refresh.status = 'Cancelling';
}
