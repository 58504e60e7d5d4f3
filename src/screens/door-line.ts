import type { Farm } from '../farm/joined.ts';
import { ageSeconds, fresh } from '../farm/reading.ts';
import type { BalancedInstance, ProbeFacts, ProbeSample, Snapshot } from '../farm/snapshot.ts';
import type { History } from '../farm/view.ts';
import { age, latency, none } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { type Span, type Spans, span, spansWidth } from '../terminal/spans.ts';
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

/** How a host stands behind the balancer; dimmed and questioned when that is not of this round. */
export function balancedCell(balanced: BalancedInstance | undefined, snapshot: Snapshot): Span {
  if (!balanced) return span(none, 'dim');
  return fresh(snapshot.balancer)
    ? span(balanced.state, stateMark(balanced.state).tone)
    : span(`? ${balanced.state}`, 'unknown');
}

/** The latest requests of the probe, and the farm milliseconds that they span. */
export interface RecentWindow {
  readonly samples: readonly ProbeSample[];
  readonly failed: number;
  readonly spanMs: number;
}

/**
 * The probe's latest requests: those of half an hour ago say nothing of now. What was asked before the door was open for
 * the first time is left out: a farm that is being created turns nobody away.
 */
export function recentWindow(probe: ProbeFacts): RecentWindow {
  const { recent, requests } = probe;
  const opened = recent.findIndex((sample) => sample.ok);
  const samples = requests > recent.length || opened < 0 ? recent : recent.slice(opened);
  const first = samples[0]?.at ?? 0;
  const between = (samples.at(-1)?.at ?? 0) - first;
  return {
    samples,
    failed: samples.filter((sample) => !sample.ok).length,
    // Each request stands for the time until the next one, the last one too.
    spanMs: samples.length < 2 ? 0 : (between * samples.length) / (samples.length - 1),
  };
}

/** `0 of 120 requests failed in 2m`. */
export function failureSpans(probe: ProbeFacts, wide: boolean): Spans {
  const { samples, failed, spanMs } = recentWindow(probe);
  return [
    span(`${failed} of ${samples.length} ${wide ? 'requests ' : ''}failed`, failed > 0 ? 'critical' : 'plain'),
    span(` in ${age(spanMs + 500)}`, 'dim'),
  ];
}

/** What the probe has met: latency, its course, failures. */
function probeSpans(snapshot: Snapshot, history: History, now: number, wide: boolean): Spans {
  const probe = snapshot.probe.value;
  if (!probe) return [span(`  probe ${staleWords(snapshot.probe, now) || none}`, 'unknown')];
  return [
    span('  p50 ', 'dim'),
    span(latency(probe.p50Ms)),
    span(` ${sparkline(history.doorMs, wide ? 16 : 8)}`, 'accent'),
    span('  '),
    ...failureSpans(probe, wide),
  ];
}

/** Hosts in service of those registered; of a round before it is said so, and nothing where there never was a round. */
function countSpans({ door }: Farm, snapshot: Snapshot, isStale: boolean, wide: boolean): Spans {
  if (!snapshot.balancer.value) return [];
  const counts = `${door.inService}/${door.registered}${wide ? ' in service' : ''}`;
  return [isStale ? span(` was ${counts}`, 'dim') : span(` ${counts}`)];
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
    ...countSpans(farm, snapshot, stale !== '', wide),
    ...(stale === '' ? probeSpans(snapshot, history, now, wide) : [span(`  ${stale}`, 'unknown')]),
  ];
  const name = door.url?.replace(/^https?:\/\//, '').replace(/\/$/, '') ?? 'front door';
  const room = Math.max(12, width - spansWidth(standing) - 2);
  return [{ text: ` ${truncate(name, room)}`, bold: true }, ...standing];
}
