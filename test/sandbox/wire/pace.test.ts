import { describe, expect, it } from 'vitest';
import { monotonicEpoch, type WorldTime } from '../../../src/core/clock.ts';
import { Pace } from '../../../src/sandbox/wire/pace.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import { World } from '../../../src/sandbox/world/world.ts';

const startMs = Date.UTC(2026, 0, 1);

function paced(speed: number, behindMs = 0) {
  const world = new World({ seed: 1, startMs, settings: defaultSettings });
  const time: WorldTime = { worldMs: startMs, wallMs: monotonicEpoch() - behindMs, speed };
  const reports: string[] = [];
  return { world, time, reports, pace: new Pace(world, time, (problem) => reports.push(problem)) };
}

describe('Pace', () => {
  it('stands still at speed 0 until it is advanced', async () => {
    const { world, pace } = paced(0, 60_000);
    await pace.catchUp();
    expect(world.now).toBe(startMs);
    await pace.advance(90_000);
    expect(world.now).toBe(startMs + 90_000);
  });

  it('follows the wall at its speed', async () => {
    const { world, pace } = paced(100, 1000);
    await pace.catchUp();
    expect(world.now - startMs).toBeGreaterThanOrEqual(100_000);
    expect(world.now).toBeLessThanOrEqual(pace.farmNow());
  });

  it('catches up a long suspension in slices, in the order of events', async () => {
    // A day of farm time with an event every ten minutes, each of them half a millisecond of work.
    const { world, pace } = paced(3600, 24_000);
    const ran: number[] = [];
    world.every(600_000, () => {
      ran.push(world.now);
      const until = performance.now() + 0.5;
      while (performance.now() < until);
    });
    let turns = 0;
    let going = true;
    const others = async () => {
      while (going) {
        await new Promise((resolve) => setImmediate(resolve));
        turns++;
      }
    };
    const running = others();
    await pace.catchUp();
    going = false;
    await running;
    expect(ran.length).toBeGreaterThanOrEqual(144);
    expect(ran).toEqual(ran.map((_, index) => startMs + (index + 1) * 600_000));
    expect(turns).toBeGreaterThan(1);
  });

  it('survives an event that fails', async () => {
    const { world, pace, reports } = paced(0);
    let after = false;
    world.schedule(1000, () => {
      throw new Error('a defect');
    });
    world.schedule(2000, () => {
      after = true;
    });
    await pace.advance(5000);
    expect(after).toBe(true);
    expect(world.now).toBe(startMs + 5000);
    expect(reports).toEqual(['an event of the simulated region failed: Error: a defect']);
  });

  it('runs events by its own timer when nobody asks', async () => {
    const { world, pace } = paced(1000);
    const ran = new Promise<number>((resolve) => world.schedule(10_000, () => resolve(world.now)));
    pace.arm();
    expect(await ran).toBe(startMs + 10_000);
    pace.stop();
  });
});
