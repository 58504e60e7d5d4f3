import { sectionTitle } from '../components/rule.ts';
import { type Column, headerSpans, placeColumns, rowSpans } from '../components/table-layout.ts';
import { timelineLines } from '../components/timeline-lines.ts';
import type { Farm } from '../farm/joined.ts';
import type { Agent } from '../farm/joined-agents.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { FarmView } from '../farm/view.ts';
import { count } from '../terminal/format.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { agentColumns } from './agent-columns.ts';
import { doorLine, staleWords } from './door-line.ts';
import { findingsBlock } from './finding-lines.ts';
import { expectedRungs, ladderLines } from './ladder-lines.ts';
import { queueColumns } from './queue-columns.ts';

/** Rows of each part of the overview, titles among them. */
export interface OverviewLayout {
  readonly findings: number;
  readonly ladder: number;
  readonly agents: number;
  readonly queue: number;
  readonly events: number;
}

/**
 * Shares the screen's rows. The parts keep their places whatever their contents, so that nothing jumps when it is
 * refreshed; the agents get what is left, because there are most of them.
 */
export function layOut(height: number, rungCount: number): OverviewLayout {
  const roomy = height >= 30;
  const findings = roomy ? 4 : 3;
  const ladder = Math.min(rungCount, roomy ? 8 : 4) + 1;
  const queue = roomy ? 5 : 3;
  const events = roomy ? 9 : 3;
  // The door's line is the one row that belongs to none of them.
  return { findings, ladder, queue, events, agents: Math.max(2, height - findings - 1 - ladder - queue - events) };
}

/** Exactly `height` lines: cut, or filled with blank ones. */
export function exactly(lines: readonly Spans[], height: number): readonly Spans[] {
  return Array.from({ length: Math.max(0, height) }, (_, at): Spans => lines[at] ?? []);
}

/** A small table without a selection; what does not fit is counted in its last line. */
export function briefTable<R>(
  columns: readonly Column<R>[],
  rows: readonly R[],
  width: number,
  height: number,
  more: string,
): readonly Spans[] {
  const placed = placeColumns(columns, width - 2);
  const room = Math.max(0, height - 1);
  const shown = rows.length <= room ? rows : rows.slice(0, Math.max(0, room - 1));
  const lines: Spans[] = [headerSpans(placed, ' '), ...shown.map((row) => rowSpans(placed, row, false, ' '))];
  if (shown.length < rows.length) lines.push([span(`   and ${rows.length - shown.length} more: ${more}`, 'dim')]);
  return lines.slice(0, height);
}

/** When not all agents fit, those that need somebody come first. */
function byNeed(agents: readonly Agent[]): readonly Agent[] {
  const needy = new Set<Agent['state']>(['orphan', 'contested', 'offline', 'unseen']);
  return [...agents.filter((agent) => needy.has(agent.state)), ...agents.filter((agent) => !needy.has(agent.state))];
}

function agentsBlock(farm: Farm, snapshot: Snapshot, view: FarmView, now: number, width: number, height: number) {
  const { agents } = farm;
  const cap = farm.agentCap === undefined ? '' : ` of cap ${farm.agentCap}`;
  const stale = staleWords(snapshot.instances, now);
  const title = sectionTitle(
    `Agents (slaves)  ${agents.length}${cap}${stale === '' ? '' : `  ? ${stale}`}`,
    width,
    `${sparkline(view.history.agents, width >= 110 ? 24 : 10)}`,
  );
  const rows = agents.length > height - 2 ? byNeed(agents) : agents;
  const body =
    agents.length === 0
      ? [[span('   none: they come when a build waits', 'dim')]]
      : briefTable(agentColumns(now, true), rows, width, height - 1, '5 agents');
  return exactly([title, ...body], height);
}

function queueBlock(farm: Farm, view: FarmView, now: number, width: number, height: number): readonly Spans[] {
  const { queue } = farm;
  const title = sectionTitle(`Queue  ${queue.length}`, width, sparkline(view.history.queue, width >= 110 ? 24 : 10));
  if (queue.length === 0) return exactly([title, [span('   empty', 'dim')]], height);
  const placed = placeColumns(queueColumns(now), width - 2);
  const room = height - 1;
  const shown = queue.length <= room ? queue : queue.slice(0, Math.max(0, room - 1));
  const lines = shown.map((queued) => rowSpans(placed, queued, false, ' '));
  if (shown.length < queue.length) lines.push([span(`   and ${queue.length - shown.length} more: 6 queue`, 'dim')]);
  return exactly([title, ...lines], height);
}

/** The whole farm, from the front door to the queue, in exactly `height` lines of at most `width` columns. */
export function overviewLines(
  view: FarmView,
  farm: Farm,
  now: number,
  width: number,
  height: number,
): readonly Spans[] {
  const { snapshot } = view;
  if (!snapshot) return exactly([[span(' ◌ the first look at the farm', 'moving')]], height);
  const layout = layOut(height, expectedRungs(farm, snapshot));
  const eventsTitle = sectionTitle('Events', width, count(view.changes.length, 'event'));
  return exactly(
    [
      ...exactly(findingsBlock(view, now, width, layout.findings), layout.findings),
      doorLine(farm, snapshot, view.history, now, width),
      ...exactly(ladderLines(farm, snapshot, now, width, layout.ladder), layout.ladder),
      ...agentsBlock(farm, snapshot, view, now, width, layout.agents),
      ...queueBlock(farm, view, now, width, layout.queue),
      eventsTitle,
      ...exactly(timelineLines(view.changes, layout.events - 1), layout.events - 1),
    ],
    height,
  );
}
