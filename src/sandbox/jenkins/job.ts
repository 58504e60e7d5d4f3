import type { Timer } from '../world/world.ts';
import { description } from './description.ts';
import type { Node } from './node.ts';

/** Who or what wanted a build. */
export interface Cause {
  readonly text: string;
  /** When it was a user. */
  readonly userId?: string;
}

export type Result = 'SUCCESS' | 'FAILURE' | 'ABORTED';

/** How a kind of job behaves. */
export interface JobDefinition {
  readonly name: string;
  readonly description: string;
  readonly label: string;
  readonly concurrent: boolean;
  /** Parameter names with their defaults; none: the job takes no parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly parameterDescriptions: Readonly<Record<string, string>>;
  /** How many builds are kept; undefined: as many as {@link keptBuilds}. */
  readonly keep: number | undefined;
  /** Seconds, or undefined: as the world's load says. */
  readonly seconds?: (parameters: Readonly<Record<string, string>>) => number;
  /** How many of a hundred builds fail by themselves. */
  readonly failurePercent: number;
  /** What it prints, spread over its run. */
  readonly lines: (build: Build) => readonly string[];
}

export interface Job {
  readonly definition: JobDefinition;
  /** As somebody left it; Seed puts the definition's back. */
  description: string;
  disabled: boolean;
  nextNumber: number;
  /** Newest first. */
  builds: Build[];
}

export interface Build {
  readonly job: Job;
  readonly number: number;
  readonly queueId: number;
  readonly cause: Cause;
  readonly parameters: Readonly<Record<string, string>>;
  readonly node: Node;
  readonly startedAt: number;
  /** How long it takes when nothing happens to it, ms. */
  readonly plannedMs: number;
  /** What Jenkins expects, from the last builds; −1 when there were none. */
  readonly estimatedMs: number;
  result?: Result;
  endedAt?: number;
  /** Lines that tell how it ended, when it did not end by itself. */
  epilogue: readonly string[];
  timer?: Timer;
  description?: string;
  keepLog?: boolean;
}

/** Of a job that keeps all: a world that runs for days keeps the newest. */
export const keptBuilds = 50;

/** The mean duration of the last three finished builds, as Jenkins estimates; −1 without any. */
export function estimate(job: Job): number {
  const finished = job.builds.filter((build) => build.result === 'SUCCESS').slice(0, 3);
  if (finished.length === 0) return -1;
  const total = finished.reduce((sum, build) => sum + ((build.endedAt ?? build.startedAt) - build.startedAt), 0);
  return Math.round(total / finished.length);
}

const permalinks: Readonly<Record<string, (build: Build) => boolean>> = {
  lastBuild: () => true,
  lastCompletedBuild: (build) => build.result !== undefined,
  lastFailedBuild: (build) => build.result === 'FAILURE',
  lastStableBuild: (build) => build.result === 'SUCCESS',
  lastSuccessfulBuild: (build) => build.result === 'SUCCESS',
  lastUnstableBuild: () => false,
  lastUnsuccessfulBuild: (build) => build.result !== undefined && build.result !== 'SUCCESS',
};

/** Whether a build is of the kind of a permalink, whose newest one the permalink stands for. */
export function fitsPermalink(build: Build, permalink: string): boolean {
  return Object.hasOwn(permalinks, permalink) && permalinks[permalink]?.(build) === true;
}

/** How the last five finished builds went, in percent and in Jenkins' words; undefined before there is one. */
export function healthOf(job: Job): { score: number; text: string } | undefined {
  if (job.builds.length === 0) return undefined;
  if (!job.builds.some(({ result }) => result === 'FAILURE')) return { score: 100, text: 'No recent builds failed.' };
  const counted = job.builds.filter(({ result }) => result === 'SUCCESS' || result === 'FAILURE').slice(0, 5);
  const failed = counted.filter(({ result }) => result === 'FAILURE').length;
  const score = Math.floor((100 * (counted.length - failed)) / counted.length);
  if (failed === 0) return { score, text: 'No recent builds failed.' };
  if (failed === counted.length) return { score, text: 'All recent builds failed.' };
  return { score, text: `${failed} out of the last ${counted.length} builds failed.` };
}

/** The ball of the job's last build, with `_anime` while one runs. */
export function colorOf(job: Job): string {
  if (job.disabled) return 'disabled';
  const finished = job.builds.find((build) => build.result !== undefined);
  const colors: Record<Result, string> = { SUCCESS: 'blue', FAILURE: 'red', ABORTED: 'aborted' };
  const color = finished?.result === undefined ? 'notbuilt' : colors[finished.result];
  return job.builds.some((build) => build.result === undefined) ? `${color}_anime` : color;
}

/** The console as far as the build has come. */
export function consoleText(build: Build, now: number): string {
  const head = [
    build.cause.text,
    build.node.builtIn
      ? `Running as SYSTEM\nBuilding on the built-in node in workspace /var/jenkins_home/workspace/${build.job.definition.name}`
      : `Running as SYSTEM\nBuilding remotely on ${build.node.name} (${build.node.label}) in workspace ${description.agents.home}/workspace/${build.job.definition.name}`,
  ];
  const lines = build.job.definition.lines(build);
  const elapsed = (build.endedAt ?? now) - build.startedAt;
  const shown = build.plannedMs === 0 ? lines.length : Math.floor((elapsed / build.plannedMs) * lines.length);
  const body = lines.slice(0, Math.min(lines.length, shown));
  const tail = build.result === undefined ? [] : [...build.epilogue, `Finished: ${build.result}`];
  return `${[...head, ...body, ...tail].join('\n')}\n`;
}
