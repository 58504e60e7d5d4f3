import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killMasterTask } from '../../src/actions/kill-master-task.ts';
import type { DrillProgress, DrillReport } from '../../src/drills/drill.ts';
import { drillsFolder, Journal, parseJournal, pastDrill, pastDrills } from '../../src/drills/journal.ts';
import { killMasterTaskDrill } from '../../src/drills/kill-master-task.ts';
import { runDrill } from '../../src/drills/runner.ts';
import type { Session } from '../../src/farm/session.ts';
import type { Snapshot } from '../../src/farm/snapshot.ts';
import { balanced, blinded, farm, sample, task, withValue } from './farm.ts';
import {
  FakeAws,
  fakeSession,
  type Handler,
  LeapingClock,
  parameterStore,
  SimulatedStore,
  serviceError,
} from './simulated.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drill-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What becomes of slot b, by the seconds since its task was stopped. */
type Script = (snapshot: Snapshot, secondsSince: number) => Snapshot;

const stopped: Script = (snapshot) =>
  withValue(
    withValue(
      withValue(snapshot, 'tasks', (tasks) => tasks.filter((one) => one.slot === 'a')),
      'balancer',
      (balancer) => ({ ...balancer, instances: [balanced('i-1')] }),
    ),
    'services',
    (services) => services.map((one) => (one.slot === 'b' ? { ...one, running: 0 } : one)),
  );

const replaced: Script = (snapshot) =>
  withValue(
    withValue(snapshot, 'tasks', (tasks) => [
      ...tasks.filter((one) => one.slot === 'a'),
      task('b', 'c'.repeat(32), 'i-3', { createdAt: 2 }),
    ]),
    'balancer',
    (balancer) => ({ ...balancer, instances: [balanced('i-1'), balanced('i-3')] }),
  );

const healsAfter =
  (seconds: number): Script =>
  (snapshot, since) =>
    since < seconds ? stopped(snapshot, since) : replaced(snapshot, since);

interface Bench {
  session: Session;
  aws: FakeAws;
  clock: LeapingClock;
  store: SimulatedStore;
  stored: Map<string, string>;
  run(signal?: AbortSignal): Promise<DrillReport>;
  progress: DrillProgress[];
}

function bench(script: Script, more: Partial<Session> = {}, handlers: Record<string, Handler> = {}): Bench {
  const clock = new LeapingClock();
  const { stored, handlers: ssm } = parameterStore();
  let stoppedAt: number | undefined;
  const aws = new FakeAws(clock, {
    ...ssm,
    describeStacks: () => ({ Stacks: [{ StackId: 'arn:stack', StackName: 'jdci', StackStatus: 'CREATE_COMPLETE' }] }),
    stopTask: () => {
      stoppedAt = clock.now();
      return {};
    },
    ...handlers,
  });
  const session = fakeSession(clock, aws, more);
  const store = new SimulatedStore(() => {
    const snapshot = farm(clock.now());
    return stoppedAt === undefined ? snapshot : script(snapshot, (clock.now() - stoppedAt) / 1000);
  });
  const target = killMasterTask.targets(farm(clock.now())).find((one) => one.slot === 'b');
  if (!target) throw new Error('no target');
  const progress: DrillProgress[] = [];
  const run = (signal?: AbortSignal) =>
    runDrill({
      session,
      store,
      drill: killMasterTaskDrill,
      target,
      onProgress: (one) => progress.push(one),
      stateFolder: folder,
      ...(signal ? { signal } : {}),
    });
  return { session, aws, clock, store, stored, run, progress };
}

function steps(report: DrillReport): string[] {
  return parseJournal(readFileSync(join(drillsFolder(folder), report.id, 'journal.jsonl'), 'utf8')).map(
    (line) => line.step,
  );
}

describe('runDrill', () => {
  it('passes when the slot comes back, and measures it', async () => {
    const { run, aws, stored, progress, store } = bench(healsAfter(100));
    const report = await run();
    expect(store).toMatchObject({ closeLooksBegun: 1, closeLooks: 0 });
    expect(report).toMatchObject({
      drill: 'kill-master-task',
      target: 'b'.repeat(32),
      verdict: 'pass',
      builds: { lost: 0, requeued: null },
    });
    expect(report.detectSeconds).toBe(1);
    expect(report.recoverSeconds).toBe(100);
    expect(report.pollErrorSeconds).toBe(1);
    expect(report.availability).toMatchObject({ failures: 0, longestOutageSeconds: 0 });
    expect(report.availability.requests).toBeGreaterThan(90);
    expect(aws.asked.find((call) => call.operation === 'stopTask')?.input).toMatchObject({
      cluster: 'jdci-Cluster',
      task: expect.stringContaining('b'.repeat(32)),
    });
    expect(steps(report)).toEqual(['started', 'inject', 'observe', 'rollback', 'steady-after', 'finished']);
    // Given back, and its number kept so that the next epoch is a higher one.
    expect([...stored.keys()]).toEqual(['/jdci/jdci/lock/1']);
    expect(JSON.parse(stored.get('/jdci/jdci/lock/1') ?? '')).toMatchObject({ released: true });
    expect(progress.map((one) => one.phase)).toEqual(expect.arrayContaining(['steady-before', 'observe', 'done']));
  });

  it('writes the report that it returns, and one for people', async () => {
    const report = await bench(healsAfter(60)).run();
    expect(JSON.parse(readFileSync(report.report, 'utf8'))).toEqual(report);
    const readable = readFileSync(report.report.replace('.json', '.md'), 'utf8');
    expect(readable).toContain('**pass**');
    expect(readable).toContain(`b: task ${'b'.repeat(32)} RUNNING, i-2, InService`);
    expect(readable).toContain(`b: task ${'c'.repeat(32)} RUNNING, i-3, InService`);
    expect(pastDrill(report.id, drillsFolder(folder))).toMatchObject({ verdict: 'pass', lastStep: 'finished' });
  });

  it('logs the action once, with the drill that took it', async () => {
    const report = await bench(healsAfter(60)).run();
    const lines = readFileSync(join(folder, 'actions.jsonl'), 'utf8').trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        action: 'kill-master-task',
        target: 'b'.repeat(32),
        outcome: 'done',
        by: `drill ${report.id}`,
      }),
    ]);
  });

  it('deviates when the slot does not come back within the budget', async () => {
    const report = await bench(stopped).run();
    expect(report.verdict).toBe('deviated');
    expect(report.recoverSeconds).toBeNull();
    expect(report.detectSeconds).toBe(1);
    expect(steps(report)).toContain('rollback');
  });

  it('deviates when users are turned away for long', async () => {
    const script: Script = (snapshot, since) => {
      const next = healsAfter(60)(snapshot, since);
      const failing = since > 5 && since < 30;
      return withValue(next, 'probe', (probe) => ({ ...probe, recent: [sample(snapshot.at, !failing)] }));
    };
    const report = await bench(script).run();
    expect(report.verdict).toBe('deviated');
    expect(report.availability.longestOutageSeconds).toBeGreaterThan(20);
    expect(report.timeline.filter((line) => line.source === 'user').map((line) => line.event)).toEqual([
      'turned away: 503',
      expect.stringMatching(/^answered again after 2\d(\.\d)? s$/),
    ]);
  });

  it('is inconclusive when nothing can be seen after the injection', async () => {
    const report = await bench((snapshot, since) => blinded(stopped(snapshot, since), 'tasks')).run();
    expect(report.verdict).toBe('inconclusive');
  });

  it('refuses read-only, without touching anything', async () => {
    const { run, aws } = bench(healsAfter(60), { readOnly: true });
    const report = await run();
    expect(report).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('read-only') });
    expect(aws.operations).toEqual([]);
  });

  it('refuses while somebody else holds the lock', async () => {
    const { run, aws, stored, clock } = bench(healsAfter(60));
    const holder = {
      epoch: 4,
      owner: 'alice@desk',
      purpose: 'provision',
      since: clock.now(),
      expiresAt: clock.now() + 60_000,
    };
    stored.set('/jdci/jdci/lock/4', JSON.stringify(holder));
    const report = await run();
    expect(report).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('provision by alice@desk') });
    expect(aws.operations).not.toContain('stopTask');
    expect(JSON.parse(stored.get('/jdci/jdci/lock/4') ?? '')).toEqual(holder);
  });

  it('refuses when the stack has begun to change since the last round', async () => {
    const { run, aws, stored } = bench(
      healsAfter(60),
      {},
      {
        describeStacks: () => ({ Stacks: [{ StackName: 'jdci', StackStatus: 'UPDATE_IN_PROGRESS' }] }),
      },
    );
    const report = await run();
    expect(report).toMatchObject({ verdict: 'refused', reason: 'the stack is UPDATE_IN_PROGRESS' });
    expect(aws.operations).not.toContain('stopTask');
    expect(JSON.parse(stored.get('/jdci/jdci/lock/1') ?? '')).toMatchObject({ released: true });
  });

  it('aborts with rollback and report, and gives the lock back', async () => {
    const { run, progress, stored } = bench(healsAfter(100));
    const abort = new AbortController();
    const running = run(abort.signal);
    while (progress.at(-1)?.phase !== 'observe') await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error('enough'));
    const report = await running;
    expect(report).toMatchObject({ verdict: 'aborted', recoverSeconds: null });
    expect(steps(report)).toEqual(['started', 'inject', 'observe', 'rollback', 'steady-after', 'finished']);
    expect(JSON.parse(stored.get('/jdci/jdci/lock/1') ?? '')).toMatchObject({ released: true });
  });

  it('aborts when the fault cannot be injected', async () => {
    const { run } = bench(
      healsAfter(100),
      {},
      {
        stopTask: () => {
          throw serviceError('AccessDeniedException', 'no');
        },
      },
    );
    expect(await run()).toMatchObject({
      verdict: 'aborted',
      reason: expect.stringContaining('not allowed: ecs:StopTask'),
    });
  });

  it('closes a drill of this farm that had been cut off', async () => {
    const { run, clock } = bench(healsAfter(60));
    const base = drillsFolder(folder);
    const cut = new Journal('20251231-235900-kill-master-task-0000', base);
    cut.append(clock.now() - 60_000, 'started', {
      drill: 'kill-master-task',
      stack: 'jdci',
      region: 'eu-west-1',
      identity: 'test',
      target: { id: 'x', label: 'slot a', confirmWord: 'jdci-master-a' },
    });
    cut.append(clock.now() - 59_000, 'inject');
    // A farm of the same name elsewhere is another farm.
    new Journal('20251231-235901-kill-master-task-0001', base).append(clock.now() - 59_000, 'started', {
      drill: 'kill-master-task',
      stack: 'jdci',
      region: 'eu-west-1',
      identity: 'SANDBOX ×10',
      target: { id: 'y', label: 'slot b', confirmWord: 'jdci-master-b' },
    });
    const report = await run();
    expect(report.verdict).toBe('pass');
    expect(pastDrills(base).map((drill) => [drill.verdict, drill.reason])).toEqual([
      ['aborted', 'cut off at inject; nothing was left to undo'],
      [undefined, undefined],
      ['pass', report.reason],
    ]);
  });

  it('takes the events of the farm into its timeline, but not those of before', async () => {
    const { run, store, clock } = bench(healsAfter(60));
    store.record({ at: clock.now() - 5000, source: 'ECS', event: 'old news', severity: 'ok' });
    setTimeout(() => store.record({ at: clock.now(), source: 'ECS', event: 'task started', severity: 'ok' }), 0);
    const report = await run();
    const events = report.timeline.map((line) => line.event);
    expect(events).toContain('task started');
    expect(events).not.toContain('old news');
    expect(report.timeline.map((line) => line.at)).toEqual(report.timeline.map((line) => line.at).sort());
  });
});
