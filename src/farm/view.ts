import type { Problem } from '../core/problem.ts';
import type { Change, Verdict } from './finding.ts';
import type { Farm } from './joined.ts';
import type { Snapshot } from './snapshot.ts';

/** Series for sparklines, oldest first, at most 60 points, one a round. */
export interface History {
  readonly doorMs: readonly (number | null)[];
  readonly agents: readonly number[];
  readonly queue: readonly number[];
}

/** How observation goes, for the header. */
export interface Pace {
  /** Wall milliseconds between the starts of two rounds, as it is now. */
  readonly intervalMs: number;
  /** Why it is slower than asked for: `throttled`, `at rest`, `large farm`; absent at the base pace. */
  readonly reason?: string;
  /** Rounds finished. */
  readonly rounds: number;
  /** Wall milliseconds that the last round took. */
  readonly lastRoundMs: number;
  /** AWS calls of the last round. */
  readonly lastRoundCalls: number;
}

/** What the store publishes after each round. Immutable: a new object a round, parts kept when unchanged. */
export interface FarmView {
  /** `absent`: the stack does not exist (or waits in REVIEW_IN_PROGRESS). `waiting`: no round has finished. */
  readonly presence: 'waiting' | 'absent' | 'present';
  readonly snapshot?: Snapshot;
  /** The snapshot joined, with what only shows over several rounds: since when an agent is idle. */
  readonly farm?: Farm;
  readonly verdict: Verdict;
  /** Newest last, at most 500. */
  readonly changes: readonly Change[];
  readonly history: History;
  readonly pace: Pace;
  /** Set when a whole round could not be made (no credentials, no network). */
  readonly problem?: Problem;
}

/** The store: it publishes, hooks select. `farm/watch.ts` is the one that observes; tests use their own. */
export interface FarmStore {
  current(): FarmView;
  /** Called after each publication; returns the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Puts a line into the timeline: what the operator or a drill did. */
  record(change: Change): void;
  /** Starts a round now instead of at its time. */
  refresh(): void;
  /**
   * Looks as closely as farm time asks for until the returned function is called: the front door once a farm second,
   * rounds at their base pace in farm time. On a real farm that is the ordinary pace in motion.
   */
  watchClosely(): () => void;
}
