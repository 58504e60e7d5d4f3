import { Box, Text } from 'ink';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { useTheme } from '../hooks/use-theme.ts';

export interface StartingProps {
  readonly size: TerminalSize;
  readonly stack: string;
  /** `SANDBOX` when that is known before the session is. */
  readonly identity: string;
  readonly doing: string;
}

/**
 * The first frame: it needs nothing but Ink, so that it is there while all the rest loads. ASCII alone, because the first
 * other character makes string-width compile its tables of emoji, which takes as long as drawing the frame.
 */
export function Starting({ size, stack, identity, doing }: StartingProps) {
  const theme = useTheme();
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Text wrap="truncate">
        <Text {...theme.accent} bold>
          {` ${stack}`}
        </Text>
        {identity === '' ? '' : `  ${identity}`}
      </Text>
      <Text> </Text>
      <Text {...theme.moving} wrap="truncate">
        {` ${doing} ...`}
      </Text>
    </Box>
  );
}
