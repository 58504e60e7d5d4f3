import { type Span, type Spans, span } from '../terminal/spans.ts';
import { type Align, sized } from '../terminal/width.ts';

/** One column of a table. */
export interface Column<R> {
  readonly key: string;
  readonly title: string;
  /** Columns of the terminal; with `flex`, the least of them. */
  readonly width: number;
  /** Share of the width that is left over. */
  readonly flex?: number;
  readonly align?: Align;
  /** Where there is no room, columns with the highest number go first; without one a column stays. */
  readonly drop?: number;
  readonly cell: (row: R) => Span;
}

export interface PlacedColumn<R> {
  readonly column: Column<R>;
  readonly width: number;
}

/** Columns between two columns. */
export const gap = 2;

function widthOf(columns: readonly { readonly width: number }[]): number {
  return columns.reduce((sum, column) => sum + column.width, 0) + gap * Math.max(0, columns.length - 1);
}

/** Chooses and sizes the columns that fit into `width`. */
export function placeColumns<R>(columns: readonly Column<R>[], width: number): readonly PlacedColumn<R>[] {
  let kept = [...columns];
  while (widthOf(kept) > width) {
    const worst = kept.reduce<Column<R> | undefined>(
      (most, column) => (column.drop !== undefined && column.drop > (most?.drop ?? -1) ? column : most),
      undefined,
    );
    if (worst === undefined) break;
    kept = kept.filter((column) => column !== worst);
  }
  const shares = kept.reduce((sum, column) => sum + (column.flex ?? 0), 0);
  let left = Math.max(0, width - widthOf(kept));
  let sharesLeft = shares;
  return kept.map((column) => {
    if (!column.flex) return { column, width: column.width };
    // The last flexible column takes what rounding left over, so that the table ends where the screen ends.
    const extra = Math.floor((left * column.flex) / sharesLeft);
    left -= extra;
    sharesLeft -= column.flex;
    return { column, width: column.width + extra };
  });
}

/** The titles' line. */
export function headerSpans<R>(placed: readonly PlacedColumn<R>[], indent: string): Spans {
  const titles = placed.map(({ column, width }) => sized(column.title, width, column.align));
  return [span(indent + titles.join(' '.repeat(gap)), 'dim')];
}

/** One row's line; the selected one is marked by a pointer as well as by its looks. */
export function rowSpans<R>(placed: readonly PlacedColumn<R>[], row: R, selected: boolean, indent: string): Spans {
  const pointer = indent === '' ? '' : sized(selected ? '▸' : '', indent.length);
  const spans: Span[] = [selected ? { text: pointer, tone: 'accent', bold: true } : span(pointer)];
  for (const [index, { column, width }] of placed.entries()) {
    if (index > 0) spans.push(span(' '.repeat(gap)));
    const value = column.cell(row);
    spans.push({ ...value, text: sized(value.text, width, column.align) });
  }
  return selected ? spans.map((piece) => ({ ...piece, inverse: true })) : spans;
}
