import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { choiceLines, choiceOf, chosenValue, moveChoice, toggleChoice } from '../../src/components/choice-lines.ts';
import { dialogLines } from '../../src/components/dialog-lines.ts';
import { shownValue } from '../../src/components/field-lines.ts';
import { headerLine } from '../../src/components/header-line.ts';
import { Lines } from '../../src/components/Lines.tsx';
import { Table } from '../../src/components/Table.tsx';
import { type Column, placeColumns } from '../../src/components/table-layout.ts';
import { changeLine, timelineLines } from '../../src/components/timeline-lines.ts';
import { entryOf } from '../../src/hooks/text-entry.ts';
import { plainText, span, spansWidth } from '../../src/terminal/spans.ts';
import { someChanges } from '../farm-fixture.ts';
import { field, subnets } from '../form-fixture.ts';

afterEach(cleanup);

interface Row {
  readonly id: string;
  readonly up: number;
}

const columns: readonly Column<Row>[] = [
  { key: 'id', title: 'ID', width: 6, flex: 1, cell: (row) => span(row.id) },
  { key: 'note', title: 'NOTE', width: 10, drop: 1, cell: () => span('a note') },
  { key: 'up', title: 'UP', width: 4, align: 'right', cell: (row) => span(`${row.up}m`) },
];
const rows = Array.from({ length: 1000 }, (_, at) => ({ id: `row-${at}`, up: at }));

describe('placeColumns', () => {
  it('gives what is left over to the flexible columns', () => {
    expect(placeColumns(columns, 40).map(({ width }) => width)).toEqual([22, 10, 4]);
    const two = columns.map((column) => ({ ...column, flex: 1 }));
    expect(placeColumns(two, 41).reduce((sum, { width }) => sum + width, 4)).toBe(41);
  });

  it('drops the most dispensable column where there is no room, never an essential one', () => {
    expect(placeColumns(columns, 20).map(({ column }) => column.key)).toEqual(['id', 'up']);
    expect(placeColumns(columns, 3).map(({ column }) => column.key)).toEqual(['id', 'up']);
  });
});

describe('Table', () => {
  const table = (more: object = {}) => (
    <Table columns={columns} rows={rows} rowKey={(row) => row.id} width={40} height={5} empty="none" {...more} />
  );

  it('draws the visible rows under their titles, the selected one with a pointer', () => {
    const { lastFrame } = render(table({ selected: 'row-12', top: 10 }));
    expect(lastFrame()?.split('\n')).toEqual([
      '  ID                    NOTE          UP',
      '  row-10                a note       10m',
      '  row-11                a note       11m',
      '▸ row-12                a note       12m',
      '  row-13                a note       13m',
    ]);
  });

  it('says that it is empty', () => {
    const { lastFrame } = render(table({ rows: [] }));
    expect(lastFrame()).toContain('none');
  });

  it('takes a wide character for two columns', () => {
    const { lastFrame } = render(
      table({
        rows: [
          { id: '日本', up: 1 },
          { id: 'abcd', up: 2 },
        ],
      }),
    );
    const lines = lastFrame()?.split('\n') ?? [];
    expect(lines[1]?.indexOf('a note')).toBe((lines[2]?.indexOf('a note') ?? 0) - 2);
  });
});

describe('Lines', () => {
  it('keeps the height of blank lines', () => {
    const { lastFrame } = render(<Lines lines={[[span('one')], [], [span('three')]]} width={10} height={4} />);
    expect(
      lastFrame()
        ?.split('\n')
        .map((line) => line.trimEnd()),
    ).toEqual(['one', '', 'three', '']);
  });
});

describe('headerLine', () => {
  const facts = {
    stack: 'jdci',
    region: 'eu-west-1',
    account: '123456789012',
    identity: 'SANDBOX ×10',
    sandbox: true,
    readOnly: true,
  };

  it('says where one is even where the verdict has no room', () => {
    const verdict = { severity: 'critical', summary: 'no master serves; '.repeat(10) } as const;
    const line = headerLine({ ...facts, verdict }, 80);
    expect(spansWidth(line)).toBe(80);
    expect(plainText(line)).toMatch(
      /^ jdci {2}eu-west-1 · 123456789012 · SANDBOX ×10 · read-only ✕ CRITICAL {2}no.*…$/,
    );
  });
});

describe('dialogLines', () => {
  it('draws a whole frame with the answer that is asked for', () => {
    const lines = dialogLines(
      { title: 'Stop it?', body: ['Everything stops.'], confirmation: 'yes-no' },
      40,
      entryOf(''),
    ).map(plainText);
    expect(lines).toEqual([
      '╭─ Stop it? ───────────────────────────╮',
      '│ Everything stops.                    │',
      '│                                      │',
      '│ y yes   n no                         │',
      '╰──────────────────────────────────────╯',
    ]);
  });

  it('offers enter only once the name is typed', () => {
    const lines = (typed: string) =>
      dialogLines({ title: 'Stop it?', body: [], confirmation: 'type-name', word: 'jdci' }, 60, entryOf(typed))
        .map(plainText)
        .join('\n');
    expect(lines('jdc')).not.toContain('enter: do it');
    expect(lines('jdci')).toContain('enter: do it');
  });
});

describe('the timeline', () => {
  it('shows the newest, and glyphs only for what is not fine', () => {
    expect(timelineLines(someChanges, 2).map(plainText)).toEqual([
      ' 14:02:13 · ECS      started 1 task',
      ' 14:02:41 ▲ ELB      i-0c2…91f out of service',
    ]);
    expect(timelineLines(someChanges, 0)).toEqual([]);
    expect(plainText(changeLine({ at: 0, source: 'a source that is long', event: 'e', severity: 'unknown' }))).toBe(
      ' 00:00:00 ? a source…e',
    );
  });
});

describe('choices', () => {
  const many = field({ name: 'HostSubnets', many: true, value: 'subnet-0b', choices: subnets });
  const one = field({ name: 'VpcId', value: 'b', choices: ['a', 'b', 'c'].map((value) => ({ value, label: value })) });

  it('begin where the value is, take and leave, and keep the order of the choices', () => {
    const start = choiceOf(many);
    expect(start).toEqual({ cursor: 1, taken: ['subnet-0b'] });
    const both = toggleChoice(many, moveChoice(many, start, -1));
    expect(chosenValue(many, both)).toBe('subnet-0a,subnet-0b');
    expect(chosenValue(many, toggleChoice(many, both))).toBe('subnet-0b');
    expect(chosenValue(one, moveChoice(one, choiceOf(one), 5))).toBe('c');
  });

  it('keep a value that discovery does not know', () => {
    const strange = field({ name: 'HostSubnets', many: true, value: 'subnet-else', choices: subnets });
    expect(chosenValue(strange, toggleChoice(strange, choiceOf(strange)))).toBe('subnet-0a,subnet-else');
  });

  it('are windowed around the cursor', () => {
    const long = field({
      name: 'X',
      choices: Array.from({ length: 50 }, (_, at) => ({ value: `${at}`, label: `choice ${at}` })),
    });
    const lines = choiceLines(long, { cursor: 25, taken: [] }, 40, 5).map(plainText);
    expect(lines).toHaveLength(5);
    expect(lines.find((line) => line.startsWith(' ▸'))).toContain('choice 25');
  });

  it('never show what must not be seen', () => {
    expect(shownValue(field({ name: 'Secret', noEcho: true, value: 'hunter2' }))).not.toContain('hunter2');
  });
});
