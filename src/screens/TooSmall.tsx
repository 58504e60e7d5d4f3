import { Box, Text } from 'ink';
import { useKeyListener } from '../hooks/use-keys.ts';
import { smallest, type TerminalSize } from '../hooks/use-terminal-size.ts';

export interface TooSmallProps {
  readonly size: TerminalSize;
  /** Something goes on that quitting is asked about first, for which there is no room here. */
  readonly busy: boolean;
  readonly onQuit: () => void;
}

/** Asks for more room, in one line that fits nearly anywhere; what lies under it hears no key that it cannot show. */
export function TooSmall({ size, busy, onQuit }: TooSmallProps) {
  useKeyListener((press) => {
    if (press.name === 'ctrl+c' || press.name === 'ctrl+z') return false;
    if (press.name === 'q' && !busy) onQuit();
    return true;
  }, 'cover');
  return (
    <Box width={size.columns} height={size.rows} overflow="hidden">
      <Text wrap="truncate">
        {`needs ${smallest.columns}×${smallest.rows}, has ${size.columns}×${size.rows}: more room, please (${busy ? 'ctrl+c' : 'q'} quits)`}
      </Text>
    </Box>
  );
}
