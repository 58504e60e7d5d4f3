import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../../core/package-root.ts';
import { type DescribedJob, parseJob } from './job-dsl.ts';

/** `image/master.json`: what the image's boot steps give every master. `@FARM@` and `@SLOT@` stand in its texts. */
interface MasterDescription {
  /** Environment variables without which a master ends its JVM. */
  readonly variables: readonly string[];
  readonly users: readonly { readonly name: string; readonly secret: string; readonly administers: boolean }[];
  readonly master: { readonly message: string; readonly executors: number; readonly mode: string };
  readonly cloud: { readonly name: string };
  readonly agents: {
    readonly label: string;
    /** Part of the agents' node names and of their tag `jenkins_slave_type`. */
    readonly description: string;
    readonly executors: number;
    readonly home: string;
    readonly launchTimeoutSeconds: number;
    readonly metadataHops: number;
    readonly tags: Readonly<Record<string, string>>;
  };
  readonly seed: { readonly name: string; readonly description: string; readonly label: string };
  /** The health check of drills; `seconds` when they do not say for how long it fails. */
  readonly health: {
    readonly name: string;
    readonly url: string;
    readonly seconds: number;
    readonly secondsAtMost: number;
  };
}

const image = join(packageRoot(), 'image');
const read = (...path: string[]): string => readFileSync(join(image, ...path), 'utf8');

/** What the masters are: read from the files that configure the real image, so that the two cannot differ. */
export const description = JSON.parse(read('master.json')) as MasterDescription;

/** The jobs of the image, by their Job DSL scripts. */
export const describedJobs: readonly DescribedJob[] = readdirSync(join(image, 'jobs'))
  .filter((name) => name.endsWith('.groovy'))
  .sort()
  .map((name) => parseJob(name, read('jobs', name)));

const configuration = parse(read('casc', 'jenkins.yaml')) as { jenkins: { quietPeriod: number } };

/** Seconds that a new item waits, so that more changes may come into its build. */
export const quietPeriodSeconds = configuration.jenkins.quietPeriod;

/** The LTS that the image is made from. */
export const jenkinsVersion = /^FROM \S+jenkins:([\d.]+)/m.exec(read('Dockerfile'))?.[1] ?? '';

/** The plugins of the image. */
export const plugins: readonly { readonly id: string; readonly version: string }[] = [
  ...read('plugins.txt').matchAll(/^([a-z][\w-]*):(\S+)/gm),
].map(([, id = '', version = '']) => ({ id, version }));

const userData = read('cloud-init', 'agent.yaml');

/** What an agent gets as user data. */
export function agentUserData(silentMinutes: number): string {
  return userData.replaceAll('@SILENT_MINUTES@', String(silentMinutes));
}

/** Puts a master's own words into a text of the description: `FARM` for `@FARM@`, and so on. */
export function fill(text: string, words: Readonly<Record<string, string>>): string {
  return text.replaceAll(/@([A-Z]+)@/g, (whole, name: string) => words[name] ?? whole);
}
