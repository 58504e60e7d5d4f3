import { join } from 'node:path';
import { actionLogPath } from '../actions/action-log.ts';
import { acquireLock, type FarmLock, userName } from '../actions/farm-lock.ts';
import { performAction } from '../actions/perform.ts';
import { type SteadyState, steadyState } from '../actions/steady-state.ts';
import { problemOf } from '../core/problem.ts';
import { fresh } from '../farm/reading.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { FarmView } from '../farm/view.ts';
import { toTenths } from './availability.ts';
import { Course, slotLines } from './course.ts';
import type { DrillReport, DrillRun } from './drill.ts';
import { drillRefusal, stackRefusal } from './guard.ts';
import { closeInterrupted } from './interrupted.ts';
import { drillsFolder, Journal } from './journal.ts';
import { nextView } from './next-view.ts';
import { writeReport } from './report.ts';
import { judge } from './verdict.ts';

/** Wall milliseconds for a first look at the farm; then it is refused rather than waited for. */
const firstLookMs = 30_000;
/** Wall milliseconds without a publication after which the budget is looked at again. */
const idleMs = 1_000;
/** The same where farm time runs fast. */
const quickMs = 250;
/** Farm seconds for the steady state to come back once the target has recovered. */
const settleSeconds = 300;
/** Farm seconds by which the lock outlives what a drill may take: its report, a slow end. */
const lockMarginSeconds = 600;

/** Where it stands in a run that was refused, aborted or observed to its end. */
interface Outcome {
  refused?: string;
  aborted?: string;
  rollbackProblem?: string;
  seenAtEnd: boolean;
  steadyAfter: SteadyState;
  before?: Snapshot;
}

/**
 * Runs a drill to its end: steady state and guard, injection, observation until recovery or until the budget is spent,
 * rollback always, steady state again, verdict, report. Each step is in the journal before it is taken. Aborting the
 * signal breaks it off at any point: what was injected is rolled back and the verdict is `aborted`. Throws only when the
 * journal or the report cannot be written.
 */
export async function runDrill(run: DrillRun): Promise<DrillReport> {
  const { session, store, drill, target } = run;
  const { clock } = session;
  const started = clock.now();
  const stamp = new Date(started).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const id = `${stamp}-${drill.name}-${session.random.hex(4)}`;
  const base = drillsFolder(run.stateFolder);
  const journal = new Journal(id, base);
  const course = new Course(id, run);
  journal.append(started, 'started', {
    id,
    drill: drill.name,
    target,
    stack: session.farm.stack,
    region: session.farm.region,
    identity: session.identity,
    user: userName(),
    hypothesis: drill.hypothesis,
  });

  const outcome: Outcome = { seenAtEnd: false, steadyAfter: { reasons: [], blind: true } };
  let lock: FarmLock | undefined;
  const lookAway = store.watchClosely();
  try {
    lock = await begin(run, course, outcome);
    if (lock) await closeInterrupted(session, id, (line) => course.note(line), base);
    if (lock && outcome.before && !run.signal?.aborted)
      await faultAndAfter(run, course, journal, outcome, outcome.before);
    else if (outcome.refused === undefined) outcome.aborted = 'stopped before anything was done';
  } finally {
    lookAway();
    // The lock ends by itself; that it could not be given back must not hide what the drill found.
    await lock?.release().catch((error: unknown) => session.log.line('lock', problemOf(error).message));
  }

  const report = conclude(run, course, journal, outcome);
  await writeReport(run.reportFolder ?? journal.folder, report, {
    title: drill.title,
    hypothesis: drill.hypothesis,
    stack: session.farm.stack,
    region: session.farm.region,
    identity: session.identity,
    user: userName(),
    targetLabel: target.label,
    before: slotLines(outcome.before),
    after: slotLines(store.current().snapshot),
  });
  journal.append(clock.now(), 'finished', { verdict: report.verdict, reason: report.reason, report: report.report });
  course.phase = 'done';
  course.next = '';
  course.note(`${drill.name}: ${report.verdict}, ${report.reason}`);
  return report;
}

/** Looks, guards and locks. Leaves in `outcome` either why not, or the snapshot before the fault. */
async function begin(run: DrillRun, course: Course, outcome: Outcome): Promise<FarmLock | undefined> {
  const { session, store, drill, target } = run;
  course.next = 'a look at the farm';
  course.publish();
  let lock: FarmLock | undefined;
  try {
    const first = await look(run, course, (snapshot) => fresh(snapshot.probe) !== undefined);
    if (!first) {
      outcome.refused = 'the farm cannot be seen';
      return undefined;
    }
    course.budgetSeconds = Math.round(drill.budgetSeconds(first));
    course.predictedSeconds = Math.round(drill.predictSeconds(first));
    const early = drillRefusal(session, drill, first, target);
    if (early) {
      outcome.refused = early.reason;
      return undefined;
    }
    lock = await acquireLock(session, `drill ${drill.name}`, course.budgetSeconds + settleSeconds + lockMarginSeconds);
    // Between the look and the lock somebody may have begun something: judge again by what is seen under the lock.
    store.refresh();
    const { since } = lock;
    const second = (await look(run, course, (snapshot) => snapshot.at >= since)) ?? first;
    const late = drillRefusal(session, drill, second, target) ?? (await stackRefusal(session));
    if (late || second.at < since) {
      outcome.refused = late?.reason ?? 'the farm is not being observed: no look at it came to its end';
      return lock;
    }
    outcome.before = second;
    return lock;
  } catch (error) {
    if (run.signal?.aborted) outcome.aborted = 'stopped before anything was done';
    else outcome.refused = problemOf(error).message;
    return lock;
  }
}

/** The first snapshot that is as wanted, or the newest one when the time for it is over. */
async function look(
  run: DrillRun,
  course: Course,
  wanted: (snapshot: Snapshot) => boolean,
): Promise<Snapshot | undefined> {
  const { session, store, signal } = run;
  const deadline = session.clock.wall() + firstLookMs;
  let view = store.current();
  while (!(view.snapshot && wanted(view.snapshot)) && session.clock.wall() < deadline) {
    view = await nextView(store, session.clock, idleMs, signal);
    course.take(view);
  }
  return view.snapshot;
}

/** Everything from the injection on. */
async function faultAndAfter(
  run: DrillRun,
  course: Course,
  journal: Journal,
  outcome: Outcome,
  before: Snapshot,
): Promise<void> {
  const { session, store, drill, target } = run;
  const { clock } = session;
  course.phase = 'inject';
  course.next = drill.action.effect;
  journal.append(clock.now(), 'inject', { slots: slotLines(before), budgetSeconds: course.budgetSeconds });
  course.begin(clock.now());
  course.note(`steady state; ${drill.name} on ${target.label}`);
  try {
    await performAction(session, store, drill.action, target, {
      by: `drill ${course.id}`,
      logPath: actionLogPath(run.stateFolder),
    });
    journal.append(clock.now(), 'observe');
    course.phase = 'observe';
    outcome.seenAtEnd = await observe(run, course, before);
  } catch (error) {
    // A call that failed may still have had its effect: the rollback below is made in any case.
    outcome.aborted = run.signal?.aborted
      ? 'stopped by the operator'
      : `the fault could not be injected: ${problemOf(error).message}`;
  }

  course.phase = 'rollback';
  course.next = 'the rollback';
  journal.append(clock.now(), 'rollback', { what: drill.rollback ? drill.name : 'nothing to undo' });
  course.publish();
  try {
    await drill.rollback?.(session, target);
    if (drill.rollback) course.note('rolled back');
  } catch (error) {
    outcome.rollbackProblem = problemOf(error).message;
    course.note(`rollback failed: ${outcome.rollbackProblem}`);
  }

  course.phase = 'steady-after';
  course.next = 'steady state';
  journal.append(clock.now(), 'steady-after');
  course.publish();
  outcome.steadyAfter = await settle(run, course, outcome.aborted !== undefined);
}

/** Watches until the target has recovered or the budget is spent; whether the last look could tell. */
async function observe(run: DrillRun, course: Course, before: Snapshot): Promise<boolean> {
  const { session, store, drill, target, signal } = run;
  const { clock } = session;
  const injectedAt = course.injectedAt ?? clock.now();
  const elapsed = (): number => toTenths((clock.now() - injectedAt) / 1000);
  const hurry = hurried(run);
  let seen = false;
  for (;;) {
    const view = await nextView(store, clock, clock.speed > 1 ? quickMs : idleMs, signal);
    hurry(view);
    course.take(view);
    const { snapshot } = view;
    // A round that was under way at the injection shows some sources before it and some after.
    if (snapshot && snapshot.at >= injectedAt) {
      seen = fresh(snapshot.tasks) !== undefined && fresh(snapshot.balancer) !== undefined;
      course.next = drill.next(snapshot, target);
      if (course.detectSeconds === null && drill.detected(snapshot, target)) {
        course.detectSeconds = elapsed();
        course.note(`the farm shows the fault after ${course.detectSeconds} s`);
      }
      if (drill.recovered(snapshot, target, before)) {
        course.recoverSeconds = elapsed();
        course.note(`recovered after ${course.recoverSeconds} s`);
        return seen;
      }
    }
    if (elapsed() > course.budgetSeconds) {
      course.note(`the budget of ${course.budgetSeconds} s is spent`);
      return seen;
    }
    course.publish();
  }
}

/**
 * Where farm time runs fast, the store's own pace would measure in minutes: asks it for a look every two farm seconds, a
 * quarter of a second of wall time apart at least, and not at all while the service throttles. At a farm's real speed
 * that is the pace that it has anyway.
 */
function hurried(run: DrillRun): (view: FarmView) => void {
  const { clock } = run.session;
  const wallMs = clock.speed > 1 ? Math.max(250, 2000 / clock.speed) : Number.POSITIVE_INFINITY;
  let askedAt = clock.wall();
  return (view) => {
    if (clock.wall() - askedAt < wallMs || view.pace.reason === 'throttled') return;
    askedAt = clock.wall();
    run.store.refresh();
  };
}

/** The steady state after the drill: waited for, or, when it was broken off, only looked at. */
async function settle(run: DrillRun, course: Course, brokenOff: boolean): Promise<SteadyState> {
  const { session, store, signal } = run;
  const { clock } = session;
  const deadline = clock.now() + settleSeconds * 1000;
  let view = store.current();
  for (;;) {
    const state = view.snapshot ? steadyState(view.snapshot) : { reasons: ['the farm cannot be seen'], blind: true };
    if (state.reasons.length === 0 || brokenOff || signal?.aborted || clock.now() > deadline) return state;
    course.next = `steady state: ${state.reasons[0] ?? ''}`;
    try {
      view = await nextView(store, clock, idleMs, signal);
    } catch {
      // Stopped while only waiting for calm: the observation is complete, so its verdict stands on what was seen.
      return state;
    }
    course.take(view);
  }
}

function conclude(run: DrillRun, course: Course, journal: Journal, outcome: Outcome): DrillReport {
  const { drill, target } = run;
  const { provedOutageSeconds: _, ...availability } = course.experience;
  const { verdict, reason } = judge({
    ...(outcome.refused === undefined ? {} : { refused: outcome.refused }),
    ...(outcome.aborted === undefined ? {} : { aborted: outcome.aborted }),
    ...(outcome.rollbackProblem === undefined ? {} : { rollbackProblem: outcome.rollbackProblem }),
    detectSeconds: course.detectSeconds,
    recoverSeconds: course.recoverSeconds,
    budgetSeconds: course.budgetSeconds,
    experience: course.experience,
    toleratedOutageSeconds: outcome.before ? drill.toleratedOutageSeconds(outcome.before) : 0,
    seenAtEnd: outcome.seenAtEnd,
    steadyAfter: outcome.steadyAfter,
  });
  return {
    id: course.id,
    drill: drill.name,
    target: target.id,
    verdict,
    detectSeconds: course.detectSeconds,
    recoverSeconds: course.recoverSeconds,
    pollErrorSeconds: course.pollErrorSeconds,
    budgetSeconds: course.budgetSeconds,
    predictedSeconds: course.predictedSeconds,
    availability,
    builds:
      outcome.before && course.injectedAt !== undefined
        ? drill.builds(outcome.before, target)
        : { lost: 0, requeued: null },
    timeline: course.timeline.map((line) => ({ ...line, at: new Date(line.at).toISOString() })),
    report: join(run.reportFolder ?? journal.folder, 'report.json'),
    reason,
  };
}
