import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { masterRepository } from '../aws/ecr.ts';
import { CommandError, exitCode } from '../core/exit.ts';
import type { Io } from '../core/io.ts';
import { didYouMean } from '../core/nearest.ts';
import { packageRoot } from '../core/package-root.ts';
import type { Session } from '../farm/session.ts';
import { buildImage, localName } from '../image/build.ts';
import { chooseEngine } from '../image/engine.ts';
import { pushImage } from '../image/push.ts';
import { type EngineName, engineNames } from '../image/run-engine.ts';
import { imageTag } from '../image/tag.ts';

export interface ImageOptions {
  /** docker, podman or finch; the first that works when not given. */
  engine?: string;
  /** The build context; the package's own `image/` when not given. */
  context?: string;
  json: boolean;
}

/** What `--json` prints; nothing but ECR gives a digest. */
interface Answer {
  repository: string;
  tag: string;
  digest: string | null;
  uri: string;
  pushed: boolean;
}

/** Builds the master's image with the local engine and prints its local name. Needs no account. */
export async function imageBuild(
  options: ImageOptions,
  io: Io,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const wanted = engineNamed(options.engine);
  const context = contextOf(options);
  return await untilEnded(io, async (signal) => {
    const say = sayTo(io);
    const engine = await chooseEngine(environment, wanted, say, signal);
    const tag = await imageTag(context, environment);
    await buildImage({ engine, context, tag }, say, signal);
    print(io, options, { repository: masterRepository, tag, digest: null, uri: localName(tag), pushed: false });
  });
}

/** Brings the master's image into the account's repository and prints its URI by digest, as provisioning takes it. */
export async function imagePush(
  session: Pick<Session, 'aws' | 'farm' | 'readOnly'>,
  options: ImageOptions,
  io: Io,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const engine = engineNamed(options.engine);
  if (session.readOnly) throw new CommandError('read-only: no image is pushed', exitCode.refused);
  const context = contextOf(options);
  return await untilEnded(io, async (signal) => {
    const request = { context, environment, signal, ...(engine === undefined ? {} : { engine }) };
    print(io, options, await pushImage(session, request, sayTo(io)));
  });
}

function engineNamed(name: string | undefined): EngineName | undefined {
  const known = engineNames.find((one) => one === name);
  if (name === undefined || known) return known;
  throw new CommandError(
    `--engine ${JSON.stringify(name)} is none of ${engineNames.join(', ')}${didYouMean(name, engineNames)}`,
    exitCode.usage,
  );
}

function contextOf({ context }: ImageOptions): string {
  return context === undefined ? join(packageRoot(), 'image') : resolve(context);
}

function sayTo(io: Io): (line: string) => void {
  return (line) => io.stderr(`${line}\n`);
}

function print(io: Io, { json }: ImageOptions, answer: Answer): void {
  io.stdout(json ? `${JSON.stringify(answer, null, 2)}\n` : `${answer.uri}\n`);
}

/**
 * Runs something that Ctrl-C, a closed terminal or a `kill` ends: the engine is told, and only then does the command
 * leave, with 128 and the signal's number. Later signals change nothing, because signing out must not be cut off.
 */
async function untilEnded(io: Io, run: (signal: AbortSignal) => Promise<void>): Promise<number> {
  const abort = new AbortController();
  let by: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (by !== undefined) return;
    by = name;
    io.stderr('stopping the container engine\n');
    abort.abort(new Error(`ended by ${name}`));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  try {
    await run(abort.signal);
    return exitCode.ok;
  } catch (error) {
    if (by === undefined || !abort.signal.aborted) throw error;
    return 128 + constants.signals[by];
  } finally {
    for (const name of signals) process.removeListener(name, onSignal);
  }
}
