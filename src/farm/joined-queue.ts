import type { Agent } from './joined-agents.ts';
import { fresh } from './reading.ts';
import type { QueueItemFacts, Snapshot } from './snapshot.ts';

/** Why an item waits, tied to what EC2 does about it. */
export type QueueCause =
  | { readonly kind: 'agent-booting'; readonly instanceId: string; readonly text: string }
  | { readonly kind: 'cap-reached'; readonly text: string }
  /** It wants an executor and nothing is being started for it. */
  | { readonly kind: 'no-agent'; readonly text: string }
  /** Jenkins itself holds it back (quiet period, another build); its own words say why. */
  | { readonly kind: 'held-by-jenkins'; readonly text: string }
  | { readonly kind: 'unseen'; readonly text: string };

export interface Queued {
  /** The master in whose queue it is. */
  readonly slot: string;
  readonly item: QueueItemFacts;
  readonly cause: QueueCause;
  /** Farm time since when it could have been built, or is in the queue. */
  readonly since: number;
}

export function joinQueue(
  snapshot: Snapshot,
  agents: readonly Agent[],
  agentCap: number | undefined,
): readonly Queued[] {
  const instancesSeen = fresh(snapshot.instances) !== undefined;
  const alive = agents.filter((agent) => agent.state !== 'ending').length;
  const launching = agents.filter((agent) => agent.state === 'launching');
  const queued = Object.entries(snapshot.masters).flatMap(([slot, reading]) => {
    // Each booting agent is the reason of one item: it has one executor.
    const coming = launching.filter((agent) => agent.slot === slot);
    return [...(reading.value?.queue ?? [])].sort(byAge).map((item): Queued => {
      const since = item.buildableSince ?? item.since;
      if (item.kind === 'waiting' || item.kind === 'blocked') {
        return { slot, item, since, cause: { kind: 'held-by-jenkins', text: item.why } };
      }
      return { slot, item, since, cause: causeOf(instancesSeen, coming.shift(), alive, agentCap) };
    });
  });
  return queued.sort((a, b) => a.since - b.since || a.item.id - b.item.id);
}

function byAge(a: QueueItemFacts, b: QueueItemFacts): number {
  return a.since - b.since || a.id - b.id;
}

function causeOf(
  instancesSeen: boolean,
  coming: Agent | undefined,
  alive: number,
  agentCap: number | undefined,
): QueueCause {
  if (!instancesSeen) return { kind: 'unseen', text: 'EC2 cannot be seen' };
  if (coming) return { kind: 'agent-booting', instanceId: coming.id, text: `agent ${coming.id} is booting` };
  if (agentCap !== undefined && alive >= agentCap) {
    return { kind: 'cap-reached', text: `the cap of ${agentCap} agents is reached` };
  }
  return { kind: 'no-agent', text: 'no agent is being started for it' };
}
