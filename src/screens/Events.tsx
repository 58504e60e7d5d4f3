import { useMemo } from 'react';
import type { HeaderFacts } from '../components/header-line.ts';
import type { Column } from '../components/table-layout.ts';
import type { Change } from '../farm/finding.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { age, timeOfDay } from '../terminal/format.ts';
import { severityMark } from '../terminal/glyphs.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';
import { TableScreen } from './TableScreen.tsx';

/** A change with a key of its own: the same thing can happen twice in one moment. */
export interface KeyedChange {
  readonly key: string;
  readonly change: Change;
}

/** Keys that stay the same while older changes drop out of the list. */
export function keyed(changes: readonly Change[]): readonly KeyedChange[] {
  const times = new Map<string, number>();
  // Counted from the newest: what drops out at the old end must not rename the rest.
  return [...changes]
    .reverse()
    .map((change) => {
      const same = `${change.at} ${change.source} ${change.event}`;
      const nth = times.get(same) ?? 0;
      times.set(same, nth + 1);
      return { key: `${same} ${nth}`, change };
    })
    .reverse();
}

function eventColumns(now: number): readonly Column<KeyedChange>[] {
  return [
    { key: 'at', title: 'UTC', width: 8, cell: ({ change }) => span(timeOfDay(change.at), 'dim') },
    {
      key: 'age',
      title: 'AGO',
      width: 4,
      align: 'right',
      drop: 1,
      cell: ({ change }) => span(age(now - change.at), 'dim'),
    },
    {
      key: 'severity',
      title: '',
      width: 1,
      cell: ({ change }) => {
        const { glyph, tone } = severityMark(change.severity);
        return change.severity === 'ok' ? span('·', 'dim') : span(glyph, tone);
      },
    },
    { key: 'source', title: 'SOURCE', width: 9, cell: ({ change }) => span(change.source, 'moving') },
    { key: 'event', title: 'EVENT', width: 40, flex: 1, cell: ({ change }) => span(change.event) },
  ];
}

export interface EventsProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly changes: readonly Change[];
  readonly now: number;
}

/** What happened, newest last. */
export function Events({ size, facts, changes, now }: EventsProps) {
  const rows = useMemo(() => keyed(changes), [changes]);
  return (
    <TableScreen
      size={size}
      facts={facts}
      title="Events"
      columns={eventColumns(now)}
      rows={rows}
      rowKey={({ key }) => key}
      rowText={({ change }) => `${change.source} ${change.event} ${change.severity}`}
      empty="nothing has happened since the first look"
      detail={({ change }) => wrapWords(change.event, size.columns - 2).map((line): Spans => [span(` ${line}`)])}
      detailRows={3}
      newestLast
    />
  );
}
