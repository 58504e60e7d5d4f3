import type { Experience } from './availability.ts';
import type { DrillVerdict } from './drill.ts';

/** What a drill ended with; the verdict follows from this alone. */
export interface Evidence {
  /** Why it was not begun. */
  readonly refused?: string;
  /** Why it was broken off. */
  readonly aborted?: string;
  readonly detectSeconds: number | null;
  readonly recoverSeconds: number | null;
  readonly budgetSeconds: number;
  readonly experience: Experience;
  readonly toleratedOutageSeconds: number;
  /** The last look could tell whether the farm had recovered. */
  readonly seenAtEnd: boolean;
  readonly rollbackProblem?: string;
  readonly steadyAfter: { readonly reasons: readonly string[]; readonly blind: boolean };
}

/** The verdict and why, one line. What was not seen is inconclusive, never a pass. */
export function judge(evidence: Evidence): { verdict: DrillVerdict; reason: string } {
  const { experience, recoverSeconds, budgetSeconds, steadyAfter } = evidence;
  if (evidence.refused !== undefined) return { verdict: 'refused', reason: evidence.refused };
  if (evidence.aborted !== undefined) return { verdict: 'aborted', reason: evidence.aborted };

  // What is proved wrong counts before what is not known.
  if (experience.provedOutageSeconds > evidence.toleratedOutageSeconds) {
    return deviated(
      `users were turned away for ${experience.provedOutageSeconds} s or more; ${evidence.toleratedOutageSeconds} s were expected at most`,
    );
  }
  if (recoverSeconds === null) {
    if (!evidence.seenAtEnd) return inconclusive('the farm could not be seen when the budget was spent');
    if (evidence.detectSeconds === null) return inconclusive('the fault was never seen to take effect');
    return deviated(`not recovered within the budget of ${budgetSeconds} s`);
  }
  if (recoverSeconds > budgetSeconds)
    return deviated(`recovered after ${recoverSeconds} s, over the budget of ${budgetSeconds} s`);
  if (evidence.rollbackProblem !== undefined) return deviated(`the rollback failed: ${evidence.rollbackProblem}`);
  if (experience.requests === 0) return inconclusive('the front door was never asked: what users met is not known');
  if (steadyAfter.blind)
    return inconclusive(`the steady state could not be told afterwards: ${steadyAfter.reasons.join('; ')}`);
  if (steadyAfter.reasons.length > 0) return deviated(`no steady state afterwards: ${steadyAfter.reasons.join('; ')}`);
  const users =
    experience.failures === 0
      ? 'no request failed'
      : `${experience.failures} of ${experience.requests} requests failed, within what was expected`;
  return { verdict: 'pass', reason: `recovered after ${recoverSeconds} s of ${budgetSeconds} s; ${users}` };
}

function deviated(reason: string): { verdict: DrillVerdict; reason: string } {
  return { verdict: 'deviated', reason };
}

function inconclusive(reason: string): { verdict: DrillVerdict; reason: string } {
  return { verdict: 'inconclusive', reason };
}
