import { Box } from 'ink';
import { type ReactNode, useMemo } from 'react';
import { fits, smallest, type TerminalSize } from '../hooks/use-terminal-size.ts';
import { TooSmall } from './TooSmall.tsx';

export interface RoomProps {
  readonly size: TerminalSize;
  readonly busy: boolean;
  readonly onQuit: () => void;
  readonly children: (size: TerminalSize) => ReactNode;
}

/**
 * Hides the screens while the terminal is too small for them. They live on underneath, laid out for the smallest
 * terminal: a window that is dragged past its limit must not cost what was being typed.
 */
export function Room({ size, busy, onQuit, children }: RoomProps) {
  const columns = Math.max(size.columns, smallest.columns);
  const rows = Math.max(size.rows, smallest.rows);
  const roomy = useMemo(() => ({ columns, rows }), [columns, rows]);
  const enough = fits(size);
  return (
    <>
      <Box display={enough ? 'flex' : 'none'} flexShrink={0}>
        {children(roomy)}
      </Box>
      {enough ? null : <TooSmall size={size} busy={busy} onQuit={onQuit} />}
    </>
  );
}
