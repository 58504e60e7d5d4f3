import type { DrillEvent, DrillProgress, DrillReport, DrillVerdict } from '../drills/drill.ts';
import { fresh } from '../farm/reading.ts';
import type { ProbeSample, Snapshot } from '../farm/snapshot.ts';
import type { DrillState } from '../hooks/use-drill.ts';
import { duration, latency, none, shortId, timeOfDay } from '../terminal/format.ts';
import { cell, cutSpans, fitSpans, type Span, type Spans, span, spread } from '../terminal/spans.ts';
import type { Tone } from '../terminal/theme.ts';
import { truncate, wrapWords } from '../terminal/width.ts';

const phaseWords: Readonly<Record<DrillProgress['phase'], string>> = {
  'steady-before': 'checking that the farm is steady',
  inject: 'putting the fault in',
  observe: 'watching the farm heal',
  rollback: 'rolling back',
  'steady-after': 'checking that the farm is steady again',
  done: 'done',
};

const verdictTones: Readonly<Record<DrillVerdict, Tone>> = {
  pass: 'ok',
  deviated: 'critical',
  inconclusive: 'unknown',
  refused: 'warning',
  aborted: 'warning',
};

const verdictGlyphs: Readonly<Record<DrillVerdict, string>> = {
  pass: '●',
  deviated: '✕',
  inconclusive: '?',
  refused: '▲',
  aborted: '▲',
};

/** Farm seconds since the injection, up to the recovery when there was one. */
export function elapsedSeconds(progress: DrillProgress, now: number): number {
  if (progress.injectedAt === undefined) return 0;
  return progress.recoverSeconds ?? Math.max(0, (now - progress.injectedAt) / 1000);
}

/**
 * The budget as a bar: full to the time that has passed, `┃` where recovery is predicted. Past the budget the bar is
 * full and critical.
 */
export function budgetBar(progress: DrillProgress, now: number, width: number): Spans {
  const { budgetSeconds, predictedSeconds } = progress;
  const share = (seconds: number) => Math.min(1, budgetSeconds > 0 ? seconds / budgetSeconds : 1);
  const elapsed = elapsedSeconds(progress, now);
  const full = Math.round(share(elapsed) * width);
  const mark = Math.min(width - 1, Math.round(share(predictedSeconds) * width));
  const cells = Array.from({ length: width }, (_, at) => (at === mark ? '┼' : at < full ? '█' : '░'));
  const tone: Tone = elapsed > budgetSeconds ? 'critical' : elapsed > predictedSeconds ? 'warning' : 'moving';
  return [span(cells.slice(0, full).join(''), tone), span(cells.slice(full).join(''), 'dim')];
}

/** The user's path since the injection, a column a request (or several, when there are more): `█` answered, `▁` failed. */
export function userBar(samples: readonly ProbeSample[], width: number): Spans {
  const columns = Math.min(width, samples.length);
  return Array.from({ length: columns }, (_, at): Span => {
    const from = Math.floor((at * samples.length) / columns);
    const to = Math.floor(((at + 1) * samples.length) / columns);
    return samples.slice(from, to).every((sample) => sample.ok) ? span('█', 'ok') : span('▁', 'critical');
  });
}

/** An event in a few words for the ladder: without asides, details and whole ids. The timeline below has it in full. */
export function briefEvent(event: string): string {
  const words = event
    .replace(/\s*\([^)]*\)/g, '')
    .replace(/:.*$/, '')
    .replace(/\bi-[0-9a-f]{9,}\b/g, (id) => shortId(id));
  return truncate(words, 34);
}

const layers = ['ELB', 'ECS', 'ASG', 'EC2', 'Jenkins'] as const;

/** How each layer stands now, from this round's readings; a layer that cannot be seen says so. */
export function layersNow(snapshot: Snapshot | undefined): Readonly<Record<(typeof layers)[number], string>> {
  const balancer = snapshot && fresh(snapshot.balancer);
  const services = snapshot && fresh(snapshot.services);
  const group = snapshot && fresh(snapshot.group);
  const instances = snapshot && fresh(snapshot.instances);
  const masters = Object.values(snapshot?.masters ?? {});
  const inService = balancer?.instances.filter((instance) => instance.state === 'InService').length;
  const sum = (pick: 'running' | 'desired') => services?.reduce((total, service) => total + service[pick], 0);
  const hosts = instances?.filter((instance) => instance.role === 'host');
  return {
    ELB: balancer ? `in service ${inService}/${balancer.instances.length}` : 'not seen',
    ECS: services ? `running ${sum('running')}/${sum('desired')}` : 'not seen',
    ASG: group
      ? `${group.instances.filter((one) => one.lifecycle === 'InService').length}/${group.desired}`
      : 'not seen',
    EC2: hosts
      ? `hosts running ${hosts.filter((host) => host.state === 'running').length}/${hosts.length}`
      : 'not seen',
    Jenkins: `answering ${masters.filter((master) => fresh(master) !== undefined).length}/${masters.length}`,
  };
}

/** One layer's line: its events with the time since the injection, and how it stands now. */
export function layerLine(
  layer: string,
  events: readonly DrillEvent[],
  injectedAt: number,
  now: string,
  width: number,
): Spans {
  const chain = events.flatMap((event, index): Span[] => [
    ...(index === 0 ? [] : [span(' ─ ', 'dim')]),
    span(`●${briefEvent(event.event)} `, 'plain'),
    span(`+${duration((event.at - injectedAt) / 1000)}`, 'moving'),
  ]);
  const right = span(now, 'plain');
  const label: Spans = [span(' ├ ', 'dim'), cell(layer, 8, 'heading')];
  const room = width - 12 - now.length - 2;
  return spread([...label, ...cutSpans(chain, room)], [right, span(' ')], width);
}

/** The drill's ladder: user, then each layer down to Jenkins. */
export function ladderLines(progress: DrillProgress, snapshot: Snapshot | undefined, width: number): readonly Spans[] {
  const from = progress.injectedAt;
  if (from === undefined) return [[span(' ├ the fault is not in yet', 'dim')]];
  const { availability, timeline } = progress;
  const samples = snapshot?.probe.value?.recent.filter((sample) => sample.at >= from) ?? [];
  const words = `${availability.requests} requests · ${availability.failures} failed · longest outage ${duration(availability.longestOutageSeconds)}`;
  const barWidth = Math.max(8, width - words.length - 15);
  const user: Spans = [
    span(' ├ ', 'dim'),
    cell('user', 8, 'heading'),
    ...fitSpans(userBar(samples, barWidth), barWidth),
    span(`  ${words}`, availability.failures > 0 ? 'critical' : availability.requests === 0 ? 'unknown' : 'ok'),
  ];
  const standing = layersNow(snapshot);
  return [
    user,
    ...layers.map((layer) =>
      layerLine(
        layer,
        timeline.filter((event) => event.source === layer && event.at >= from),
        from,
        standing[layer],
        width,
      ),
    ),
  ];
}

/** What came out, in a few lines. */
export function reportLines(report: DrillReport, width: number): readonly Spans[] {
  const tone = verdictTones[report.verdict];
  const seconds = (value: number | null) => (value === null ? none : duration(value));
  const { availability, builds } = report;
  return [
    [
      { text: ` ${verdictGlyphs[report.verdict]} ${report.verdict.toUpperCase()}`, tone, bold: true },
      span(`  ${report.reason}`),
    ],
    [
      span('   detected ', 'dim'),
      span(seconds(report.detectSeconds)),
      span('   recovered ', 'dim'),
      span(seconds(report.recoverSeconds)),
      span(
        ` ± ${duration(report.pollErrorSeconds)}   predicted ${duration(report.predictedSeconds)}   budget ${duration(report.budgetSeconds)}`,
        'dim',
      ),
    ],
    [
      span('   front door ', 'dim'),
      span(
        `${availability.requests} requests, ${availability.failures} failed, p50 ${latency(availability.p50Ms)}, p95 ${latency(availability.p95Ms)}`,
      ),
      span('   builds lost ', 'dim'),
      span(`${builds.lost}, requeued ${builds.requeued === null ? 'not known' : builds.requeued}`),
    ],
    ...wrapWords(report.report, width - 12).map(
      (line, index): Spans => [span(index === 0 ? '   report ' : '          ', 'dim'), span(line, 'accent')],
    ),
  ];
}

/** The whole drill screen, `height` lines at most. */
export function drillLines(
  state: DrillState,
  snapshot: Snapshot | undefined,
  now: number,
  width: number,
  height: number,
): readonly Spans[] {
  const { drill, target, progress, report, problem } = state;
  if (!drill || !target)
    return [
      [],
      [
        span(' No drill has run since this program was started. ', 'dim'),
        span('F', 'key'),
        span(' opens the failure menu.', 'dim'),
      ],
    ];
  const running: Spans = progress
    ? [
        span(
          `${state.running ? 'running' : 'ran'} ${duration(elapsedSeconds(progress, now))} of budget ${duration(progress.budgetSeconds)} · predicted ${duration(progress.predictedSeconds)} `,
        ),
      ]
    : state.running
      ? [span('starting ', 'moving')]
      : [span('not run ', 'dim')];
  const head: Spans = spread(
    [{ text: ` DRILL ${drill.name}`, tone: 'heading' }, span(` · ${target.label}`)],
    running,
    width,
  );
  const lines: Spans[] = [head];
  if (progress) {
    lines.push([span(' '), ...budgetBar(progress, now, Math.max(8, width - 2))]);
    lines.push(...ladderLines(progress, snapshot, width));
    const known = (word: string, seconds: number | null): Span[] =>
      seconds === null ? [] : [span(`   ${word} `, 'dim'), span(duration(seconds), 'ok')];
    lines.push([
      span(' └ ', 'dim'),
      span(state.stopping ? 'stopping: rolling back' : phaseWords[progress.phase], 'moving'),
      ...known('detected after', progress.detectSeconds),
      ...known('recovered after', progress.recoverSeconds),
    ]);
    if (state.running && progress.next !== '') lines.push([span(' next: ', 'dim'), span(progress.next)]);
  } else if (state.running) {
    lines.push([span(` ${drill.hypothesis}`, 'dim')]);
  }
  if (problem) lines.push([], [span(` ✕ ${problem.message}`, 'critical')], [span(` → ${problem.advice}`)]);
  if (report) lines.push([], ...reportLines(report, width));
  const events = progress?.timeline ?? [];
  const room = height - lines.length - 1;
  if (events.length > 0 && room > 1) {
    lines.push([]);
    for (const event of events.slice(-room)) {
      lines.push([span(` ${timeOfDay(event.at)} `, 'dim'), cell(event.source, 9, 'moving'), span(event.event)]);
    }
  }
  return lines.slice(0, height).map((line) => fitSpans(line, width));
}
