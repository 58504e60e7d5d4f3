import type { HeaderFacts } from '../components/header-line.ts';
import type { Farm } from '../farm/joined.ts';
import type { Queued } from '../farm/joined-queue.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { age } from '../terminal/format.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';
import { queueColumns, queuedKey } from './queue-columns.ts';
import { TableScreen } from './TableScreen.tsx';

/** An item in full: what holds it up, and Jenkins' own words. */
export function queuedDetail({ item, slot, cause, since }: Queued, now: number, width: number): readonly Spans[] {
  return [
    [
      { text: ` ${item.job}`, bold: true },
      span(`  item ${item.id} of master ${slot}, ${item.kind}, waits ${age(now - since)}`, 'dim'),
      span(item.label === undefined ? '' : `  label ${item.label}`, 'dim'),
    ],
    [span(' waits for: ', 'dim'), span(cause.text)],
    ...wrapWords(`Jenkins says: ${item.why}`, width - 2).map((line): Spans => [span(` ${line}`, 'dim')]),
  ];
}

export interface QueueProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly farm: Farm;
  readonly now: number;
}

/** Every build that waits, in every master's queue. */
export function Queue({ size, facts, farm, now }: QueueProps) {
  const unseen = farm.slots.filter((slot) => slot.master.problem).map((slot) => slot.slot);
  return (
    <TableScreen
      size={size}
      facts={facts}
      title={`Queue  ${farm.queue.length}`}
      aside={unseen.length === 0 ? [] : [span(`  ? not of now: master ${unseen.join(', ')}`, 'unknown')]}
      columns={queueColumns(now)}
      rows={farm.queue}
      rowKey={queuedKey}
      rowText={({ item, slot, cause }) => `${item.job} slot ${slot} ${item.label ?? ''} ${cause.text} ${item.why}`}
      empty={unseen.length === 0 ? 'no build waits' : 'no queue can be seen'}
      detail={(queued) => queuedDetail(queued, now, size.columns)}
      detailRows={4}
    />
  );
}
