import { CommandError, exitCode } from '../core/exit.ts';
import type { Session } from '../farm/session.ts';
import type { GlobalOptions } from './options.ts';
import { openSession } from './session.ts';

/** The speed of the sandbox that starts by itself: a farm is up in a minute and a half. */
const embeddedSpeed = 10;

/**
 * Opens a session with the embedded sandbox as its fallback. `farm`: whether that sandbox starts with a farm, which is
 * what commands that look at one want; the board and `provision` begin with an empty account.
 */
export function openSessionFor(
  options: GlobalOptions,
  environment: NodeJS.ProcessEnv,
  { farm }: { farm: boolean },
): Promise<Session> {
  return openSession(options, environment, async () => {
    const { startEmbeddedSandbox } = await import('./embedded-sandbox.ts');
    try {
      return await startEmbeddedSandbox({ speed: embeddedSpeed, farm });
    } catch (error) {
      throw new CommandError(error instanceof Error ? error.message : String(error), exitCode.unknown);
    }
  });
}
