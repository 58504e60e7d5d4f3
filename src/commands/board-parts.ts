import { acquireLock } from '../actions/farm-lock.ts';
import { activeFaults, clearFaults, putFault, putWritten } from '../actions/sandbox-faults.ts';
import { problemOf } from '../core/problem.ts';
import { drills } from '../drills/catalogue.ts';
import { drillRefusal } from '../drills/guard.ts';
import { closeInterrupted, interruptedDrills } from '../drills/interrupted.ts';
import { runDrill } from '../drills/runner.ts';
import type { Session } from '../farm/session.ts';
import { FarmWatch } from '../farm/watch.ts';
import type { AccountControl } from '../hooks/use-account.ts';
import { DrillControl } from '../hooks/use-drill.ts';
import { FaultsControl } from '../hooks/use-faults.ts';
import { type Interrupted, InterruptedControl } from '../hooks/use-interrupted.ts';
import { ProvisionControl, type Provisioner } from '../hooks/use-provisioning.ts';
import { cancelOperation } from '../provision/cancel.ts';
import { discard, execute, propose } from '../provision/change-set.ts';
import { destroyFarm, stackToDestroy } from '../provision/destroy.ts';
import { followStack } from '../provision/follow.ts';
import { discoverForm, setField } from '../provision/parameters.ts';
import type { Loaded } from '../screens/Shell.tsx';

/** Farm seconds for which the lock is held while drills that were cut off are rolled back. */
const closeSeconds = 600;

/** Provisioning of the session's farm, as the screens want it. */
function provisionerOf(session: Session, store: FarmWatch): Provisioner {
  // A stack that is gone is known by its id only.
  const stackNow = () => store.current().snapshot?.stack.value?.id ?? session.farm.stack;
  const tell = (event: string) =>
    store.record({ at: session.clock.now(), source: 'operator', event, severity: 'warning' });
  return {
    discover: (signal) => discoverForm(session, { flags: {}, file: {} }, signal),
    setField,
    propose: (form, signal) => propose(session, form, signal),
    execute: (proposal) => execute(session, proposal),
    discard: (proposal) => discard(session, proposal),
    follow: (proposal, signal) => followStack(session, proposal ?? stackNow(), signal),
    cancel: async (proposal) => {
      const done = await cancelOperation(session, proposal?.stackId ?? stackNow());
      tell(done);
      return done;
    },
    destroy: async function* () {
      const stack = await stackToDestroy(session);
      tell(`deletion of stack ${stack.name} begun`);
      yield* destroyFarm(session, stack);
    },
  };
}

/** Drills that were cut off, closed under the farm's lock: one that still runs elsewhere holds it. */
function interruptedOf(session: Session): Interrupted {
  return {
    find: () => interruptedDrills(session),
    close: async (tell) => {
      const lock = await acquireLock(session, 'closing drills that were cut off', closeSeconds);
      try {
        await closeInterrupted(session, undefined, tell);
      } finally {
        // It ends by itself; that it could not be given back must not hide what was done.
        await lock.release().catch((error: unknown) => session.log.line('lock', problemOf(error).message));
      }
    },
  };
}

/** Everything that the screens work on, nothing of it begun. */
export function makeLoaded(session: Session, account: AccountControl): Omit<Loaded, 'store'> & { store: FarmWatch } {
  const store = new FarmWatch(session);
  const interrupted = new InterruptedControl(interruptedOf(session));
  for (const past of interrupted.current().drills) {
    store.record({
      at: session.clock.now(),
      source: 'drill',
      event: `drill ${past.id} was cut off at ${past.lastStep}, or runs elsewhere: D rolls back what it left, as does the next drill`,
      severity: 'warning',
    });
  }
  const sandboxFaults = {
    active: () => activeFaults(session),
    put: (choice: Parameters<typeof putFault>[1]) => putFault(session, choice),
    write: (text: string) => putWritten(session, text),
    clear: (id?: string) => clearFaults(session, id),
  };
  return {
    session,
    store,
    drills,
    drill: new DrillControl(runDrill, session, store),
    provision: new ProvisionControl(provisionerOf(session, store)),
    account,
    interrupted,
    ...(session.sandbox ? { faults: new FaultsControl(sandboxFaults, session, store) } : {}),
    refuse: (drill, target, snapshot) => drillRefusal(session, drill, snapshot, target),
  };
}
