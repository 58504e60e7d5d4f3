import { join } from 'node:path';
import { masterRepository } from '../aws/ecr.ts';
import { ProblemError } from '../core/problem.ts';
import { isNetworkReason, reasonFrom } from './reason.ts';
import { type Engine, runEngine } from './run-engine.ts';

/** Of every instance type that the template allows for hosts; the machine that builds may be another. */
const platform = 'linux/amd64';

export interface BuildRequest {
  readonly engine: Engine;
  /** The build context, which holds the Dockerfile. */
  readonly context: string;
  readonly tag: string;
}

/** The image's name on this machine: `jdci-master:1a2b3c4-0123456789ab`. */
export function localName(tag: string): string {
  return `${masterRepository}:${tag}`;
}

/** Builds the image, telling `say` what the engine says. Throws {@link ProblemError} with the engine's reason. */
export async function buildImage(
  { engine, context, tag }: BuildRequest,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  say(`building ${localName(tag)} for ${platform} with ${engine.name} from ${context}`);
  const args = [
    'build',
    '--platform',
    platform,
    '--file',
    join(context, 'Dockerfile'),
    '--tag',
    localName(tag),
    context,
  ];
  const { code, lines } = await runEngine(engine, args, { onLine: say, ...(signal ? { signal } : {}) });
  if (code === 0) return;
  const reason = reasonFrom(lines);
  throw new ProblemError({
    kind: 'refused',
    source: `${engine.name} build`,
    message: `the image was not built: ${reason}`,
    advice: isNetworkReason(reason)
      ? `check that ${engine.name} gets out: network, proxy, VPN`
      : `correct that in ${context} and build again`,
  });
}

/** Whether this machine has the image already, from an earlier build of the same content. */
export async function isBuilt(engine: Engine, tag: string, signal?: AbortSignal): Promise<boolean> {
  const { code } = await runEngine(engine, ['image', 'inspect', localName(tag)], signal ? { signal } : {});
  return code === 0;
}
