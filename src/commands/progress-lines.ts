import type { ProvisionProgress } from '../provision/form.ts';

/** What is new since the look before, one line each: for a log, where nothing can be redrawn. `now` is farm time, ms. */
export function progressLines(before: ProvisionProgress | undefined, after: ProvisionProgress, now: number): string[] {
  const elapsed = after.startedAt === 0 ? '' : duration(now - after.startedAt);
  const stamp = `${elapsed.padStart(7)} ${`${after.done}/${after.total}`.padStart(6)}`;
  const lines: string[] = [];
  if (after.problem && after.problem.message !== before?.problem?.message) {
    lines.push(`${stamp} waiting: ${after.problem.message}; ${after.problem.advice}`);
  }
  const known = new Map((before?.resources ?? []).map((resource) => [resource.logicalId, resource.status]));
  for (const resource of after.resources) {
    if (known.get(resource.logicalId) === resource.status) continue;
    const why = resource.reason !== undefined && resource.status.endsWith('_FAILED') ? `: ${resource.reason}` : '';
    lines.push(`${stamp} ${resource.status} ${resource.logicalId}${why}`);
  }
  const failing = after.failingTasks;
  if (failing && failing.failures !== before?.failingTasks?.failures) {
    lines.push(`${stamp} slot ${failing.slot}: ${failing.failures} tasks did not stay up: ${failing.reason}`);
    if (!before?.failingTasks) {
      lines.push(`${stamp} CloudFormation would wait for hours; to give up, end this and run jdci-tui destroy`);
    }
  }
  if (after.stackStatus !== before?.stackStatus) lines.push(`${stamp} ${after.stackStatus} (the stack)`);
  return lines;
}

/** `1m40s`, `12s`. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}
