import { fresh } from './reading.ts';
import type { Snapshot } from './snapshot.ts';
import { isInProgress } from './stack-status.ts';
import type { Pace } from './view.ts';

/** Wall milliseconds between rounds when nothing has moved for a while. */
const restMs = 5_000;
/** The slowest that throttling makes it. */
const slowestMs = 30_000;
/** Rounds without any change until it is called rest. */
const quietRounds = 5;

/** What one round says about when the next should be. */
export interface RoundOutcome {
  readonly throttled: boolean;
  /** Something changed, or is on its way: another look soon is worth its calls. */
  readonly moving: boolean;
}

/** The pace of observation: its base in motion, slower at rest, twice as slow for each throttled round. */
export class PaceKeeper {
  readonly #baseMs: number;
  #intervalMs: number;
  #quiet = 0;
  #throttled = false;

  constructor(baseMs: number) {
    this.#baseMs = baseMs;
    this.#intervalMs = baseMs;
  }

  /** Wall milliseconds between the starts of two rounds, and why they are what they are. */
  get current(): Pick<Pace, 'intervalMs' | 'reason'> {
    if (this.#throttled) return { intervalMs: this.#intervalMs, reason: 'throttled' };
    return this.#intervalMs > this.#baseMs
      ? { intervalMs: this.#intervalMs, reason: 'at rest' }
      : { intervalMs: this.#intervalMs };
  }

  /** Takes a finished round into account. */
  after({ throttled, moving }: RoundOutcome): void {
    if (throttled) {
      this.#throttled = true;
      this.#intervalMs = Math.min(Math.max(slowestMs, this.#baseMs), this.#intervalMs * 2);
      return;
    }
    this.#quiet = moving ? 0 : this.#quiet + 1;
    const atRest = this.#quiet >= quietRounds ? Math.max(restMs, this.#baseMs) : this.#baseMs;
    if (this.#throttled) {
      // Back step by step: who was throttled just now would be again at once.
      this.#intervalMs = Math.max(atRest, this.#intervalMs / 2);
      this.#throttled = this.#intervalMs > atRest;
      return;
    }
    this.#intervalMs = atRest;
  }
}

/** Whether something in the snapshot is on its way from one state to another. */
export function isMoving(snapshot: Snapshot): boolean {
  if (isInProgress(fresh(snapshot.stack)?.status ?? '')) return true;
  const between = new Set(['pending', 'shutting-down', 'stopping']);
  return (
    (fresh(snapshot.tasks) ?? []).some((task) => task.lastStatus !== 'RUNNING' && task.lastStatus !== 'STOPPED') ||
    (fresh(snapshot.instances) ?? []).some((instance) => between.has(instance.state)) ||
    (fresh(snapshot.balancer)?.instances ?? []).some((one) => one.state !== 'InService') ||
    Object.values(snapshot.masters).some((master) => (fresh(master)?.queue.length ?? 0) > 0)
  );
}
