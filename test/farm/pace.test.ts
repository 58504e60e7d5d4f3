import { describe, expect, it } from 'vitest';
import { isMoving, PaceKeeper, type RoundOutcome } from '../../src/farm/pace.ts';
import { seen } from '../../src/farm/reading.ts';
import { agent, balancer, healthy, hostA, hostB, noon, stack, task } from './snapshots.ts';

const quiet = { throttled: false, moving: false, busyMs: 30 };

describe('the pace of observation', () => {
  const intervals = (rounds: RoundOutcome[], baseMs = 2_000) => {
    const pace = new PaceKeeper(baseMs);
    return rounds.map((round) => {
      pace.after(round);
      const { intervalMs, reason } = pace.current;
      return `${intervalMs}${reason ? ` ${reason}` : ''}`;
    });
  };

  it('slows down after five quiet rounds and is back at once when something moves', () => {
    const rounds = [quiet, quiet, quiet, quiet, quiet, { throttled: false, moving: true, busyMs: 30 }];
    expect(intervals(rounds)).toEqual(['2000', '2000', '2000', '2000', '5000 at rest', '2000']);
  });

  it('doubles with each throttled round up to 30 s, and comes back by halves', () => {
    const throttled = { throttled: true, moving: true, busyMs: 30 };
    const moving = { throttled: false, moving: true, busyMs: 30 };
    expect(intervals([throttled, throttled, throttled, throttled, moving, moving, moving, moving])).toEqual([
      '4000 throttled',
      '8000 throttled',
      '16000 throttled',
      '30000 throttled',
      '15000 throttled',
      '7500 throttled',
      '3750 throttled',
      '2000',
    ]);
  });

  it('leaves most of the core to the screen when a round is much work', () => {
    const heavy = { throttled: false, moving: true, busyMs: 900 };
    expect(intervals([heavy, { ...heavy, busyMs: 200 }])).toEqual(['7200 large farm', '2000']);
    expect(intervals([{ ...heavy, throttled: true }])).toEqual(['7200 throttled']);
  });

  it('never goes faster than it was asked to', () => {
    expect(
      intervals([quiet, quiet, quiet, quiet, quiet, { throttled: true, moving: false, busyMs: 30 }], 60_000),
    ).toEqual(['60000', '60000', '60000', '60000', '60000', '60000 throttled']);
  });

  it('calls it motion when something is on its way', () => {
    expect(isMoving(healthy())).toBe(false);
    const ways = [
      { stack: seen(stack({ status: 'UPDATE_IN_PROGRESS' }), noon) },
      { tasks: seen([task('a', 'x', hostA, { lastStatus: 'PENDING' })], noon) },
      { instances: seen([agent('i-1', 'a', { state: 'shutting-down' })], noon) },
      { balancer: seen(balancer({ [hostA]: 'in', [hostB]: 'out' }), noon) },
    ];
    expect(ways.map((over) => isMoving(healthy(over)))).toEqual([true, true, true, true]);
  });
});
