import { useEffect, useState } from 'react';
import type { Refusal, Target } from '../actions/action.ts';
import { Dialog, questionScopes } from '../components/Dialog.tsx';
import type { Question } from '../components/dialog-lines.ts';
import { Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import type { Drill } from '../drills/drill.ts';
import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { FarmStore, FarmView } from '../farm/view.ts';
import type { Circumstances, Scope } from '../hooks/keymap.ts';
import { type AccountControl, useAccount } from '../hooks/use-account.ts';
import { type DrillControl, type DrillState, useDrill } from '../hooks/use-drill.ts';
import { useFarm } from '../hooks/use-farm.ts';
import type { FaultsControl } from '../hooks/use-faults.ts';
import { type InterruptedControl, useInterrupted } from '../hooks/use-interrupted.ts';
import { useJoined } from '../hooks/use-joined.ts';
import { useCommands } from '../hooks/use-keys.ts';
import { useNow } from '../hooks/use-now.ts';
import { type ProvisionControl, type ProvisionState, useProvisioning } from '../hooks/use-provisioning.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { duration } from '../terminal/format.ts';
import { Agents } from './Agents.tsx';
import { Door } from './Door.tsx';
import { DrillScreen } from './Drill.tsx';
import { elapsedSeconds } from './drill-lines.ts';
import { Events } from './Events.tsx';
import { FailureMenu } from './FailureMenu.tsx';
import { Faults } from './Faults.tsx';
import { Findings } from './Findings.tsx';
import { Help } from './Help.tsx';
import { Hosts } from './Hosts.tsx';
import { InterruptedScreen } from './Interrupted.tsx';
import { Masters } from './Masters.tsx';
import { Overview } from './Overview.tsx';
import { Provision } from './Provision.tsx';
import { Queue } from './Queue.tsx';
import { Room } from './Room.tsx';

/** What the screens work on; made after the first frame. */
export interface Loaded {
  readonly session: Session;
  readonly store: FarmStore;
  readonly drills: readonly Drill[];
  readonly drill: DrillControl;
  readonly provision: ProvisionControl;
  readonly account: AccountControl;
  readonly interrupted: InterruptedControl;
  /** Only where the farm is in the sandbox. */
  readonly faults?: FaultsControl;
  /** Why a drill may not be run on a target now; null when it may. */
  refuse(drill: Drill, target: Target, snapshot: Snapshot): Refusal | null;
}

export type ScreenName =
  | 'overview'
  | 'masters'
  | 'door'
  | 'hosts'
  | 'agents'
  | 'queue'
  | 'events'
  | 'findings'
  | 'failure'
  | 'faults'
  | 'drill'
  | 'interrupted'
  | 'provision';

/** The account in the stack's ARN: `arn:aws:cloudformation:REGION:ACCOUNT:stack/…`. */
export function accountOf(view: FarmView): string | undefined {
  const account = view.snapshot?.stack.value?.id.split(':')[4];
  return account === '' ? undefined : account;
}

/** Statuses of a stack on which no update can be proposed: what can be done is said where its end is shown. */
const stuck = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|UPDATE_ROLLBACK_FAILED)$/;

/** What goes on beside the screen that is shown, in a few words for the header. */
export function noteOf(drill: DrillState, provision: ProvisionState, now: number): string | undefined {
  if (drill.running && drill.drill) {
    const elapsed = drill.progress ? ` ${duration(elapsedSeconds(drill.progress, now))}` : '';
    return `◌ drill ${drill.drill.name}${elapsed}`;
  }
  if (provision.step === 'executing') {
    const { progress } = provision;
    return `◌ stack ${progress ? `${progress.done}/${progress.total}` : 'changes'}`;
  }
  return undefined;
}

/** What is asked before the program is left while something goes on; undefined when nothing does. */
export function quitQuestion(drill: DrillState, provision: ProvisionState): Question | undefined {
  if (drill.running) {
    return {
      title: 'A drill is running',
      body: ['Quitting stops it: what it did is rolled back first, and its report says aborted.'],
      confirmation: 'yes-no',
    };
  }
  if (provision.step === 'executing') {
    return {
      title: 'The stack is being changed',
      body: ['CloudFormation goes on without this program; start it again and press P to watch.'],
      confirmation: 'yes-no',
    };
  }
  return undefined;
}

const frameScopes: readonly Scope[] = ['board', 'everywhere'];

export interface ShellProps {
  readonly loaded: Loaded;
  readonly size: TerminalSize;
  readonly onQuit: () => void;
}

/** Every screen, as long as the terminal has room for them. */
export function Shell({ loaded, size, onQuit }: ShellProps) {
  const busy = quitQuestion(useDrill(loaded.drill), useProvisioning(loaded.provision)) !== undefined;
  return (
    <Room size={size} busy={busy} onQuit={onQuit}>
      {(roomy) => <Screens loaded={loaded} size={roomy} onQuit={onQuit} />}
    </Room>
  );
}

/** Which screen is shown, and the keys that lead to another. */
function Screens({ loaded, size, onQuit }: ShellProps) {
  const { session, store, drills, provision, drill, interrupted, faults } = loaded;
  const view = useFarm(store, (whole) => whole);
  const farm = useJoined(store);
  const drillState = useDrill(drill);
  const provisionState = useProvisioning(provision);
  // A farm at rest is looked at every few seconds, and its ages then are minutes and hours. What is being made or broken is
  // counted in seconds, also while there is nothing yet to look at.
  const changing = provisionState.step === 'executing' || drillState.running;
  const now = useNow(session.clock, view, !changing && view.pace.reason === 'at rest' ? 5000 : 1000);
  const cutOff = useInterrupted(interrupted).drills.length > 0;
  const asked = useAccount(loaded.account);
  const [chosen, setScreen] = useState<ScreenName>();
  const [helping, setHelping] = useState(false);
  const [quitting, setQuitting] = useState(false);
  const { readOnly, sandbox } = session;
  const circumstances: Circumstances = { readOnly, sandbox };
  const { presence, snapshot } = view;

  // The first round decides where one begins; from then on only keys lead elsewhere.
  useEffect(() => {
    if (presence === 'waiting') return;
    const first: ScreenName =
      presence === 'absent' ? (readOnly ? 'overview' : 'provision') : cutOff ? 'interrupted' : 'overview';
    setScreen((before) => before ?? first);
  }, [presence, readOnly, cutOff]);
  const screen = chosen ?? 'overview';

  const question = quitting ? quitQuestion(drillState, provisionState) : undefined;
  const busy = quitQuestion(drillState, provisionState) !== undefined;
  // What it was asked about is over: the next drill must not begin with the question.
  useEffect(() => {
    if (!busy) setQuitting(false);
  }, [busy]);
  const go = (to: ScreenName) => () => {
    setHelping(false);
    setScreen(to);
  };
  const toProvision = () => {
    const status = snapshot?.stack.value?.status ?? '';
    const { step } = provision.current();
    const isStuck = stuck.test(status);
    const shownAlready = step === 'executing' || (isStuck && step === 'finished');
    if (presence === 'present' && (status.endsWith('_IN_PROGRESS') || isStuck)) {
      if (!shownAlready) void provision.watch();
    } else if (step === 'finished' || step === 'trouble') void provision.begin();
    go('provision')();
  };
  const toBoard = () => {
    store.refresh();
    go('overview')();
  };
  useCommands(
    frameScopes,
    {
      overview: go('overview'),
      masters: go('masters'),
      door: go('door'),
      hosts: go('hosts'),
      agents: go('agents'),
      queue: go('queue'),
      events: go('events'),
      findings: go('findings'),
      'failure-menu': () => {
        if (snapshot && presence === 'present') go(drill.current().running ? 'drill' : 'failure')();
      },
      faults: () => {
        if (faults) go('faults')();
      },
      // A drill of this run is more to the point than what an earlier run left.
      drill: go(cutOff && drillState.drill === undefined ? 'interrupted' : 'drill'),
      provision: toProvision,
      refresh: () => store.refresh(),
      help: () => setHelping(true),
      quit: () => (busy ? setQuitting(true) : onQuit()),
    },
    { level: 'frame', circumstances },
  );

  const account = asked ?? accountOf(view);
  const note = noteOf(drillState, provisionState, now);
  // While it is being created a farm has no masters yet: that is no alarm, and the note says how far it is.
  const beingCreated = provisionState.step === 'executing' && provisionState.kind === 'CREATE';
  const facts: HeaderFacts = {
    stack: session.farm.stack,
    region: session.farm.region,
    identity: session.identity,
    sandbox,
    readOnly,
    ...(account === undefined ? {} : { account }),
    ...(presence === 'present' && !beingCreated ? { verdict: view.verdict } : {}),
    ...(note === undefined ? {} : { note }),
  };
  const shared = { size, facts };
  if (question) {
    return (
      <Frame {...shared} scopes={questionScopes(question)}>
        <Dialog question={question} width={size.columns} onYes={onQuit} onNo={() => setQuitting(false)} />
      </Frame>
    );
  }
  if (helping) return <Help {...shared} onBack={() => setHelping(false)} />;
  switch (screen) {
    case 'provision':
      return (
        <Provision
          {...shared}
          control={provision}
          clock={session.clock}
          now={now}
          exists={presence === 'present'}
          onBoard={toBoard}
        />
      );
    case 'drill':
      return <DrillScreen {...shared} control={drill} snapshot={snapshot} now={now} onBack={go('overview')} />;
    case 'interrupted':
      return <InterruptedScreen {...shared} control={interrupted} onBack={go('overview')} />;
    case 'faults':
      if (!faults) break;
      return <Faults {...shared} control={faults} snapshot={snapshot} onBack={go('overview')} />;
    case 'failure':
      if (!snapshot) break;
      return (
        <FailureMenu
          {...shared}
          drills={drills}
          snapshot={snapshot}
          refuse={(each, target) => loaded.refuse(each, target, snapshot)}
          onStart={(each, target) => {
            drill.start(each, target);
            go('drill')();
          }}
          onBack={go('overview')}
        />
      );
    case 'events':
      return <Events {...shared} changes={view.changes} now={now} />;
    case 'findings':
      return <Findings {...shared} findings={view.verdict.findings} now={now} />;
    case 'agents':
      if (!farm || !snapshot) break;
      return <Agents {...shared} farm={farm} snapshot={snapshot} now={now} />;
    case 'queue':
      if (!farm) break;
      return <Queue {...shared} farm={farm} now={now} />;
    case 'masters':
      if (!farm || !snapshot) break;
      return <Masters {...shared} farm={farm} snapshot={snapshot} now={now} />;
    case 'door':
      if (!farm || !snapshot) break;
      return <Door {...shared} farm={farm} snapshot={snapshot} now={now} />;
    case 'hosts':
      if (!farm || !snapshot) break;
      return <Hosts {...shared} farm={farm} snapshot={snapshot} now={now} />;
    case 'overview':
      break;
  }
  return <Overview {...shared} view={view} farm={farm} now={now} />;
}
