import { ProblemError, problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { FarmStore } from '../farm/view.ts';
import type { Action, Refusal, Target } from './action.ts';
import { actionEntry, actionLogPath, logAction } from './action-log.ts';

/** Why an action may not be taken: read-only, or by the action's own guard. Null when it may. */
export function refusal(session: Session, action: Action, snapshot: Snapshot, target: Target): Refusal | null {
  if (session.readOnly) return { reason: 'read-only: nothing is changed', advice: 'start again without --read-only' };
  return action.guard(snapshot, target);
}

/**
 * Takes an action that passed {@link refusal} and was confirmed; puts it into the timeline and the action log. `by`
 * names the drill that takes it. Throws {@link ProblemError} when it cannot be done, which is logged as well.
 */
export async function performAction(
  session: Session,
  store: FarmStore,
  action: Action,
  target: Target,
  options: { by?: string; logPath?: string } = {},
): Promise<void> {
  const { by, logPath = actionLogPath() } = options;
  const source = by === undefined ? 'operator' : 'drill';
  const whose = by === undefined ? {} : { by };
  try {
    await action.perform(session, target);
  } catch (error) {
    const problem = problemOf(error, action.name);
    await logAction(
      session,
      actionEntry(session, action, target, { outcome: 'failed', message: problem.message, ...whose }),
      logPath,
    );
    store.record({
      at: session.clock.now(),
      source,
      event: `${action.name} on ${target.label} failed: ${problem.message}`,
      severity: 'warning',
    });
    throw error instanceof ProblemError ? error : new ProblemError(problem, { cause: error });
  }
  await logAction(session, actionEntry(session, action, target, { outcome: 'done', ...whose }), logPath);
  store.record({ at: session.clock.now(), source, event: `${action.name} on ${target.label}`, severity: 'warning' });
  // What it did is to be seen now, not at the round's own time.
  store.refresh();
}
