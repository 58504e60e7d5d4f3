import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import type { Snapshot } from '../farm/snapshot.ts';
import type { Scope } from '../hooks/keymap.ts';
import { type DrillControl, useDrill } from '../hooks/use-drill.ts';
import { useCommands } from '../hooks/use-keys.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { drillLines } from './drill-lines.ts';

const running: readonly Scope[] = ['drill'];
const over: readonly Scope[] = ['detail', 'board'];

export interface DrillProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly control: DrillControl;
  readonly snapshot: Snapshot | undefined;
  readonly now: number;
  readonly onBack: () => void;
}

/** A drill while it runs, and what came of it. */
export function DrillScreen({ size, facts, control, snapshot, now, onBack }: DrillProps) {
  const state = useDrill(control);
  const scopes = state.running ? running : over;
  useCommands(scopes, { 'stop-drill': () => void control.stop(), back: onBack });
  return (
    <Frame size={size} facts={facts} scopes={scopes}>
      <Lines
        lines={drillLines(state, snapshot, now, size.columns, bodyRows(size))}
        width={size.columns}
        height={bodyRows(size)}
      />
    </Frame>
  );
}
