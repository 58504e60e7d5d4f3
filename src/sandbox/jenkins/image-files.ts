import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { CommandError, exitCode } from '../../core/exit.ts';
import { packageRoot } from '../../core/package-root.ts';
import { type DescribedJob, parseJob } from './job-dsl.ts';

const text = z.string('must be a text').check(z.minLength(1, 'must not be empty'));
const flag = z.boolean('must be true or false');

function whole(least: number) {
  const words = `must be a whole number, ${least} or more`;
  return z.number(words).check(z.refine((value) => Number.isInteger(value) && value >= least, words));
}

function many<T extends z.core.$ZodType>(item: T) {
  return z.array(item, 'must be a list').check(z.minLength(1, 'must not be empty'));
}

function object<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, 'must be an object');
}

/** `image/master.json`: what the image's boot steps give every master. `@FARM@` and `@SLOT@` stand in its texts. */
const masterSchema = object({
  /** Environment variables without which a master ends its JVM. */
  variables: many(text),
  users: many(object({ name: text, secret: text, administers: flag })),
  master: object({ message: text, executors: whole(0), mode: text }),
  cloud: object({ name: text, credentials: text }),
  agents: object({
    label: text,
    /** Part of the agents' node names and of their tag `jenkins_slave_type`. */
    description: text,
    mode: text,
    executors: whole(1),
    user: text,
    home: text,
    launchTimeoutSeconds: whole(1),
    metadataHops: whole(1),
    tags: z.record(text, text, 'must be an object of texts'),
  }),
  seed: object({ name: text, description: text, label: text }),
  /** The health check of drills; `seconds` when they do not say for how long it fails. */
  health: object({ name: text, url: text, seconds: whole(1), secondsAtMost: whole(1) }),
});

export type MasterDescription = z.output<typeof masterSchema>;

const folder = join(packageRoot(), 'image');

/** A file of the image is not as it has to be: said in one line, with what to do. */
function problem(file: string, what: string): CommandError {
  return new CommandError(`image/${file}: ${what}; mend it, or install the package anew`, exitCode.refused);
}

/** A file of the image. Throws {@link CommandError}. */
export function readImageFile(file: string): string {
  try {
    return readFileSync(join(folder, file), 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): CommandError {
  const { code } = error as NodeJS.ErrnoException;
  return problem(file, code === 'ENOENT' ? 'it is missing' : `it cannot be read (${code})`);
}

/** What `image/master.json` says. Throws {@link CommandError}. */
export function parseMasterDescription(json: string): MasterDescription {
  const file = 'master.json';
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw problem(file, 'not valid JSON');
  }
  const { success, data, error } = z.safeParse(masterSchema, value);
  if (success) {
    const secrets = data.users.map(({ secret }) => secret);
    const stranger = secrets.find((secret) => !data.variables.includes(secret));
    if (stranger !== undefined) throw problem(file, `the secret ${stranger} of a user is none of its variables`);
    return data;
  }
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  const said =
    issue?.code === 'unrecognized_keys' ? `nothing is named ${issue.keys.join(', ')} here` : (issue?.message ?? '');
  throw problem(file, path === '' ? said : `${path}: ${said}`);
}

/** The jobs of the image, by their Job DSL scripts. Throws {@link CommandError}. */
export function readJobs(): DescribedJob[] {
  let names: string[];
  try {
    names = readdirSync(join(folder, 'jobs'));
  } catch (error) {
    throw unreadable('jobs', error);
  }
  return names
    .filter((name) => name.endsWith('.groovy'))
    .sort()
    .map((name) => {
      try {
        return parseJob(name, readImageFile(`jobs/${name}`));
      } catch (error) {
        if (error instanceof CommandError || !(error instanceof Error)) throw error;
        throw new CommandError(`${error.message}; mend it, or install the package anew`, exitCode.refused);
      }
    });
}

/** Seconds that a new item waits, by the configuration of the image. Throws {@link CommandError}. */
export function parseQuietPeriod(yaml: string): number {
  const file = 'casc/jenkins.yaml';
  let value: unknown;
  try {
    value = parse(yaml);
  } catch {
    throw problem(file, 'not valid YAML');
  }
  const schema = z.object({ jenkins: z.object({ quietPeriod: whole(0) }) });
  const { success, data } = z.safeParse(schema, value);
  if (!success) throw problem(file, 'jenkins.quietPeriod must be a whole number, 0 or more');
  return data.jenkins.quietPeriod;
}

/** The version of Jenkins in the line that names the image's base. Throws {@link CommandError}. */
export function parseJenkinsVersion(dockerfile: string): string {
  const version = /^FROM \S+jenkins:([\d.]+)/m.exec(dockerfile)?.[1];
  if (version === undefined) throw problem('Dockerfile', 'no line begins with FROM and names a version of jenkins');
  return version;
}

/** The plugins of the image. Throws {@link CommandError}. */
export function parsePlugins(list: string): { id: string; version: string }[] {
  const plugins = [...list.matchAll(/^([a-z][\w-]*):(\S+)/gm)].map(([, id = '', version = '']) => ({ id, version }));
  if (plugins.length === 0) throw problem('plugins.txt', 'no line is ID:VERSION');
  return plugins;
}
