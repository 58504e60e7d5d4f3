import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../../src/core/clock.ts';
import { ProblemError } from '../../src/core/problem.ts';
import type { DrillReport, DrillRun } from '../../src/drills/drill.ts';
import { DrillControl, drillAfter, noDrill } from '../../src/hooks/use-drill.ts';
import { rememberSelection } from '../../src/hooks/use-farm.ts';
import { joiner } from '../../src/hooks/use-joined.ts';
import { tickEvery } from '../../src/hooks/use-now.ts';
import { ProvisionControl, provisionAfter, unready } from '../../src/hooks/use-provisioning.ts';
import { drill, progress, report, targetB } from '../drill-fixture.ts';
import { FakeStore, fakeSession, slotDown, view } from '../farm-fixture.ts';
import { FakeProvisioner, form, progressAt, proposal, setField } from '../form-fixture.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('DrillControl', () => {
  const control = (run: (run: DrillRun) => Promise<DrillReport>) =>
    new DrillControl(run, fakeSession(), new FakeStore());

  it('runs one drill at a time and keeps its report', async () => {
    const run = vi.fn(async ({ onProgress }: DrillRun) => {
      onProgress(progress());
      return report();
    });
    const drills = control(run);
    drills.start(drill, targetB);
    drills.start(drill, targetB);
    expect(run).toHaveBeenCalledOnce();
    expect(drills.current()).toMatchObject({ running: true, target: targetB });
    await turn();
    expect(drills.current()).toMatchObject({
      running: false,
      report: { verdict: 'pass' },
      progress: { detectSeconds: 4 },
    });
  });

  it('aborts the run when stopped and resolves only when it has rolled back', async () => {
    let rolledBack: () => void = () => {};
    const drills = control(
      ({ signal }) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () => {
            rolledBack = () => resolve(report({ verdict: 'aborted' }));
          });
        }),
    );
    drills.start(drill, targetB);
    let ended = false;
    const stopped = drills.stop().then(() => {
      ended = true;
    });
    await turn();
    expect(drills.current().stopping).toBe(true);
    expect(ended).toBe(false);
    rolledBack();
    await stopped;
    expect(drills.current()).toMatchObject({ running: false, stopping: false, report: { verdict: 'aborted' } });
  });

  it('says why when a drill breaks, and can run again', async () => {
    const drills = control(() => Promise.reject(new Error('the disk is full')));
    drills.start(drill, targetB);
    await turn();
    expect(drills.current()).toMatchObject({
      running: false,
      problem: { message: 'internal error: the disk is full' },
    });
    drills.start(drill, targetB);
    expect(drills.current().problem).toBeUndefined();
  });

  it('does not stop what does not run', () => {
    expect(drillAfter(noDrill, { type: 'stopping' })).toBe(noDrill);
  });
});

describe('provisionAfter', () => {
  const problem = { kind: 'refused', source: 's', message: 'm', advice: 'a' } as const;

  it('ignores what comes too late', () => {
    const asleep = { step: 'asleep' } as const;
    expect(provisionAfter(asleep, { type: 'discovered', form: form() })).toBe(asleep);
    expect(provisionAfter(asleep, { type: 'progressed', progress: progressAt(1) })).toBe(asleep);
    expect(provisionAfter(asleep, { type: 'proposed', proposal })).toBe(asleep);
  });

  it('keeps what was typed when the service refuses', () => {
    const typed = setField(form(), 'VpcId', 'vpc-x');
    expect(provisionAfter({ step: 'proposing', form: typed }, { type: 'failed', problem })).toEqual({
      step: 'parameters',
      form: typed,
      problem,
    });
    expect(provisionAfter({ step: 'review', form: typed, proposal }, { type: 'failed', problem })).toMatchObject({
      step: 'review',
      form: typed,
      problem,
    });
    expect(provisionAfter({ step: 'discovering' }, { type: 'failed', problem })).toEqual({ step: 'trouble', problem });
  });
});

describe('ProvisionControl', () => {
  it('proposes nothing while a value is missing or wrong', async () => {
    const provisioner = new FakeProvisioner();
    const control = new ProvisionControl(provisioner);
    await control.begin();
    expect(unready(form())).toEqual(['ImageUri']);
    await control.propose();
    control.change('ImageUri', 'image@sha256:1');
    control.change('OperatorCidr', 'anywhere');
    await control.propose();
    expect(provisioner.calls).toEqual(['discover']);
    control.change('OperatorCidr', '10.0.0.0/8');
    await control.propose();
    expect(provisioner.calls).toEqual(['discover', 'propose']);
  });

  it('takes back a change set that nobody executes when it is closed', async () => {
    const provisioner = new FakeProvisioner();
    const control = new ProvisionControl(provisioner);
    await control.begin();
    control.change('ImageUri', 'image@sha256:1');
    await control.propose();
    await control.close();
    expect(provisioner.calls).toEqual(['discover', 'propose', 'discard']);
  });

  it('executes a change set once, and does not take back what it executes', async () => {
    const provisioner = new FakeProvisioner();
    let executed: () => void = () => {};
    vi.spyOn(provisioner, 'execute').mockImplementation(() => {
      provisioner.calls.push('execute');
      return new Promise((resolve) => {
        executed = resolve;
      });
    });
    provisioner.progress = [progressAt(1)];
    const control = new ProvisionControl(provisioner);
    await control.begin();
    control.change('ImageUri', 'image@sha256:1');
    await control.propose();
    void control.execute();
    void control.execute();
    void control.discard();
    expect(control.current()).toMatchObject({ step: 'review', settling: 'execute' });
    executed();
    await turn();
    expect(provisioner.calls).toEqual(['discover', 'propose', 'execute', 'follow']);
    expect(control.current()).toMatchObject({ step: 'executing' });
  });

  it('leaves a change set that is under review where it is when it is asked to watch', async () => {
    const provisioner = new FakeProvisioner();
    const control = new ProvisionControl(provisioner);
    await control.begin();
    control.change('ImageUri', 'image@sha256:1');
    await control.propose();
    await control.watch();
    expect(control.current().step).toBe('review');
    expect(provisioner.calls).not.toContain('watch');
  });

  it('is closed only when a change set in the making has taken itself back', async () => {
    const provisioner = new FakeProvisioner();
    let takenBack = false;
    vi.spyOn(provisioner, 'propose').mockImplementation(
      (_form?: unknown, signal?: AbortSignal) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () =>
            setImmediate(() => {
              takenBack = true;
              reject(new Error('broken off'));
            }),
          );
        }),
    );
    const control = new ProvisionControl(provisioner);
    await control.begin();
    control.change('ImageUri', 'image@sha256:1');
    void control.propose();
    await control.close();
    expect(takenBack).toBe(true);
  });

  it('comes back to the change that it lost sight of', async () => {
    const provisioner = new FakeProvisioner();
    const denied = { kind: 'denied', source: 'cloudformation', message: 'denied', advice: 'ask for it' } as const;
    vi.spyOn(provisioner, 'follow').mockReturnValueOnce({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new ProblemError(denied)) }),
    } as unknown as ReturnType<FakeProvisioner['follow']>);
    provisioner.progress = [progressAt(2)];
    const control = new ProvisionControl(provisioner);
    await control.watch();
    expect(control.current()).toMatchObject({ step: 'trouble', watched: true });
    void control.watch();
    await turn();
    expect(control.current()).toMatchObject({ step: 'executing', progress: { done: 2 } });
  });

  it('watches what somebody else has begun', async () => {
    const provisioner = new FakeProvisioner();
    provisioner.progress = [progressAt(2)];
    const control = new ProvisionControl(provisioner);
    void control.watch();
    await turn();
    expect(provisioner.calls).toEqual(['watch']);
    expect(control.current()).toMatchObject({ step: 'executing', kind: 'FOLLOW', progress: { done: 2 } });
    expect(control.busy).toBe(true);
  });

  it('can try again after trouble', async () => {
    const provisioner = new FakeProvisioner();
    const failing = vi
      .spyOn(provisioner, 'discover')
      .mockRejectedValueOnce(new ProblemError({ kind: 'auth', source: 'sts', message: 'expired', advice: 'sign in' }));
    const control = new ProvisionControl(provisioner);
    await control.begin();
    expect(control.current()).toMatchObject({ step: 'trouble', problem: { message: 'expired' } });
    await control.begin();
    expect(control.current().step).toBe('parameters');
    expect(failing).toHaveBeenCalledTimes(2);
  });
});

describe('selections', () => {
  it('run once for each published view', () => {
    const store = new FakeStore();
    const select = vi.fn((each: ReturnType<typeof view>) => ({ count: each.changes.length }));
    const current = rememberSelection(() => store.current(), select);
    expect(current()).toBe(current());
    store.publish(view());
    current();
    expect(select).toHaveBeenCalledTimes(2);
  });

  it('hand each snapshot what was joined of the one before', () => {
    const join = vi.fn(() => ({ slots: [] }) as never);
    const select = joiner(join);
    const first = select(view());
    const next = view({ snapshot: slotDown() });
    select(next);
    select({ ...next, changes: [] });
    expect(join).toHaveBeenCalledTimes(2);
    expect(join).toHaveBeenLastCalledWith(next.snapshot, first);
  });
});

describe('tickEvery', () => {
  it('ticks by the clock until it is stopped', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const seen: number[] = [];
    const start = clock.now();
    const ended = tickEvery(clock, 1000, (at) => seen.push(at - start), stop.signal);
    await clock.advance(2500);
    stop.abort();
    await ended;
    await clock.advance(2500);
    expect(seen).toEqual([1000, 2000]);
  });
});
