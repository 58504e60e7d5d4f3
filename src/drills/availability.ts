import { quantile } from '../farm/probe.ts';
import type { ProbeSample, Snapshot } from '../farm/snapshot.ts';
import type { Availability } from './drill.ts';

/** What users met since the injection, by the probe's requests. */
export interface Experience extends Availability {
  /**
   * Seconds of the longest outage that are proved: from its first failed request to its last. `longestOutageSeconds`
   * goes on to the next answer, which at a fast farm time is mostly the pause between two requests.
   */
  readonly provedOutageSeconds: number;
}

/** Counts samples, oldest first. */
export function experience(samples: readonly ProbeSample[]): Experience {
  let firstFailure: number | undefined;
  let lastFailure = 0;
  let longest = 0;
  let proved = 0;
  for (const sample of samples) {
    if (!sample.ok) {
      firstFailure ??= sample.at;
      lastFailure = sample.at;
      proved = Math.max(proved, lastFailure - firstFailure);
    }
    if (firstFailure !== undefined) longest = Math.max(longest, sample.at - firstFailure);
    if (sample.ok) firstFailure = undefined;
  }
  const answered = samples
    .filter((sample) => sample.ok)
    .map((sample) => sample.ms)
    .sort((a, b) => a - b);
  return {
    requests: samples.length,
    failures: samples.filter((sample) => !sample.ok).length,
    longestOutageSeconds: toTenths(longest / 1000),
    provedOutageSeconds: toTenths(proved / 1000),
    p50Ms: rounded(quantile(answered, 0.5)),
    p95Ms: rounded(quantile(answered, 0.95)),
  };
}

/** The samples of a snapshot that are newer than those already taken. */
export function newSamples(snapshot: Snapshot, after: number): ProbeSample[] {
  return (snapshot.probe.value?.recent ?? []).filter((sample) => sample.at > after);
}

function rounded(value: number | null): number | null {
  return value === null ? null : toTenths(value);
}

/** A figure with one decimal: more would pretend a precision that polling does not have. */
export function toTenths(value: number): number {
  return Math.round(value * 10) / 10;
}
