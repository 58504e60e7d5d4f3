import { Box } from 'ink';
import type { Spans } from '../terminal/spans.ts';
import { Line } from './Line.tsx';

export interface LinesProps {
  readonly lines: readonly Spans[];
  readonly width: number;
  /** Rows that the block takes: what is missing is blank, what is too much is not drawn. Default: as many as lines. */
  readonly height?: number;
}

/** A block of lines, exactly as high as it says. */
export function Lines({ lines, width, height = lines.length }: LinesProps) {
  if (height <= 0) return null;
  const rows = Array.from({ length: height }, (_, row) => ({ row, spans: lines[row] ?? [] }));
  return (
    <Box flexDirection="column" width={width} height={height} flexShrink={0} overflowY="hidden">
      {rows.map(({ row, spans }) => (
        <Line key={row} spans={spans} width={width} />
      ))}
    </Box>
  );
}
