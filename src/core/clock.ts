import { readFileSync } from 'node:fs';
import { calm } from './event-loop.ts';

/**
 * The one source of time. Farm time (ages, budgets, polls, history) is `now()`; time-outs and staleness are wall time,
 * because a request that hangs costs the operator real seconds however fast the farm's time runs.
 */
export interface Clock {
  /** Farm time, milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic wall time, milliseconds; only differences mean anything. */
  wall(): number;
  /** Farm milliseconds per wall millisecond; 1 on a real farm, 0 when a sandbox stands still. */
  readonly speed: number;
  /** Resolves after `wallMs` of wall time; rejects with the signal's reason when aborted. */
  after(wallMs: number, signal?: AbortSignal): Promise<void>;
}

/** Wall time as milliseconds since the epoch that never runs back within a process. */
export function monotonicEpoch(): number {
  return performance.timeOrigin + performance.now();
}

function wallTimer(wallMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, wallMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The clock of a real farm: farm time is wall time. */
export const systemClock: Clock = {
  now: monotonicEpoch,
  wall: () => performance.now(),
  speed: 1,
  after: wallTimer,
};

/** How a sandbox's farm time follows wall time: `farm = worldMs + (wall − wallMs) × speed`. */
export interface WorldTime {
  /** Farm time at the anchor, milliseconds since the epoch. */
  worldMs: number;
  /** Wall time at the anchor, milliseconds since the epoch. */
  wallMs: number;
  speed: number;
}

/** How often a clock looks for a newer anchor, wall milliseconds, at most: a look at a file takes 0.02. */
const lookMs = 10;

/** A clock on a sandbox's farm time. `newest` tells where it stands when it was moved by other means than wall time. */
export function worldClock(time: WorldTime, newest?: () => WorldTime | undefined): Clock {
  let anchor = time;
  let looked = Number.NEGATIVE_INFINITY;
  return {
    now: () => {
      const wall = performance.now();
      if (newest && wall - looked >= lookMs) {
        looked = wall;
        anchor = newest() ?? anchor;
      }
      return anchor.worldMs + (monotonicEpoch() - anchor.wallMs) * anchor.speed;
    },
    wall: () => performance.now(),
    speed: time.speed,
    after: wallTimer,
  };
}

/** Writes a {@link WorldTime} as the value of `JDCI_CLOCK`. */
export function formatWorldTime(time: WorldTime): string {
  return `${time.worldMs},${time.wallMs},${time.speed}`;
}

/** Reads `JDCI_CLOCK` (`worldMs,wallMs,speed`); undefined when it is not three finite numbers. */
export function parseWorldTime(text: string): WorldTime | undefined {
  const parts = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [worldMs, wallMs, speed] = parts;
  if (parts.length !== 3 || !parts.every(Number.isFinite)) return undefined;
  if (worldMs === undefined || wallMs === undefined || speed === undefined || speed < 0) return undefined;
  return { worldMs, wallMs, speed };
}

/** Reads the file that `JDCI_CLOCK_FILE` names: the value that `JDCI_CLOCK` would have now. Undefined when it has none. */
export function clockFile(file: string): () => WorldTime | undefined {
  return () => {
    try {
      return parseWorldTime(readFileSync(file, 'utf8').trim());
    } catch {
      return undefined;
    }
  };
}

/** A clock that stands until it is moved: for tests. Waiters resolve as `advance` passes them. */
export class ManualClock implements Clock {
  readonly speed = 1;
  #now: number;
  #wall = 0;
  #waiters: { at: number; resolve: () => void }[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  after(wallMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal?.reason);
      };
      const waiter = {
        at: this.#wall + wallMs,
        resolve: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      this.#waiters.push(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Moves farm and wall time by `ms` and lets every waiter that came due run, oldest first. */
  async advance(ms: number): Promise<void> {
    const target = this.#wall + ms;
    for (;;) {
      // Several turns of the microtask queue, so that what runs now can come to wait before time goes on.
      for (let turn = 0; turn < 20; turn++) {
        await Promise.resolve();
        await calm();
      }
      const due = this.#waiters.filter((waiter) => waiter.at <= target).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#waiters = this.#waiters.filter((waiter) => waiter !== due);
      this.#now += Math.max(0, due.at - this.#wall);
      this.#wall = Math.max(this.#wall, due.at);
      due.resolve();
    }
    this.#now += target - this.#wall;
    this.#wall = target;
  }
}
