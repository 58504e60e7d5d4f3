import { useState } from 'react';
import type { HeaderFacts } from '../components/header-line.ts';
import type { Column } from '../components/table-layout.ts';
import type { Farm } from '../farm/joined.ts';
import type { Slot } from '../farm/joined-slots.ts';
import { fresh } from '../farm/reading.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { Scope } from '../hooks/keymap.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { age, none, shortTask } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { balancedCell } from './door-line.ts';
import { LinesScreen } from './LinesScreen.tsx';
import { jenkinsCell, masterCell } from './ladder-lines.ts';
import { masterLines, masterTitle } from './master-lines.ts';
import { TableScreen } from './TableScreen.tsx';

/** The columns of the masters' table. */
export function masterColumns(snapshot: Snapshot, now: number): readonly Column<Slot>[] {
  const tasksSeen = fresh(snapshot.tasks) !== undefined;
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
      cell: ({ task }) =>
        span(task ? `${shortTask(task.id)} ${task.lastStatus}` : none, task && tasksSeen ? 'plain' : 'dim'),
    },
    { key: 'health', title: 'HEALTH', width: 9, drop: 3, cell: ({ task }) => span(task?.health ?? none, 'dim') },
    {
      key: 'door',
      title: 'DOOR',
      width: 12,
      cell: ({ balanced }) => balancedCell(balanced, snapshot),
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

const detailScopes: readonly Scope[] = ['detail', 'board'];

export interface MastersProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly farm: Farm;
  readonly snapshot: Snapshot;
  readonly now: number;
}

/** Every master, with why the one before it ended; one of them in full. */
export function Masters({ size, facts, farm, snapshot, now }: MastersProps) {
  // By its slot: what is in it may be replaced while it is looked at.
  const [chosen, setChosen] = useState<string>();
  const [opened, setOpened] = useState(false);
  const slot = opened ? farm.slots.find((one) => one.slot === chosen) : undefined;
  if (slot) {
    return (
      <LinesScreen
        size={size}
        facts={facts}
        title={masterTitle(slot, now)}
        lines={masterLines(slot, snapshot, now, size.columns)}
        scopes={detailScopes}
        handlers={{ back: () => setOpened(false) }}
      />
    );
  }
  return (
    <TableScreen
      size={size}
      facts={facts}
      title={`Masters (controllers)  ${farm.slots.length}`}
      columns={masterColumns(snapshot, now)}
      rows={farm.slots}
      rowKey={(one) => one.slot}
      rowText={(one) => `slot ${one.slot} ${one.state} ${one.task?.id ?? ''} ${one.host?.id ?? ''}`}
      empty="no service of this farm can be seen"
      detail={(one) => masterDetail(one, now)}
      detailRows={4}
      firstKey={chosen}
      scope="masters"
      onChoose={(one) => {
        setChosen(one.slot);
        setOpened(true);
      }}
    />
  );
}
