import { Box, Text } from 'ink';
import { smallest, type TerminalSize } from '../hooks/use-terminal-size.ts';

/** Asks for more room, in one line that fits nearly anywhere. */
export function TooSmall({ size }: { readonly size: TerminalSize }) {
  return (
    <Box width={size.columns} height={size.rows} overflow="hidden">
      <Text wrap="truncate">
        {`needs ${smallest.columns}×${smallest.rows}, has ${size.columns}×${size.rows}: more room, please (q quits)`}
      </Text>
    </Box>
  );
}
