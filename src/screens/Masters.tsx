import type { HeaderFacts } from '../components/header-line.ts';
import type { Column } from '../components/table-layout.ts';
import type { Farm } from '../farm/joined.ts';
import type { Slot } from '../farm/joined-slots.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { age, none, shortTask } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { jenkinsCell, masterCell } from './ladder-lines.ts';
import { TableScreen } from './TableScreen.tsx';

/** The columns of the masters' table. */
export function masterColumns(now: number): readonly Column<Slot>[] {
  return [
    {
      key: 'slot',
      title: 'SLOT',
      width: 16,
      cell: ({ slot, state }) => span(`${stateMark(state).glyph} ${slot} ${state}`, stateMark(state).tone),
    },
    {
      key: 'for',
      title: 'FOR',
      width: 4,
      align: 'right',
      cell: ({ since }) => span(since === undefined ? none : age(now - since)),
    },
    {
      key: 'task',
      title: 'TASK',
      width: 12,
      cell: ({ task }) => span(task ? `${shortTask(task.id)} ${task.lastStatus}` : none, task ? 'plain' : 'dim'),
    },
    { key: 'health', title: 'HEALTH', width: 9, drop: 3, cell: ({ task }) => span(task?.health ?? none, 'dim') },
    {
      key: 'door',
      title: 'DOOR',
      width: 12,
      cell: ({ balanced }) => span(balanced?.state ?? none, stateMark(balanced?.state ?? 'unknown').tone),
    },
    { key: 'jenkins', title: 'JENKINS', width: 10, flex: 1, cell: jenkinsCell },
    {
      key: 'exec',
      title: 'EXEC',
      width: 5,
      align: 'right',
      cell: (slot) => masterCell(slot, (master) => `${master.busyExecutors}/${master.totalExecutors}`),
    },
    {
      key: 'queue',
      title: 'QUEUE',
      width: 5,
      align: 'right',
      cell: (slot) => masterCell(slot, (master) => String(master.queue.length)),
    },
    {
      key: 'jobs',
      title: 'JOBS',
      width: 4,
      align: 'right',
      drop: 2,
      cell: (slot) => masterCell(slot, (master) => String(master.jobs.length)),
    },
  ];
}

function masterDetail(slot: Slot, now: number): readonly Spans[] {
  const { task, host, lastStopped, master, service } = slot;
  const problem = master.problem;
  return [
    [
      { text: ` slot ${slot.slot}`, bold: true },
      span(
        `  task ${task?.id ?? none}  host ${host?.id ?? none} ${host?.zone ?? ''}  ${master.value?.url ?? ''}`,
        'dim',
      ),
    ],
    problem
      ? [span(` ? ${problem.message}`, 'unknown'), span(` → ${problem.advice}`)]
      : [span(` jobs ${master.value?.jobs.map((job) => job.name).join(', ') || none}`, 'dim')],
    lastStopped
      ? [
          span(
            ` last stopped ${lastStopped.stoppedAt === undefined ? '' : `${age(now - lastStopped.stoppedAt)} ago`}: `,
            'dim',
          ),
          span(lastStopped.stoppedReason ?? lastStopped.stopCode ?? none),
        ]
      : [span(' no task of this slot has stopped as far as ECS remembers', 'dim')],
    [span(` ECS says: ${service?.events[0]?.message ?? none}`, 'dim')],
  ];
}

export interface MastersProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly farm: Farm;
  readonly now: number;
}

/** Every master, with why the one before it ended. */
export function Masters({ size, facts, farm, now }: MastersProps) {
  return (
    <TableScreen
      size={size}
      facts={facts}
      title={`Masters (controllers)  ${farm.slots.length}`}
      columns={masterColumns(now)}
      rows={farm.slots}
      rowKey={(slot) => slot.slot}
      rowText={(slot) => `slot ${slot.slot} ${slot.state} ${slot.task?.id ?? ''} ${slot.host?.id ?? ''}`}
      empty="no service of this farm can be seen"
      detail={(slot) => masterDetail(slot, now)}
      detailRows={4}
    />
  );
}
