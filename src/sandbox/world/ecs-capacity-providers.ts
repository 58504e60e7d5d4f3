import { autoScaling, type Group, groupOf, type Member } from './auto-scaling.ts';
import { lifecycleActionBegun, releaseHook } from './auto-scaling-members.ts';
import { containerInstanceOf } from './ecs-container-instances.ts';
import { type CapacityProvider, type Cluster, ecs } from './ecs-state.ts';
import type { World } from './world.ts';

/** The hook that ECS puts on the group of a provider with managed draining, and its heartbeat in seconds. */
export const drainingHook = { name: 'ecs-managed-draining-termination-hook', heartbeatSeconds: 3600 } as const;

/** The tag that ECS puts on such a group. */
const managedTag = 'AmazonECSManaged';

/**
 * How long ECS holds an instance whose tasks do not end, seconds: it renews the heartbeat until Auto Scaling's own limit
 * of 48 hours (ECS Developer Guide, Safely stop Amazon ECS workloads running on EC2 instances).
 */
const patienceSeconds = 48 * 3600;

/** From Auto Scaling's event to the DRAINING status, and between two looks at what is left, seconds. */
const noticeSeconds = [1, 4] as const;
const lookSeconds = 5;

/** From PutClusterCapacityProviders to the hook on the group, seconds. */
const attachSeconds = [3, 8] as const;

/** Waits for instances of groups whose providers drain. */
export function startManagedDraining(world: World): void {
  lifecycleActionBegun(world).on(({ group, member }) => {
    if (member.waiting?.hook !== drainingHook.name) return;
    prolong(world, member);
    world.scheduleWithin(noticeSeconds, () => drain(world, group, member));
  });
}

/** ECS keeps renewing the heartbeat, so that what ends the wait is the draining, or the limit. */
function prolong(world: World, member: Member): void {
  const { waiting } = member;
  if (!waiting) return;
  waiting.timer.cancel();
  waiting.timer = world.schedule(patienceSeconds * 1000, () => waiting.go('CONTINUE'));
}

function drain(world: World, group: Group, member: Member): void {
  const { waiting } = member;
  if (waiting?.hook !== drainingHook.name) return;
  const containerInstance = containerInstanceOf(world, member.instanceId);
  if (containerInstance?.status === 'ACTIVE') {
    containerInstance.status = 'DRAINING';
    containerInstance.version += 1;
  }
  // What never joined, or has left, holds nothing; what was stopped has lost its tasks, though ECS shows them RUNNING.
  const stopped = containerInstance?.instance.state.name !== 'running';
  if (!containerInstance || stopped || containerInstance.tasks.size === 0) {
    waiting.go('CONTINUE');
    return;
  }
  world.schedule(lookSeconds * 1000, () => drain(world, group, member));
}

/** Clusters that a provider is in. */
export function clustersOf(world: World, provider: CapacityProvider): Cluster[] {
  return [...ecs(world).clusters.values()].filter(
    ({ status, capacityProviders }) => status === 'ACTIVE' && capacityProviders?.includes(provider.name),
  );
}

/** Sets which providers a cluster has; their groups get or lose the draining hook a few seconds later. */
export function associate(world: World, cluster: Cluster, names: readonly string[]): void {
  const before = cluster.capacityProviders ?? [];
  cluster.capacityProviders = [...names];
  if (before.length === names.length && before.every((name) => names.includes(name))) return;
  cluster.attachments = { status: 'UPDATE_IN_PROGRESS', id: world.uuid() };
  world.scheduleWithin(attachSeconds, () => {
    for (const name of new Set([...before, ...names])) {
      const provider = ecs(world).capacityProviders.get(name);
      if (provider) attach(world, provider);
    }
    if (cluster.attachments) cluster.attachments.status = 'UPDATE_COMPLETE';
  });
}

/** Brings the hook and the tag on a provider's group to what the provider says; a group that is gone needs neither. */
export function attach(world: World, provider: CapacityProvider): void {
  const group = autoScaling(world).groups.get(provider.groupName);
  if (!group) return;
  const used = clustersOf(world, provider).length > 0;
  if (used) group.tags.set(managedTag, group.tags.get(managedTag) ?? { value: '', propagate: true });
  if (used && provider.managedDraining === 'ENABLED') {
    group.hooks.set(drainingHook.name, {
      ...drainingHook,
      transition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      defaultResult: 'CONTINUE',
    });
  } else if (group.hooks.has(drainingHook.name)) {
    releaseHook(group, drainingHook.name);
  }
}

/** The group that an ARN or a name names, or Auto Scaling's error. */
export function groupNamed(world: World, arnOrName: string): Group {
  return groupOf(world, /autoScalingGroupName\/(.+)$/.exec(arnOrName)?.[1] ?? arnOrName);
}
