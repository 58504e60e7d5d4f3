import type { Clock } from '../core/clock.ts';
import type { Problem } from '../core/problem.ts';

/** However fast a farm's time runs, AWS (or what stands in for it) is not asked more often than this. Wall milliseconds. */
const leastMs = 250;
const mostMs = 30_000;

/** Wall milliseconds that are `farmMs` of farm time, at least a quarter of a second; the latter too when time stands. */
export function wallDelay(clock: Clock, farmMs: number): number {
  return clock.speed === 0 ? leastMs : Math.max(leastMs, farmMs / clock.speed);
}

/** The pause after `failures` failed looks in a row: doubled each time, half a minute at most. Wall milliseconds. */
export function backOff(clock: Clock, farmMs: number, failures: number): number {
  return Math.min(mostMs, wallDelay(clock, farmMs) * 2 ** failures);
}

/** Whether a problem may pass by itself, so that asking again makes sense. */
export function passes(problem: Problem): boolean {
  return ['throttled', 'timeout', 'unreachable', 'nonsense'].includes(problem.kind);
}
