import { type Agent, joinAgents } from './joined-agents.ts';
import { type Door, joinDoor } from './joined-door.ts';
import { type Host, joinHosts } from './joined-hosts.ts';
import { joinQueue, type Queued } from './joined-queue.ts';
import { joinSlots, type Slot } from './joined-slots.ts';
import type { Snapshot } from './snapshot.ts';

/** The farm as one thing, from DNS to build queue: a snapshot's readings tied to each other. */
export interface Farm {
  readonly door: Door;
  /** By slot. */
  readonly slots: readonly Slot[];
  /** By zone, then id; terminated ones are left out. */
  readonly hosts: readonly Host[];
  /** By slot, then age, oldest first; terminated ones are left out. */
  readonly agents: readonly Agent[];
  /** Longest waiting first. */
  readonly queue: readonly Queued[];
  /** How many agents the farm may have (parameter AgentCap). */
  readonly agentCap?: number;
}

/**
 * Joins a snapshot. `before` is what was joined of the snapshot before it: since when an agent is idle is in no
 * source's answer, so it is carried along. All ages are against `snapshot.at`.
 */
export function joinFarm(snapshot: Snapshot, before?: Farm): Farm {
  const steps = joiningFarm(snapshot, before);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link joinFarm} in steps of a few milliseconds for a large farm, between which other work may come. */
export function* joiningFarm(snapshot: Snapshot, before?: Farm): Generator<void, Farm> {
  const slots = joinSlots(snapshot);
  yield;
  const cap = Number(snapshot.stack.value?.parameters.AgentCap ?? Number.NaN);
  const agentCap = Number.isInteger(cap) ? cap : undefined;
  const agents = joinAgents(snapshot, slots, before?.agents ?? []);
  yield;
  const hosts = joinHosts(snapshot);
  yield;
  return {
    door: joinDoor(snapshot),
    slots,
    hosts,
    agents,
    queue: joinQueue(snapshot, agents, agentCap),
    ...(agentCap === undefined ? {} : { agentCap }),
  };
}
