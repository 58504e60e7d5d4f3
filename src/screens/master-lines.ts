import { labelled, labelledWhole, labelWidth } from '../components/labelled.ts';
import { sectionTitle } from '../components/rule.ts';
import type { Slot } from '../farm/joined-slots.ts';
import { ageSeconds, fresh } from '../farm/reading.ts';
import type { ComputerFacts, MasterFacts, Snapshot, TaskFacts } from '../farm/snapshot.ts';
import { age, count, none, timeOfDay } from '../terminal/format.ts';
import { stateMark } from '../terminal/glyphs.ts';
import { cell, type Span, type Spans, span } from '../terminal/spans.ts';
import { bar } from '../terminal/sparkline.ts';
import type { Tone } from '../terminal/theme.ts';
import { wrapWords } from '../terminal/width.ts';

function agoWords(at: number | undefined, now: number): string {
  return at === undefined ? none : `${age(now - at)} ago`;
}

/** A state's tone, when it is of this round; what is older is never shown as fine. */
function toneOf(state: string, isFresh: boolean): Tone {
  return isFresh ? stateMark(state).tone : 'unknown';
}

function placeLines(slot: Slot, snapshot: Snapshot, now: number, width: number): readonly Spans[] {
  const { service, task, host, containerInstance, balanced } = slot;
  const tasksSeen = fresh(snapshot.tasks) !== undefined;
  const balancerSeen = fresh(snapshot.balancer) !== undefined;
  return [
    labelled(
      'service',
      ...(service
        ? [
            span(service.name),
            span(
              `  ${service.status}, ${service.running} of ${service.desired} running, ${service.pending} pending`,
              'dim',
            ),
          ]
        : [span('not seen', 'unknown')]),
    ),
    labelled(
      'task',
      ...(task
        ? [
            span(task.id),
            span(`  ${tasksSeen ? '' : '? '}${task.lastStatus}`, toneOf(task.lastStatus, tasksSeen)),
            span(task.desiredStatus === task.lastStatus ? '' : ` (shall be ${task.desiredStatus})`, 'warning'),
            span(`  ${task.health}`, task.health === 'UNHEALTHY' ? 'critical' : 'dim'),
          ]
        : [span('none', 'warning')]),
    ),
    ...(task
      ? [
          labelled(
            '',
            span(`created ${agoWords(task.createdAt, now)}, started ${agoWords(task.startedAt, now)}`, 'dim'),
          ),
        ]
      : []),
    ...(task?.image === undefined ? [] : labelledWhole('image', task.image, width)),
    labelled(
      'host',
      ...(host
        ? [span(host.id), span(`  ${host.zone}  ${host.type}  ${host.privateIp ?? none}  EC2 ${host.state}`, 'dim')]
        : [span(containerInstance?.instanceId ?? 'none', containerInstance ? 'plain' : 'warning')]),
    ),
    ...(containerInstance
      ? [
          labelled(
            '',
            span(`ECS ${containerInstance.status}, agent `, 'dim'),
            containerInstance.agentConnected ? span('connected', 'dim') : span('disconnected', 'critical'),
          ),
        ]
      : []),
    labelled(
      'door',
      balanced
        ? span(`${balancerSeen ? '' : '? '}${balanced.state}`, toneOf(balanced.state, balancerSeen))
        : span(balancerSeen ? 'not registered' : '? not seen', balancerSeen ? 'warning' : 'unknown'),
      span(!balanced || balanced.description === 'N/A' ? '' : `  ${balanced.description}`),
    ),
  ];
}

function jenkinsLines(slot: Slot, now: number, width: number): readonly Spans[] {
  const { value, problem } = slot.master;
  const seconds = ageSeconds(slot.master, now);
  const trouble: readonly Spans[] = problem
    ? [
        labelled('Jenkins', span(`? ${problem.message}`, 'unknown')),
        ...wrapWords(`→ ${problem.advice}`, width - labelWidth - 1).map((line) => labelled('', span(line))),
        ...(value && seconds !== null
          ? [labelled('', span(`what follows was seen ${age(seconds * 1000)} ago`, 'dim'))]
          : []),
      ]
    : [];
  if (!value) return problem ? trouble : [labelled('Jenkins', span('not asked yet', 'unknown'))];
  return [
    ...trouble,
    labelled(
      problem ? '' : 'Jenkins',
      span(value.version ?? 'of an unknown version'),
      span(`  ${value.url}`, 'dim'),
      span(value.quietingDown ? '  quieting down: it starts no build any more' : '', 'warning'),
    ),
    labelled(
      'executors',
      span(`${value.busyExecutors} of ${value.totalExecutors} busy`),
      span(`  ${count(value.computers.length, 'node')}, ${value.queue.length} queued`, 'dim'),
    ),
  ];
}

function nodeLine(computer: ComputerFacts): Spans {
  const builds = computer.executors.filter((executor) => executor.build);
  const state: { readonly word: string; readonly tone: Tone } = computer.offline
    ? { word: 'offline', tone: 'warning' }
    : computer.idle
      ? { word: 'idle', tone: 'dim' }
      : { word: 'busy', tone: 'ok' };
  const first = builds[0];
  const course: Span[] =
    first?.build === undefined
      ? [span(computer.offlineReason ?? '', 'dim')]
      : [
          span(first.progress < 0 ? '░'.repeat(8) : bar(first.progress / 100, 8), 'moving'),
          span(` ${first.build.name}`),
          span(builds.length > 1 ? ` and ${builds.length - 1} more` : '', 'dim'),
          span(first.likelyStuck ? '  likely stuck' : '', 'warning'),
        ];
  return [span('   '), cell(computer.name, 46), span(' '), cell(state.word, 8, state.tone), ...course];
}

/** Jenkins' colours of the last build's result; `_anime` while one runs. */
const colourWords: Readonly<Record<string, { readonly word: string; readonly tone: Tone }>> = {
  blue: { word: '● succeeded', tone: 'ok' },
  red: { word: '✕ failed', tone: 'critical' },
  yellow: { word: '▲ unstable', tone: 'warning' },
  aborted: { word: '▲ aborted', tone: 'warning' },
  disabled: { word: '○ disabled', tone: 'dim' },
  notbuilt: { word: '○ not built yet', tone: 'dim' },
};

function jobLines(master: MasterFacts): readonly Spans[] {
  return master.jobs.map(({ name, color }): Spans => {
    const known = colourWords[color.replace(/_anime$/, '')];
    return [
      span('   '),
      cell(name, 36),
      span(' '),
      cell(known?.word ?? color, 16, known?.tone ?? 'dim'),
      span(color.endsWith('_anime') ? '◌ runs now' : '', 'moving'),
    ];
  });
}

function stoppedLines(stopped: readonly TaskFacts[], now: number, width: number): readonly Spans[] {
  return stopped.flatMap((task): Spans[] => {
    const reason = [task.stopCode, task.stoppedReason].filter(Boolean).join(': ') || 'no reason given';
    const head: Spans = [
      span(`   ${task.stoppedAt === undefined ? none : timeOfDay(task.stoppedAt)}  `, 'dim'),
      cell(agoWords(task.stoppedAt, now), 8, 'dim', 'right'),
      span(`  ${task.id.slice(0, 8)}  `),
    ];
    const indent = 3 + 8 + 2 + 8 + 2 + 8 + 2;
    return wrapWords(reason, Math.max(20, width - indent - 1)).map(
      (line, index): Spans => [...(index === 0 ? head : [span(' '.repeat(indent))]), span(line, 'warning')],
    );
  });
}

/** What stands after the screen's name: the slot and how it stands. */
export function masterTitle(slot: Slot, now: number): Spans {
  const { glyph, tone } = stateMark(slot.state);
  return [
    { text: ` Master (controller) of slot ${slot.slot}  `, tone: 'heading' },
    span(`${glyph} ${slot.state}`, tone),
    span(slot.since === undefined ? '' : `  for ${age(now - slot.since)}`, 'dim'),
  ];
}

/** One master in full: where it runs, what Jenkins says, why those before it ended. */
export function masterLines(slot: Slot, snapshot: Snapshot, now: number, width: number): readonly Spans[] {
  const master = slot.master.value;
  const stopped = (snapshot.tasks.value ?? [])
    .filter((task) => task.slot === slot.slot && task.lastStatus === 'STOPPED')
    .sort((a, b) => (b.stoppedAt ?? 0) - (a.stoppedAt ?? 0));
  const unseen = fresh(snapshot.tasks) ? '' : 'not of now';
  const events = slot.service?.events ?? [];
  return [
    ...placeLines(slot, snapshot, now, width),
    ...jenkinsLines(slot, now, width),
    ...(master
      ? [
          sectionTitle(`Nodes  ${master.computers.length}`, width),
          ...master.computers.map(nodeLine),
          sectionTitle(`Jobs  ${master.jobs.length}`, width),
          ...(master.jobs.length === 0 ? [[span('   none: Seed has not run', 'warning')] as Spans] : jobLines(master)),
        ]
      : []),
    sectionTitle(`Stopped tasks  ${stopped.length}`, width, unseen),
    ...(stopped.length === 0
      ? [[span('   none, as far back as ECS remembers', 'dim')] as Spans]
      : stoppedLines(stopped, now, width)),
    sectionTitle('Service events', width, fresh(snapshot.services) ? '' : 'not of now'),
    ...(events.length === 0 ? [[span('   none', 'dim')] as Spans] : []),
    ...events.flatMap(({ at, message }) =>
      wrapWords(message, width - 15).map(
        (line, index): Spans => [span(index === 0 ? `   ${timeOfDay(at)}  ` : ' '.repeat(13), 'dim'), span(line)],
      ),
    ),
  ];
}
