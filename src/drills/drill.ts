import type { Action, Target } from '../actions/action.ts';
import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { FarmStore } from '../farm/view.ts';

export type DrillVerdict = 'pass' | 'deviated' | 'inconclusive' | 'refused' | 'aborted';

/** A fault put in on purpose. */
export interface Drill {
  readonly name: string;
  readonly title: string;
  /** What is expected to hold: `a user of the front door sees no outage; slot b serves again within 4 min`. */
  readonly hypothesis: string;
  readonly action: Action;
  /** Seconds of farm time within which the farm must have recovered, from its own settings. */
  budgetSeconds(snapshot: Snapshot): number;
  /** Recovery predicted from the balancer's, ECS' and ASG's settings, seconds. */
  predictSeconds(snapshot: Snapshot): number;
  /** Seconds for which a user may be turned away without the hypothesis being wrong; longer is an unexpected outage. */
  toleratedOutageSeconds(snapshot: Snapshot): number;
  /** What is waited for in this snapshot, one line. */
  next(snapshot: Snapshot, target: Target): string;
  /** Builds that the fault costs, by the snapshot before it; requeued is null where the master's home died with it. */
  builds(before: Snapshot, target: Target): DrillReport['builds'];
  /** Undoes what is left of the fault; absent where nothing is left. Throws ProblemError. */
  rollback?(session: Session, target: Target): Promise<void>;
  /** Whether this snapshot shows the fault's effect on the target. */
  detected(snapshot: Snapshot, target: Target): boolean;
  /** Whether this snapshot shows the farm recovered from it. */
  recovered(snapshot: Snapshot, target: Target, before: Snapshot): boolean;
}

/** One line of a drill's timeline. `at` is farm time, ms. */
export interface DrillEvent {
  readonly at: number;
  readonly source: string;
  readonly event: string;
}

export interface Availability {
  readonly requests: number;
  readonly failures: number;
  readonly longestOutageSeconds: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** What the drill screen shows while a drill runs. */
export interface DrillProgress {
  readonly id: string;
  readonly drill: string;
  readonly target: Target;
  readonly phase: 'steady-before' | 'inject' | 'observe' | 'rollback' | 'steady-after' | 'done';
  /** Farm time of the injection. */
  readonly injectedAt?: number;
  readonly detectSeconds: number | null;
  readonly recoverSeconds: number | null;
  readonly budgetSeconds: number;
  readonly predictedSeconds: number;
  readonly availability: Availability;
  readonly timeline: readonly DrillEvent[];
  /** What is waited for now, one line. */
  readonly next: string;
}

/** The document of `drill run --json` and of report.json. */
export interface DrillReport {
  readonly id: string;
  readonly drill: string;
  readonly target: string;
  readonly verdict: DrillVerdict;
  readonly detectSeconds: number | null;
  readonly recoverSeconds: number | null;
  readonly pollErrorSeconds: number;
  readonly budgetSeconds: number;
  readonly predictedSeconds: number;
  readonly availability: Availability;
  readonly builds: { readonly lost: number; readonly requeued: number | null };
  readonly timeline: readonly { readonly at: string; readonly source: string; readonly event: string }[];
  readonly report: string;
  /** Why this verdict, one line. */
  readonly reason: string;
}

export interface DrillRun {
  readonly session: Session;
  readonly store: FarmStore;
  readonly drill: Drill;
  readonly target: Target;
  readonly onProgress: (progress: DrillProgress) => void;
  /** Aborting stops the drill: rollback, report with verdict aborted. */
  readonly signal?: AbortSignal;
  /** Folder for the report; default: the state folder. */
  readonly reportFolder?: string;
  /** Folder of the journals and the action log; default: the program's state folder. */
  readonly stateFolder?: string;
}
