import type { Random } from '../../core/random.ts';
import { type Injected, inject, type WorldFault } from '../world/faults.ts';
import type { Timer, World } from '../world/world.ts';

/** When a fault is in force, in farm seconds: at once and until it is cleared when nothing else is said. */
export interface FaultWindow {
  /** Until it begins. */
  after?: number;
  /** That it lasts. */
  seconds?: number;
}

/** Something that goes wrong between a client and one operation, or one address of the network. */
export type OperationFault = FaultWindow & {
  /** Signing name (`ecs`, `ec2`, …), `network` for what goes through the proxy, or `*`. */
  service: string;
  /** Operation name, for `network` the target `host:port`; a `*` stands for anything. */
  operation: string;
  /** How many requests it takes; without it, all. */
  count?: number;
  /** Of the requests that fit, the share that it takes; 1 when not given. */
  probability?: number;
} & (
    | { kind: 'throttle' | 'error'; code?: string; message?: string; status?: number }
    /** Wall milliseconds, which is what clients' time-outs count. */
    | { kind: 'delay'; delayMs: number }
    /** No answer ever. */
    | { kind: 'hang' }
    /** Done, but the connection is reset in the middle of the answer. */
    | { kind: 'cut' }
    /** A page of HTML, as a broken proxy on the way gives; status 502 when not given. */
    | { kind: 'nonsense'; status?: number }
  );

/** The credentials are refused as expired, those of one key or of all. */
export type CredentialFault = FaultWindow & { kind: 'expired-credentials'; accessKeyId?: string };

export type Fault = OperationFault | CredentialFault | (FaultWindow & WorldFault);

/** A fault that was put in, as the control endpoint lists it. Times are ISO 8601, farm time. */
export type ListedFault = Fault & { id: string; state: 'waiting' | 'active'; begins?: string; ends?: string };

interface Entry {
  readonly id: string;
  /** Its `count` goes down. */
  readonly fault: Fault;
  /** World time, milliseconds. */
  readonly begins: number;
  readonly ends: number;
  injected?: Injected;
  readonly timers: Timer[];
}

/** A fault cannot be put in as it is: said in one line. */
export class FaultProblem extends Error {}

/** The faults in force, of all kinds. Of those that fit a request the oldest takes it. */
export class Faults {
  readonly #world: World;
  readonly #random: Random;
  #entries: Entry[] = [];
  #nextId = 1;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork('faults');
  }

  /** What has neither ended nor been used up, oldest first. */
  get active(): readonly ListedFault[] {
    this.#tidy();
    return this.#entries.map(({ id, fault, begins, ends, injected }) => ({
      ...fault,
      ...('count' in fault && injected?.left ? { count: injected.left() } : {}),
      id,
      state: begins > this.#world.now ? ('waiting' as const) : ('active' as const),
      ...(fault.after === undefined ? {} : { begins: new Date(begins).toISOString() }),
      ...(fault.seconds === undefined ? {} : { ends: new Date(ends).toISOString() }),
    }));
  }

  /** Puts faults in, all or none; throws {@link FaultProblem} when one cannot hit anything. */
  add(faults: readonly Fault[]): void {
    const added: Entry[] = [];
    try {
      for (const [index, fault] of faults.entries()) added.push(this.#enter(fault, index + 1));
    } catch (error) {
      for (const entry of added) this.#end(entry);
      throw error;
    }
  }

  /** Takes a fault out, or all; whether there was one. */
  clear(id?: string): boolean {
    const found = this.#entries.filter((entry) => id === undefined || entry.id === id);
    for (const entry of found) this.#end(entry);
    return found.length > 0;
  }

  /** The fault that this request meets, counted down. */
  take(service: string, operation: string): OperationFault | undefined {
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (!isOperationFault(fault) || !this.#inForce(entry)) continue;
      if (!fits(fault.service, service) || !fits(fault.operation, operation)) continue;
      if (fault.probability !== undefined && this.#random.next() >= fault.probability) continue;
      const taken = { ...fault };
      if (fault.count !== undefined && --fault.count <= 0) this.#end(entry);
      return taken;
    }
    return undefined;
  }

  /** Whether the credentials with this key count as expired. */
  expired(accessKeyId: string): boolean {
    return this.#entries.some(
      (entry) =>
        entry.fault.kind === 'expired-credentials' &&
        (entry.fault.accessKeyId ?? accessKeyId) === accessKeyId &&
        this.#inForce(entry),
    );
  }

  #inForce({ begins, ends }: Entry): boolean {
    return begins <= this.#world.now && this.#world.now < ends;
  }

  #enter(given: Fault, position: number): Entry {
    const world = this.#world;
    const fault = { ...given };
    const begins = world.now + (fault.after ?? 0) * 1000;
    const ends = fault.seconds === undefined ? Number.POSITIVE_INFINITY : begins + fault.seconds * 1000;
    const entry: Entry = { id: `f${this.#nextId++}`, fault, begins, ends, timers: [] };
    if (!isOperationFault(fault) && fault.kind !== 'expired-credentials') {
      const strike = () => {
        const injected = inject(world, fault);
        if (typeof injected === 'string') return injected;
        entry.injected = injected;
        return undefined;
      };
      if (begins <= world.now) {
        const problem = strike();
        if (problem !== undefined) throw new FaultProblem(`fault ${position}: ${problem}`);
      } else {
        // What it was to hit may be gone by then: it has ended without having begun.
        entry.timers.push(world.schedule(begins - world.now, () => strike() !== undefined && this.#end(entry)));
      }
    }
    if (Number.isFinite(ends)) entry.timers.push(world.schedule(ends - world.now, () => this.#end(entry)));
    this.#entries.push(entry);
    return entry;
  }

  #end(entry: Entry): void {
    for (const timer of entry.timers) timer.cancel();
    if (entry.injected && !entry.injected.over()) entry.injected.end();
    this.#entries = this.#entries.filter((one) => one !== entry);
  }

  #tidy(): void {
    for (const entry of this.#entries) if (entry.injected?.over()) this.#end(entry);
  }
}

function isOperationFault(fault: Fault): fault is OperationFault {
  return 'operation' in fault;
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 'i').test(name);
}
