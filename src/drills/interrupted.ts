import { problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import { drills } from './catalogue.ts';
import { drillsFolder, Journal, type PastDrill, pastDrills } from './journal.ts';

/**
 * Drills of this farm that were cut off: begun on this machine and never finished. Names of stacks repeat over accounts,
 * and a sandbox has them too: a drill is of this farm only when it ran under the same identity.
 */
export function interruptedDrills(session: Session, base = drillsFolder()): PastDrill[] {
  const { stack, region } = session.farm;
  return pastDrills(base).filter(
    ({ verdict, start }) =>
      verdict === undefined && start.stack === stack && start.region === region && start.identity === session.identity,
  );
}

/**
 * Undoes and closes the drills of this farm that were cut off, all but `exceptId`. Call it under the farm's lock: only
 * then is it sure that none of them is still running somewhere.
 */
export async function closeInterrupted(
  session: Session,
  exceptId: string | undefined,
  tell: (line: string) => void,
  base = drillsFolder(),
): Promise<void> {
  for (const past of interruptedDrills(session, base)) {
    if (past.id === exceptId) continue;
    const drill = drills.find((candidate) => candidate.name === past.start.drill);
    const journal = new Journal(past.id, base);
    let outcome = 'nothing was left to undo';
    try {
      if (drill?.rollback && past.lastStep !== 'started') {
        journal.append(session.clock.now(), 'rollback', { what: drill.name });
        await drill.rollback(session, past.start.target);
        outcome = 'rolled back';
      }
    } catch (error) {
      tell(
        `drill ${past.id} was cut off at ${past.lastStep} and could not be rolled back: ${problemOf(error).message}`,
      );
      continue;
    }
    const reason = `cut off at ${past.lastStep}; ${outcome}`;
    journal.append(session.clock.now(), 'closed', { verdict: 'aborted', reason });
    tell(`drill ${past.id} was ${reason}`);
  }
}
