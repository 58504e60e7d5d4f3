import stringWidth from 'string-width';

// Nearly all text of the screens is ASCII and our own one-column glyphs; segmenting graphemes for it would cost most of
// a frame.
const oneColumnEach = /^[\x20-\x7e·…–—±×‘’“”→←↑↓▸▹↳●○◌◐✓✕▲◆▁▂▃▄▅▆▇█░▒─│├└┬┴┼╭╮╰╯]*$/;

/** Columns that a text takes on a terminal. */
export function displayWidth(text: string): number {
  return oneColumnEach.test(text) ? text.length : stringWidth(text);
}

const graphemes = new Intl.Segmenter();

/** The beginning of a text that takes at most `width` columns. */
export function head(text: string, width: number): string {
  if (oneColumnEach.test(text)) return text.slice(0, Math.max(0, width));
  // A wide character that would straddle the edge goes as a whole: the line must not be a column too long.
  let kept = '';
  let room = width;
  for (const { segment } of graphemes.segment(text)) {
    room -= stringWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return kept;
}

/** Cuts a text to at most `width` columns, marking the cut with `…`. */
export function truncate(text: string, width: number): string {
  if (width <= 0) return '';
  return displayWidth(text) <= width ? text : `${head(text, width - 1)}…`;
}

export type Align = 'left' | 'right';

/** Makes a text exactly `width` columns wide: cut or padded. */
export function sized(text: string, width: number, align: Align = 'left'): string {
  const cut = truncate(text, width);
  const padding = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  return align === 'left' ? cut + padding : padding + cut;
}

/** Breaks a text into lines of at most `width` columns at spaces; a word that is longer than a line is cut. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = truncate(word, width);
  }
  if (line !== '') lines.push(line);
  return lines;
}
