import { useEffect, useState } from 'react';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import { rule } from '../components/rule.ts';
import { rowsThatFit, Table } from '../components/Table.tsx';
import type { Column } from '../components/table-layout.ts';
import type { Scope } from '../hooks/keymap.ts';
import { useCommands } from '../hooks/use-keys.ts';
import { firstRow, type Move, move, settle } from '../hooks/use-table.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import type { ProvisionProgress, ResourceProgress } from '../provision/form.ts';
import { duration, none, shortType } from '../terminal/format.ts';
import { stackMark } from '../terminal/glyphs.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { bar } from '../terminal/sparkline.ts';
import { wrapWords } from '../terminal/width.ts';

/** Seconds that a resource takes or took; null before it began. */
function elapsedSeconds(resource: ResourceProgress, now: number): number | null {
  return resource.startedAt === undefined ? null : ((resource.endedAt ?? now) - resource.startedAt) / 1000;
}

function columnsAt(now: number): readonly Column<ResourceProgress>[] {
  return [
    {
      key: 'status',
      title: 'STATUS',
      width: 22,
      cell: ({ status }) => {
        const { glyph, tone } = stackMark(status);
        return span(`${glyph} ${status === '' ? 'waiting' : status}`, tone);
      },
    },
    { key: 'resource', title: 'RESOURCE', width: 28, cell: (resource) => span(resource.logicalId) },
    { key: 'type', title: 'TYPE', width: 34, drop: 2, cell: (resource) => span(shortType(resource.type), 'dim') },
    {
      key: 'elapsed',
      title: 'TIME',
      width: 7,
      align: 'right',
      cell: (resource) => {
        const seconds = elapsedSeconds(resource, now);
        return span(seconds === null ? none : duration(seconds), resource.endedAt === undefined ? 'plain' : 'dim');
      },
    },
    {
      key: 'reason',
      title: 'REASON',
      width: 8,
      flex: 1,
      drop: 1,
      cell: ({ reason, status }) => span(reason ?? '', /FAILED/.test(status) ? 'critical' : 'dim'),
    },
  ];
}

/** The resource that something happens to, for the eye to follow: the one that began last among those under way. */
export function underWay(resources: readonly ResourceProgress[]): string | undefined {
  let newest: ResourceProgress | undefined;
  for (const resource of resources) {
    const goesOn = resource.startedAt !== undefined && resource.endedAt === undefined;
    if (goesOn && (newest?.startedAt ?? -1) <= (resource.startedAt ?? 0)) newest = resource;
  }
  return newest?.logicalId;
}

/** The stack's status, its bar and its time in one line. */
export function progressLine(progress: ProvisionProgress, now: number, width: number): Spans {
  const { glyph, tone } = stackMark(progress.stackStatus);
  const barWidth = Math.max(10, Math.min(40, width - 60));
  const ended = progress.resources.reduce((last, resource) => Math.max(last, resource.endedAt ?? 0), 0);
  const until = progress.finished && ended > 0 ? ended : now;
  return [
    { text: ` ${glyph} ${progress.stackStatus}  `, tone, bold: true },
    span(bar(progress.total === 0 ? 0 : progress.done / progress.total, barWidth), tone),
    span(`  ${progress.done}/${progress.total}  ${duration((until - progress.startedAt) / 1000)}`),
  ];
}

/** What there is to say under the table: the root cause of a failure, the outputs of a success. */
export function outcomeLines(progress: ProvisionProgress, width: number): readonly Spans[] {
  const lines: Spans[] = [];
  const { rootCause } = progress;
  if (rootCause) {
    lines.push([
      span(' ✕ ', 'critical'),
      { text: `${rootCause.logicalId} (${rootCause.type}) failed first`, tone: 'critical' },
    ]);
    lines.push(...wrapWords(rootCause.reason, width - 4).map((line): Spans => [span(`   ${line}`)]));
  }
  if (!progress.finished) return lines;
  if (progress.succeeded) {
    const outputs = Object.entries(progress.outputs);
    const widest = outputs.reduce((most, [name]) => Math.max(most, name.length), 0);
    lines.push(...outputs.map(([name, value]): Spans => [span(` ${name.padEnd(widest)}  `, 'dim'), span(value)]));
    lines.push([span(' ● the farm stands; ', 'ok'), span('enter', 'key'), span(' opens the board')]);
  } else if (!rootCause) {
    lines.push([span(' ✕ the stack failed and its events do not say why; look at it in the console', 'critical')]);
  }
  return lines.length === 0 ? lines : [rule(width), ...lines];
}

const scopes: readonly Scope[] = ['resources'];

export interface ResourcesProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly progress: ProvisionProgress | undefined;
  readonly now: number;
  readonly onBoard: () => void;
}

/** The stack's resources while CloudFormation works on them. */
export function Resources({ size, facts, progress, now, onBoard }: ResourcesProps) {
  const width = size.columns;
  const resources = progress?.resources ?? [];
  const outcome = progress ? outcomeLines(progress, width).slice(0, Math.floor(bodyRows(size) / 2)) : [];
  const tableHeight = bodyRows(size) - 2 - outcome.length;
  const [kept, setKept] = useState(firstRow);
  const [follows, setFollows] = useState(true);
  const keys = resources.map((resource) => resource.logicalId);
  const height = rowsThatFit(tableHeight);
  const newest = underWay(resources);
  useEffect(() => {
    if (follows && newest !== undefined) setKept((before) => ({ ...before, key: newest }));
  }, [follows, newest]);
  const table = settle(kept, keys, height);
  // Until a key moves the cursor, it follows what is under way.
  const to = (where: Move) => () => {
    setFollows(false);
    setKept((before) => move(settle(before, keys, height), keys, height, where));
  };
  useCommands(scopes, { up: to('up'), down: to('down'), accept: onBoard, back: onBoard });
  return (
    <Frame size={size} facts={facts} scopes={scopes}>
      <Lines
        lines={[progress ? progressLine(progress, now, width) : [span(' ◌ waiting for the first event', 'moving')]]}
        width={width}
        height={2}
      />
      <Table
        columns={columnsAt(now)}
        rows={resources}
        rowKey={(resource) => resource.logicalId}
        width={width}
        height={tableHeight}
        selected={table.key}
        top={table.top}
        empty="no resource yet"
      />
      <Lines lines={outcome} width={width} />
    </Frame>
  );
}
