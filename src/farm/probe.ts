import type { Clock } from '../core/clock.ts';
import { requestHead } from '../jenkins/request-head.ts';
import type { Road } from '../jenkins/road.ts';
import type { ProbeFacts, ProbeSample } from './snapshot.ts';

/** What a request of the probe met: a status, or a short reason why there was none. */
export type Outcome = { readonly status: number } | { readonly failure: string };

/** Asks one URL as a user would; never throws. */
export type Ask = (url: string, road: Road, timeoutMs: number) => Promise<Outcome>;

export interface ProbeOptions {
  readonly road: Road;
  readonly clock: Clock;
  /** What a user asks for first; open without signing in. */
  readonly path?: string;
  /** Wall milliseconds between the starts of two requests, at least. */
  readonly intervalMs?: number;
  /** Wall milliseconds until a request counts as failed. */
  readonly timeoutMs?: number;
  readonly ask?: Ask;
}

/** As many samples as are kept: two minutes at one a second. */
const keptSamples = 120;

/** A user of the front door: asks for the sign-in page once a second and keeps count of what came back. */
export class Probe {
  readonly #options: Required<ProbeOptions>;
  readonly #listeners = new Set<(sample: ProbeSample) => void>();
  #intervalMs: number;
  /** Ends the pause between two requests. */
  #wake: AbortController | undefined;
  #url: string | undefined;
  #recent: readonly ProbeSample[] = [];
  #requests = 0;
  #failures = 0;
  /** Farm time of the first failure of the run of failures that goes on. */
  #failingSince: number | undefined;
  #longestOutageMs = 0;
  #running: AbortController | undefined;

  constructor(options: ProbeOptions) {
    this.#options = { path: '/login', intervalMs: 1_000, timeoutMs: 5_000, ask: requestHead, ...options };
    this.#intervalMs = this.#options.intervalMs;
  }

  /** From now on asks at this interval, wall milliseconds; without one, at that it was made with. */
  pace(intervalMs = this.#options.intervalMs): void {
    if (intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    this.#wake?.abort();
  }

  /** Says where the front door is; undefined: not known, nothing is asked. */
  aim(frontDoorUrl: string | undefined): void {
    this.#url = frontDoorUrl === undefined ? undefined : new URL(this.#options.path, frontDoorUrl).href;
  }

  /** Begins to ask once every interval. */
  start(): void {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    void this.#loop(running.signal);
  }

  /** Stops asking; what was counted stays. */
  stop(): void {
    this.#running?.abort();
    this.#running = undefined;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  /** Calls `listener` with each sample; returns the way to stop. */
  on(listener: (sample: ProbeSample) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Asks once, now; undefined when it is not known where. */
  async sample(): Promise<ProbeSample | undefined> {
    const { ask, clock, road, timeoutMs } = this.#options;
    if (this.#url === undefined) return undefined;
    const at = clock.now();
    const started = clock.wall();
    const outcome = await ask(this.#url, road, timeoutMs);
    const sample: ProbeSample = {
      at,
      // A redirect to HTTPS or to the sign-in page is an answer that a browser follows.
      ok: 'status' in outcome && outcome.status < 400,
      ms: Math.max(0, clock.wall() - started),
      outcome: 'status' in outcome ? String(outcome.status) : outcome.failure,
    };
    this.#count(sample);
    for (const listener of this.#listeners) listener(sample);
    return sample;
  }

  facts(): ProbeFacts {
    const answered = this.#recent
      .filter((sample) => sample.ok)
      .map((sample) => sample.ms)
      .sort((a, b) => a - b);
    return {
      requests: this.#requests,
      failures: this.#failures,
      recent: this.#recent,
      p50Ms: quantile(answered, 0.5),
      p95Ms: quantile(answered, 0.95),
      longestOutageSeconds: this.#longestOutageMs / 1000,
    };
  }

  #count(sample: ProbeSample): void {
    this.#requests++;
    this.#recent = [...this.#recent.slice(1 - keptSamples), sample];
    if (!sample.ok) this.#failures++;
    const end = this.#options.clock.now();
    if (this.#failingSince === undefined && !sample.ok) this.#failingSince = sample.at;
    if (this.#failingSince !== undefined) {
      // An outage that goes on lasts until now, one that ended until the request that was answered.
      this.#longestOutageMs = Math.max(this.#longestOutageMs, (sample.ok ? sample.at : end) - this.#failingSince);
    }
    if (sample.ok) this.#failingSince = undefined;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const started = clock.wall();
      await this.sample();
      const wake = new AbortController();
      this.#wake = wake;
      try {
        const pause = Math.max(0, started + this.#intervalMs - clock.wall());
        await clock.after(pause, AbortSignal.any([signal, wake.signal]));
      } catch {
        // Stopped, which the loop looks at itself, or given another pace, which holds from this request on.
      }
    }
  }
}

/** The smallest value that at least `share` of the sorted values do not exceed; null without values. */
export function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
