import type { Judgement } from './finding.ts';
import type { Farm } from './joined.ts';
import type { Agent } from './joined-agents.ts';
import { fresh } from './reading.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Milliseconds for which an item may wait for an executor. Jenkins' own `stuck` is true during every normal launch of an
 * agent, so only the time that passed counts.
 */
const patienceMs = 300_000;

/** Agents that cost and do not build. */
export function agentFindings(snapshot: Snapshot, farm: Farm): readonly Judgement[] {
  if (!fresh(snapshot.instances)) return [];
  // While a slot is down its agents are masterless for a time: the slot's own finding says so.
  const serving = new Set(farm.slots.filter((slot) => slot.state === 'serving').map((slot) => slot.slot));
  const known = new Set(farm.slots.map((slot) => slot.slot));
  const orphans = farm.agents.filter(
    (agent) => isConfirmedOrphan(agent, snapshot) && (serving.has(agent.slot ?? '') || !known.has(agent.slot ?? '')),
  );
  return [
    ...many('orphan-agents', orphans, 'no master knows', 'terminate them: nobody else ends them, and they cost'),
    ...many(
      'contested-agents',
      farm.agents.filter((agent) => agent.state === 'contested'),
      'two masters hold at once',
      'builds on them die: check that each slot has its own cloud name',
    ),
    ...many(
      'offline-agents',
      farm.agents.filter((agent) => agent.state === 'offline'),
      'no master reaches',
      'see the log of the node in Jenkins; terminate it and another is started on demand',
    ),
  ];
}

/** Whether two looks in a row showed an agent as an orphan. */
function isConfirmedOrphan(agent: Agent, snapshot: Snapshot): boolean {
  return agent.orphanSince !== undefined && agent.orphanSince < snapshot.at;
}

/** Whether a second look is needed before agents can be judged. */
export function isUnsureOfAgents(farm: Farm, snapshot: Snapshot): boolean {
  return farm.agents.some((agent) => agent.state === 'orphan' && !isConfirmedOrphan(agent, snapshot));
}

function many(id: string, agents: readonly Agent[], what: string, advice: string): readonly Judgement[] {
  const [first, ...others] = agents;
  if (!first) return [];
  const names = others.length === 0 ? first.id : `${first.id} and ${others.length} more`;
  return [
    {
      id,
      severity: 'warning',
      subject: 'agents',
      message: `${agents.length} ${agents.length === 1 ? 'agent' : 'agents'} that ${what}: ${names}`,
      advice,
    },
  ];
}

/** Items that have waited too long for an executor, one finding a master. */
export function queueFindings(farm: Farm, now: number): readonly Judgement[] {
  // What waited when a master was last heard may have been built since: that it is not heard is a finding of its own.
  const heard = farm.slots.filter((slot) => fresh(slot.master) !== undefined);
  return heard.flatMap(({ slot }): readonly Judgement[] => {
    const late = farm.queue.filter(
      ({ slot: of, item }) =>
        of === slot && item.buildableSince !== undefined && now - item.buildableSince > patienceMs,
    );
    const first = late[0];
    if (!first) return [];
    const minutes = Math.floor((now - first.since) / 60_000);
    const more = late.length === 1 ? '' : ` and ${late.length - 1} more`;
    return [
      {
        id: `queue-waiting:${slot}`,
        severity: 'warning',
        subject: `queue of slot ${slot}`,
        message: `${first.item.job}${more} on slot ${slot} waits for an executor for ${minutes} min: ${first.cause.text}`,
        since: first.since + patienceMs,
        advice:
          first.cause.kind === 'cap-reached'
            ? 'raise AgentCap, or wait for running builds to end'
            : `see the cloud jdci-${slot} in Jenkins' log: launch errors, AMI, subnets, limits of the account`,
      },
    ];
  });
}
