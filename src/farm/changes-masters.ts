import { booting } from '../jenkins/problems.ts';
import type { Change } from './finding.ts';
import type { Reading } from './reading.ts';
import type { MasterFacts, Snapshot } from './snapshot.ts';

/** Masters that answer, stop answering, boot, or were started anew. */
export function masterChanges(before: Snapshot | undefined, after: Snapshot): readonly Change[] {
  if (!before) return [];
  return Object.entries(after.masters).flatMap(([slot, is]) => {
    const was = before.masters[slot];
    if (!was) return [];
    return masterChange(slot, was, is).map(
      ({ event, severity }): Change => ({ at: after.at, source: 'Jenkins', event, severity }),
    );
  });
}

function masterChange(
  slot: string,
  was: Reading<MasterFacts>,
  is: Reading<MasterFacts>,
): readonly Pick<Change, 'event' | 'severity'>[] {
  if (is.problem) {
    if (is.problem.message === was.problem?.message) return [];
    if (is.problem.message === booting) return [{ event: `slot ${slot} boots`, severity: 'ok' }];
    // From one reason to another it still does not answer, but for a boot that broke off.
    if (was.problem && was.problem.message !== booting) return [];
    return [{ event: `slot ${slot} does not answer: ${is.problem.message}`, severity: 'warning' }];
  }
  const session = is.value?.session;
  const restarted = was.value?.session !== undefined && session !== undefined && was.value.session !== session;
  const version = is.value?.version === undefined ? '' : `: Jenkins ${is.value.version}`;
  if (was.problem) {
    return [{ event: `slot ${slot} answers${restarted ? ' after a new start' : ''}${version}`, severity: 'ok' }];
  }
  if (restarted) return [{ event: `slot ${slot} was started anew${version}`, severity: 'warning' }];
  if (was.value?.quietingDown === false && is.value?.quietingDown) {
    return [{ event: `slot ${slot} is about to shut down`, severity: 'warning' }];
  }
  return [];
}
