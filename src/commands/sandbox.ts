import { readFile } from 'node:fs/promises';
import { CommandError, exitCode } from '../core/exit.ts';
import type { Io } from '../core/io.ts';
import { startSandbox } from '../sandbox/sandbox.ts';
import { parseSettings } from '../sandbox/settings-schema.ts';
import { type FaultFile, parseFaultFile } from '../sandbox/wire/fault-schema.ts';
import { FaultProblem } from '../sandbox/wire/faults.ts';

export interface SandboxCommandOptions {
  /** 0: any free one. */
  port: number;
  /** 0, or 1 to 3600. */
  speed: number;
  seed?: number;
  farm: boolean;
  /** A JSON file of faults, callers and limits to begin with. */
  faults?: string;
  /** A JSON file of settings that differ from the defaults. */
  settings?: string;
}

/**
 * Serves a sandbox to other programs until the process is asked to end: prints the variables to export, then `# ready`.
 * Resolves with the exit code.
 */
export async function runSandbox(options: SandboxCommandOptions, io: Io): Promise<number> {
  if (!Number.isFinite(options.speed) || options.speed > 3600 || (options.speed < 1 && options.speed !== 0)) {
    throw new CommandError(`--speed ${options.speed}: expected 0, or 1 to 3600`, exitCode.usage);
  }
  const faults = options.faults === undefined ? undefined : await faultsFrom(options.faults);
  const settings =
    options.settings === undefined
      ? undefined
      : await fromFile('JDCI_SANDBOX_SETTINGS', options.settings, parseSettings);
  const ended = untilEnded();
  const sandbox = await startSandbox({ ...options, faults, settings }).catch((error: unknown) => {
    throw error instanceof FaultProblem ? refused(options.faults, error.message) : startProblem(error, options.port);
  });
  for (const [name, value] of Object.entries(sandbox.environment)) io.stdout(`export ${name}=${shellQuoted(value)}\n`);
  // boto3 and the aws command line take an empty AWS_PROFILE for the name of a profile: a shell had better unset it.
  const emptied = Object.keys(sandbox.environment).filter((name) => sandbox.environment[name] === '');
  io.stdout(`unset ${emptied.join(' ')}\n`);
  io.stdout('# ready\n');
  io.stderr(`sandbox: serving on 127.0.0.1:${sandbox.port}, reachable from this machine only; Ctrl-C ends it\n`);
  const code = await ended;
  await sandbox.close();
  return code;
}

/** A value as any POSIX shell reads it back: in single quotes, unless it needs none. */
export function shellQuoted(value: string): string {
  if (/^[\w@%+=:,./-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function untilEnded(): Promise<number> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve(exitCode.interrupted));
    process.once('SIGTERM', () => resolve(exitCode.ok));
  });
}

function startProblem(error: unknown, port: number): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new CommandError(
        `port ${port} is taken; choose another with --port N, or --port 0 for any free one`,
        exitCode.refused,
      );
    case 'EACCES':
      return new CommandError(
        `port ${port} may not be opened by this user; choose one above 1023 with --port N, or --port 0 for any free one`,
        exitCode.refused,
      );
    default:
      return error;
  }
}

function refused(file: string | undefined, problem: string): CommandError {
  return new CommandError(`--faults ${file}: ${problem}`, exitCode.refused);
}

const faultsFrom = (file: string): Promise<FaultFile> => fromFile('--faults', file, parseFaultFile);

/** What a JSON file holds; `parse` gives it, or what is wrong with it in one line. */
async function fromFile<T extends object>(
  option: string,
  file: string,
  parse: (value: unknown) => T | string,
): Promise<T> {
  const problem = (text: string) => new CommandError(`${option} ${file}: ${text}`, exitCode.refused);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw problem(code === 'ENOENT' ? 'no such file' : `it cannot be read (${code})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw problem('not valid JSON');
  }
  const parsed = parse(value);
  if (typeof parsed === 'string') throw problem(parsed);
  return parsed;
}
