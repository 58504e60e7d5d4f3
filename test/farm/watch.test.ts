import { describe, expect, it } from 'vitest';
import { type Clock, ManualClock } from '../../src/core/clock.ts';
import { Probe } from '../../src/farm/probe.ts';
import { seen, unseen } from '../../src/farm/reading.ts';
import type { Snapshot } from '../../src/farm/snapshot.ts';
import { FarmWatch, type Observe } from '../../src/farm/watch.ts';
import { fakeSession } from './sessions.ts';
import { balancer, healthy, hostA, noon, problem } from './snapshots.ts';

function watching(observe: Observe) {
  const session = fakeSession();
  const probe = new Probe({ road: session.doorRoad, clock: session.clock, ask: async () => ({ status: 200 }) });
  const watch = new FarmWatch(session, { observe, probe });
  return { session, watch, clock: session.clock };
}

const absent = (before: Snapshot): Snapshot => {
  const none = unseen<never>(problem('not-found', 'Stack with id jdci does not exist'));
  return {
    ...before,
    stack: none,
    balancer: none,
    probe: none,
    group: none,
    services: none,
    tasks: none,
    containerInstances: none,
    instances: none,
    masters: {},
  };
};

describe('the watch', () => {
  it('publishes round after round, slower at rest', async () => {
    const starts: number[] = [];
    const { watch, clock } = watching(async () => {
      starts.push(clock.wall());
      return healthy();
    });
    expect(watch.current().presence).toBe('waiting');
    let published = 0;
    watch.subscribe(() => published++);
    watch.start();
    watch.start();
    await clock.advance(30_000);
    watch.stop();
    await clock.advance(30_000);
    expect(starts).toEqual([0, 2_000, 4_000, 6_000, 8_000, 13_000, 18_000, 23_000, 28_000]);
    expect(published).toBe(9);
    expect(watch.current()).toMatchObject({
      presence: 'present',
      verdict: { severity: 'ok' },
      pace: { intervalMs: 5_000, reason: 'at rest', rounds: 9 },
      history: { agents: Array(9).fill(2), queue: Array(9).fill(0) },
    });
  });

  it('looks as closely as farm time asks for while somebody wants it, and no longer', async () => {
    const starts: number[] = [];
    let asked = 0;
    const clock = new ManualClock();
    const tenfold: Clock = {
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (ms, signal) => clock.after(ms, signal),
      speed: 10,
    };
    const session = { ...fakeSession(), clock: tenfold };
    const probe = new Probe({
      road: session.doorRoad,
      clock: session.clock,
      ask: async () => {
        asked++;
        return { status: 200 };
      },
    });
    probe.aim('http://door');
    const watch = new FarmWatch(session, {
      probe,
      observe: async () => {
        starts.push(clock.wall());
        return healthy();
      },
    });
    watch.start();
    await clock.advance(1_000);
    const lookAway = watch.watchClosely();
    await clock.advance(2_000);
    lookAway();
    lookAway();
    await clock.advance(4_000);
    watch.stop();
    // A round at once, then every 500 ms of wall, the last of them begun before; after that it is at rest.
    expect(starts).toEqual([0, 1_000, 1_500, 2_000, 2_500, 3_000, 3_500]);
    // One in the first second, ten a second while looking closely, one a second after it.
    expect(asked).toBeGreaterThanOrEqual(1 + 20 + 4);
    expect(asked).toBeLessThanOrEqual(1 + 20 + 4 + 3);
  });

  it('never has two rounds at once, however slow they are', async () => {
    let open = 0;
    let most = 0;
    const { watch, clock } = watching(async (session) => {
      most = Math.max(most, ++open);
      await session.clock.after(7_000);
      open--;
      return healthy();
    });
    watch.start();
    await clock.advance(3_000);
    watch.refresh();
    await clock.advance(30_000);
    watch.stop();
    expect(most).toBe(1);
    expect(watch.current().pace).toMatchObject({ rounds: 4, lastRoundMs: 7_000 });
  });

  it('refreshes at once when asked to, also when asked during a round', async () => {
    const starts: number[] = [];
    const { watch, clock } = watching(async (session) => {
      starts.push(clock.wall());
      await session.clock.after(100);
      return healthy();
    });
    watch.start();
    await clock.advance(1_000);
    watch.refresh();
    await clock.advance(50);
    watch.refresh();
    await clock.advance(500);
    watch.stop();
    expect(starts).toEqual([0, 1_000, 1_100]);
  });

  it('says that the farm is absent, and looks out for it', async () => {
    let there = false;
    const { watch, clock } = watching(async () => (there ? healthy() : absent(healthy())));
    watch.start();
    await clock.advance(0);
    expect(watch.current()).toMatchObject({ presence: 'absent', verdict: { findings: [{ id: 'stack-absent' }] } });
    expect(watch.current().problem).toBeUndefined();
    there = true;
    await clock.advance(5_000);
    expect(watch.current().presence).toBe('present');
    watch.stop();
  });

  it('makes the clients anew each round while the credentials have expired', async () => {
    let expired = true;
    const auth = <T>(before: { value?: T; at?: number }) => unseen(problem('auth', 'the token has expired'), before);
    const { watch, clock, session } = watching(async () =>
      expired
        ? {
            ...healthy(),
            stack: auth(healthy().stack),
            services: auth(healthy().services),
            tasks: auth(healthy().tasks),
            instances: auth(healthy().instances),
            balancer: auth(healthy().balancer),
          }
        : healthy(),
    );
    watch.start();
    await clock.advance(3_000);
    expect(session.aws.renewals).toBe(2);
    expect(watch.current()).toMatchObject({
      presence: 'present',
      problem: { kind: 'auth' },
      verdict: { severity: 'unknown' },
    });
    expired = false;
    await clock.advance(2_000);
    expect(session.aws.renewals).toBe(2);
    expect(watch.current().problem).toBeUndefined();
    expect(watch.current().verdict.severity).toBe('ok');
    watch.stop();
  });

  it('asks more slowly when it is throttled', async () => {
    const { watch, clock } = watching(async () => ({
      ...healthy(),
      group: unseen(problem('throttled'), healthy().group),
    }));
    watch.start();
    await clock.advance(0);
    expect(watch.current().pace).toMatchObject({ intervalMs: 4_000, reason: 'throttled' });
    watch.stop();
  });

  it('goes on after a fault of its own, and says so', async () => {
    let rounds = 0;
    const { watch, clock } = watching(async () => {
      if (rounds++ === 0) throw new TypeError('oops');
      return healthy();
    });
    watch.start();
    await clock.advance(0);
    expect(watch.current().problem).toMatchObject({ kind: 'bug', message: 'internal error: oops' });
    await clock.advance(2_000);
    expect(watch.current().problem).toBeUndefined();
    watch.stop();
  });

  it('puts changes, and what others record, on the timeline', async () => {
    let out = false;
    const { watch, clock } = watching(async () =>
      out ? healthy({ at: noon + 2_000, balancer: seen(balancer({ [hostA]: 'in' }), noon) }) : healthy(),
    );
    watch.start();
    await clock.advance(0);
    watch.record({ at: noon, source: 'operator', event: 'stopped task 44e0', severity: 'ok' });
    out = true;
    await clock.advance(2_000);
    expect(watch.current().changes.map((change) => change.source)).toEqual(['operator', 'ELB']);
    watch.stop();
  });

  it('drops a round that is under way when it stops', async () => {
    const { watch, clock } = watching(async (session, _context, _before, signal) => {
      await session.clock.after(1_000, signal);
      return healthy();
    });
    watch.start();
    await clock.advance(500);
    watch.stop();
    await clock.advance(5_000);
    expect(watch.current().presence).toBe('waiting');
  });
});
