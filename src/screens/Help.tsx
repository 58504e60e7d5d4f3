import type { HeaderFacts } from '../components/header-line.ts';
import { type Circumstances, isDropped, keyLabel, keymap, type Scope } from '../hooks/keymap.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { cell, type Spans, span } from '../terminal/spans.ts';
import { LinesScreen } from './LinesScreen.tsx';

/** Where each scope's keys hold, in the order in which help and README have them. */
export const scopeTitles: Readonly<Record<Scope, string>> = {
  everywhere: 'Everywhere',
  board: 'On the board',
  table: 'In a table',
  masters: 'In the masters’ table',
  scroll: 'In a longer text',
  detail: 'At one master in full, at a drill that is over',
  filter: 'While filtering',
  failure: 'In the failure menu',
  drill: 'On the drill',
  interrupted: 'At drills that were cut off',
  faults: 'At the faults of the sandbox',
  'fault-text': 'While writing a fault',
  parameters: 'At the parameters',
  editing: 'While typing a value',
  choosing: 'While choosing a value',
  review: 'At the change set',
  resources: 'While the stack changes',
  cancellable: 'While that can be broken off',
  deletable: 'After a failure that leaves only the deletion',
  repeatable: 'After any other end',
  dialog: 'When asked yes or no',
  word: 'When asked for a name',
  trouble: 'When something could not be found out',
  help: 'In this help',
};

/** The whole keymap as lines; what the circumstances drop says why. */
export function helpLines(circumstances: Circumstances): readonly Spans[] {
  return (Object.keys(scopeTitles) as Scope[]).flatMap((scope) => [
    [{ text: ` ${scopeTitles[scope]}`, tone: 'heading' as const }],
    ...keymap
      .filter((binding) => binding.scope === scope)
      .map((binding): Spans => {
        const dropped = isDropped(binding, circumstances);
        const why = binding.sandbox && !circumstances.sandbox ? 'only in the sandbox' : 'not with --read-only';
        return [
          cell(`   ${binding.keys.map(keyLabel).join(' ')}`, 18, dropped ? 'dim' : 'key'),
          span(dropped ? `${binding.description} (${why})` : binding.description, dropped ? 'dim' : 'plain'),
        ];
      }),
    [],
  ]);
}

const scopes: readonly Scope[] = ['help'];

export interface HelpProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly onBack: () => void;
}

/** Every key, from the one table of keys. */
export function Help({ size, facts, onBack }: HelpProps) {
  return (
    <LinesScreen
      size={size}
      facts={facts}
      title={[{ text: ' Keys', tone: 'heading' }]}
      lines={helpLines(facts)}
      scopes={scopes}
      handlers={{ back: onBack }}
    />
  );
}
