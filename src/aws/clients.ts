import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Clock } from '../core/clock.ts';
import type { DebugLog } from '../core/debug-log.ts';
import { ProblemError } from '../core/problem.ts';
import { AwsHttpHandler } from './http-handler.ts';
import { awsProblem } from './problems.ts';

/** Where and as whom AWS is called. What is absent comes from the SDK's own chain (environment, profile, container). */
export interface AwsOptions {
  region: string;
  profile?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  clock: Clock;
  log: DebugLog;
}

/** What this folder needs to know of a client of the SDK. */
interface Client {
  readonly middlewareStack: { remove(name: string): boolean };
  destroy(): void;
}

/** What every client of the SDK is made with. */
export interface ClientConfig {
  region: string;
  profile?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  maxAttempts: number;
  requestHandler: NodeHttpHandler;
}

// A call that hangs costs the operator real seconds, so limits are wall time. The SDK has none of its own.
const connectionTimeoutMs = 3_000;
const requestTimeoutMs = 10_000;
/** All attempts of one call together. */
const callTimeoutMs = 20_000;

/**
 * The road to AWS: clients made once and on first use, each call with a time-out, counted, and its error turned into a
 * Problem. The modules of this folder name the operations; nothing above this folder knows the SDK.
 */
export class Aws {
  readonly options: AwsOptions;
  /** Calls made so far by operation, `ecs:DescribeTasks`. */
  readonly calls = new Map<string, number>();
  #clients = new Map<unknown, Client>();
  #handler: NodeHttpHandler | undefined;

  constructor(options: AwsOptions) {
    this.options = options;
  }

  /** The one client of a class. */
  client<C extends Client>(make: new (config: ClientConfig) => C): C {
    const existing = this.#clients.get(make);
    if (existing !== undefined) return existing as C;
    const { region, profile, endpoint, credentials } = this.options;
    this.#handler ??= new AwsHttpHandler({
      connectionTimeout: connectionTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    });
    const client = new make({
      region,
      maxAttempts: 3,
      requestHandler: this.#handler,
      ...(profile === undefined ? {} : { profile }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
    // It copies every input and output without what is sensitive, for a logger that nobody gave.
    client.middlewareStack.remove('loggerMiddleware');
    this.#clients.set(make, client);
    return client;
  }

  /**
   * Runs one call named as IAM names it (`ecs:DescribeTasks`). Throws {@link ProblemError} only; an abort by `signal`
   * is passed on as it is.
   */
  async call<O>(
    action: string,
    run: (options: { abortSignal: AbortSignal }) => Promise<O>,
    signal?: AbortSignal,
  ): Promise<O> {
    this.calls.set(action, (this.calls.get(action) ?? 0) + 1);
    const timeout = AbortSignal.timeout(callTimeoutMs);
    const abortSignal = signal ? AbortSignal.any([signal, timeout]) : timeout;
    const started = this.options.clock.wall();
    try {
      const answer = await run({ abortSignal });
      this.options.log.line(action, `ok ${Math.round(this.options.clock.wall() - started)}ms`);
      return answer;
    } catch (error) {
      if (signal?.aborted) throw error;
      const problem = awsProblem(error, action, timeout.aborted);
      this.options.log.line(action, `${problem.kind} ${problem.code ?? ''} ${problem.message}`);
      throw new ProblemError(problem, { cause: error });
    }
  }

  /** Forgets the clients, so that the next call reads credentials anew: a client that met an expired SSO token keeps it. */
  renew(): void {
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
    this.#handler = undefined;
  }
}
