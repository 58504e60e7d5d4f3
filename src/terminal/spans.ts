import type { Tone } from './theme.ts';
import { type Align, displayWidth, head, sized } from './width.ts';

/** A piece of one line. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone;
  readonly bold?: boolean;
  /** Drawn in reverse: the selected row, the cursor of a text field. */
  readonly inverse?: boolean;
}

/** One line of a screen, left to right. */
export type Spans = readonly Span[];

/** A span; `span('3h', 'dim')`. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return tone === 'plain' ? { text } : { text, tone };
}

/** A span of exactly `width` columns. */
export function cell(text: string, width: number, tone: Tone = 'plain', align: Align = 'left'): Span {
  return span(sized(text, width, align), tone);
}

/** Columns that a line takes. */
export function spansWidth(spans: Spans): number {
  return spans.reduce((sum, piece) => sum + displayWidth(piece.text), 0);
}

/** Cuts a line to at most `width` columns, marking the cut with `…`. */
export function cutSpans(spans: Spans, width: number): Spans {
  if (spansWidth(spans) <= width) return spans;
  if (width <= 0) return [];
  const kept: Span[] = [];
  let room = width - 1;
  for (const piece of spans) {
    const text = head(piece.text, room);
    kept.push({ ...piece, text });
    room -= displayWidth(text);
    if (text !== piece.text) break;
  }
  const last = kept.at(-1) ?? span('');
  return [...kept.slice(0, -1), { ...last, text: `${last.text}…` }];
}

/** Cuts or pads a line to exactly `width` columns. */
export function fitSpans(spans: Spans, width: number): Spans {
  const cut = cutSpans(spans, width);
  const room = width - spansWidth(cut);
  return room > 0 ? [...cut, span(' '.repeat(room))] : cut;
}

/** `left` and `right` at the two ends of a line of `width` columns; the left one is cut when they do not both fit. */
export function spread(left: Spans, right: Spans, width: number): Spans {
  const rightCut = cutSpans(right, width);
  const room = width - spansWidth(rightCut);
  const leftCut = cutSpans(left, Math.max(0, room - 1));
  return [...leftCut, span(' '.repeat(Math.max(0, room - spansWidth(leftCut)))), ...rightCut];
}

/** The text of a line without its looks. */
export function plainText(spans: Spans): string {
  return spans.map((piece) => piece.text).join('');
}

/** Whether two lines look the same, so that an unchanged one is not drawn again. */
export function sameSpans(one: Spans, other: Spans): boolean {
  if (one === other) return true;
  if (one.length !== other.length) return false;
  return one.every((piece, index) => {
    const twin = other[index];
    return (
      twin !== undefined &&
      piece.text === twin.text &&
      piece.tone === twin.tone &&
      piece.bold === twin.bold &&
      piece.inverse === twin.inverse
    );
  });
}
