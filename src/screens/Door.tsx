import type { HeaderFacts } from '../components/header-line.ts';
import type { Farm } from '../farm/joined.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { Scope } from '../hooks/keymap.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { doorLines, doorTitle } from './door-lines.ts';
import { LinesScreen } from './LinesScreen.tsx';

const scopes: readonly Scope[] = ['board'];

export interface DoorProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly farm: Farm;
  readonly snapshot: Snapshot;
  readonly now: number;
}

/** The front door: name, load balancer, the hosts behind it, what users meet. */
export function Door({ size, facts, farm, snapshot, now }: DoorProps) {
  return (
    <LinesScreen
      size={size}
      facts={facts}
      title={doorTitle(farm, snapshot, now)}
      lines={doorLines(farm, snapshot, now, size.columns)}
      scopes={scopes}
    />
  );
}
