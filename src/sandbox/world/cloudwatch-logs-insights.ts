import { keptEvents, LogEvent, type LogGroup } from './cloudwatch-logs.ts';
import { malformed, type Row, readCondition } from './cloudwatch-logs-conditions.ts';
import type { World } from './world.ts';

type Step = (rows: Row[]) => Row[];

/** A query that was read: what it does with the events, and which fields it shows. */
export interface Query {
  run(rows: Row[]): Row[];
}

/** Rows of a query without a limit of its own (CloudWatch Logs Insights, limit). */
const defaultLimit = 10_000;

/** One event as a row with everything that can be asked of it. */
function rowOf(group: LogGroup, stream: string, event: LogEvent): Row {
  return new Map([
    ['@timestamp', stamp(event.timestamp)],
    ['@message', event.message],
    ['@logStream', stream],
    ['@log', group.arn.replace(/^arn:[^:]+:logs:[^:]+:(\d+):log-group:(.*):\*$/, '$1:$2')],
    ['@ingestionTime', stamp(event.ingestedAt)],
    ['@ptr', event.id],
  ]);
}

/** `2026-01-01 00:00:00.000` */
function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace('T', ' ');
}

/** The events of groups in a time range, both ends included, newest first as Insights shows them unless told otherwise. */
export function rowsOf(world: World, groups: readonly LogGroup[], fromMs: number, toMs: number): Row[] {
  return groups
    .flatMap((group) =>
      [...group.streams.values()].flatMap((stream) =>
        keptEvents(world, group, stream)
          .filter(({ timestamp }) => timestamp >= fromMs && timestamp <= toMs)
          .map((event) => ({ event, row: rowOf(group, stream.name, event) })),
      ),
    )
    .sort((a, b) => LogEvent.inOrder(b.event, a.event))
    .map(({ row }) => row);
}

/**
 * Reads a query of the commands `fields`, `display`, `filter`, `sort`, `limit`, `dedup` and `stats count(*) by …`; any
 * other is refused as a malformed one is.
 */
export function readQuery(text: string): Query {
  const steps: Step[] = [];
  let shown: string[] | undefined;
  let limited = false;
  for (const command of commandsOf(text)) {
    const [, word = '', rest = ''] = /^(\w+)\s+([\s\S]+)$/.exec(command) ?? [];
    switch (word.toLowerCase()) {
      case 'fields':
        shown = [...(shown ?? []), ...fieldsOf(rest)];
        break;
      case 'display':
        shown = fieldsOf(rest);
        break;
      case 'filter': {
        const test = readCondition(rest);
        steps.push((rows) => rows.filter(test));
        break;
      }
      case 'sort':
        steps.push(sorting(rest));
        break;
      case 'dedup': {
        const by = fieldsOf(rest);
        steps.push((rows) => firstOfEach(rows, by));
        break;
      }
      case 'limit': {
        const most = Number(rest);
        if (!Number.isInteger(most) || most < 1 || most > defaultLimit) throw malformed(command);
        limited = true;
        steps.push((rows) => rows.slice(0, most));
        break;
      }
      case 'stats':
        steps.push(counting(rest));
        shown = undefined;
        break;
      default:
        throw malformed(command);
    }
  }
  if (!limited) steps.push((rows) => rows.slice(0, defaultLimit));
  const plain = !/\bstats\b/i.test(text);
  // What is not asked for is not shown, but the pointer of an event always is.
  const fields = shown ?? (plain ? ['@timestamp', '@message'] : undefined);
  return {
    run: (rows) => {
      const found = steps.reduce((soFar, step) => step(soFar), rows);
      return fields ? found.map((row) => pick(row, plain ? [...fields, '@ptr'] : fields)) : found;
    },
  };
}

/** Cuts at the pipes that stand in no string and no expression; comments go. */
function commandsOf(text: string): string[] {
  const commands: string[] = [''];
  const pieces = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\/(?:[^/\\\n]|\\.)+\/|#[^\n]*|\||[\s\S]/g;
  for (const [piece] of text.matchAll(pieces)) {
    if (piece === '|') commands.push('');
    else if (!piece.startsWith('#')) commands[commands.length - 1] += piece;
  }
  return commands.map((command) => command.trim());
}

function fieldsOf(text: string): string[] {
  const fields = text.split(',').map((field) => field.trim());
  for (const field of fields) if (!/^[@\w.]+$/.test(field)) throw malformed(field);
  return fields;
}

function pick(row: Row, fields: readonly string[]): Row {
  return new Map(
    fields.flatMap((field): [string, string][] => {
      const value = row.get(field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function firstOfEach(rows: readonly Row[], fields: readonly string[]): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(fields.map((field) => row.get(field) ?? null));
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

function sorting(text: string): Step {
  const keys = text.split(',').map((part) => {
    const [, field, way = 'asc'] = /^\s*([@\w.()*]+)(?:\s+(asc|desc))?\s*$/i.exec(part) ?? [];
    if (field === undefined) throw malformed(`sort ${text}`);
    return { field, sign: way.toLowerCase() === 'desc' ? -1 : 1 };
  });
  return (rows) =>
    rows.toSorted((a, b) => keys.reduce((soFar, { field, sign }) => soFar || sign * compare(a, b, field), 0));
}

function compare(a: Row, b: Row, field: string): number {
  const [left = '', right = ''] = [a.get(field), b.get(field)];
  const difference = left === '' || right === '' ? Number.NaN : Number(left) - Number(right);
  return Number.isNaN(difference) ? (left < right ? -1 : left > right ? 1 : 0) : difference;
}

const bins: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function counting(text: string): Step {
  const [, alias = 'count(*)', by] = /^count\s*\(\s*\*?\s*\)(?:\s+as\s+(\w+))?(?:\s+by\s+(.+))?$/i.exec(text) ?? [];
  if (!/^count\s*\(/i.test(text) || (by === undefined && /\bby\b/i.test(text))) throw malformed(`stats ${text}`);
  const groupings = (by?.split(',') ?? []).map((part) => grouping(part.trim()));
  return (rows) => {
    const groups = new Map<string, { row: Row; count: number }>();
    for (const one of rows) {
      const row: Row = new Map(groupings.map(({ name, value }) => [name, value(one)]));
      const key = JSON.stringify([...row]);
      const group = groups.get(key) ?? { row, count: 0 };
      group.count += 1;
      groups.set(key, group);
    }
    return [...groups.values()].map(({ row, count }) => new Map([...row, [alias, String(count)]]));
  };
}

function grouping(text: string): { name: string; value: (row: Row) => string } {
  const [, size, unit = ''] = /^bin\(\s*(\d+)\s*([smhd])\s*\)$/.exec(text) ?? [];
  const width = Number(size) * (bins[unit] ?? Number.NaN);
  if (width > 0) {
    return {
      name: text,
      value: (row) => stamp(Math.floor(Date.parse(`${row.get('@timestamp')}Z`) / width) * width),
    };
  }
  if (!/^[@\w.]+$/.test(text)) throw malformed(text);
  return { name: text, value: (row) => row.get(text) ?? '' };
}
