import { useState } from 'react';
import { entrySpans } from '../components/dialog-lines.ts';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import { rule } from '../components/rule.ts';
import { rowsThatFit, Table } from '../components/Table.tsx';
import type { Column } from '../components/table-layout.ts';
import type { Scope } from '../hooks/keymap.ts';
import { entryOf, type TextEntry, typeInto } from '../hooks/text-entry.ts';
import { useCommands } from '../hooks/use-keys.ts';
import { useTable } from '../hooks/use-table.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { type Spans, span, spread } from '../terminal/spans.ts';

export interface TableScreenProps<R> {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly title: string;
  /** Beside the title: what is stale, a count. */
  readonly aside?: Spans;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  /** What the filter looks into. */
  readonly rowText: (row: R) => string;
  readonly empty: string;
  /** The selected row in full, under the table. */
  readonly detail?: (row: R) => readonly Spans[];
  readonly detailRows?: number;
  readonly newestLast?: boolean;
  /** The row that is selected at first. */
  readonly firstKey?: string;
  /** Where the key that opens a row is listened for. */
  readonly scope?: Scope;
  readonly onChoose?: (row: R) => void;
}

/** The rows that contain every word of the filter, whatever their case. */
export function filterRows<R>(rows: readonly R[], filter: string, rowText: (row: R) => string): readonly R[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = rowText(row).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const walking: readonly Scope[] = ['table', 'board'];
const filtering: readonly Scope[] = ['filter'];

/** A table that fills the screen: a cursor, a filter, and the selected row in full. */
export function TableScreen<R>(props: TableScreenProps<R>) {
  const { size, facts, title, aside = [], columns, rowKey, empty, detail, detailRows = 0, newestLast, scope } = props;
  const [filter, setFilter] = useState<TextEntry>(entryOf(''));
  const [typing, setTyping] = useState(false);
  const rows = filterRows(props.rows, filter.text, props.rowText);
  const under = detail ? detailRows + 1 : 0;
  const tableHeight = bodyRows(size) - 1 - under;
  const { state, handlers } = useTable(rows.map(rowKey), rowsThatFit(tableHeight), newestLast, props.firstKey);
  const chosen = rows[state.index];
  const listening: readonly Scope[] = scope === undefined ? walking : [scope, ...walking];
  useCommands(
    listening,
    {
      ...handlers,
      filter: () => setTyping(true),
      choose: () => (chosen === undefined ? undefined : props.onChoose?.(chosen)),
    },
    { active: !typing },
  );
  useCommands(
    filtering,
    {
      accept: () => setTyping(false),
      clear: () => {
        setFilter(entryOf(''));
        setTyping(false);
      },
    },
    { level: 'entry', active: typing, onText: (press) => setFilter((before) => typeInto(before, press)) },
  );
  const filterWords: Spans = typing
    ? [span('  /', 'key'), ...entrySpans(filter, Math.floor(size.columns / 3))]
    : filter.text === ''
      ? []
      : [span(`  /${filter.text}`, 'key'), span(`  ${rows.length} of ${props.rows.length}`, 'dim')];
  const position = rows.length === 0 ? '' : `${state.index + 1}/${rows.length} `;
  const width = size.columns;
  return (
    <Frame size={size} facts={facts} scopes={typing ? filtering : listening}>
      <Lines
        lines={[
          spread([{ text: ` ${title}`, tone: 'heading' }, ...aside, ...filterWords], [span(position, 'dim')], width),
        ]}
        width={width}
      />
      <Table
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        width={width}
        height={tableHeight}
        selected={state.key}
        top={state.top}
        empty={filter.text === '' ? empty : 'nothing contains that'}
      />
      {detail ? <Lines lines={[rule(width), ...(chosen ? detail(chosen) : [])]} width={width} height={under} /> : null}
    </Frame>
  );
}
