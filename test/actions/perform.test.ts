import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killMasterTask } from '../../src/actions/kill-master-task.ts';
import { performAction, refusal } from '../../src/actions/perform.ts';
import { ProblemError } from '../../src/core/problem.ts';
import { farm } from '../drills/farm.ts';
import { FakeAws, fakeSession, LeapingClock, SimulatedStore, serviceError } from '../drills/simulated.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'actions-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bench(stopTask: () => unknown) {
  const clock = new LeapingClock();
  const session = fakeSession(clock, new FakeAws(clock, { stopTask: stopTask }));
  const snapshot = farm(clock.now());
  const store = new SimulatedStore(() => snapshot);
  const target = killMasterTask.targets(snapshot)[0];
  if (!target) throw new Error('no target');
  const logPath = join(folder, 'deep', 'actions.jsonl');
  const entries = () =>
    readFileSync(logPath, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { session, store, target, logPath, entries, snapshot };
}

describe('performAction', () => {
  it('does it, tells the timeline, logs it and asks for a look', async () => {
    const { session, store, target, logPath, entries } = bench(() => ({}));
    await performAction(session, store, killMasterTask, target, { logPath });
    expect(store.changes).toMatchObject([{ source: 'operator', event: expect.stringContaining('slot a') }]);
    expect(store.refreshed).toBe(1);
    expect(entries()).toMatchObject([
      { action: 'kill-master-task', target: target.id, outcome: 'done', stack: 'jdci' },
    ]);
  });

  it('logs a failure too, without what is secret', async () => {
    const { session, store, target, logPath, entries } = bench(() => {
      throw serviceError('InvalidParameterException', `bad token=${'0'.repeat(32)}`);
    });
    await expect(performAction(session, store, killMasterTask, target, { logPath })).rejects.toThrow(ProblemError);
    expect(store.changes).toMatchObject([{ event: expect.stringContaining('failed'), severity: 'warning' }]);
    expect(entries()).toMatchObject([{ outcome: 'failed' }]);
    expect(readFileSync(logPath, 'utf8')).not.toContain('0'.repeat(32));
  });

  it('is done even when it cannot be logged', async () => {
    const { session, store, target } = bench(() => ({}));
    await performAction(session, store, killMasterTask, target, { logPath: '/dev/null/actions.jsonl' });
    expect(store.changes).toHaveLength(1);
  });
});

describe('refusal', () => {
  it('puts read-only before everything else', () => {
    const { session, target, snapshot } = bench(() => ({}));
    expect(refusal(session, killMasterTask, snapshot, target)).toBeNull();
    expect(refusal({ ...session, readOnly: true }, killMasterTask, snapshot, target)?.reason).toMatch(/read-only/);
  });
});
