import {
  activeMembers,
  addMember,
  autoScaling,
  type Group,
  groupTemplate,
  type LifecycleHook,
  type Member,
  removeMember,
} from './auto-scaling.ts';
import { type Activity, beginActivity, endActivity } from './auto-scaling-activities.ts';
import { type Instance, instanceChanged, instances } from './ec2.ts';
import { runInstances, terminateInstance } from './ec2-lifecycle.ts';
import { subnetOf } from './ec2-network.ts';
import { launchSpecFrom } from './launch-templates.ts';
import { ServiceError } from './service-error.ts';
import { perWorld, Signal, type World } from './world.ts';

/** Told when an instance begins to wait for a hook: what EventBridge tells others on AWS. */
export const lifecycleActionBegun = perWorld(() => new Signal<{ group: Group; member: Member }>());

/** What follows when an instance of a group reaches `running` or `terminated`. */
class Expectations {
  readonly running = new Map<string, () => void>();
  readonly terminated = new Map<string, () => void>();

  constructor(world: World) {
    instanceChanged(world).on(({ instance }) => {
      if (instance.state.name === 'running') this.#meet(this.running, instance.id);
      if (instance.state.name === 'terminated') this.#meet(this.terminated, instance.id);
    });
  }

  #meet(waiting: Map<string, () => void>, id: string): void {
    const go = waiting.get(id);
    waiting.delete(id);
    go?.();
  }
}

const expectations = perWorld((world) => new Expectations(world));

/** The group's zones, each with the subnet it launches into, in the order in which the subnets were given. */
export function groupZones(world: World, group: Group): Map<string, string> {
  const zones = new Map<string, string>();
  for (const id of group.subnetIds) {
    const { zone } = subnetOf(world, id);
    if (!zones.has(zone)) zones.set(zone, id);
  }
  return zones;
}

/** How many members that count each zone has; the group's zones first, then those it has left. */
export function zoneCounts(world: World, group: Group): Map<string, number> {
  const counts = new Map([...groupZones(world, group).keys()].map((zone) => [zone, 0]));
  for (const member of activeMembers(group)) counts.set(member.zone, (counts.get(member.zone) ?? 0) + 1);
  return counts;
}

/**
 * Launches one instance in the zone with the fewest; where EC2 has no capacity left, in the next. Whether it came to be;
 * if not, the group has an activity that says why.
 */
export function launchMember(world: World, group: Group, cause: string): boolean {
  const counts = zoneCounts(world, group);
  const zones = [...groupZones(world, group)].sort(([a], [b]) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
  let problem: ServiceError | undefined;
  for (const [zone, subnetId] of zones) {
    try {
      launchIn(world, group, zone, subnetId, cause);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      problem = error;
      if (error.code !== 'InsufficientInstanceCapacity' && error.code !== 'InsufficientFreeAddressesInSubnet') break;
    }
  }
  const [zone, subnetId] = zones[0] ?? ['', ''];
  const failed = beginActivity(world, group, {
    description: 'Launching a new EC2 instance',
    cause,
    status: 'InProgress',
    subnetId,
    zone,
  });
  failed.message = `${problem?.message ?? 'The group has no subnet.'} Launching EC2 instance failed.`;
  endActivity(world, failed, 'Failed');
  return false;
}

function launchIn(world: World, group: Group, zone: string, subnetId: string, cause: string): void {
  const { template, version } = groupTemplate(world, group);
  const spec = launchSpecFrom(world, { SubnetId: subnetId }, version.data);
  const tags = new Map(spec.tags);
  for (const [key, tag] of group.tags) if (tag.propagate) tags.set(key, tag.value);
  tags.set('aws:autoscaling:groupName', group.name);
  tags.set('aws:ec2launchtemplate:id', template.id);
  tags.set('aws:ec2launchtemplate:version', String(version.number));
  const [instance] = runInstances(world, { ...spec, subnetId, tags, count: 1 });
  if (!instance) return;
  const member = join(world, group, instance);
  const activity = beginActivity(world, group, {
    description: `Launching a new EC2 instance: ${instance.id}`,
    cause,
    status: 'PreInService',
    subnetId,
    zone,
  });
  activity.progress = 30;
  member.arrival = activity;
  expectations(world).running.set(instance.id, () => {
    if (member.lifecycle !== 'Pending') return;
    passHook(world, group, member, activity, 'autoscaling:EC2_INSTANCE_LAUNCHING', (result) => {
      if (result === 'ABANDON') {
        retireMember(world, group, member, cause);
        return;
      }
      delete member.arrival;
      serve(world, member);
      endActivity(world, activity, 'Successful');
    });
  });
}

/** Makes an instance a member that is not in service yet, of the version that the group launches now. */
export function join(world: World, group: Group, instance: Instance): Member {
  const { template, version } = groupTemplate(world, group);
  const member: Member = {
    instanceId: instance.id,
    zone: instance.zone,
    type: instance.type,
    lifecycle: 'Pending',
    healthy: true,
    protectedFromScaleIn: group.newInstancesProtected,
    templateId: template.id,
    templateVersion: version.number,
    joinedAt: world.now,
  };
  addMember(world, group, member);
  return member;
}

/** Takes a pending member into service. */
export function serve(world: World, member: Member): void {
  member.lifecycle = 'InService';
  member.inServiceAt = world.now;
}

/**
 * Runs `go` at once, or after the group's hooks for that transition were answered or their heartbeats ran out, one after
 * the other. The first that says ABANDON settles it.
 */
function passHook(
  world: World,
  group: Group,
  member: Member,
  activity: Activity,
  transition: LifecycleHook['transition'],
  go: (result: 'CONTINUE' | 'ABANDON') => void,
  passed: ReadonlySet<LifecycleHook> = new Set(),
): void {
  const hook = [...group.hooks.values()].find((other) => other.transition === transition && !passed.has(other));
  if (!hook) {
    go('CONTINUE');
    return;
  }
  const side = transition === 'autoscaling:EC2_INSTANCE_LAUNCHING' ? 'Pending' : 'Terminating';
  member.lifecycle = `${side}:Wait`;
  activity.status = 'MidLifecycleAction';
  const answered = (result: 'CONTINUE' | 'ABANDON') => {
    member.waiting?.timer.cancel();
    delete member.waiting;
    member.lifecycle = `${side}:Proceed`;
    activity.status = 'InProgress';
    if (result === 'ABANDON') go(result);
    else passHook(world, group, member, activity, transition, go, new Set([...passed, hook]));
  };
  const lastMs = world.now + globalTimeoutSeconds(hook) * 1000;
  const heartbeat = () =>
    world.schedule(Math.min(hook.heartbeatSeconds * 1000, lastMs - world.now), () => answered(hook.defaultResult));
  member.waiting = {
    hook: hook.name,
    token: world.uuid(),
    timer: heartbeat(),
    go: answered,
    beat: () => {
      member.waiting?.timer.cancel();
      if (member.waiting) member.waiting.timer = heartbeat();
    },
  };
  lifecycleActionBegun(world).emit({ group, member });
}

/** Whatever the heartbeats, an instance waits no longer than 48 hours or a hundred of them, seconds. */
export function globalTimeoutSeconds(hook: LifecycleHook): number {
  return Math.min(172_800, hook.heartbeatSeconds * 100);
}

/** Takes a hook off a group; what waits for it goes on (Auto Scaling API, DeleteLifecycleHook). */
export function releaseHook(group: Group, name: string): void {
  const hook = group.hooks.get(name);
  group.hooks.delete(name);
  const result = hook?.transition === 'autoscaling:EC2_INSTANCE_LAUNCHING' ? 'ABANDON' : 'CONTINUE';
  for (const { waiting } of [...group.members.values()]) if (waiting?.hook === name) waiting.go(result);
}

/**
 * Takes a member out of the group and ends its instance; it is gone from the group when EC2 says `terminated`. One that
 * is on its way out already goes on as it was.
 */
export function retireMember(world: World, group: Group, member: Member, cause: string): Activity {
  if (member.departure) return member.departure;
  const activity = beginActivity(world, group, {
    description: `Terminating EC2 instance: ${member.instanceId}`,
    cause,
    status: 'InProgress',
    subnetId: instances(world).get(member.instanceId)?.subnetId ?? '',
    zone: member.zone,
  });
  member.departure = activity;
  if (member.arrival) endActivity(world, member.arrival, 'Cancelled');
  member.waiting?.timer.cancel();
  delete member.waiting;
  member.lifecycle = 'Terminating';
  expectations(world).running.delete(member.instanceId);
  const end = () => {
    removeMember(world, group, member.instanceId);
    endActivity(world, activity, 'Successful');
    if (group.deleting && group.members.size === 0) dropGroup(world, group);
  };
  const state = instances(world).get(member.instanceId)?.state.name;
  if (state === undefined || state === 'terminated') {
    // Nothing is left to end; the group still takes a moment to strike it off its list.
    world.scheduleWithin(world.settings.autoScaling.launch, end);
    return activity;
  }
  expectations(world).terminated.set(member.instanceId, end);
  if (state === 'shutting-down') return activity;
  passHook(world, group, member, activity, 'autoscaling:EC2_INSTANCE_TERMINATING', () => {
    activity.progress = 50;
    // Something else may have ended it while the hook was waited for.
    if (instances(world).get(member.instanceId)?.state.name === 'terminated') return;
    terminateInstance(world, member.instanceId);
  });
  return activity;
}

/** Takes a group off the world for good. */
export function dropGroup(world: World, group: Group): void {
  for (const timer of group.timers) timer.cancel();
  autoScaling(world).groups.delete(group.name);
  const { deletedGroups } = autoScaling(world);
  deletedGroups.push(group);
  if (deletedGroups.length > 20) deletedGroups.shift();
}
