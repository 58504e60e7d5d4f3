import { type ChildProcess, spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { ProblemError } from '../core/problem.ts';
import { safeText } from '../terminal/safe-text.ts';

/** A container engine's command line program. */
export interface Engine {
  readonly name: EngineName;
  /** Its executable. */
  readonly path: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** In the order in which they are looked for; all three take the same commands. */
export const engineNames = ['docker', 'podman', 'finch'] as const;
export type EngineName = (typeof engineNames)[number];

export interface RunOptions {
  /** Given on standard input: where a password goes, which every user of the machine could read from the arguments. */
  readonly input?: string;
  /** Told every line of both outputs, safe to print. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface EngineEnd {
  /** Exit code; 128 and the signal's number when one ended it. */
  readonly code: number;
  /** The last lines it said, safe to print. */
  readonly lines: readonly string[];
}

/** Enough to hold the reason of a failed build, which BuildKit prints before an excerpt of the Dockerfile. */
const keptLines = 60;
/** From asking a child to end until it is made to, wall milliseconds. */
const graceMs = 5_000;

/**
 * Runs one command of the engine to its end. When `signal` aborts, the engine and what it started are ended, and the
 * signal's reason is thrown once they are gone. Throws {@link ProblemError} when the program cannot be started.
 */
export async function runEngine(engine: Engine, args: readonly string[], options: RunOptions = {}): Promise<EngineEnd> {
  const { input, onLine, signal } = options;
  signal?.throwIfAborted();
  const lines: string[] = [];
  const keep = (line: string): void => {
    lines.push(line);
    if (lines.length > keptLines) lines.shift();
    onLine?.(line);
  };
  const child = spawn(engine.path, args, {
    env: engine.environment,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // A process group of its own: a Ctrl-C reaches it through us only, and its plugins and helpers end with it.
    detached: true,
  });
  const outputs = [readLines(child.stdout, keep), readLines(child.stderr, keep)];
  // An engine that ends without reading its input closes the pipe; its exit code says what there is to say.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const disarm = endOnAbort(child, signal);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) => reject(notStarted(engine, error)));
      child.once('close', (exit, by) => resolve(exit ?? 128 + (by === 'SIGKILL' ? 9 : 15)));
    });
    for (const flush of outputs) flush();
    signal?.throwIfAborted();
    return { code, lines };
  } finally {
    disarm();
  }
}

/** Cuts a stream into lines; progress bars that overwrite themselves by carriage returns become lines too. */
function readLines(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): () => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string): void => {
    const parts = (rest + text).split(/\r\n|\n|\r/);
    rest = parts.pop() ?? '';
    for (const part of parts) say(part);
  };
  const say = (part: string): void => {
    const line = safeText(part).trimEnd();
    if (line !== '') onLine(line);
  };
  stream?.on('data', (chunk: Buffer) => take(decoder.write(chunk)));
  return () => {
    take(decoder.end());
    say(rest);
    rest = '';
  };
}

function endOnAbort(child: ChildProcess, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    endGroup(child, 'SIGTERM');
    timer = setTimeout(() => endGroup(child, 'SIGKILL'), graceMs);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  };
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The whole group has gone by itself.
  }
}

function notStarted(engine: Engine, error: Error): ProblemError {
  return new ProblemError(
    {
      kind: 'refused',
      source: engine.name,
      message: `${engine.path} cannot be started: ${error.message}`,
      advice: 'install it again, or choose another with --engine',
    },
    { cause: error },
  );
}
