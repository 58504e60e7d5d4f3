import { setFlagsFromString } from 'node:v8';
import type { LoadedApp } from '../app.tsx';
import { runApp } from '../app.tsx';
import type { GlobalOptions } from './options.ts';

/** Whether the operator wants colours: `--no-color`, or https://no-color.org (set and not empty). */
function wantsColour(options: GlobalOptions, environment: NodeJS.ProcessEnv): boolean {
  return options.color && !environment.NO_COLOR;
}

/**
 * The live screens. The first frame needs Ink alone; the AWS clients, the sandbox and all the rest are imported after
 * it. Resolves with the exit code once the terminal is given back.
 */
export function runBoard(options: GlobalOptions, environment: NodeJS.ProcessEnv): Promise<number> {
  return runApp({
    stack: options.stack,
    identity: options.sandbox ? 'SANDBOX' : '',
    colour: wantsColour(options, environment),
    load: (report) => load(options, environment, report),
  });
}

/**
 * Rounds and frames leave much garbage behind. Left to itself V8 lets the young generation grow to three times 16 MB for
 * it, and the old one to four times what is in use. A large farm then has 185 MB for the 50 that it needs; at these settings
 * it is a third less for a tenth more CPU. A new thread sets the first of them to 2 again, for all threads, so this is to be said after each.
 */
function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=100');
}

async function load(
  options: GlobalOptions,
  environment: NodeJS.ProcessEnv,
  report: (doing: string) => void,
): Promise<LoadedApp> {
  keepHeapSmall();
  report(options.sandbox ? 'starting the sandbox' : 'opening the way to the farm');
  const { openSessionFor } = await import('./open-session.ts');
  const session = await openSessionFor(options, environment, { farm: false, byItself: true });
  keepHeapSmall();
  try {
    const { AccountControl } = await import('../hooks/use-account.ts');
    const account = new AccountControl(async () => (await (await import('../aws/sts.ts')).caller(session.aws)).account);
    void account.look();
    report('the first look at the farm');
    const { makeLoaded } = await import('./board-parts.ts');
    const { store, ...parts } = await makeLoaded(session, account);
    account.askWith(store);
    store.start();
    const { drill, provision } = parts;
    return {
      ...parts,
      store,
      close: async () => {
        if (drill.current().running)
          process.stderr.write('jdci-tui: the drill is stopped and rolled back (Ctrl-C leaves at once)\n');
        account.stop();
        try {
          // The rollback of a drill reads the farm: the watch goes last.
          await Promise.all([drill.stop(), provision.close()]);
        } finally {
          store.stop();
          await session.close();
        }
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
