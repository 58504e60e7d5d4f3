import { formatWorldTime, type WorldTime } from '../core/clock.ts';
import { summary } from './summary.ts';
import { registerCaller, registeredCallers } from './wire/callers.ts';
import type { Region } from './wire/dispatch.ts';
import { type FaultFile, parseFaultFile } from './wire/fault-schema.ts';
import { FaultProblem } from './wire/faults.ts';
import type { Pace } from './wire/pace.ts';
import { authority } from './world/authority.ts';

export interface ControlAnswer {
  status: number;
  value: unknown;
}

/** What the control endpoint refuses, said to its caller in one line. */
class Refused extends Error {}

/**
 * The control endpoint, `POST /_sandbox/{advance,faults,load,state}` with JSON: what no AWS has, for tests, benchmarks
 * and demonstrations; and what the board's screen of sandbox faults calls.
 */
export class Control {
  readonly #region: Region;
  readonly #pace: Pace;
  readonly #time: WorldTime;

  constructor(region: Region, pace: Pace, time: WorldTime) {
    this.#region = region;
    this.#pace = pace;
    this.#time = time;
  }

  async handle(method: string, path: string, body: string): Promise<ControlAnswer> {
    try {
      if (method !== 'POST') return { status: 405, value: { error: 'the control endpoint takes POST only' } };
      const verb = path.slice('/_sandbox/'.length);
      const input = parse(body);
      switch (verb) {
        case 'advance':
          return ok(await this.#advance(input));
        case 'faults':
          await this.#pace.catchUp();
          return ok(this.#faults(input));
        case 'load':
          return ok(this.#load(input));
        case 'state':
          await this.#pace.catchUp();
          return ok({ ...this.#now(), ...summary(this.#region) });
        default:
          return { status: 404, value: { error: `unknown verb ${verb}; expected advance, faults, load or state` } };
      }
    } catch (error) {
      if (error instanceof Refused || error instanceof FaultProblem)
        return { status: 400, value: { error: error.message } };
      throw error;
    }
  }

  #now() {
    const { world } = this.#region;
    return { time: world.date().toISOString(), clock: formatWorldTime(this.#time), seed: world.seed };
  }

  /** `{"seconds": N}`: moves farm time, at speed 0 or any other. */
  async #advance(input: unknown) {
    const seconds = field(input, 'seconds');
    if (typeof seconds !== 'number' || !(seconds > 0) || seconds > 366 * 86_400) {
      throw new Refused('seconds must be a number above 0, at most 31622400 (a year)');
    }
    await this.#pace.advance(Math.round(seconds * 1000));
    return this.#now();
  }

  /**
   * One fault, a list of them, or what a fault file takes beside them; `{"clear": true}` takes all faults out,
   * `{"clear": "f3"}` one. Answers what is in force then.
   */
  #faults(input: unknown) {
    const { faults, limits, world } = this.#region;
    const clear = field(input, 'clear');
    if (clear === true) faults.clear();
    else if (typeof clear === 'string') {
      if (!faults.clear(clear)) throw new Refused(`clear: no fault ${clear} is in force`);
    } else if (clear !== undefined) throw new Refused('clear must be true or the id of a fault');
    else {
      const file = parseFaultFile(input);
      if (typeof file === 'string') throw new Refused(file);
      arrange(this.#region, file);
    }
    this.#pace.arm();
    return {
      active: faults.active,
      callers: registeredCallers(world).map(({ accessKeyId, arn }) => ({ accessKeyId, arn })),
      limits: limits.enforced,
      enforce: authority(world).enforced,
    };
  }

  /** `{"buildsPerHour": N, "duration"?: [from, to]}`, seconds; over all masters. */
  #load(input: unknown) {
    const { load } = this.#region.world.settings;
    const buildsPerHour = field(input, 'buildsPerHour');
    const duration = field(input, 'duration');
    if (typeof buildsPerHour !== 'number' || !(buildsPerHour >= 0) || buildsPerHour > 100_000) {
      throw new Refused('buildsPerHour must be a number from 0 to 100000');
    }
    if (duration !== undefined) {
      const [from, to, ...rest] = Array.isArray(duration) ? (duration as unknown[]) : [];
      if (typeof from !== 'number' || typeof to !== 'number' || rest.length > 0 || !(from > 0) || !(to >= from)) {
        throw new Refused('duration must be [from, to] in seconds, 0 < from <= to');
      }
      load.duration = [from, to];
    }
    load.buildsPerHour = buildsPerHour;
    return { load };
  }
}

/** Puts everything of a fault file in force. Throws {@link FaultProblem}. */
export function arrange({ world, faults, limits }: Region, file: Partial<FaultFile>): void {
  faults.add(file.faults ?? []);
  for (const caller of file.callers ?? []) registerCaller(world, caller);
  limits.enforced = file.limits ?? limits.enforced;
  authority(world).enforced = file.enforce ?? authority(world).enforced;
}

function ok(value: unknown): ControlAnswer {
  return { status: 200, value };
}

function parse(body: string): unknown {
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new Refused('the body is not valid JSON');
  }
}

function field(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[name] : undefined;
}
