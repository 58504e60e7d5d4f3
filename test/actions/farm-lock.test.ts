import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { acquireLock, isLocked, removeLock } from '../../src/actions/farm-lock.ts';
import { FakeAws, fakeSession, LeapingClock, parameterStore } from '../drills/simulated.ts';

function bench(stored = new Map<string, string>()) {
  const clock = new LeapingClock();
  const aws = new FakeAws(clock, parameterStore(stored).handlers);
  return { clock, aws, stored, session: fakeSession(clock, aws) };
}

/** The id of a process that has ended. */
function endedPid(): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', () => resolve(child.pid ?? 0));
  });
}

async function refusedBy(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    if (isLocked(error)) return error.problem.message;
    throw error;
  }
  throw new Error('the lock was given');
}

describe('the lock of a farm', () => {
  it('is held by one at a time', async () => {
    const { session, stored } = bench();
    const first = await acquireLock(session, 'drill x', 60);
    expect(await refusedBy(acquireLock(session, 'provision', 60))).toContain('drill x');
    await first.release();
    const second = await acquireLock(session, 'provision', 60);
    expect(second.epoch).toBe(2);
    expect([...stored.keys()]).toEqual(['/jdci/jdci/lock/2']);
  });

  it('lets only one of two who ask in the same moment have it', async () => {
    const { session } = bench();
    const outcomes = await Promise.allSettled([acquireLock(session, 'one', 60), acquireLock(session, 'two', 60)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is taken over when it has expired', async () => {
    const { session, clock } = bench();
    await acquireLock(session, 'drill that crashed', 60);
    await clock.after(59_000);
    await refusedBy(acquireLock(session, 'drill', 60));
    await clock.after(2_000);
    expect((await acquireLock(session, 'drill', 60)).epoch).toBe(2);
  });

  it('is taken over from a process of this machine that has died, and from no other', async () => {
    const { session, stored, clock } = bench();
    const died = await endedPid();
    const holder = {
      owner: 'me',
      purpose: 'drill',
      since: 0,
      expiresAt: clock.now() + 60_000,
      host: hostname(),
      pid: died,
    };
    stored.set('/jdci/jdci/lock/1', JSON.stringify({ ...holder, host: 'another machine' }));
    await refusedBy(acquireLock(session, 'drill', 60));
    stored.set('/jdci/jdci/lock/1', JSON.stringify({ ...holder, pid: process.pid }));
    await refusedBy(acquireLock(session, 'drill', 60));
    stored.set('/jdci/jdci/lock/1', JSON.stringify(holder));
    expect((await acquireLock(session, 'drill', 60)).epoch).toBe(2);
  });

  it('is not given back by one who had lost it', async () => {
    const { session, clock } = bench();
    const lost = await acquireLock(session, 'slow', 60);
    await clock.after(61_000);
    await acquireLock(session, 'quick', 600);
    await lost.release();
    expect(await refusedBy(acquireLock(session, 'third', 60))).toContain('quick');
  });

  it('is not had under a number that others have left behind', async () => {
    const { session, aws, stored, clock } = bench();
    // Reads the epochs before anybody has the lock, and makes its own after two others have come and one has gone.
    const read = aws.handlers.getParametersByPath;
    const later = { epoch: 2, owner: 'bob', purpose: 'drill', since: 0, expiresAt: clock.now() + 60_000 };
    let reads = 0;
    aws.handlers.getParametersByPath = (input) => {
      const answer = read?.(input);
      if (reads++ === 0) stored.set('/jdci/jdci/lock/2', JSON.stringify(later));
      return answer;
    };
    expect(await refusedBy(acquireLock(session, 'late', 60))).toContain('drill by bob');
    expect(JSON.parse(stored.get('/jdci/jdci/lock/2') ?? '')).toEqual(later);
  });

  it('is not left behind by one who could not make sure of it', async () => {
    const { session, aws } = bench();
    const read = aws.handlers.getParametersByPath;
    let reads = 0;
    aws.handlers.getParametersByPath = (input) => {
      if (reads++ === 1) throw new Error('lost');
      return read?.(input);
    };
    await expect(acquireLock(session, 'unlucky', 60)).rejects.toThrow('lost');
    expect((await acquireLock(session, 'next', 60)).epoch).toBe(2);
  });

  it('is had even when the epochs before it cannot be cleared away', async () => {
    const { session, aws } = bench();
    await (await acquireLock(session, 'first', 60)).release();
    aws.handlers.deleteParameter = () => {
      throw new Error('denied');
    };
    expect((await acquireLock(session, 'second', 60)).epoch).toBe(2);
  });

  it('is not taken from under a value that is no lock', async () => {
    const { session } = bench(new Map([['/jdci/jdci/lock/7', 'hands off']]));
    expect(await refusedBy(acquireLock(session, 'drill', 60))).toContain('/jdci/jdci/lock/7');
  });

  it('goes away with the farm', async () => {
    const { session, stored } = bench();
    await acquireLock(session, 'destroy', 60);
    await removeLock(session);
    expect(stored.size).toBe(0);
  });
});
