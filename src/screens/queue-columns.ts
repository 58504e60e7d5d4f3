import type { Column } from '../components/table-layout.ts';
import type { QueueCause, Queued } from '../farm/joined-queue.ts';
import { age, shortId } from '../terminal/format.ts';
import { span } from '../terminal/spans.ts';
import type { Tone } from '../terminal/theme.ts';

const causeTones: Readonly<Record<QueueCause['kind'], Tone>> = {
  'agent-booting': 'moving',
  'cap-reached': 'warning',
  'no-agent': 'warning',
  'held-by-jenkins': 'dim',
  unseen: 'unknown',
};

/** Why an item waits, with ids short. */
export function causeWords(cause: QueueCause): string {
  return cause.kind === 'agent-booting' ? cause.text.replace(cause.instanceId, shortId(cause.instanceId)) : cause.text;
}

/** One item of a queue, by master and number. */
export function queuedKey({ slot, item }: Queued): string {
  return `${slot}:${item.id}`;
}

/** The columns of the queue's tables. */
export function queueColumns(now: number): readonly Column<Queued>[] {
  return [
    {
      key: 'job',
      title: 'QUEUED',
      width: 20,
      flex: 1,
      cell: ({ item }) => span(`${item.stuck ? '▲ ' : '◌ '}${item.job}`, item.stuck ? 'warning' : 'plain'),
    },
    { key: 'slot', title: 'SLOT', width: 4, cell: ({ slot }) => span(slot) },
    { key: 'waiting', title: 'WAITS', width: 5, align: 'right', cell: ({ since }) => span(age(now - since)) },
    {
      key: 'cause',
      title: 'FOR',
      width: 26,
      flex: 1,
      cell: ({ cause }) => span(causeWords(cause), causeTones[cause.kind]),
    },
    { key: 'why', title: 'JENKINS SAYS', width: 24, flex: 1, drop: 1, cell: ({ item }) => span(item.why, 'dim') },
  ];
}
