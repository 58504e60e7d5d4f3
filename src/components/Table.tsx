import { useMemo } from 'react';
import { type Spans, span } from '../terminal/spans.ts';
import { Lines } from './Lines.tsx';
import { type Column, headerSpans, placeColumns, rowSpans } from './table-layout.ts';

export interface TableProps<R> {
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  readonly width: number;
  /** Rows of the terminal, the titles' line among them. */
  readonly height: number;
  readonly selected?: string;
  /** Index of the first row on the screen. */
  readonly top?: number;
  /** Said in the first row when there is none. */
  readonly empty: string;
}

/** Rows of data that fit under the titles. */
export function rowsThatFit(height: number): number {
  return Math.max(0, height - 1);
}

const indent = '  ';

/** A table of which only the visible rows exist: mounting a thousand costs a quarter of a second a key. */
export function Table<R>({ columns, rows, rowKey, width, height, selected, top = 0, empty }: TableProps<R>) {
  const placed = useMemo(() => placeColumns(columns, width - indent.length), [columns, width]);
  const visible = rows.slice(top, top + rowsThatFit(height));
  const lines: Spans[] = visible.map((row) => rowSpans(placed, row, rowKey(row) === selected, indent));
  if (rows.length === 0) lines.push([span(`${indent}${empty}`, 'dim')]);
  return <Lines lines={[headerSpans(placed, indent), ...lines]} width={width} height={height} />;
}
