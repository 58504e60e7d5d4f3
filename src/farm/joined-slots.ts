import { booting } from '../jenkins/problems.ts';
import { fresh, type Reading } from './reading.ts';
import type {
  BalancedInstance,
  ContainerInstanceFacts,
  InstanceFacts,
  MasterFacts,
  ServiceFacts,
  Snapshot,
  TaskFacts,
} from './snapshot.ts';

/**
 * What a slot is doing. `serving`: its task runs and the balancer sends users to it. `booting`: its task runs, users are
 * not sent to it yet. `failing`: it runs, but the balancer does not (or no longer) take it. `pending`: a task is being
 * placed or started. `stopping`: its task ends and there is no other yet. `gone`: there should be a task and there is
 * none. `off`: its service wants none. `unseen`: ECS or the balancer cannot be seen.
 */
export type SlotState = 'serving' | 'booting' | 'failing' | 'pending' | 'stopping' | 'gone' | 'off' | 'unseen';

export interface Slot {
  readonly slot: string;
  readonly state: SlotState;
  /** Farm time since when, as far as the sources say. */
  readonly since?: number;
  readonly service?: ServiceFacts;
  /** The task that counts: the running one, else the one that is coming, else the one that ends. */
  readonly task?: TaskFacts;
  /** The newest task of this slot that has ended: why it had to be replaced. */
  readonly lastStopped?: TaskFacts;
  readonly containerInstance?: ContainerInstanceFacts;
  readonly host?: InstanceFacts;
  readonly balanced?: BalancedInstance;
  readonly master: Reading<MasterFacts>;
}

/** Milliseconds for which a started task may be out of service and still be called booting: the service's grace period. */
const graceMs = 300_000;

export function joinSlots(snapshot: Snapshot): readonly Slot[] {
  const names = new Set([
    ...(snapshot.services.value ?? []).map((service) => service.slot),
    ...Object.keys(snapshot.masters),
  ]);
  return [...names].sort().map((slot) => joinSlot(snapshot, slot));
}

function joinSlot(snapshot: Snapshot, slot: string): Slot {
  const service = snapshot.services.value?.find((one) => one.slot === slot);
  const tasks = (snapshot.tasks.value ?? []).filter((one) => one.slot === slot);
  const task = currentTask(tasks);
  const lastStopped = newest(
    tasks.filter((one) => one.lastStatus === 'STOPPED'),
    (one) => one.stoppedAt,
  );
  const containerInstance = snapshot.containerInstances.value?.find((one) => one.arn === task?.containerInstanceArn);
  const host = snapshot.instances.value?.find((one) => one.id === containerInstance?.instanceId);
  const balanced = snapshot.balancer.value?.instances.find((one) => one.instanceId === containerInstance?.instanceId);
  const master = snapshot.masters[slot] ?? {};
  const state = stateOf(snapshot, { service, task, balanced, master });
  const since = sinceOf(state, task, lastStopped);
  return {
    slot,
    state,
    master,
    ...(since === undefined ? {} : { since }),
    ...(service ? { service } : {}),
    ...(task ? { task } : {}),
    ...(lastStopped ? { lastStopped } : {}),
    ...(containerInstance ? { containerInstance } : {}),
    ...(host ? { host } : {}),
    ...(balanced ? { balanced } : {}),
  };
}

/** Running and to stay running, else coming, else ending; the newest of each. */
function currentTask(tasks: readonly TaskFacts[]): TaskFacts | undefined {
  const alive = tasks.filter((task) => task.lastStatus !== 'STOPPED');
  const staying = alive.filter((task) => task.desiredStatus === 'RUNNING');
  const running = staying.filter((task) => task.lastStatus === 'RUNNING');
  const best = running.length > 0 ? running : staying.length > 0 ? staying : alive;
  return newest(best, (task) => task.createdAt);
}

function newest<T>(list: readonly T[], time: (one: T) => number | undefined): T | undefined {
  return [...list].sort((a, b) => (time(b) ?? 0) - (time(a) ?? 0))[0];
}

function stateOf(
  snapshot: Snapshot,
  slot: { service?: ServiceFacts; task?: TaskFacts; balanced?: BalancedInstance; master: Reading<MasterFacts> },
): SlotState {
  if (fresh(snapshot.tasks) === undefined || fresh(snapshot.services) === undefined) return 'unseen';
  const { task } = slot;
  if (!task) return slot.service?.desired === 0 ? 'off' : 'gone';
  if (task.desiredStatus === 'STOPPED') return 'stopping';
  if (task.lastStatus !== 'RUNNING') return 'pending';
  if (fresh(snapshot.balancer) === undefined || fresh(snapshot.containerInstances) === undefined) return 'unseen';
  if (slot.balanced?.state === 'InService') return 'serving';
  if (slot.master.problem?.message === booting) return 'booting';
  return snapshot.at - (task.startedAt ?? snapshot.at) < graceMs ? 'booting' : 'failing';
}

function sinceOf(
  state: SlotState,
  task: TaskFacts | undefined,
  lastStopped: TaskFacts | undefined,
): number | undefined {
  switch (state) {
    case 'serving':
    case 'booting':
    case 'failing':
      return task?.startedAt;
    case 'pending':
      return task?.createdAt;
    case 'gone':
      return lastStopped?.stoppedAt;
    default:
      return undefined;
  }
}
