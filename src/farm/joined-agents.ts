import type { Slot } from './joined-slots.ts';
import { fresh } from './reading.ts';
import type { ComputerFacts, InstanceFacts, Snapshot } from './snapshot.ts';

/**
 * `busy`, `idle`: as its master says. `launching`: it boots or connects. `offline`: its master lost it. `held`: someone
 * took it offline. `orphan`: it runs and no master knows it: the master that started it is away or started anew, and
 * nobody ends it when idle. `contested`: two masters hold it. `ending`: it is being stopped or terminated. `unseen`: its
 * master cannot be asked.
 */
export type AgentState =
  | 'busy'
  | 'idle'
  | 'launching'
  | 'offline'
  | 'held'
  | 'orphan'
  | 'contested'
  | 'ending'
  | 'unseen';

export interface Agent {
  readonly id: string;
  readonly state: AgentState;
  /** Why it is in that state, one line; absent when the state says it all. */
  readonly note?: string;
  readonly instance: InstanceFacts;
  /** The slot that started it (its tag). */
  readonly slot?: string;
  readonly computer?: ComputerFacts;
  readonly build?: { readonly name: string; readonly url: string };
  /** 0–100, or −1 when unknown; of `build`. */
  readonly progress?: number;
  /** Farm time since when it is seen to be idle. */
  readonly idleSince?: number;
  /**
   * Farm time of the first look that showed it as an orphan. EC2 and the masters answer at different moments: an agent
   * that is just being ended looks like one for a single look.
   */
  readonly orphanSince?: number;
  /** Farm time of its launch. */
  readonly upSince: number;
}

/** Milliseconds from launch until an agent is normally connected (about 90 s), generously. */
const connectMs = 600_000;

export function joinAgents(snapshot: Snapshot, slots: readonly Slot[], before: readonly Agent[]): readonly Agent[] {
  const earlier = new Map(before.map((agent) => [agent.id, agent]));
  const holders = computersByInstance(snapshot);
  const bySlot = new Map(slots.map((slot) => [slot.slot, slot]));
  return (snapshot.instances.value ?? [])
    .filter((one) => one.role === 'agent' && one.state !== 'terminated')
    .map((instance) => joinAgent(snapshot, instance, bySlot, holders.get(instance.id) ?? [], earlier.get(instance.id)))
    .sort((a, b) => compare(a.slot ?? '', b.slot ?? '') || a.upSince - b.upSince || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface Holder {
  readonly slot: string;
  readonly computer: ComputerFacts;
}

function computersByInstance(snapshot: Snapshot): Map<string, Holder[]> {
  const holders = new Map<string, Holder[]>();
  for (const [slot, reading] of Object.entries(snapshot.masters)) {
    for (const computer of reading.value?.computers ?? []) {
      if (computer.instanceId === undefined) continue;
      const known = holders.get(computer.instanceId);
      if (known) known.push({ slot, computer });
      else holders.set(computer.instanceId, [{ slot, computer }]);
    }
  }
  return holders;
}

function joinAgent(
  snapshot: Snapshot,
  instance: InstanceFacts,
  slots: ReadonlyMap<string, Slot>,
  holders: readonly Holder[],
  before: Agent | undefined,
): Agent {
  const computer = (holders.find((holder) => holder.slot === instance.slot) ?? holders[0])?.computer;
  const working = computer?.executors.find((executor) => executor.build);
  const { state, note } = stateOf(snapshot, instance, slots, holders, computer);
  const idleSince = state === 'idle' ? (before?.idleSince ?? snapshot.at) : undefined;
  const orphanSince = state === 'orphan' ? (before?.orphanSince ?? snapshot.at) : undefined;
  return {
    id: instance.id,
    state,
    instance,
    upSince: instance.launchedAt,
    ...(note === undefined ? {} : { note }),
    ...(instance.slot === undefined ? {} : { slot: instance.slot }),
    ...(computer ? { computer } : {}),
    ...(working?.build ? { build: working.build, progress: working.progress } : {}),
    ...(idleSince === undefined ? {} : { idleSince }),
    ...(orphanSince === undefined ? {} : { orphanSince }),
  };
}

function stateOf(
  snapshot: Snapshot,
  instance: InstanceFacts,
  slots: ReadonlyMap<string, Slot>,
  holders: readonly Holder[],
  computer: ComputerFacts | undefined,
): { state: AgentState; note?: string } {
  if (!['pending', 'running'].includes(instance.state)) return { state: 'ending' };
  if (holders.length > 1) {
    return { state: 'contested', note: `held by slots ${holders.map((holder) => holder.slot).join(' and ')}` };
  }
  const young = snapshot.at - instance.launchedAt < connectMs;
  if (!computer) return withoutComputer(snapshot, instance, slots, young);
  const master = snapshot.masters[instance.slot ?? ''];
  if (master && fresh(master) === undefined) {
    const slot = slots.get(instance.slot ?? '');
    if (slot && masterIsAway(slot)) return { state: 'orphan', note: `the master of slot ${slot.slot} is away` };
    return { state: 'unseen', note: master.problem?.message ?? 'its master was not asked' };
  }
  if (computer.temporarilyOffline) return { state: 'held', note: computer.offlineReason ?? 'taken offline by someone' };
  if (computer.offline) {
    return young
      ? { state: 'launching' }
      : { state: 'offline', note: computer.offlineReason ?? 'its master has no connection to it' };
  }
  return { state: computer.idle ? 'idle' : 'busy' };
}

function withoutComputer(
  snapshot: Snapshot,
  instance: InstanceFacts,
  slots: ReadonlyMap<string, Slot>,
  young: boolean,
): { state: AgentState; note?: string } {
  const slot = slots.get(instance.slot ?? '');
  if (!slot) {
    // Without the services it is not known which slots there are.
    return fresh(snapshot.services) === undefined
      ? { state: 'unseen', note: 'the masters cannot be seen' }
      : { state: 'orphan', note: `there is no slot ${instance.slot ?? 'in its tags'}` };
  }
  if (masterIsAway(slot)) return { state: 'orphan', note: `the master of slot ${slot.slot} is away` };
  if (fresh(slot.master) === undefined) {
    return { state: 'unseen', note: slot.master.problem?.message ?? 'its master was not asked' };
  }
  // A master adds the node some seconds after it started the instance.
  if (young) return { state: 'launching' };
  return { state: 'orphan', note: `the master of slot ${slot.slot} does not know it` };
}

/** No process that could know its agents: the slot has no running master, or one that has only begun. */
function masterIsAway(slot: Slot): boolean {
  return ['gone', 'pending', 'stopping', 'off', 'booting'].includes(slot.state) && fresh(slot.master) === undefined;
}
