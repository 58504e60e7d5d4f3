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

/**
 * A large farm is looked at so seldom that its rounds keep the thread busy for this share of the time: a fifth of a core
 * with what the garbage collector does in threads of its own.
 */
const busyShare = 0.125;

/** What one round says about when the next should be. */
export interface RoundOutcome {
  readonly throttled: boolean;
  /** Something changed, or is on its way: another look soon is worth its calls. */
  readonly moving: boolean;
  /** Wall milliseconds for which the round kept its thread busy. */
  readonly busyMs: number;
}

/** The pace of observation: its base in motion, slower at rest and for a large farm, twice as slow for each throttled round. */
export class PaceKeeper {
  readonly #baseMs: number;
  #intervalMs: number;
  #quiet = 0;
  #throttled = false;
  /** The least that the work of a round asks for. */
  #leastMs = 0;

  constructor(baseMs: number) {
    this.#baseMs = baseMs;
    this.#intervalMs = baseMs;
  }

  /** Wall milliseconds between the starts of two rounds, and why they are what they are. */
  get current(): Pick<Pace, 'intervalMs' | 'reason'> {
    if (this.#throttled) return { intervalMs: Math.max(this.#intervalMs, this.#leastMs), reason: 'throttled' };
    if (this.#leastMs > this.#intervalMs) return { intervalMs: this.#leastMs, reason: 'large farm' };
    return this.#intervalMs > this.#baseMs
      ? { intervalMs: this.#intervalMs, reason: 'at rest' }
      : { intervalMs: this.#intervalMs };
  }

  /** Takes a finished round into account. */
  after({ throttled, moving, busyMs }: RoundOutcome): void {
    this.#leastMs = Math.round(busyMs / busyShare);
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
