import { agentChanges, lostBuilds } from './changes-agents.ts';
import { activityChanges, balancerChanges, hostChanges } from './changes-hosts.ts';
import { masterChanges } from './changes-masters.ts';
import { eventChanges, taskChanges } from './changes-tasks.ts';
import type { Change } from './finding.ts';
import type { Snapshot } from './snapshot.ts';

/** Farm milliseconds before the round before (or before the first one) that are still told of: what the sources keep. */
const pastMs = 3_600_000;

/**
 * What happened between two rounds, oldest first. A source that could not be seen says nothing; when it is seen again,
 * what changed meanwhile is told then. Without a round before, what the sources themselves remember of the last hour.
 */
export function changes(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  const all = [
    ...stackChanges(before, after),
    ...taskChanges(before, after),
    ...eventChanges(before, after),
    ...balancerChanges(before, after),
    ...activityChanges(before, after),
    ...hostChanges(before, after),
    ...masterChanges(before, after),
    ...agentChanges(before, after),
    ...lostBuilds(before, after),
  ];
  const from = (before?.at ?? after.at) - pastMs;
  return all.filter((change) => change.at >= from).sort((a, b) => a.at - b.at);
}

function stackChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  const was = before?.stack.value;
  const is = after.stack.value;
  if (!was || !is || after.stack.problem || (was.status === is.status && was.id === is.id)) return [];
  const bad = /FAILED|ROLLBACK/.test(is.status);
  const reason = is.reason ? `: ${is.reason}` : '';
  return [{ at: after.at, source: 'stack', event: `${is.status}${reason}`, severity: bad ? 'critical' : 'ok' }];
}
