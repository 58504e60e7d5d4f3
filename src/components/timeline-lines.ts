import type { Change } from '../farm/finding.ts';
import { timeOfDay } from '../terminal/format.ts';
import { severityMark } from '../terminal/glyphs.ts';
import { cell, type Spans, span } from '../terminal/spans.ts';

/** One change as a line: when, who says so, what. */
export function changeLine(change: Change): Spans {
  const { glyph, tone } = severityMark(change.severity);
  const fine = change.severity === 'ok';
  return [
    span(` ${timeOfDay(change.at)} `, 'dim'),
    span(fine ? '·' : glyph, fine ? 'dim' : tone),
    cell(` ${change.source}`, 10, 'moving'),
    span(change.event),
  ];
}

/** The newest `height` changes, newest last. */
export function timelineLines(changes: readonly Change[], height: number): readonly Spans[] {
  return height <= 0 ? [] : changes.slice(-height).map(changeLine);
}
