import { CommandError, exitCode } from '../core/exit.ts';
import type { Io } from '../core/io.ts';
import type { Session } from '../farm/session.ts';
import { destroyFarm, stackToDestroy } from '../provision/destroy.ts';
import type { ProvisionProgress } from '../provision/form.ts';
import { progressLines } from './progress-lines.ts';
import { failureLine } from './provision.ts';

export interface DestroyOptions {
  yes: boolean;
  /** The stack's name once more. */
  confirm?: string;
  json?: boolean;
}

/** Deletes the farm and follows until it is gone. Resolves with 0, or 2 when it was not confirmed or did not work. */
export async function runDestroy(session: Session, options: DestroyOptions, io: Io): Promise<number> {
  const { stack: name, region } = session.farm;
  if (!options.yes || options.confirm !== name) {
    const given = options.confirm === undefined ? '' : ` (--confirm ${options.confirm} is not its name)`;
    throw new CommandError(
      `this deletes the farm ${name} in ${region} with all its masters${given}; to do it: --yes --confirm ${name}`,
      exitCode.refused,
    );
  }
  const stack = await stackToDestroy(session);
  let last: ProvisionProgress | undefined;
  for await (const progress of destroyFarm(session, stack)) {
    for (const line of progressLines(last, progress, session.clock.now())) io.stderr(`${line}\n`);
    last = progress;
  }
  const gone = last?.stackStatus === 'DELETE_COMPLETE';
  if (options.json) {
    const answer = { stack: name, region, status: last?.stackStatus ?? null, rootCause: last?.rootCause ?? null };
    io.stdout(`${JSON.stringify(answer, null, 2)}\n`);
  } else if (gone) io.stdout(`${name} is gone; the image repository stays\n`);
  if (gone) return exitCode.ok;
  if (last) io.stderr(failureLine(session, last));
  return exitCode.refused;
}
