import { CommandError, exitCode } from '../core/exit.ts';
import { ProblemError } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { GlobalOptions } from './options.ts';
import { openSession } from './session.ts';

/** The speed of the sandbox that starts by itself: a farm is up in half a minute. */
const embeddedSpeed = 10;

/** How the embedded sandbox may stand in for an account. */
export interface SandboxUse {
  /** It starts with a farm, which is what commands that look at one want; the board and `provision` begin without. */
  readonly farm: boolean;
  /**
   * It starts by itself when there is no account. Only for a person at a screen that says SANDBOX: a cron job that lost
   * its credentials must not be told that all is well.
   */
  readonly byItself: boolean;
}

/** Opens a session, with the embedded sandbox where it is asked for or may stand in. Throws {@link CommandError}. */
export function openSessionFor(
  options: GlobalOptions,
  environment: NodeJS.ProcessEnv,
  { farm, byItself }: SandboxUse,
): Promise<Session> {
  return openSession(options, environment, async () => {
    if (!options.sandbox && !byItself) {
      throw new ProblemError({
        kind: 'auth',
        source: 'credentials',
        message: 'no AWS profile and no credentials in the environment',
        advice: 'give --profile or set AWS_PROFILE, or --sandbox for the built-in sandbox',
      });
    }
    const { startEmbeddedSandbox } = await import('./embedded-sandbox.ts');
    try {
      return await startEmbeddedSandbox({ speed: embeddedSpeed, farm });
    } catch (error) {
      throw new CommandError(error instanceof Error ? error.message : String(error), exitCode.unknown);
    }
  });
}
