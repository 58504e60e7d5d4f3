import { Aws } from '../../src/aws/clients.ts';
import type { Clock } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/debug-log.ts';
import { seededRandom } from '../../src/core/random.ts';
import type { Change } from '../../src/farm/finding.ts';
import type { Session } from '../../src/farm/session.ts';
import type { Snapshot } from '../../src/farm/snapshot.ts';
import type { FarmStore, FarmView } from '../../src/farm/view.ts';

/** A clock on which waiting takes no time: each wait moves it, after a turn of the event loop. */
export class LeapingClock implements Clock {
  readonly speed = 1;
  #now = Date.UTC(2026, 0, 1);
  #wall = 0;

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  async after(wallMs: number, signal?: AbortSignal): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    this.#now += wallMs;
    this.#wall += wallMs;
  }
}

/** Answers one operation, `stopTask`; throws what the service would. */
export type Handler = (input: Record<string, unknown>) => unknown;

/** AWS as far as a test defines it: an operation it does not define is an error that names it. */
export class FakeAws extends Aws {
  readonly asked: { operation: string; input: Record<string, unknown> }[] = [];
  readonly handlers: Record<string, Handler>;
  renewed = 0;

  constructor(clock: Clock, handlers: Record<string, Handler>) {
    super({ region: 'eu-west-1', clock, log: silentLog });
    this.handlers = handlers;
  }

  override client<C>(): C {
    const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
      const name = command.constructor.name.replace(/Command$/, '');
      const operation = name.charAt(0).toLowerCase() + name.slice(1);
      this.asked.push({ operation, input: command.input });
      const handler = this.handlers[operation];
      if (!handler) throw serviceError('UnknownOperation', `${operation} is not defined in this test`);
      return handler(command.input);
    };
    return { send } as C;
  }

  override renew(): void {
    this.renewed += 1;
  }

  /** The operations asked so far, in order. */
  get operations(): string[] {
    return this.asked.map((call) => call.operation);
  }
}

/** An error as the SDK throws it. */
export function serviceError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
}

/** The operations of SSM's parameters, in memory. */
export function parameterStore(stored = new Map<string, string>()): {
  stored: Map<string, string>;
  handlers: Record<string, Handler>;
} {
  return {
    stored,
    handlers: {
      getParametersByPath: (input) => ({
        Parameters: [...stored]
          .filter(([name]) => name.startsWith(`${input.Path}/`))
          .map(([name, value]) => ({ Name: name, Value: value })),
      }),
      putParameter: (input) => {
        if (stored.has(String(input.Name)) && input.Overwrite !== true) {
          throw serviceError('ParameterAlreadyExists', 'exists');
        }
        stored.set(String(input.Name), String(input.Value));
        return {};
      },
      deleteParameter: (input) => {
        if (!stored.delete(String(input.Name))) throw serviceError('ParameterNotFound', '');
        return {};
      },
    },
  };
}

export function fakeSession(clock: Clock, aws: Aws, more: Partial<Session> = {}): Session {
  const road = { agentFor: () => undefined, description: 'directly' };
  return {
    farm: { stack: 'jdci', region: 'eu-west-1' },
    aws,
    clock,
    random: seededRandom(1),
    log: silentLog,
    mastersRoad: road,
    doorRoad: road,
    identity: 'test',
    sandbox: false,
    readOnly: false,
    refreshSeconds: 2,
    close: async () => {},
    ...more,
  };
}

/** A store whose snapshot is a function of the time; it publishes whenever it is asked. */
export class SimulatedStore implements FarmStore {
  changes: Change[] = [];
  refreshed = 0;
  /** How many look closely now, and how often somebody did. */
  closeLooks = 0;
  closeLooksBegun = 0;
  readonly #snapshot: () => Snapshot;

  constructor(snapshot: () => Snapshot) {
    this.#snapshot = snapshot;
  }

  current(): FarmView {
    return {
      presence: 'present',
      snapshot: this.#snapshot(),
      verdict: { severity: 'ok', summary: '', findings: [] },
      changes: this.changes,
      history: { doorMs: [], agents: [], queue: [] },
      pace: { intervalMs: 2000, rounds: 1, lastRoundMs: 100, lastRoundCalls: 8 },
    };
  }

  subscribe(): () => void {
    return () => {};
  }

  record(change: Change): void {
    this.changes = [...this.changes, change];
  }

  refresh(): void {
    this.refreshed += 1;
  }

  watchClosely(): () => void {
    this.closeLooks += 1;
    this.closeLooksBegun += 1;
    return () => {
      this.closeLooks -= 1;
    };
  }
}
