import { type Column, headerSpans, placeColumns, rowSpans } from '../components/table-layout.ts';
import type { Farm } from '../farm/joined.ts';
import type { Host } from '../farm/joined-hosts.ts';
import type { Slot } from '../farm/joined-slots.ts';
import { fresh } from '../farm/reading.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import { age, count, none, shortId, shortTask } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { type Span, type Spans, span } from '../terminal/spans.ts';

/** One rung: a host, the slot whose master is on it, or one of the two alone. */
export interface Rung {
  readonly host?: Host;
  readonly slot?: Slot;
}

/** Hosts with their slots, by zone; then the slots that are on no host. */
export function rungs(farm: Farm): readonly Rung[] {
  const placed = new Set<string>();
  const onHosts = farm.hosts.flatMap((host): Rung[] => {
    const here = farm.slots.filter((slot) => slot.containerInstance?.instanceId === host.id);
    for (const slot of here) placed.add(slot.slot);
    return here.length === 0 ? [{ host }] : here.map((slot, index) => (index === 0 ? { host, slot } : { slot }));
  });
  return [...onHosts, ...farm.slots.filter((slot) => !placed.has(slot.slot)).map((slot): Rung => ({ slot }))];
}

/** How much a rung needs to be seen when not all can be: lower first. */
function urgency({ host, slot }: Rung): number {
  if (slot && slot.state !== 'serving' && slot.state !== 'off') return 0;
  if (host && host.state !== 'ready') return 1;
  return slot ? 2 : 3;
}

const dash: Span = span(none, 'dim');

/** What a slot's Jenkins says: its version, or why it says nothing. */
export function jenkinsCell(slot: Slot): Span {
  const { value, problem } = slot.master;
  if (problem) return value === undefined ? span(problem.message, 'unknown') : span(problem.message, 'warning');
  return value === undefined ? dash : span(value.quietingDown ? 'quieting down' : (value.version ?? 'answers'));
}

/** A number of a master's own, dimmed when it is not of this round. */
export function masterCell(slot: Slot, words: (master: NonNullable<Slot['master']['value']>) => string): Span {
  const { value, problem } = slot.master;
  return value === undefined ? dash : span(words(value), problem ? 'dim' : 'plain');
}

function slotCell(pick: (slot: Slot) => Span): (rung: Rung) => Span {
  return ({ slot }) => (slot ? pick(slot) : span(''));
}

/** The columns at this time; zones are shortened to their letter where there is little room. */
export function ladderColumns(snapshot: Snapshot, now: number, width: number): readonly Column<Rung>[] {
  const wide = width >= 110;
  const balancerSeen = fresh(snapshot.balancer) !== undefined;
  const tasksSeen = fresh(snapshot.tasks) !== undefined;
  const zoneOf = (zone: string) => (wide ? zone : zone.replace(snapshot.farm.region, '') || zone);
  const hostCell = ({ host, slot }: Rung): Span => {
    if (!host) return slot?.state === 'unseen' || slot?.containerInstance ? span('') : span('no host', 'warning');
    const { glyph, tone } = stateMark(host.spare ? 'spare' : host.state);
    return span(`${glyph} ${shortId(host.id)}`, tone);
  };
  return [
    {
      key: 'wire',
      title: '',
      width: 3,
      cell: ({ host }) => {
        if (!host?.balanced) return span('│', 'dim');
        if (!balancerSeen) return span('├─?', 'unknown');
        return host.balanced.state === 'InService' ? span('├─▸', 'ok') : span('├─✕', 'critical');
      },
    },
    {
      key: 'zone',
      title: wide ? 'ZONE' : 'AZ',
      width: wide ? 11 : 2,
      cell: ({ host }) => span(zoneOf(host?.zone ?? ''), 'dim'),
    },
    { key: 'host', title: 'HOST', width: 12, cell: hostCell },
    {
      key: 'host-state',
      title: 'IS',
      width: 9,
      drop: 2,
      cell: ({ host }) => (host ? span(host.spare ? 'spare' : host.state, stateMark(host.state).tone) : span('')),
    },
    {
      key: 'slot',
      title: 'SLOT',
      width: 13,
      cell: ({ host, slot }) => {
        if (!slot) return span(host?.spare ? '(spare)' : '', 'dim');
        const { glyph, tone } = stateMark(slot.state);
        return span(`${glyph} ${slot.slot} ${slot.state}`, tone);
      },
    },
    {
      key: 'task',
      title: 'TASK',
      width: 4,
      drop: 3,
      cell: slotCell(({ task }) => (task ? span(shortTask(task.id), 'dim') : dash)),
    },
    {
      key: 'status',
      title: 'STATUS',
      width: 9,
      drop: 4,
      cell: slotCell(({ task }) =>
        task ? span(task.lastStatus, tasksSeen ? stateMark(task.lastStatus).tone : 'unknown') : dash,
      ),
    },
    {
      key: 'since',
      title: 'FOR',
      width: 4,
      align: 'right',
      cell: slotCell(({ since }) => (since === undefined ? dash : span(age(now - since)))),
    },
    { key: 'jenkins', title: 'JENKINS', width: 10, flex: 1, cell: slotCell(jenkinsCell) },
    {
      key: 'executors',
      title: 'EXEC',
      width: 5,
      align: 'right',
      cell: slotCell((slot) => masterCell(slot, (master) => `${master.busyExecutors}/${master.totalExecutors}`)),
    },
    {
      key: 'queue',
      title: 'QUEUE',
      width: 5,
      align: 'right',
      cell: slotCell((slot) => masterCell(slot, (master) => String(master.queue.length))),
    },
  ];
}

/** How many rungs there should be: the group's wish, so that the place of a lost host stays until it is replaced. */
export function expectedRungs(farm: Farm, snapshot: Snapshot): number {
  return Math.max(rungs(farm).length, snapshot.group.value?.desired ?? 0);
}

/** Titles and rungs in exactly `height` lines; where not all fit, those in trouble are shown first and the rest counted. */
export function ladderLines(
  farm: Farm,
  snapshot: Snapshot,
  now: number,
  width: number,
  height: number,
): readonly Spans[] {
  const indent = ' ';
  const placed = placeColumns(ladderColumns(snapshot, now, width), width - 2);
  const all = rungs(farm);
  const room = Math.max(0, height - 1);
  const shown =
    all.length <= room
      ? all
      : all
          .map((rung, at) => ({ rung, at }))
          .sort((a, b) => urgency(a.rung) - urgency(b.rung) || a.at - b.at)
          .slice(0, Math.max(0, room - 1))
          .sort((a, b) => a.at - b.at)
          .map(({ rung }) => rung);
  const lines: Spans[] = [
    [span(' '), ...headerSpans(placed, '')],
    ...shown.map((rung) => rowSpans(placed, rung, false, indent)),
  ];
  if (shown.length < all.length)
    lines.push([span(`   and ${all.length - shown.length} more: 2 masters, 4 hosts`, 'dim')]);
  const missing = Math.min(height - lines.length, (snapshot.group.value?.desired ?? 0) - farm.hosts.length);
  if (missing > 0 && fresh(snapshot.group))
    lines.push([span(' │  ', 'dim'), span(`◌ ${count(missing, 'host')} to come`, 'moving')]);
  return lines.slice(0, height);
}
