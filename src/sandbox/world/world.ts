import TinyQueue from 'tinyqueue';
import { type Random, seededRandom } from '../../core/random.ts';
import { Network } from './network.ts';
import type { Range, Settings } from './settings.ts';

/** A pending event; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

interface Scheduled {
  at: number;
  sequence: number;
  run: () => void;
  cancelled: boolean;
}

/**
 * The kernel of the simulated region: a clock that only moves forward, and a queue of events that run when they are due.
 * It knows nothing of AWS; each service's module keeps its own state with {@link perWorld} and its own processes as
 * events. Deterministic: events due at the same time run in the order they were scheduled, and all chance comes from
 * forks of one seed.
 */
export class World {
  readonly settings: Settings;
  readonly random: Random;
  readonly network = new Network();
  readonly seed: number;
  #now: number;
  #sequence = 0;
  #queue = new TinyQueue<Scheduled>([], (a, b) => a.at - b.at || a.sequence - b.sequence);
  readonly #ids: Random;
  readonly #delays: Random;

  constructor(options: { seed: number; startMs: number; settings: Settings }) {
    this.settings = options.settings;
    this.seed = options.seed;
    this.random = seededRandom(options.seed);
    this.#now = options.startMs;
    this.#ids = this.random.fork('ids');
    this.#delays = this.random.fork('delays');
  }

  /** World time, milliseconds since the epoch. While an event runs it is the time at which the event was due. */
  get now(): number {
    return this.#now;
  }

  /** World time as a Date, for answers. */
  date(): Date {
    return new Date(this.#now);
  }

  /** Runs `run` after `delayMs` of world time. */
  schedule(delayMs: number, run: () => void): Timer {
    const event: Scheduled = {
      at: this.#now + Math.max(0, delayMs),
      sequence: this.#sequence++,
      run,
      cancelled: false,
    };
    this.#queue.push(event);
    return {
      cancel: () => {
        event.cancelled = true;
      },
    };
  }

  /** Runs `run` after a delay drawn from a range in seconds. */
  scheduleWithin(range: Range, run: () => void): Timer {
    return this.schedule(this.drawMs(range), run);
  }

  /** Runs `run` every `intervalMs` of world time, first after one interval, until cancelled. */
  every(intervalMs: number, run: () => void): Timer {
    let timer: Timer;
    const tick = () => {
      timer = this.schedule(intervalMs, tick);
      run();
    };
    timer = this.schedule(intervalMs, tick);
    return { cancel: () => timer.cancel() };
  }

  /** Milliseconds drawn uniformly from a range in seconds. */
  drawMs([from, to]: Range): number {
    return Math.round((from + this.#delays.next() * (to - from)) * 1000);
  }

  /** When the next event is due, or undefined when nothing is pending. */
  get nextDue(): number | undefined {
    while (this.#queue.peek()?.cancelled) this.#queue.pop();
    return this.#queue.peek()?.at;
  }

  /** Moves the clock to `ms`, running what falls due on the way; a time in the past changes nothing. */
  advanceTo(ms: number): void {
    for (;;) {
      const due = this.nextDue;
      if (due === undefined || due > ms) break;
      const event = this.#queue.pop();
      if (!event) break;
      this.#now = Math.max(this.#now, event.at);
      event.run();
    }
    this.#now = Math.max(this.#now, ms);
  }

  /** Moves the clock by `ms`. */
  advance(ms: number): void {
    this.advanceTo(this.#now + ms);
  }

  /** Moves the clock until `condition` holds, at most by `limitMs`; whether it came to hold. */
  advanceUntil(condition: () => boolean, limitMs: number): boolean {
    const limit = this.#now + limitMs;
    while (!condition()) {
      const due = this.nextDue;
      if (due === undefined || due > limit) {
        this.advanceTo(limit);
        return condition();
      }
      this.advanceTo(due);
    }
    return true;
  }

  /** `length` fresh hexadecimal digits. */
  hex(length: number): string {
    return this.#ids.hex(length);
  }

  /** A fresh EC2-style id of 17 hexadecimal digits: `i-0…`, `sg-0…`. */
  id(prefix: string): string {
    return `${prefix}-0${this.#ids.hex(16)}`;
  }

  /** A fresh UUID (its version and variant digits included). */
  uuid(): string {
    const h = this.#ids.hex(30);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(12, 15)}-a${h.slice(15, 18)}-${h.slice(18, 30)}`;
  }

  /** An ARN in this world's region and account; pass '' as region for global services. */
  arn(service: string, resource: string, region = this.settings.region): string {
    return `arn:aws:${service}:${region}:${this.settings.account}:${resource}`;
  }
}

/**
 * State that belongs to one module and one world: `const ecs = perWorld((world) => new EcsState())`, then
 * `ecs(world).clusters`. Made on first use.
 */
export function perWorld<S>(create: (world: World) => S): (world: World) => S {
  const states = new WeakMap<World, S>();
  return (world) => {
    let state = states.get(world);
    if (state === undefined) {
      state = create(world);
      states.set(world, state);
    }
    return state;
  };
}

/** Something that happens in a world and that other modules may hear of, in the order in which they asked to. */
export class Signal<T> {
  readonly #listeners: ((event: T) => void)[] = [];

  on(listener: (event: T) => void): void {
    this.#listeners.push(listener);
  }

  emit(event: T): void {
    for (const listener of this.#listeners) listener(event);
  }
}
