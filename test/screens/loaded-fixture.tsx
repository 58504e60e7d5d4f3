import { AccountControl } from '../../src/hooks/use-account.ts';
import { DrillControl, type RunDrill } from '../../src/hooks/use-drill.ts';
import { InterruptedControl } from '../../src/hooks/use-interrupted.ts';
import { ProvisionControl, type Provisioner } from '../../src/hooks/use-provisioning.ts';
import { useTerminalSize } from '../../src/hooks/use-terminal-size.ts';
import { type Loaded, Shell } from '../../src/screens/Shell.tsx';
import { type FakeStore, fakeSession } from '../farm-fixture.ts';

/** Everything the screens work on, over a fake store; a drill that never ends and a provisioner that never answers. */
export function loadedWith(
  store: FakeStore,
  more: Partial<Loaded> & { run?: RunDrill; provisioner?: Provisioner } = {},
): Loaded {
  const { run = () => new Promise(() => {}), provisioner = silent, ...rest } = more;
  const session = more.session ?? fakeSession();
  return {
    session,
    store,
    drills: [],
    drill: new DrillControl(run, session, store),
    provision: new ProvisionControl(provisioner),
    account: new AccountControl(() => new Promise(() => {})),
    interrupted: new InterruptedControl({ find: () => [], close: async () => {} }),
    refuse: () => null,
    ...rest,
  };
}

const silent: Provisioner = {
  discover: () => new Promise(() => {}),
  setField: (form) => form,
  propose: () => Promise.reject(new Error('not asked for')),
  execute: () => Promise.reject(new Error('not asked for')),
  discard: () => Promise.resolve(),
  async *follow() {},
  cancel: () => Promise.reject(new Error('not asked for')),
  async *destroy() {},
};

/** The shell at the terminal's size. */
export function SizedShell({ loaded, onQuit = () => {} }: { readonly loaded: Loaded; readonly onQuit?: () => void }) {
  return <Shell loaded={loaded} size={useTerminalSize()} onQuit={onQuit} />;
}
