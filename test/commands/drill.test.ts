import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drillList, drillRun, drillShow, knownDrill } from '../../src/commands/drill.ts';
import { CommandError } from '../../src/core/exit.ts';
import { Journal } from '../../src/drills/journal.ts';
import { seen } from '../../src/farm/reading.ts';
import type { Session } from '../../src/farm/session.ts';
import type { Snapshot } from '../../src/farm/snapshot.ts';
import { farm } from '../drills/farm.ts';
import { FakeAws, fakeSession, LeapingClock, SimulatedStore } from '../drills/simulated.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drills-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function recorder() {
  const out = { stdout: '', stderr: '' };
  const io = {
    stdout: (text: string) => {
      out.stdout += text;
    },
    stderr: (text: string) => {
      out.stderr += text;
    },
  };
  return { out, io };
}

function bench(more: Partial<Session> = {}) {
  const clock = new LeapingClock();
  const aws = new FakeAws(clock, {});
  const session = fakeSession(clock, aws, more);
  const store = new SimulatedStore(() => farm(clock.now()));
  return { aws, clock, session, store, ...recorder() };
}

const kill = { name: 'kill-master-task', yes: false, dryRun: false, json: false };

describe('drill run', () => {
  it('shows with --dry-run what it would do, and does nothing', async () => {
    const { session, store, io, out, aws } = bench();
    expect(await drillRun(session, { ...kill, dryRun: true, json: true, target: 'b' }, io, store)).toBe(0);
    expect(JSON.parse(out.stdout)).toMatchObject({ target: 'b'.repeat(32), predictedSeconds: 125, refused: null });
    expect(aws.operations).toEqual([]);
  });

  it('says with --dry-run why it would be refused', async () => {
    const { session, store, io, out } = bench({ readOnly: true });
    expect(await drillRun(session, { ...kill, dryRun: true }, io, store)).toBe(2);
    expect(out.stdout).toContain('refused now: read-only');
  });

  it('wants --yes', async () => {
    const { session, store, io, aws } = bench();
    await expect(drillRun(session, kill, io, store)).rejects.toThrow(/add --yes/);
    expect(aws.operations).toEqual([]);
  });

  it('says that the report cannot be written before it does anything', async () => {
    const { session, store, io, aws } = bench();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const attempt = drillRun(session, { ...kill, yes: true, report: join(file, 'report') }, io, store);
    await expect(attempt).rejects.toThrow(/--report .*nothing can be written there \(ENOTDIR\)/);
    expect(aws.operations).toEqual([]);
  });

  it('is refused when ECS does not hear the host under a master', async () => {
    const { session, io, out, clock } = bench();
    const deaf = (): Snapshot => {
      const well = farm(clock.now());
      const hosts = (well.containerInstances.value ?? []).map((one) => ({
        ...one,
        agentConnected: one.instanceId !== 'i-2',
      }));
      return { ...well, containerInstances: seen(hosts, clock.now()) };
    };
    expect(await drillRun(session, { ...kill, dryRun: true, target: 'b' }, io, new SimulatedStore(deaf))).toBe(2);
    expect(out.stdout).toContain('the ECS agent under slot b is disconnected');
  });

  it.each(['b', 'i-2', 'b'.repeat(32), 'bbbb'])('finds the target by %s', async (target) => {
    const { session, store, io, out } = bench();
    await drillRun(session, { ...kill, dryRun: true, json: true, target }, io, store);
    expect(JSON.parse(out.stdout)).toMatchObject({ label: expect.stringMatching(/^slot b/) });
  });

  it('names the targets there are for one that is none', async () => {
    const { session, store, io } = bench();
    const attempt = drillRun(session, { ...kill, target: 'i-9', yes: true }, io, store);
    await expect(attempt).rejects.toThrow(/--target i-9: is none of the targets; there are a \(slot a.*b \(slot b/);
  });
});

describe('drill list', () => {
  it('is one document with --json', () => {
    const { io, out } = recorder();
    expect(drillList(io, true)).toBe(0);
    expect(JSON.parse(out.stdout)).toContainEqual(
      expect.objectContaining({ name: 'kill-master-task', needs: ['ecs:StopTask'] }),
    );
  });

  it('knows its names', () => {
    expect(() => knownDrill('kill-master-task')).not.toThrow();
    expect(() => knownDrill('nothing-like-it')).toThrow(CommandError);
  });
});

describe('drill show', () => {
  const start = {
    drill: 'kill-master-task',
    stack: 'jdci',
    region: 'eu-west-1',
    identity: 'test',
    target: { id: 'x', label: 'slot a', confirmWord: 'jdci-master-a' },
  };

  it('lists past drills, and says of one that was cut off that it was', () => {
    new Journal('first', folder).append(0, 'started', start);
    const second = new Journal('second', folder);
    second.append(1000, 'started', start);
    second.append(2000, 'finished', { verdict: 'pass', reason: 'recovered' });
    const { io, out } = recorder();
    expect(drillShow(undefined, io, false, folder)).toBe(0);
    expect(out.stdout.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(/cut off .* first$/),
      expect.stringMatching(/pass .* second$/),
    ]);
  });

  it('opens nothing outside its folder', () => {
    const { io } = recorder();
    expect(() => drillShow('../../etc', io, false, folder)).toThrow(/there is no drill/);
    expect(() => drillShow('absent', io, false, folder)).toThrow(/there is no drill/);
  });
});
