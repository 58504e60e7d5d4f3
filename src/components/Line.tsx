import { Text } from 'ink';
import { memo } from 'react';
import { useTheme } from '../hooks/use-theme.ts';
import { cutSpans, type Spans, sameSpans } from '../terminal/spans.ts';

export interface LineProps {
  readonly spans: Spans;
  /** Columns; what is longer is cut. */
  readonly width: number;
}

/**
 * One line of a screen: a single text node, whose pieces are padded already. A node of the layout for each cell would
 * cost eight times as much a frame.
 */
export const Line = memo(
  function Line({ spans, width }: LineProps) {
    const theme = useTheme();
    const pieces = cutSpans(spans, width).filter((piece) => piece.text !== '');
    // A text without a character has no height, and everything below it would move up.
    if (pieces.length === 0) return <Text> </Text>;
    let column = 0;
    return (
      <Text wrap="truncate">
        {pieces.map((piece) => {
          const at = column;
          column += piece.text.length;
          const look = theme[piece.tone ?? 'plain'];
          return (
            <Text key={at} {...look} bold={piece.bold ?? look.bold} inverse={piece.inverse}>
              {piece.text}
            </Text>
          );
        })}
      </Text>
    );
  },
  (before, after) => before.width === after.width && sameSpans(before.spans, after.spans),
);
