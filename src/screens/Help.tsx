import { useState } from 'react';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import { keyLabel, keymap, type Scope } from '../hooks/keymap.ts';
import { useCommands } from '../hooks/use-keys.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { cell, type Spans, span } from '../terminal/spans.ts';

const titles: Readonly<Record<Scope, string>> = {
  everywhere: 'Everywhere',
  board: 'On the board',
  table: 'In a table',
  filter: 'While filtering',
  dialog: 'When asked yes or no',
  word: 'When asked for a name',
  help: 'In this help',
  failure: 'In the failure menu',
  drill: 'On the drill',
  parameters: 'At the parameters',
  editing: 'While typing a value',
  choosing: 'While choosing a value',
  review: 'At the change set',
  resources: 'While the stack changes',
  trouble: 'When something could not be found out',
};

/** The whole keymap as lines. */
export function helpLines(readOnly: boolean): readonly Spans[] {
  const order: readonly Scope[] = [
    'everywhere',
    'board',
    'table',
    'filter',
    'failure',
    'drill',
    'parameters',
    'editing',
    'choosing',
    'review',
    'resources',
    'dialog',
    'word',
    'trouble',
    'help',
  ];
  return order.flatMap((scope) => [
    [{ text: ` ${titles[scope]}`, tone: 'heading' as const }],
    ...keymap
      .filter((binding) => binding.scope === scope)
      .map((binding): Spans => {
        const dropped = readOnly && binding.changes === true;
        return [
          cell(`   ${binding.keys.map(keyLabel).join(' ')}`, 18, dropped ? 'dim' : 'key'),
          span(
            dropped ? `${binding.description} (not with --read-only)` : binding.description,
            dropped ? 'dim' : 'plain',
          ),
        ];
      }),
    [],
  ]);
}

const scopes: readonly Scope[] = ['help', 'table'];

export interface HelpProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly onBack: () => void;
}

/** Every key, from the one table of keys. */
export function Help({ size, facts, onBack }: HelpProps) {
  const [top, setTop] = useState(0);
  const lines = helpLines(facts.readOnly);
  const height = bodyRows(size);
  const last = Math.max(0, lines.length - height);
  const to = (by: number) => () => setTop((before) => Math.min(last, Math.max(0, before + by)));
  useCommands(scopes, {
    back: onBack,
    up: to(-1),
    down: to(1),
    'page-up': to(-height),
    'page-down': to(height),
    first: to(-lines.length),
    last: to(lines.length),
  });
  return (
    <Frame size={size} facts={facts} scopes={['help']}>
      <Lines lines={lines.slice(Math.min(top, last))} width={size.columns} height={height} />
    </Frame>
  );
}
