import { labelled, labelledWhole, labelWidth } from '../components/labelled.ts';
import { sectionTitle } from '../components/rule.ts';
import { type Column, headerSpans, placeColumns, rowSpans } from '../components/table-layout.ts';
import type { Farm } from '../farm/joined.ts';
import { fresh } from '../farm/reading.ts';
import type { BalancedInstance, BalancerFacts, ProbeFacts, ProbeSample, Snapshot } from '../farm/snapshot.ts';
import { age, duration, latency, none, shortId, timeOfDay } from '../terminal/format.ts';
import { type Mark, stateMark } from '../terminal/glyphs.ts';
import { type Span, type Spans, span } from '../terminal/spans.ts';
import { wrapWords } from '../terminal/width.ts';
import { failureSpans, recentWindow, staleWords } from './door-line.ts';
import { userBar } from './drill-lines.ts';

/** How a user's browser gets from the name to the balancer. */
function nameLines(snapshot: Snapshot, balancer: BalancerFacts, width: number): readonly Spans[] {
  const stack = snapshot.stack.value;
  const record = stack?.resources.DnsRecord;
  return [
    ...labelledWhole('address', balancer.frontDoorUrl, width),
    ...(record === undefined
      ? [labelled('DNS', span('no record of its own: people use the load balancer’s name', 'dim'))]
      : [
          ...labelledWhole('DNS', `${record} ─▸ ${balancer.dnsName}`, width),
          labelled('hosted zone', span(stack?.parameters.HostedZoneId ?? none, 'dim')),
        ]),
  ];
}

function checkLines(balancer: BalancerFacts, width: number): readonly Spans[] {
  const { target, intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold } = balancer.healthCheck;
  return [
    labelled('name', span(balancer.name)),
    ...labelledWhole('', balancer.dnsName, width),
    labelled('zones', span(balancer.zones.join('  ') || none)),
    labelled('health check', span(target), span(`  every ${intervalSeconds}s, time-out ${timeoutSeconds}s`)),
    // A target is taken out or in after so many checks in a row (classic load balancer, HealthCheck).
    labelled(
      '',
      span(`out after ${unhealthyThreshold} failures`),
      span(` (${duration(unhealthyThreshold * intervalSeconds)})`, 'dim'),
      span(`, in after ${healthyThreshold} successes`),
      span(` (${duration(healthyThreshold * intervalSeconds)})`, 'dim'),
    ),
  ];
}

interface DoorRow {
  readonly instance: BalancedInstance;
  readonly zone: string;
  readonly slots: string;
}

/** The columns of the hosts behind the balancer; what is not of this round is never shown as fine. */
function instanceColumns(isFresh: boolean): readonly Column<DoorRow>[] {
  const markOf = (state: string): Pick<Mark, 'glyph' | 'tone'> =>
    isFresh ? stateMark(state) : { glyph: '?', tone: 'unknown' };
  return [
    {
      key: 'host',
      title: 'HOST',
      width: 13,
      cell: ({ instance }) => {
        const { glyph, tone } = markOf(instance.state);
        return span(`${glyph} ${shortId(instance.instanceId)}`, tone);
      },
    },
    { key: 'zone', title: 'ZONE', width: 11, drop: 1, cell: ({ zone }) => span(zone, 'dim') },
    {
      key: 'state',
      title: 'STATE',
      width: 12,
      cell: ({ instance }) => span(instance.state, markOf(instance.state).tone),
    },
    { key: 'slots', title: 'MASTER', width: 8, cell: ({ slots }) => span(slots) },
    {
      key: 'why',
      title: 'THE LOAD BALANCER SAYS',
      width: 22,
      flex: 1,
      cell: ({ instance }) =>
        instance.description === 'N/A' || instance.description === ''
          ? span(instance.state === 'InService' && isFresh ? 'takes users' : none, 'dim')
          : span(instance.description, isFresh ? 'warning' : 'dim'),
    },
  ];
}

function instanceLines(farm: Farm, balancer: BalancerFacts, isFresh: boolean, width: number): readonly Spans[] {
  const placed = placeColumns(instanceColumns(isFresh), width - 3);
  if (balancer.instances.length === 0) return [[span('   no host is registered', 'warning')]];
  const rows = balancer.instances.map((instance): DoorRow => {
    const host = farm.hosts.find((one) => one.id === instance.instanceId);
    const slots = host?.slots.map((slot) => `slot ${slot}`).join(', ') ?? '';
    return { instance, zone: host?.zone ?? '', slots: slots === '' ? none : slots };
  });
  return [headerSpans(placed, '   '), ...rows.map((row) => rowSpans(placed, row, false, '   '))];
}

/** How often each outcome came, most often first. */
export function outcomeCounts(samples: readonly ProbeSample[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { outcome } of samples) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Runs of failures, newest first: when, how long, what came back. */
export function failureRuns(
  samples: readonly ProbeSample[],
): readonly { readonly from: number; readonly until: number | undefined; readonly outcomes: readonly string[] }[] {
  const runs: { from: number; until: number | undefined; outcomes: string[] }[] = [];
  let open: (typeof runs)[number] | undefined;
  for (const sample of samples) {
    if (sample.ok) {
      if (open) open.until = sample.at;
      open = undefined;
      continue;
    }
    if (!open) {
      open = { from: sample.at, until: undefined, outcomes: [] };
      runs.push(open);
    }
    open.outcomes.push(sample.outcome);
  }
  return runs.reverse();
}

function probeLines(probe: ProbeFacts, stale: string, now: number, width: number): readonly Spans[] {
  const { samples } = recentWindow(probe);
  const answers = outcomeCounts(samples).flatMap(([outcome, times], index): Span[] => [
    span(`${index === 0 ? '' : '  '}${outcome}`, /^[123]/.test(outcome) ? 'ok' : 'critical'),
    span(` ×${times}`, 'dim'),
  ]);
  const runs = failureRuns(samples);
  return [
    ...(stale === '' ? [] : [labelled('', span(`? ${stale}`, 'unknown'))]),
    labelled(
      'requests',
      ...failureSpans(probe, true),
      span(width >= 100 ? '  asked for the sign-in page once a second' : '', 'dim'),
    ),
    labelled('', ...userBar(samples, Math.max(8, Math.min(120, width - labelWidth - 2)))),
    labelled('answers', ...answers),
    labelled(
      'time',
      span('p50 ', 'dim'),
      span(latency(probe.p50Ms)),
      span('  p95 ', 'dim'),
      span(latency(probe.p95Ms)),
    ),
    labelled(
      'outages',
      span(
        probe.longestOutageSeconds > 0
          ? `the longest since this program was started: ${duration(probe.longestOutageSeconds)}`
          : 'none since this program was started',
        probe.longestOutageSeconds > 0 ? 'plain' : 'dim',
      ),
    ),
    ...runs.map(({ from, until, outcomes }): Spans => {
      const lasted = duration(((until ?? now) - from) / 1000);
      return labelled(
        '',
        span('✕ ', 'critical'),
        span(`${timeOfDay(from)}  `, 'dim'),
        span(`${outcomes.length} failed`, 'critical'),
        span(until === undefined ? ` for ${lasted} and still  ` : ` in ${lasted}  `),
        span([...new Set(outcomes)].join(', '), 'dim'),
      );
    }),
  ];
}

/** What stands after the title `Front door`: how it stands, in a few words. */
export function doorTitle(farm: Farm, snapshot: Snapshot, now: number): Spans {
  const { state, inService, registered } = farm.door;
  const { glyph, tone } = stateMark(state);
  const stale = staleWords(snapshot.balancer, now);
  return [
    { text: ' Front door  ', tone: 'heading' },
    span(`${glyph} ${state}`, tone),
    stale === ''
      ? span(`  ${inService}/${registered} in service`)
      : span(`  ${snapshot.balancer.value ? `was ${inService}/${registered}, ` : ''}${stale}`, 'unknown'),
  ];
}

/** The front door in full: name, balancer, what is behind it, what users meet. */
export function doorLines(farm: Farm, snapshot: Snapshot, now: number, width: number): readonly Spans[] {
  const balancer = snapshot.balancer.value;
  const probe = snapshot.probe.value;
  const { problem } = snapshot.balancer;
  const known: readonly Spans[] = balancer
    ? [
        sectionTitle('Name', width),
        ...nameLines(snapshot, balancer, width),
        sectionTitle('Load balancer', width),
        ...checkLines(balancer, width),
        sectionTitle('Hosts behind it', width, fresh(snapshot.balancer) ? '' : 'not of now'),
        ...instanceLines(farm, balancer, fresh(snapshot.balancer) !== undefined, width),
      ]
    : [
        [span(` ? the load balancer was not seen yet${problem ? `: ${problem.message}` : ''}`, 'unknown')],
        ...(problem ? wrapWords(`→ ${problem.advice}`, width - 2).map((line): Spans => [span(` ${line}`)]) : []),
      ];
  return [
    ...known,
    sectionTitle('What users meet', width, probe ? `last request ${lastAge(probe, now)} ago` : ''),
    ...(probe
      ? probeLines(probe, staleWords(snapshot.probe, now), now, width)
      : [[span(`   ? ${staleWords(snapshot.probe, now) || 'nothing was asked yet'}`, 'unknown')] as Spans]),
  ];
}

function lastAge(probe: ProbeFacts, now: number): string {
  const last = probe.recent.at(-1);
  return last ? age(now - last.at) : none;
}
