import { useEffect, useState } from 'react';
import { type FaultChoice, faultChoices, isFault, type SandboxFault } from '../actions/sandbox-faults.ts';
import { entrySpans } from '../components/dialog-lines.ts';
import { bodyRows, Frame } from '../components/Frame.tsx';
import type { HeaderFacts } from '../components/header-line.ts';
import { Lines } from '../components/Lines.tsx';
import { rule } from '../components/rule.ts';
import { rowsThatFit, Table } from '../components/Table.tsx';
import type { Column } from '../components/table-layout.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { Scope } from '../hooks/keymap.ts';
import { entryOf, type TextEntry, typeInto } from '../hooks/text-entry.ts';
import { type FaultsControl, useFaults } from '../hooks/use-faults.ts';
import { useCommands } from '../hooks/use-keys.ts';
import { useTable } from '../hooks/use-table.ts';
import type { TerminalSize } from '../hooks/use-terminal-size.ts';
import { count, sentence } from '../terminal/format.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';
import { problemLines } from './provision-lines.ts';

const unsaid = new Set([
  'id',
  'message',
  'state',
  'seconds',
  'after',
  'begins',
  'ends',
  'service',
  'operation',
  'kind',
]);

/** A fault in force in one line: its kind, what it hits, how many more it takes, until when. */
export function faultWords(fault: SandboxFault): string {
  const { kind = '', service, operation = '*', count: left, state, begins, ends, ...rest } = fault;
  const clock = (stamp: string | number) => String(stamp).slice(11, 19);
  const details = Object.entries(rest)
    .filter(([key]) => !unsaid.has(key))
    .map(([key, value]) => ` ${key} ${value}`);
  return [
    kind,
    service === undefined ? '' : ` ${service}:${operation}`,
    ...details,
    left === undefined ? '' : `, ${count(Number(left), 'more time')}`,
    state === 'waiting' && begins !== undefined ? `, from ${clock(begins)}` : '',
    ends === undefined ? '' : `, until ${clock(ends)}`,
  ].join('');
}

function columnsFor(active: readonly SandboxFault[] | undefined): readonly Column<FaultChoice>[] {
  return [
    {
      key: 'label',
      title: 'FAULT',
      width: 44,
      cell: ({ label }) => span(label),
    },
    {
      key: 'where',
      title: 'WHERE',
      width: 9,
      cell: ({ where }) => span(where === 'world' ? 'the world' : 'calls', 'dim'),
    },
    {
      key: 'active',
      title: 'IS',
      width: 10,
      flex: 1,
      cell: ({ fault }) => {
        if (!active) return span('? not seen', 'unknown');
        return active.some((one) => isFault(one, fault)) ? span('▲ in force', 'warning') : span('○ out', 'dim');
      },
    },
  ];
}

const scopes: readonly Scope[] = ['faults', 'scroll'];
const writing: readonly Scope[] = ['fault-text'];
/** What is there to be changed when one begins to write. */
const example = '{"service":"ecs","operation":"StopTask","kind":"throttle","count":5}';

export interface FaultsProps {
  readonly size: TerminalSize;
  readonly facts: HeaderFacts;
  readonly control: FaultsControl;
  readonly snapshot: Snapshot | undefined;
  readonly onBack: () => void;
}

/** What can be made to go wrong in the sandbox, and what goes wrong there now. */
export function Faults({ size, facts, control, snapshot, onBack }: FaultsProps) {
  const state = useFaults(control);
  const { active = [] } = state;
  const choices = faultChoices(snapshot);
  const width = size.columns;
  const height = bodyRows(size);
  const underRows = Math.min(10, Math.floor(height / 2));
  const tableHeight = height - 1 - underRows;
  const { state: table, handlers } = useTable(
    choices.map((choice) => choice.name),
    rowsThatFit(tableHeight),
  );
  const chosen = choices[table.index];
  /** What is being written; undefined: nothing is. */
  const [entry, setEntry] = useState<TextEntry>();
  useEffect(() => void control.look(), [control]);
  useCommands(
    scopes,
    {
      ...handlers,
      choose: () => {
        if (chosen) void control.toggle(chosen);
      },
      write: () => setEntry(entryOf(example)),
      clear: () => void control.clear(),
      back: onBack,
    },
    { active: entry === undefined },
  );
  useCommands(
    writing,
    {
      // What was refused stays, to be mended.
      accept: () => void control.write(entry?.text ?? '').then((taken) => taken && setEntry(undefined)),
      back: () => setEntry(undefined),
    },
    {
      level: 'entry',
      active: entry !== undefined,
      onText: (press) => setEntry((before) => before && typeInto(before, press)),
    },
  );
  const about: Spans[] = entry
    ? [[span(' fault ', 'key'), ...entrySpans(entry, width - 8)]]
    : chosen
      ? [...wrapWords(sentence(chosen.effect), width - 2).map((line): Spans => [span(` ${line}`)])]
      : [];
  const inForce: Spans[] =
    state.active === undefined
      ? [[state.problem ? span(' ? not seen', 'unknown') : span(' ◌ asking the sandbox', 'moving')]]
      : active.length === 0
        ? [[span(' ○ no fault is in force', 'dim')]]
        : active.map((fault): Spans => [span(' ▲ ', 'warning'), span(faultWords(fault))]);
  // Who refuses a fault has said what is in force.
  const seen = state.problem === undefined || state.problem.kind === 'refused';
  const trouble = state.problem ? problemLines(state.problem, width) : [];
  const room = underRows - 2 - about.length - trouble.length;
  const shown = inForce.length <= room ? inForce : inForce.slice(0, Math.max(0, room - 1));
  const more = inForce.length - shown.length;
  const under: Spans[] = [
    rule(width),
    ...about,
    ...trouble,
    [{ text: ' In force', tone: 'heading' }],
    ...shown,
    ...(more > 0 ? [[span(`   and ${more} more`, 'warning')] as Spans] : []),
  ];
  return (
    <Frame size={size} facts={facts} scopes={entry ? writing : scopes}>
      <Lines
        lines={[
          [{ text: ' Faults of the sandbox', tone: 'heading' }, span('  · a drill measures, these only break', 'dim')],
        ]}
        width={width}
      />
      <Table
        columns={columnsFor(seen ? state.active : undefined)}
        rows={choices}
        rowKey={(choice) => choice.name}
        width={width}
        height={tableHeight}
        selected={table.key}
        top={table.top}
        empty="no fault can be put in"
      />
      <Lines lines={under} width={width} height={underRows} />
    </Frame>
  );
}
