import Jenkins from 'jenkins';
import type { Clock } from '../core/clock.ts';
import type { DebugLog } from '../core/debug-log.ts';
import { breathe } from '../core/event-loop.ts';
import { ProblemError } from '../core/problem.ts';
import { safeLine } from '../terminal/safe-text.ts';
import type { MasterFacts } from './facts.ts';
import { type Asked, jenkinsProblem, nonsense } from './problems.ts';
import type { Road } from './road.ts';
import { computerFacts, computerTree, queueFacts, queueTree, rootFacts, rootTree } from './shapes.ts';

export interface MasterAddress {
  readonly slot: string;
  /** `http://10.0.1.7:8080` */
  readonly url: string;
}

/** A Jenkins user and the API token of theirs. */
export interface MasterAccess {
  readonly username: string;
  readonly apiToken: string;
}

export interface MasterClientOptions {
  readonly address: MasterAddress;
  readonly access: MasterAccess;
  readonly road: Road;
  readonly clock: Clock;
  readonly log: DebugLog;
  /** Wall milliseconds for one request. */
  readonly timeoutMs?: number;
}

/**
 * One master's Remote API through the npm package `jenkins`, whose faults are absorbed here: it ignores time-outs and
 * signals of a single call (so the time-out is the client's and an abort only stops waiting), does not follow redirects
 * (they become problems), hides headers, fetches a crumb before each POST (an API token needs none), and throws where
 * nobody can catch when a 200 has no JSON object in it.
 */
export class MasterClient {
  readonly address: MasterAddress;
  readonly access: MasterAccess;
  readonly #options: MasterClientOptions;
  readonly #jenkins: Jenkins;
  #version: string | undefined;
  #session: string | undefined;

  constructor(options: MasterClientOptions) {
    this.#options = options;
    this.address = options.address;
    this.access = options.access;
    const { username, apiToken } = options.access;
    const agent = options.road.agentFor(new URL(options.address.url));
    this.#jenkins = new Jenkins({
      baseUrl: options.address.url,
      crumbIssuer: false,
      headers: { authorization: `Basic ${Buffer.from(`${username}:${apiToken}`).toString('base64')}` },
      timeout: options.timeoutMs ?? 5_000,
      ...(agent === undefined ? {} : { agent }),
    });
    this.#jenkins._ext('onResponse', (exchange, next) => {
      const { res } = exchange;
      if (res && !exchange.err) {
        if (typeof res.body !== 'object' || res.body === null || Buffer.isBuffer(res.body)) {
          exchange.err = Object.assign(new Error('no JSON object'), { isCodec: true });
        }
        this.#version = header(res.headers['x-jenkins']) ?? this.#version;
        this.#session = header(res.headers['x-jenkins-session']) ?? this.#session;
      }
      next();
    });
  }

  /** What the master says of itself: three requests at once. Throws {@link ProblemError}, or the signal's reason. */
  async facts(signal?: AbortSignal): Promise<MasterFacts> {
    const [root, computers, queue] = await Promise.all([
      this.#ask('/api/json', () => this.#jenkins.info({ tree: rootTree }), rootFacts, signal),
      this.#ask(
        '/computer/api/json',
        () => this.#jenkins.node.list({ tree: computerTree, full: true }),
        computerFacts,
        signal,
      ),
      this.#ask('/queue/api/json', () => this.#jenkins.queue.list({ tree: queueTree }), queueFacts, signal),
    ]);
    return {
      slot: this.address.slot,
      url: this.address.url,
      ...root,
      ...computers,
      queue,
      ...(this.#version === undefined ? {} : { version: this.#version }),
      ...(this.#session === undefined ? {} : { session: this.#session }),
    };
  }

  async #ask<T>(
    path: string,
    send: () => Promise<unknown>,
    shape: (answer: unknown) => T | undefined,
    signal?: AbortSignal,
  ): Promise<T> {
    const { clock, log, road } = this.#options;
    const asked: Asked = {
      slot: this.address.slot,
      path,
      address: new URL(this.address.url).host,
      road: road.description,
    };
    const started = clock.wall();
    try {
      const body = await untilAborted(() => onceMore(send), signal);
      await breathe();
      const answer = shape(body);
      if (answer === undefined)
        throw new ProblemError(nonsense(asked, 'an answer of another shape than a Jenkins gives'));
      log.line(`jenkins ${asked.slot}`, `${path} ok ${Math.round(clock.wall() - started)}ms`);
      return answer;
    } catch (error) {
      if (signal?.aborted) throw error;
      const problem = jenkinsProblem(error, asked);
      log.line(`jenkins ${asked.slot}`, `${path} ${problem.kind} ${problem.message}`);
      throw new ProblemError(problem, { cause: error });
    }
  }
}

function header(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? safeLine(value) : undefined;
}

/** A kept connection that the other side closed just then is cut at the first byte: a read may be sent again at once. */
async function onceMore(send: () => Promise<unknown>): Promise<unknown> {
  try {
    return await send();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
    return send();
  }
}

/** Waits for an answer, but not beyond an abort; the request itself ends by the client's time-out. */
function untilAborted<T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return send();
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    send()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}
