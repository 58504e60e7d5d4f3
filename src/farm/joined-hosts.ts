import { fresh } from './reading.ts';
import type { BalancedInstance, ContainerInstanceFacts, GroupInstance, InstanceFacts, Snapshot } from './snapshot.ts';

/**
 * `ready`: ECS can place tasks on it. `launching`: it boots and is not in the cluster yet. `missing`: it runs far longer
 * than a boot takes and is not in the cluster. `draining`, `disconnected`: as ECS says. `ending`: it is being stopped or
 * terminated. `unseen`: ECS or EC2 cannot be seen.
 */
export type HostState = 'ready' | 'launching' | 'missing' | 'draining' | 'disconnected' | 'ending' | 'unseen';

export interface Host {
  readonly id: string;
  readonly state: HostState;
  readonly zone: string;
  readonly instance?: InstanceFacts;
  readonly containerInstance?: ContainerInstanceFacts;
  /** As the Auto Scaling group knows it. */
  readonly member?: GroupInstance;
  readonly balanced?: BalancedInstance;
  /** Slots with a task on it. */
  readonly slots: readonly string[];
  /** Ready and without a master: where a master can go. */
  readonly spare: boolean;
}

/** Milliseconds from launch until a host has normally joined the cluster, generously. */
const joinMs = 600_000;

export function joinHosts(snapshot: Snapshot): readonly Host[] {
  const instances = (snapshot.instances.value ?? []).filter((one) => one.role === 'host' && one.state !== 'terminated');
  const ended = new Set(snapshot.instances.value?.filter((one) => one.state === 'terminated').map((one) => one.id));
  const byId = new Map(instances.map((one) => [one.id, one]));
  const ids = new Set([
    ...instances.map((one) => one.id),
    ...(snapshot.containerInstances.value ?? []).map((one) => one.instanceId),
    ...(snapshot.group.value?.instances ?? []).map((one) => one.instanceId),
  ]);
  return [...ids]
    .filter((id) => !ended.has(id))
    .map((id) => joinHost(snapshot, id, byId.get(id)))
    .sort((a, b) => compare(a.zone, b.zone) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function joinHost(snapshot: Snapshot, id: string, instance: InstanceFacts | undefined): Host {
  const containerInstance = snapshot.containerInstances.value?.find((one) => one.instanceId === id);
  const member = snapshot.group.value?.instances.find((one) => one.instanceId === id);
  const balanced = snapshot.balancer.value?.instances.find((one) => one.instanceId === id);
  const here = (snapshot.tasks.value ?? []).filter(
    (task) => task.lastStatus !== 'STOPPED' && task.containerInstanceArn === containerInstance?.arn,
  );
  const slots = containerInstance
    ? [...new Set(here.map((task) => task.slot).filter((slot) => slot !== undefined))].sort()
    : [];
  const state = stateOf(snapshot, instance, containerInstance, member);
  return {
    id,
    state,
    zone: instance?.zone ?? member?.zone ?? '',
    slots,
    spare: state === 'ready' && slots.length === 0 && fresh(snapshot.tasks) !== undefined,
    ...(instance ? { instance } : {}),
    ...(containerInstance ? { containerInstance } : {}),
    ...(member ? { member } : {}),
    ...(balanced ? { balanced } : {}),
  };
}

function stateOf(
  snapshot: Snapshot,
  instance: InstanceFacts | undefined,
  containerInstance: ContainerInstanceFacts | undefined,
  member: GroupInstance | undefined,
): HostState {
  const ends = instance !== undefined && !['pending', 'running'].includes(instance.state);
  if (ends || member?.lifecycle.startsWith('Terminating')) return 'ending';
  if (fresh(snapshot.containerInstances) === undefined) return 'unseen';
  if (containerInstance === undefined) {
    const launchedAt = instance?.launchedAt;
    return launchedAt !== undefined && snapshot.at - launchedAt > joinMs ? 'missing' : 'launching';
  }
  if (containerInstance.status === 'DRAINING') return 'draining';
  if (!containerInstance.agentConnected) return 'disconnected';
  return containerInstance.status === 'ACTIVE' ? 'ready' : 'launching';
}
