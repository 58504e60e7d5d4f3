import { monotonicEpoch, type WorldTime } from '../../core/clock.ts';
import type { World } from '../world/world.ts';

// The world's timer never fires more often than this, wall milliseconds.
const minimumPauseMs = 50;
const maximumPauseMs = 60_000;
// How long catching up may hold the event loop at a time, wall milliseconds.
const sliceMs = 20;

/**
 * Lets a world follow wall time. Events run when they are due, by a timer and before every request. After a suspension
 * (a laptop asleep, a stopped process) there may be hours of farm time to catch up: that is done in slices, between which
 * the process answers, in the same order of events as ever.
 */
export class Pace {
  readonly #world: World;
  readonly #time: WorldTime;
  readonly #report: (problem: string) => void;
  readonly #moved: () => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `time` is the anchor that other processes are told; {@link advance} moves it in place and calls `moved`. */
  constructor(world: World, time: WorldTime, report: (problem: string) => void, moved: () => void = () => {}) {
    this.#world = world;
    this.#time = time;
    this.#report = report;
    this.#moved = moved;
  }

  get speed(): number {
    return this.#time.speed;
  }

  /** Farm time by the wall clock, whole milliseconds. */
  farmNow(): number {
    return Math.floor(this.#time.worldMs + (monotonicEpoch() - this.#time.wallMs) * this.#time.speed);
  }

  /** Resolves when the world has come to the farm time of this call. */
  async catchUp(): Promise<void> {
    const target = this.farmNow();
    while (!this.#slice(target)) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Moves farm time ahead of the wall by `ms` and resolves when the world has followed. */
  async advance(ms: number): Promise<void> {
    this.#time.worldMs += ms;
    this.#moved();
    await this.catchUp();
    this.arm();
  }

  /** Sets the timer for the next event; to be called whenever new events may have been scheduled. */
  arm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const due = this.#world.nextDue;
    if (this.#stopped || this.speed === 0 || due === undefined) return;
    const pause = Math.ceil((due - this.farmNow()) / this.speed);
    this.#timer = setTimeout(() => void this.#tick(), Math.min(maximumPauseMs, Math.max(minimumPauseMs, pause)));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #tick(): Promise<void> {
    await this.catchUp();
    this.arm();
  }

  /** Runs due events for one slice of wall time; whether the world has come to `target`. */
  #slice(target: number): boolean {
    const end = performance.now() + sliceMs;
    for (;;) {
      const due = this.#world.nextDue;
      const done = this.#stopped || due === undefined || due > target;
      try {
        this.#world.advanceTo(done ? target : due);
      } catch (error) {
        // The event is off the queue already, so that a defect in one process does not stop the world.
        this.#report(`an event of the simulated region failed: ${String(error)}`);
        if (done) return true;
      }
      if (done) return true;
      if (performance.now() >= end) return false;
    }
  }
}
