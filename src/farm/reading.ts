import type { Problem } from '../core/problem.ts';

/**
 * One source's answer. A reading that failed keeps the last value it had, with its age and its problem: what cannot be
 * seen is never shown as fine.
 */
export interface Reading<T> {
  /** The last answer, if there ever was one. */
  readonly value?: T;
  /** Farm time of that answer, milliseconds since the epoch. */
  readonly at?: number;
  /** Why the newest attempt gave no answer; absent when `value` is of this round. */
  readonly problem?: Problem;
}

/** A reading of this round. */
export function seen<T>(value: T, at: number): Reading<T> {
  return { value, at };
}

/** A reading that failed in this round, keeping what the round before it knew. */
export function unseen<T>(problem: Problem, before?: Reading<T>): Reading<T> {
  return before?.value === undefined || before.at === undefined
    ? { problem }
    : { value: before.value, at: before.at, problem };
}

/** The value when it is of this round. */
export function fresh<T>(reading: Reading<T>): T | undefined {
  return reading.problem ? undefined : reading.value;
}

/** Age in seconds, or null when there never was an answer. */
export function ageSeconds(reading: Reading<unknown>, now: number): number | null {
  return reading.at === undefined ? null : Math.max(0, (now - reading.at) / 1000);
}
