import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../core/clock.ts';
import { breathe } from '../core/event-loop.ts';
import { type Problem, problemOf } from '../core/problem.ts';
import { type Reading, seen, unseen } from './reading.ts';

/**
 * Wall milliseconds for one reading, all its calls and their retries together: a source that hangs must not hold back
 * what the others said for longer.
 */
const patienceMs = 8_000;

export interface ReadOptions<T> {
  readonly clock: Clock;
  /** What is read, for the sentence of a time-out. */
  readonly name: string;
  readonly before: Reading<T> | undefined;
  /** Stops the whole round. */
  readonly signal: AbortSignal | undefined;
  /** Wall milliseconds; {@link patienceMs} unless told. */
  readonly limitMs?: number;
}

/**
 * Asks one source and makes a reading of its answer or of its problem; throws only when `signal` is aborted. An answer
 * that equals the one before keeps that one's identity, so that nothing is drawn again for it.
 */
export async function read<T>(
  { clock, name, before, signal, limitMs = patienceMs }: ReadOptions<T>,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<Reading<T>> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    const value = await ask(signal ? AbortSignal.any([signal, limit]) : limit);
    await breathe();
    const same = before?.value !== undefined && isDeepStrictEqual(before.value, value);
    return seen(same && before?.value !== undefined ? before.value : value, clock.now());
  } catch (error) {
    if (signal?.aborted) throw error;
    return unseen(limit.aborted ? late(name) : problemOf(error, name), before);
  }
}

function late(name: string): Problem {
  return {
    kind: 'timeout',
    source: name,
    message: `no answer in time about ${name}`,
    advice: 'check the network; it will be asked again',
  };
}

/** Runs `work` on every item, at most `width` at a time, and gives the results in order. */
export async function inParallel<T, R>(
  width: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
