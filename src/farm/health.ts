import type { Finding, Judgement, Severity, Verdict } from './finding.ts';
import { agentFindings, queueFindings } from './health-agents.ts';
import { doorFindings } from './health-door.ts';
import { hostFindings } from './health-hosts.ts';
import { slotFindings } from './health-slots.ts';
import { stackFindings } from './health-stack.ts';
import { unseenFindings } from './health-unseen.ts';
import { type Farm, joinFarm } from './joined.ts';
import { fresh } from './reading.ts';
import type { Snapshot } from './snapshot.ts';
import { absentProblem, isAbsent } from './stack-status.ts';

/** Most severe first. What essential sources cannot show weighs more than a warning: it may hide something critical. */
const order: readonly Severity[] = ['critical', 'unknown', 'warning', 'ok'];

/**
 * Judges a snapshot at farm time `now`. A finding that `before` had keeps its `since`. Never `ok` when something that
 * matters could not be seen. `farm` may be given when it is joined already.
 */
export function health(snapshot: Snapshot, now: number, before?: Verdict, farm = joinFarm(snapshot)): Verdict {
  const judgements = isAbsent(snapshot.stack)
    ? [absent(snapshot)]
    : isBeingMade(snapshot)
      ? [...stackFindings(snapshot), ...unseenFindings(snapshot, farm)]
      : [
          ...stackFindings(snapshot),
          ...doorFindings(snapshot, farm),
          ...slotFindings(snapshot, farm),
          ...hostFindings(snapshot, farm),
          ...agentFindings(snapshot, farm),
          ...queueFindings(farm, now),
          ...unseenFindings(snapshot, farm),
        ];
  const earlier = new Map(before?.findings.map((finding) => [finding.id, finding.since]));
  const findings = judgements
    .map((one): Finding => ({ ...one, since: earlier.get(one.id) ?? one.since ?? now }))
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || a.since - b.since);
  return { severity: findings[0]?.severity ?? 'ok', summary: summaryOf(snapshot, farm), findings };
}

/** Nobody relies on a farm yet that is being created: what it has not is on its way, and no reason to wake anybody. */
function isBeingMade({ stack }: Snapshot): boolean {
  return stack.value?.status === 'CREATE_IN_PROGRESS';
}

function absent({ farm, stack }: Snapshot): Judgement {
  const problem = absentProblem(farm.stack, stack);
  return {
    id: 'stack-absent',
    severity: 'unknown',
    subject: `stack ${farm.stack}`,
    message: problem.message,
    advice: problem.advice,
  };
}

/** `2 of 2 masters serving · 3 hosts · 4 agents · 1 queued`, of what could be seen. */
function summaryOf(snapshot: Snapshot, farm: Farm): string {
  if (isAbsent(snapshot.stack)) return absentProblem(snapshot.farm.stack, snapshot.stack).message;
  const parts: string[] = isBeingMade(snapshot) ? ['being created'] : [];
  const slots = farm.slots.filter((slot) => slot.state !== 'off');
  const unseen = slots.filter((slot) => slot.state === 'unseen').length;
  const serving = slots.filter((slot) => slot.state === 'serving').length;
  if (fresh(snapshot.services) === undefined || (unseen > 0 && unseen === slots.length)) {
    parts.push('the masters cannot be seen');
  } else parts.push(`${serving} of ${count(slots.length, 'master')} serving`);
  if (fresh(snapshot.instances)) {
    const hosts = farm.hosts.filter((host) => host.state !== 'ending').length;
    const agents = farm.agents.filter((agent) => agent.state !== 'ending').length;
    parts.push(count(hosts, 'host'), count(agents, 'agent'));
  }
  if (Object.values(snapshot.masters).some((master) => fresh(master))) parts.push(`${farm.queue.length} queued`);
  return parts.join(' · ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
