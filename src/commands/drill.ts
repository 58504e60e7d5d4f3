import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Target } from '../actions/action.ts';
import { nearestStack } from '../aws/cloudformation-reads.ts';
import { CommandError, exitCode } from '../core/exit.ts';
import type { Io } from '../core/io.ts';
import { drillNamed, drills } from '../drills/catalogue.ts';
import type { Drill, DrillEvent, DrillReport, DrillVerdict } from '../drills/drill.ts';
import { drillRefusal } from '../drills/guard.ts';
import { drillsFolder, type PastDrill, pastDrill, pastDrills } from '../drills/journal.ts';
import { nextView } from '../drills/next-view.ts';
import { runDrill } from '../drills/runner.ts';
import { fresh } from '../farm/reading.ts';
import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { FarmStore } from '../farm/view.ts';

export interface DrillRunOptions {
  name: string;
  /** A task, an instance or a slot; the best choice when absent. */
  target?: string;
  yes: boolean;
  /** Folder for the report. */
  report?: string;
  /** Guard and prediction only. */
  dryRun: boolean;
  json: boolean;
}

const exits: Readonly<Record<DrillVerdict, number>> = { pass: 0, deviated: 1, refused: 2, aborted: 2, inconclusive: 3 };

/** Wall milliseconds for a first look at the farm. */
const firstLookMs = 30_000;

/** Ends the command as a wrong command line when no drill has that name. */
export function knownDrill(name: string): void {
  drillNamed(name);
}

/** Prints the catalogue. */
export function drillList(io: Io, json: boolean): number {
  if (json) {
    const list = drills.map(({ name, title, hypothesis, action }) => {
      return { name, title, hypothesis, effect: action.effect, confirmation: action.confirmation, needs: action.needs };
    });
    io.stdout(`${JSON.stringify(list, null, 2)}\n`);
    return exitCode.ok;
  }
  const wide = Math.max(...drills.map((drill) => drill.name.length));
  for (const drill of drills) {
    io.stdout(`${drill.name.padEnd(wide)}  ${drill.action.effect}\n`);
    io.stdout(`${''.padEnd(wide)}  expected: ${drill.hypothesis}\n`);
  }
  return exitCode.ok;
}

/**
 * Runs one drill to its verdict, watching the farm meanwhile. The report goes to standard output, how it goes to standard
 * error. Ctrl-C breaks it off with its rollback. `store` is the farm's watch unless a test gives its own.
 */
export async function drillRun(session: Session, options: DrillRunOptions, io: Io, store?: FarmStore): Promise<number> {
  const drill = drillNamed(options.name);
  if (store) return await runOn(session, drill, options, io, store);
  const { FarmWatch } = await import('../farm/watch.ts');
  const watch = new FarmWatch(session);
  watch.start();
  try {
    return await runOn(session, drill, options, io, watch);
  } finally {
    watch.stop();
  }
}

async function runOn(
  session: Session,
  drill: Drill,
  options: DrillRunOptions,
  io: Io,
  store: FarmStore,
): Promise<number> {
  const snapshot = await firstLook(session, store);
  const target = chooseTarget(drill, snapshot, options.target);
  if (options.dryRun) return dryRun(session, drill, snapshot, target, options, io);
  if (!options.yes) {
    throw new CommandError(
      `${drill.name} on ${target.label}: ${drill.action.effect}; add --yes to do it, or --dry-run to see more`,
      exitCode.refused,
    );
  }

  const reportFolder = options.report === undefined ? undefined : writableFolder(options.report);
  const abort = new AbortController();
  let interrupted = false;
  const onInterrupt = (): void => {
    interrupted = true;
    io.stderr('stopping: rolling back, then the report (Ctrl-C again leaves at once)\n');
    abort.abort(new Error('interrupted'));
  };
  const onTerminate = (): void => abort.abort(new Error('terminated'));
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onTerminate);
  // A closed terminal must not leave a fault behind either.
  process.once('SIGHUP', onTerminate);
  try {
    io.stderr(`${drill.name} on ${target.label}\nexpected: ${drill.hypothesis}\n`);
    const printed = new Set<string>();
    const report = await runDrill({
      session,
      store,
      drill,
      target,
      signal: abort.signal,
      ...(reportFolder === undefined ? {} : { reportFolder }),
      onProgress: (progress) => {
        for (const event of progress.timeline) printOnce(event, progress.injectedAt, printed, io);
      },
    });
    io.stdout(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportLines(report));
    return interrupted ? exitCode.interrupted : exits[report.verdict];
  } finally {
    process.removeListener('SIGINT', onInterrupt);
    process.removeListener('SIGTERM', onTerminate);
    process.removeListener('SIGHUP', onTerminate);
  }
}

/**
 * The report's folder, made when missing: by its full path, since `drill show` looks for it from anywhere. That it cannot
 * be written is said before the fault is put in, and not when the verdict is to be written down.
 */
function writableFolder(path: string): string {
  const folder = resolve(path);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `--report ${path}: nothing can be written there (${code}); choose another`,
      exitCode.refused,
    );
  }
}

/** The first snapshot in which the front door has been asked too; the newest one when that takes too long. */
async function firstLook(session: Session, store: FarmStore): Promise<Snapshot> {
  const deadline = session.clock.wall() + firstLookMs;
  let view = store.current();
  while (session.clock.wall() < deadline) {
    if (view.presence === 'absent') break;
    if (view.snapshot && fresh(view.snapshot.probe) !== undefined) return view.snapshot;
    view = await nextView(store, session.clock, 1_000);
  }
  if (view.presence === 'present' && view.snapshot) return view.snapshot;
  const { stack, region } = session.farm;
  if (view.presence === 'absent') {
    const near = await nearestStack(session.aws, stack);
    const then = near ? `did you mean --stack ${near}?` : 'make one with jdci-tui provision';
    throw new CommandError(`there is no farm ${stack} in ${region}; ${then}`, exitCode.refused);
  }
  const why = view.problem ? `: ${view.problem.message}; ${view.problem.advice}` : '';
  throw new CommandError(`the farm ${stack} cannot be seen${why}`, exitCode.refused);
}

/** The target that was asked for, by its id (or the beginning of it), its ARN, its instance or its slot; else the best. */
function chooseTarget(drill: Drill, snapshot: Snapshot, asked: string | undefined): Target {
  const targets = drill.action.targets(snapshot);
  const best = targets[0];
  if (!best) throw new CommandError(`there is nothing now that ${drill.name} could be done to`, exitCode.refused);
  if (asked === undefined) return best;
  const exact = targets.filter(({ id, arn, slot, instanceId }) => [id, arn, slot, instanceId].includes(asked));
  const found = exact.length > 0 ? exact : targets.filter((target) => asked.length >= 4 && target.id.startsWith(asked));
  if (found.length === 1 && found[0]) return found[0];
  const list = targets.map((target) => `${target.slot ?? target.id} (${target.label})`).join(', ');
  throw new CommandError(
    `--target ${asked}: ${found.length > 1 ? 'is not one alone' : 'is none of the targets'}; there are ${list}`,
    exitCode.refused,
  );
}

function dryRun(
  session: Session,
  drill: Drill,
  snapshot: Snapshot,
  target: Target,
  options: DrillRunOptions,
  io: Io,
): number {
  const refusal = drillRefusal(session, drill, snapshot, target);
  const plan = {
    drill: drill.name,
    target: target.id,
    label: target.label,
    effect: drill.action.effect,
    hypothesis: drill.hypothesis,
    predictedSeconds: Math.round(drill.predictSeconds(snapshot)),
    budgetSeconds: Math.round(drill.budgetSeconds(snapshot)),
    builds: drill.builds(snapshot, target),
    needs: drill.action.needs,
    refused: refusal?.reason ?? null,
  };
  if (options.json) io.stdout(`${JSON.stringify(plan, null, 2)}\n`);
  else {
    io.stdout(
      [
        `${drill.name} on ${target.label}: ${plan.effect}`,
        `expected: ${plan.hypothesis}`,
        `recovery predicted after ${plan.predictedSeconds} s, budget ${plan.budgetSeconds} s, builds that would be lost: ${plan.builds.lost}`,
        refusal ? `refused now: ${refusal.reason}; ${refusal.advice}` : 'it may be run now; nothing was done',
        '',
      ].join('\n'),
    );
  }
  return refusal ? exitCode.refused : exitCode.ok;
}

function printOnce(event: DrillEvent, injectedAt: number | undefined, printed: Set<string>, io: Io): void {
  const key = `${event.at} ${event.source} ${event.event}`;
  if (printed.has(key)) return;
  printed.add(key);
  const after = injectedAt === undefined ? '' : signed((event.at - injectedAt) / 1000);
  io.stderr(`${after.padStart(8)} ${event.source.padEnd(8)} ${event.event}\n`);
}

function signed(seconds: number): string {
  return `${seconds < 0 ? '−' : '+'}${Math.abs(seconds).toFixed(1)}s`;
}

function reportLines(report: DrillReport): string {
  const { availability } = report;
  const seconds = (value: number | null): string =>
    value === null ? 'never' : `${value} s ± ${report.pollErrorSeconds} s`;
  const lines = [`${report.verdict.toUpperCase()} ${report.drill}: ${report.reason}`];
  if (report.verdict !== 'refused') {
    lines.push(
      `detected ${seconds(report.detectSeconds)}, recovered ${seconds(report.recoverSeconds)}, predicted ${report.predictedSeconds} s, budget ${report.budgetSeconds} s`,
      `users: ${availability.requests} requests, ${availability.failures} failed, longest outage ${availability.longestOutageSeconds} s`,
      `builds lost: ${report.builds.lost}`,
    );
  }
  return `${[...lines, `report ${report.report}`].join('\n')}\n`;
}

/** Prints the past drills, or one with its report. */
export function drillShow(id: string | undefined, io: Io, json: boolean, base = drillsFolder()): number {
  if (id === undefined) {
    const past = pastDrills(base);
    if (json) io.stdout(`${JSON.stringify(past.map(summary), null, 2)}\n`);
    else if (past.length === 0) io.stdout('no drill has been run yet\n');
    else for (const drill of past) io.stdout(`${pastLine(drill)}\n`);
    return exitCode.ok;
  }
  // An id names a folder directly below the drills' own: nothing else is ever opened.
  const past = /^[\w-]+$/.test(id) ? pastDrill(id, base) : undefined;
  if (!past) throw new CommandError(`there is no drill ${id}; jdci-tui drill show lists them`, exitCode.refused);
  const reportFile = past.report ?? join(past.folder, 'report.json');
  const readable = reportFile.replace(/\.json$/, '.md');
  if (json)
    io.stdout(
      existsSync(reportFile) ? readFileSync(reportFile, 'utf8') : `${JSON.stringify(summary(past), null, 2)}\n`,
    );
  else if (existsSync(readable)) io.stdout(readFileSync(readable, 'utf8'));
  else io.stdout(`${pastLine(past)}\nits report is not there any more, or it was cut off before it had one\n`);
  return exitCode.ok;
}

function summary(past: PastDrill): Record<string, unknown> {
  const { start } = past;
  return {
    id: past.id,
    at: start.at,
    drill: start.drill,
    stack: start.stack,
    region: start.region,
    target: start.target.id,
    verdict: past.verdict ?? null,
    reason: past.reason ?? `cut off at ${past.lastStep}`,
    report: past.report ?? null,
  };
}

function pastLine(past: PastDrill): string {
  const { start } = past;
  const verdict = past.verdict ?? 'cut off';
  return `${start.at.slice(0, 19)}Z  ${verdict.padEnd(12)} ${start.drill}  ${start.target.label}  ${past.id}`;
}
