import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ProblemError } from '../core/problem.ts';
import { reasonFrom } from './reason.ts';
import { type Engine, type EngineEnd, type EngineName, engineNames, runEngine } from './run-engine.ts';

/** How long an engine may take to say whether it works, wall milliseconds; a virtual machine may have to wake up. */
const probeMs = 20_000;

const start: Record<EngineName, string> = {
  docker: 'start it (Docker Desktop, or sudo systemctl start docker)',
  podman: 'start its machine (podman machine start) or see what podman info says',
  finch: 'start its machine (finch vm start)',
};

/**
 * The container engine to work with: the first of docker, podman and finch that is on PATH and answers, or the one that
 * is `wanted`. One that is there but does not answer is named to `say` when another takes its place. Throws
 * {@link ProblemError} with the remedy when there is none.
 */
export async function chooseEngine(
  environment: NodeJS.ProcessEnv,
  wanted: EngineName | undefined,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<Engine> {
  const failures: ProblemError[] = [];
  for (const name of wanted === undefined ? engineNames : [wanted]) {
    const path = findOnPath(name, environment);
    if (path === undefined) continue;
    const engine: Engine = { name, path, environment: engineEnvironment(environment) };
    const failure = await whyNotAnswering(engine, signal);
    if (failure === undefined) {
      for (const { problem } of failures) say(`${problem.message}; using ${name} instead`);
      return engine;
    }
    failures.push(failure);
  }
  throw failures[0] ?? missing(wanted);
}

function findOnPath(name: string, environment: NodeJS.ProcessEnv): string | undefined {
  // An empty entry of PATH means the current folder, which is nothing to take a program from unasked.
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function engineEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    // buildx would wrap the image into an index with an attestation beside it: two more digests in the repository, of
    // which one is no image, and the farm takes the newest.
    BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
    // Where ECR's own credential helper signs in for the engine, `login` fails unless the helper may ignore it (0.9.0).
    AWS_ECR_IGNORE_CREDS_STORAGE: 'true',
  };
}

async function whyNotAnswering(engine: Engine, signal: AbortSignal | undefined): Promise<ProblemError | undefined> {
  const timeout = AbortSignal.timeout(probeMs);
  let end: EngineEnd;
  try {
    end = await runEngine(engine, ['info'], { signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (error) {
    if (signal?.aborted) throw error;
    if (error instanceof ProblemError) return error;
    if (!timeout.aborted) throw error;
    return notAnswering(engine, `no answer within ${probeMs / 1000} s`, start[engine.name]);
  }
  if (end.code === 0) return undefined;
  const reason = reasonFrom(end.lines);
  return notAnswering(
    engine,
    reason,
    /permission denied/i.test(reason)
      ? 'let this user use it (on Linux: the group docker, then sign in again) or choose another with --engine'
      : start[engine.name],
  );
}

function notAnswering(engine: Engine, reason: string, advice: string): ProblemError {
  return new ProblemError({
    kind: 'unreachable',
    source: engine.name,
    message: `${engine.name} is installed but does not answer: ${reason}`,
    advice,
  });
}

function missing(wanted: EngineName | undefined): ProblemError {
  return new ProblemError({
    kind: 'not-found',
    source: 'image',
    message:
      wanted === undefined
        ? 'no container engine: none of docker, podman and finch is on PATH'
        : `no container engine: ${wanted} is not on PATH`,
    advice: wanted === undefined ? 'install one of them' : `install ${wanted}, or leave --engine out to take another`,
  });
}
