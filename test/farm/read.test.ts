import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { ProblemError } from '../../src/core/problem.ts';
import { inParallel, read } from '../../src/farm/read.ts';
import { seen } from '../../src/farm/reading.ts';
import { problem } from './snapshots.ts';

const clock = new ManualClock(1000);
const options = { clock, name: 'the tasks', before: seen(['old'], 500), signal: undefined };

/** Never answers, and gives up when it is told to. */
const hang = (signal: AbortSignal) =>
  new Promise<string[]>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('one reading', () => {
  it('is of this round when it is answered, and the same object when nothing changed', async () => {
    expect(await read(options, async () => ['new'])).toEqual({ value: ['new'], at: 1000 });
    const same = await read(options, async () => ['old']);
    expect(same.at).toBe(1000);
    expect(same.value).toBe(options.before.value);
  });

  it('keeps the last value, with its age, beside what went wrong', async () => {
    const denied = problem('denied');
    const reading = await read(options, () => Promise.reject(new ProblemError(denied)));
    expect(reading).toEqual({ value: ['old'], at: 500, problem: denied });
    expect(await read({ ...options, before: undefined }, () => Promise.reject(new TypeError('oops')))).toEqual({
      problem: expect.objectContaining({ kind: 'bug', source: 'the tasks' }),
    });
  });

  it('does not let a source that hangs hold back the round', async () => {
    expect(await read({ ...options, limitMs: 5 }, hang)).toMatchObject({
      value: ['old'],
      problem: { kind: 'timeout', message: 'no answer in time about the tasks' },
    });
  });

  it('throws when the round is stopped, and only then', async () => {
    const stop = new AbortController();
    const reading = read({ ...options, signal: stop.signal }, hang);
    stop.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow('stopped');
  });
});

describe('work in parallel', () => {
  it('keeps the order and never goes wider than allowed', async () => {
    let open = 0;
    let widest = 0;
    const results = await inParallel(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      widest = Math.max(widest, ++open);
      await Promise.resolve();
      open--;
      return item * 10;
    });
    expect(results).toEqual([10, 20, 30, 40, 50, 60, 70]);
    expect(widest).toBe(3);
  });
});
