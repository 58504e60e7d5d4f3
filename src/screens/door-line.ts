import type { Farm } from '../farm/joined.ts';
import { ageSeconds } from '../farm/reading.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { History } from '../farm/view.ts';
import { age, latency, none } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { type Spans, span, spansWidth } from '../terminal/spans.ts';
import { sparkline } from '../terminal/sparkline.ts';
import { truncate } from '../terminal/width.ts';

/** `seen 14s ago` for a reading that is not of this round; nothing for one that is. */
export function staleWords(reading: Parameters<typeof ageSeconds>[0], now: number): string {
  if (!reading.problem) return '';
  const seconds = ageSeconds(reading, now);
  return seconds === null
    ? `not seen: ${reading.problem.message}`
    : `seen ${age(seconds * 1000)} ago: ${reading.problem.message}`;
}

/** What the probe has met: latency, its course, failures. */
function probeSpans(snapshot: Snapshot, history: History, now: number, wide: boolean): Spans {
  const probe = snapshot.probe.value;
  if (!probe) return [span(`  probe ${staleWords(snapshot.probe, now) || none}`, 'unknown')];
  return [
    span('  p50 ', 'dim'),
    span(latency(probe.p50Ms)),
    span(` ${sparkline(history.doorMs, wide ? 16 : 8)}`, 'accent'),
    span(
      `  ${probe.failures} of ${probe.requests} ${wide ? 'requests ' : ''}failed`,
      probe.failures > 0 ? 'critical' : 'plain',
    ),
  ];
}

/** The front door as a user meets it: name → balancer → answers. The names give way to the numbers. */
export function doorLine(farm: Farm, snapshot: Snapshot, history: History, now: number, width: number): Spans {
  const { door } = farm;
  const { glyph, tone } = stateMark(door.state);
  const wide = width >= 110;
  const stale = staleWords(snapshot.balancer, now);
  const standing: Spans = [
    span(wide ? ' ─▸ ELB ' : ' ▸ ELB ', 'dim'),
    span(`${glyph} ${door.state}`, tone),
    span(` ${door.inService}/${door.registered}${wide ? ' in service' : ''}`),
    ...(stale === '' ? probeSpans(snapshot, history, now, wide) : [span(`  ${stale}`, 'unknown')]),
  ];
  const name = door.url?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? 'front door';
  const room = Math.max(12, width - spansWidth(standing) - 2);
  return [{ text: ` ${truncate(name, room)}`, bold: true }, ...standing];
}
