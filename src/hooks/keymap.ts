/**
 * The one table of keys. Dispatch, the footer, the help screen and the README are all made from it, so they cannot
 * disagree. A key is named as `use-keys.ts` names it: a character as typed, or `up`, `enter`, `ctrl+c`.
 */

/** Where a binding holds. A screen listens in its own scope, in `table` when it has one, and in `everywhere`. */
export type Scope =
  | 'everywhere'
  | 'board'
  | 'table'
  | 'filter'
  | 'dialog'
  | 'word'
  | 'help'
  | 'failure'
  | 'drill'
  | 'parameters'
  | 'editing'
  | 'choosing'
  | 'review'
  | 'resources'
  | 'cancellable'
  | 'deletable'
  | 'repeatable'
  | 'trouble'
  | 'interrupted'
  | 'masters'
  | 'scroll'
  | 'detail'
  | 'faults'
  | 'fault-text';

export type Command =
  | 'quit'
  | 'interrupt'
  | 'suspend'
  | 'help'
  | 'back'
  | 'overview'
  | 'masters'
  | 'door'
  | 'hosts'
  | 'agents'
  | 'queue'
  | 'events'
  | 'findings'
  | 'failure-menu'
  | 'faults'
  | 'drill'
  | 'provision'
  | 'refresh'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'filter'
  | 'accept'
  | 'write'
  | 'clear'
  | 'yes'
  | 'no'
  | 'choose'
  | 'stop-drill'
  | 'edit'
  | 'next-group'
  | 'previous-group'
  | 'toggle'
  | 'propose'
  | 'execute'
  | 'discard'
  | 'cancel'
  | 'delete'
  | 'again'
  | 'retry';

export interface Binding {
  readonly command: Command;
  readonly scope: Scope;
  readonly keys: readonly string[];
  /** One or two words for the footer; absent where the footer need not say it. */
  readonly hint?: string;
  /** One line for the help screen. */
  readonly description: string;
  /** One of the screens: where there is no room, the footer says `1 2 4 screens` for all of them. */
  readonly screen?: true;
  /** It leads to a change of the farm; `--read-only` drops it. */
  readonly changes?: true;
  /** It works on the sandbox itself; a real farm has no such thing. */
  readonly sandbox?: true;
}

/** What of the program's circumstances decides which keys there are. */
export interface Circumstances {
  readonly readOnly: boolean;
  readonly sandbox: boolean;
}

const ordinary: Circumstances = { readOnly: false, sandbox: false };

/** Whether these circumstances have no such key. */
export function isDropped(binding: Binding, { readOnly, sandbox }: Circumstances): boolean {
  return (readOnly && binding.changes === true) || (!sandbox && binding.sandbox === true);
}

const digits = 'a screen of its own, with every row';

export const keymap: readonly Binding[] = [
  {
    command: 'overview',
    scope: 'board',
    keys: ['1'],
    screen: true,
    hint: 'overview',
    description: 'the whole farm on one screen',
  },
  { command: 'masters', scope: 'board', keys: ['2'], screen: true, hint: 'masters', description: `masters: ${digits}` },
  {
    command: 'door',
    scope: 'board',
    keys: ['3'],
    screen: true,
    hint: 'door',
    description: 'the front door: name, load balancer, its health checks, what users meet',
  },
  { command: 'hosts', scope: 'board', keys: ['4'], screen: true, hint: 'hosts', description: `hosts: ${digits}` },
  {
    command: 'agents',
    scope: 'board',
    keys: ['5'],
    screen: true,
    hint: 'agents',
    description: `build agents (slaves): ${digits}`,
  },
  {
    command: 'queue',
    scope: 'board',
    keys: ['6'],
    screen: true,
    hint: 'queue',
    description: 'builds that wait, and what for',
  },
  {
    command: 'events',
    scope: 'board',
    keys: ['7'],
    screen: true,
    hint: 'events',
    description: 'what happened, newest last',
  },
  { command: 'findings', scope: 'board', keys: ['0'], description: 'every finding, with what to do', screen: true },
  {
    command: 'failure-menu',
    scope: 'board',
    keys: ['F'],
    hint: 'failure menu',
    description: 'drills: break something on purpose and measure how it heals',
    changes: true,
  },
  {
    command: 'drill',
    scope: 'board',
    keys: ['D'],
    description: 'the drill that runs, or the last one; drills that were cut off',
  },
  {
    command: 'provision',
    scope: 'board',
    keys: ['P'],
    hint: 'provision',
    description: 'create or update the stack through a change set',
    changes: true,
  },
  {
    command: 'faults',
    scope: 'board',
    keys: ['X'],
    hint: 'faults',
    description: 'faults of the sandbox: put in, clear',
    changes: true,
    sandbox: true,
  },
  { command: 'refresh', scope: 'board', keys: ['r'], description: 'look at the farm now' },

  { command: 'up', scope: 'table', keys: ['up', 'k'], description: 'one row up' },
  { command: 'down', scope: 'table', keys: ['down', 'j'], description: 'one row down' },
  { command: 'page-up', scope: 'table', keys: ['pageup', 'ctrl+b'], description: 'one page up' },
  { command: 'page-down', scope: 'table', keys: ['pagedown', 'ctrl+f'], description: 'one page down' },
  { command: 'first', scope: 'table', keys: ['home', 'g'], description: 'the first row' },
  { command: 'last', scope: 'table', keys: ['end', 'G'], description: 'the last row' },
  { command: 'filter', scope: 'table', keys: ['/'], hint: 'filter', description: 'show only rows that contain a text' },

  { command: 'accept', scope: 'filter', keys: ['enter'], hint: 'keep filter', description: 'keep the filter' },
  { command: 'clear', scope: 'filter', keys: ['esc'], hint: 'clear', description: 'show every row again' },

  { command: 'yes', scope: 'dialog', keys: ['y'], hint: 'yes', description: 'do it' },
  { command: 'no', scope: 'dialog', keys: ['n', 'esc'], hint: 'no', description: 'do not' },
  { command: 'accept', scope: 'word', keys: ['enter'], hint: 'confirm', description: 'do it, once the name is typed' },
  { command: 'no', scope: 'word', keys: ['esc'], hint: 'cancel', description: 'do not' },

  { command: 'back', scope: 'help', keys: ['esc', '?', 'q'], hint: 'back', description: 'back' },

  { command: 'choose', scope: 'failure', keys: ['enter'], hint: 'choose', description: 'choose the drill, the target' },
  { command: 'up', scope: 'failure', keys: ['up', 'k'], description: 'one up' },
  { command: 'down', scope: 'failure', keys: ['down', 'j'], description: 'one down' },
  { command: 'back', scope: 'failure', keys: ['esc'], hint: 'back', description: 'back' },

  {
    command: 'stop-drill',
    scope: 'drill',
    keys: ['s'],
    hint: 'stop (rollback)',
    description: 'stop the drill: roll back',
  },
  {
    command: 'back',
    scope: 'drill',
    keys: ['esc'],
    hint: 'board, drill goes on',
    description: 'the board; the drill goes on',
  },

  { command: 'up', scope: 'parameters', keys: ['up', 'k'], description: 'one field up' },
  { command: 'down', scope: 'parameters', keys: ['down', 'j'], description: 'one field down' },
  { command: 'edit', scope: 'parameters', keys: ['enter', 'e'], hint: 'edit', description: 'change the field' },
  {
    command: 'next-group',
    scope: 'parameters',
    keys: ['tab', 'right', 'l'],
    hint: 'next step',
    description: 'next step',
  },
  { command: 'previous-group', scope: 'parameters', keys: ['shift+tab', 'left', 'h'], description: 'previous step' },
  {
    command: 'propose',
    scope: 'parameters',
    keys: ['c'],
    hint: 'create change set',
    description: 'ask CloudFormation what would change',
  },
  { command: 'back', scope: 'parameters', keys: ['esc'], hint: 'board', description: 'the board' },

  { command: 'accept', scope: 'editing', keys: ['enter'], hint: 'take', description: 'take the value' },
  {
    command: 'back',
    scope: 'editing',
    keys: ['esc'],
    hint: 'leave as it was',
    description: 'leave the value as it was',
  },
  { command: 'up', scope: 'choosing', keys: ['up', 'k'], description: 'one up' },
  { command: 'down', scope: 'choosing', keys: ['down', 'j'], description: 'one down' },
  {
    command: 'toggle',
    scope: 'choosing',
    keys: ['space'],
    hint: 'take or leave',
    description: 'take or leave a choice',
  },
  { command: 'accept', scope: 'choosing', keys: ['enter'], hint: 'done', description: 'take what is chosen' },
  {
    command: 'back',
    scope: 'choosing',
    keys: ['esc'],
    hint: 'leave as it was',
    description: 'leave the value as it was',
  },

  { command: 'up', scope: 'review', keys: ['up', 'k'], description: 'one row up' },
  { command: 'down', scope: 'review', keys: ['down', 'j'], description: 'one row down' },
  { command: 'page-up', scope: 'review', keys: ['pageup'], description: 'one page up' },
  { command: 'page-down', scope: 'review', keys: ['pagedown'], description: 'one page down' },
  { command: 'execute', scope: 'review', keys: ['enter'], hint: 'execute', description: 'execute the change set' },
  {
    command: 'discard',
    scope: 'review',
    keys: ['esc'],
    hint: 'discard',
    description: 'discard the change set, back to the parameters',
  },

  { command: 'accept', scope: 'resources', keys: ['enter'], hint: 'board', description: 'the board' },
  { command: 'back', scope: 'resources', keys: ['esc'], description: 'the board; CloudFormation goes on' },

  {
    command: 'cancel',
    scope: 'cancellable',
    keys: ['x'],
    hint: 'cancel',
    description: 'break it off: what is being created is deleted, an update is rolled back',
    changes: true,
  },
  {
    command: 'delete',
    scope: 'deletable',
    keys: ['x'],
    hint: 'delete the stack',
    description: 'delete the stack that failed',
    changes: true,
  },
  {
    command: 'again',
    scope: 'repeatable',
    keys: ['p'],
    hint: 'parameters',
    description: 'back to the parameters; what was typed is kept',
    changes: true,
  },

  { command: 'choose', scope: 'masters', keys: ['enter'], hint: 'in full', description: 'one master in full' },
  {
    command: 'back',
    scope: 'detail',
    keys: ['esc', 'enter'],
    hint: 'back',
    description: 'back to where it was opened',
  },
  { command: 'up', scope: 'scroll', keys: ['up', 'k'], description: 'one line up' },
  { command: 'down', scope: 'scroll', keys: ['down', 'j'], description: 'one line down' },
  { command: 'page-up', scope: 'scroll', keys: ['pageup', 'ctrl+b'], description: 'one page up' },
  { command: 'page-down', scope: 'scroll', keys: ['pagedown', 'ctrl+f'], description: 'one page down' },
  { command: 'first', scope: 'scroll', keys: ['home', 'g'], description: 'the beginning' },
  { command: 'last', scope: 'scroll', keys: ['end', 'G'], description: 'the end' },

  {
    command: 'choose',
    scope: 'interrupted',
    keys: ['enter'],
    hint: 'roll back and close',
    description: 'undo what the drills that were cut off left, and close them',
    changes: true,
  },
  { command: 'back', scope: 'interrupted', keys: ['esc'], hint: 'later', description: 'the board' },

  {
    command: 'choose',
    scope: 'faults',
    keys: ['enter'],
    hint: 'put in, take out',
    description: 'put the fault in; take it out',
  },
  { command: 'write', scope: 'faults', keys: ['n'], hint: 'another', description: 'write any other fault, as JSON' },
  { command: 'clear', scope: 'faults', keys: ['c'], hint: 'clear all', description: 'clear every fault' },
  { command: 'back', scope: 'faults', keys: ['esc'], hint: 'board', description: 'the board' },
  { command: 'accept', scope: 'fault-text', keys: ['enter'], hint: 'put in', description: 'put in what is written' },
  { command: 'back', scope: 'fault-text', keys: ['esc'], hint: 'cancel', description: 'back to the list' },

  { command: 'retry', scope: 'trouble', keys: ['r', 'enter'], hint: 'try again', description: 'try again' },
  { command: 'back', scope: 'trouble', keys: ['esc'], hint: 'back', description: 'back' },

  { command: 'help', scope: 'everywhere', keys: ['?'], hint: 'help', description: 'every key of this program' },
  {
    command: 'quit',
    scope: 'everywhere',
    keys: ['q'],
    hint: 'quit',
    description: 'quit; asks while a drill or a change runs',
  },
  {
    command: 'interrupt',
    scope: 'everywhere',
    keys: ['ctrl+c'],
    description: 'quit at once (exit code 130); a drill is rolled back',
  },
  { command: 'suspend', scope: 'everywhere', keys: ['ctrl+z'], description: 'to the shell; fg comes back' },
];

/** Scopes in which letters are text, so that only the keys of the scope itself and control keys are commands. */
const textScopes: ReadonlySet<Scope> = new Set(['filter', 'word', 'editing', 'fault-text']);

/** Whether a screen that listens in these scopes takes letters as text. */
export function takesText(scopes: readonly Scope[]): boolean {
  return scopes.some((scope) => textScopes.has(scope));
}

/** The bindings of some scopes and of everywhere, in the order of the scopes, as the circumstances leave them. */
export function bindingsOf(scopes: readonly Scope[], circumstances = ordinary): readonly Binding[] {
  // A question keeps every key to itself, as does a text that is being typed.
  const alone = takesText(scopes) || scopes.includes('dialog');
  return [...scopes, 'everywhere' as const].flatMap((scope) =>
    keymap.filter(
      (binding) =>
        binding.scope === scope &&
        !isDropped(binding, circumstances) &&
        !(alone && scope === 'everywhere' && !binding.keys.some((key) => key.startsWith('ctrl+'))),
    ),
  );
}

/** The command that a key means where these scopes listen; the first scope that knows the key wins. */
export function commandFor(key: string, scopes: readonly Scope[], circumstances = ordinary): Command | undefined {
  return bindingsOf(scopes, circumstances).find((binding) => binding.keys.includes(key))?.command;
}

const keyWords: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  'shift+tab': '⇧tab',
};

/** A key as it is written for people. */
export function keyLabel(key: string): string {
  return keyWords[key] ?? key.replace('ctrl+', '^');
}
