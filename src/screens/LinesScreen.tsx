import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import type { Scope } from '../hooks/keymap.ts';
import { type CommandHandlers, useCommands } from '../hooks/use-keys.ts';
import { useScroll } from '../hooks/use-scroll.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { type Spans, span, spread } from '../terminal/spans.ts';

export interface LinesScreenProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly title: Spans;
  readonly lines: readonly Spans[];
  /** Where keys are listened for besides those that scroll. */
  readonly scopes: readonly Scope[];
  readonly handlers?: CommandHandlers;
}

/** A text that may be longer than the screen; how much of it lies below is said in its title. */
export function LinesScreen({ size, facts, title, lines, scopes, handlers = {} }: LinesScreenProps) {
  const width = size.columns;
  const height = bodyRows(size) - 1;
  const { top, handlers: moves } = useScroll(lines.length, height);
  const listening: readonly Scope[] = [...scopes, 'scroll'];
  // What a screen has of its own comes first: keys that lead to other screens are heard by the frame around it.
  useCommands(listening, { ...moves, ...handlers }, { circumstances: facts });
  const below = lines.length - top - height;
  const aside = below > 0 ? `↓ ${below} more ` : top > 0 ? 'the end ' : '';
  return (
    <Frame size={size} facts={facts} scopes={listening}>
      <Lines lines={[spread(title, [span(aside, 'dim')], width)]} width={width} />
      <Lines lines={lines.slice(top, top + height)} width={width} height={height} />
    </Frame>
  );
}
