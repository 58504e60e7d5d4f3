import { cell, type Spans, span } from '../terminal/spans.ts';
import { head } from '../terminal/width.ts';

/** Columns of a label, its indent among them. */
export const labelWidth = 16;

/** A line of facts behind their label; without a label it goes on with the line above. */
export function labelled(label: string, ...words: Spans): Spans {
  return [cell(`   ${label}`, labelWidth, 'dim'), ...words];
}

/** One long word behind its label, broken where the line ends: a digest or a name must be readable to its end. */
export function labelledWhole(label: string, word: string, width: number): readonly Spans[] {
  const room = Math.max(16, width - labelWidth - 1);
  const lines: Spans[] = [];
  let rest = word;
  do {
    const piece = head(rest, room);
    lines.push(labelled(lines.length === 0 ? label : '', span(piece)));
    rest = rest.slice(piece.length);
  } while (rest !== '');
  return lines;
}
