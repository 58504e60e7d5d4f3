import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  clockFile,
  formatWorldTime,
  ManualClock,
  monotonicEpoch,
  parseWorldTime,
  worldClock,
} from '../../src/core/clock.ts';

afterEach(() => void vi.restoreAllMocks());

describe('JDCI_CLOCK', () => {
  it('survives writing and reading', () => {
    const time = { worldMs: 1_767_225_600_000, wallMs: 1_700_000_000_000.25, speed: 60 };
    expect(parseWorldTime(formatWorldTime(time))).toEqual(time);
  });

  it.each(['', '1,2', '1,2,3,4', 'a,2,3', '1,,3', '1,2,-1', '1,2,Infinity'])('refuses %j', (text) => {
    expect(parseWorldTime(text)).toBeUndefined();
  });
});

describe('worldClock', () => {
  it('runs at the speed from the anchor', () => {
    const wallMs = monotonicEpoch() - 1_000;
    const clock = worldClock({ worldMs: 5_000_000, wallMs, speed: 60 });
    // A second of wall has passed since the anchor: a minute of farm time, and what the test itself takes.
    expect(clock.now() - 5_000_000).toBeGreaterThanOrEqual(60_000);
    expect(clock.now() - 5_000_000).toBeLessThan(60_000 + 60 * 500);
  });

  it('stands still at speed 0', () => {
    const clock = worldClock({ worldMs: 42, wallMs: 0, speed: 0 });
    expect(clock.now()).toBe(42);
  });

  it('follows an anchor that was moved, and looks for it no more than a hundred times a second of wall', () => {
    let wall = 1_000;
    vi.spyOn(performance, 'now').mockImplementation(() => wall);
    const standing = (worldMs: number) => ({ worldMs, wallMs: 0, speed: 0 });
    let newest: ReturnType<typeof standing> | undefined = standing(600);
    let looks = 0;
    const clock = worldClock(standing(42), () => {
      looks++;
      return newest;
    });
    expect(clock.now()).toBe(600);
    newest = standing(900);
    wall += 9;
    expect([clock.now(), looks]).toEqual([600, 1]);
    wall += 1;
    expect([clock.now(), looks]).toEqual([900, 2]);
    // A sandbox that has ended: the time stays as it was known.
    newest = undefined;
    wall += 10;
    expect(clock.now()).toBe(900);
  });

  it('reads the newest anchor from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'jdci-clock-'));
    const file = join(folder, 'clock');
    const newest = clockFile(file);
    expect(newest()).toBeUndefined();
    writeFileSync(file, 'half a li');
    expect(newest()).toBeUndefined();
    writeFileSync(file, '5000,1000.5,60\n');
    expect(newest()).toEqual({ worldMs: 5_000, wallMs: 1_000.5, speed: 60 });
    rmSync(folder, { recursive: true });
  });
});

describe('ManualClock', () => {
  it('wakes waiters in the order in which they are due, at their own time', async () => {
    const clock = new ManualClock(0);
    const seen: [string, number][] = [];
    const wait = async (name: string, ms: number) => {
      await clock.after(ms);
      seen.push([name, clock.now()]);
    };
    void wait('late', 300);
    void wait('early', 100).then(() => wait('again', 100));
    await clock.advance(1_000);
    expect(seen).toEqual([
      ['early', 100],
      ['again', 200],
      ['late', 300],
    ]);
    expect(clock.now()).toBe(1_000);
  });

  it('rejects a waiter that is aborted, and does not wake it', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const waiting = clock.after(100, abort.signal);
    abort.abort(new Error('no longer wanted'));
    await expect(waiting).rejects.toThrow('no longer wanted');
    await clock.advance(200);
  });
});
