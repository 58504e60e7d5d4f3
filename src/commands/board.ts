import type { LoadedApp } from '../app.tsx';
import { runApp } from '../app.tsx';
import type { Provisioner } from '../hooks/use-provisioning.ts';
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

async function load(
  options: GlobalOptions,
  environment: NodeJS.ProcessEnv,
  report: (doing: string) => void,
): Promise<LoadedApp> {
  report(options.sandbox ? 'starting the sandbox' : 'opening the way to the farm');
  const { openSessionFor } = await import('./open-session.ts');
  const session = await openSessionFor(options, environment, { farm: false });
  try {
    report('the first look at the farm');
    const [watching, guarding, running, catalogue, drilling, provisioning, changing, following, parameters] =
      await Promise.all([
        import('../farm/watch.ts'),
        import('../drills/guard.ts'),
        import('../drills/runner.ts'),
        import('../drills/catalogue.ts'),
        import('../hooks/use-drill.ts'),
        import('../hooks/use-provisioning.ts'),
        import('../provision/change-set.ts'),
        import('../provision/follow.ts'),
        import('../provision/parameters.ts'),
      ]);
    const store = new watching.FarmWatch(session);
    const provisioner: Provisioner = {
      discover: (signal) => parameters.discoverForm(session, { flags: {}, file: {} }, signal),
      setField: parameters.setField,
      propose: (form, signal) => changing.propose(session, form, signal),
      execute: (proposal) => changing.execute(session, proposal),
      discard: (proposal) => changing.discard(session, proposal),
      follow: (proposal, signal) => following.followStack(session, proposal ?? session.farm.stack, signal),
    };
    const drill = new drilling.DrillControl(running.runDrill, session, store);
    const provision = new provisioning.ProvisionControl(provisioner);
    store.start();
    return {
      session,
      store,
      drills: catalogue.drills,
      drill,
      provision,
      refuse: (each, target, snapshot) => guarding.drillRefusal(session, each, snapshot, target),
      close: async () => {
        if (drill.current().running) process.stderr.write('jdci-tui: the drill is stopped and rolled back\n');
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
