import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import type { Farm } from '../farm/joined.ts';
import type { FarmView } from '../farm/view.ts';
import type { Scope } from '../hooks/keymap.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { overviewLines } from './overview-lines.ts';
import { problemLines } from './provision-lines.ts';

const scopes: readonly Scope[] = ['board'];

/** What is shown before there is a farm to show. */
export function noFarmLines(view: FarmView, { stack, readOnly }: HeaderFacts, width: number): readonly Spans[] {
  if (view.problem) return [[], ...problemLines(view.problem, width)];
  if (view.presence === 'waiting') return [[], [span(' ◌ the first look at the farm', 'moving')]];
  const none = span(` There is no farm named ${stack}. `);
  if (readOnly) return [[], [none, span('With --read-only none is set up.', 'dim')]];
  return [[], [none, span('P', 'key'), span(' sets one up.')]];
}

export interface OverviewProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly view: FarmView;
  readonly farm: Farm | undefined;
  readonly now: number;
}

/** The whole farm on one screen. */
export function Overview({ size, facts, view, farm, now }: OverviewProps) {
  const height = bodyRows(size);
  const lines =
    farm && view.presence === 'present'
      ? overviewLines(view, farm, now, size.columns, height)
      : noFarmLines(view, facts, size.columns);
  return (
    <Frame size={size} facts={facts} scopes={scopes}>
      <Lines lines={lines} width={size.columns} height={height} />
    </Frame>
  );
}
