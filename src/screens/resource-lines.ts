import type { Question } from '../components/dialog-lines.ts';
import { rule } from '../components/rule.ts';
import type { Column } from '../components/table-layout.ts';
import type { ProvisionState } from '../hooks/use-provisioning.ts';
import type { ProvisionProgress, ResourceProgress } from '../provision/form.ts';
import { duration, none, shortType } from '../terminal/format.ts';
import { stackMark } from '../terminal/glyphs.ts';
import { type Spans, span } from '../terminal/spans.ts';
import { bar } from '../terminal/sparkline.ts';
import { wrapWords } from '../terminal/width.ts';
import { problemLines } from './provision-lines.ts';

export type ChangingState = Extract<ProvisionState, { step: 'executing' | 'finished' }>;

/** Seconds that a resource takes or took; null before it began. */
function elapsedSeconds(resource: ResourceProgress, now: number): number | null {
  return resource.startedAt === undefined ? null : ((resource.endedAt ?? now) - resource.startedAt) / 1000;
}

/** The columns of the resources' table at this time. */
export function resourceColumns(now: number): readonly Column<ResourceProgress>[] {
  return [
    {
      key: 'status',
      title: 'STATUS',
      width: 22,
      cell: ({ status }) => {
        const { glyph, tone } = stackMark(status);
        return span(`${glyph} ${status === '' ? 'waiting' : status}`, tone);
      },
    },
    { key: 'resource', title: 'RESOURCE', width: 28, cell: (resource) => span(resource.logicalId) },
    { key: 'type', title: 'TYPE', width: 34, drop: 2, cell: (resource) => span(shortType(resource.type), 'dim') },
    {
      key: 'elapsed',
      title: 'TIME',
      width: 7,
      align: 'right',
      cell: (resource) => {
        const seconds = elapsedSeconds(resource, now);
        return span(seconds === null ? none : duration(seconds), resource.endedAt === undefined ? 'plain' : 'dim');
      },
    },
    {
      key: 'reason',
      title: 'REASON',
      width: 8,
      flex: 1,
      drop: 1,
      cell: ({ reason, status }) => span(reason ?? '', /FAILED/.test(status) ? 'critical' : 'dim'),
    },
  ];
}

/** The resource that something happens to, for the eye to follow: the one that began last among those under way. */
export function underWay(resources: readonly ResourceProgress[]): string | undefined {
  let newest: ResourceProgress | undefined;
  for (const resource of resources) {
    const goesOn = resource.startedAt !== undefined && resource.endedAt === undefined;
    if (goesOn && (newest?.startedAt ?? -1) <= (resource.startedAt ?? 0)) newest = resource;
  }
  return newest?.logicalId;
}

/** The stack's status, its bar and its time in one line. */
export function progressLine(progress: ProvisionProgress, now: number, width: number): Spans {
  const { glyph, tone } = stackMark(progress.stackStatus);
  const barWidth = Math.max(10, Math.min(40, width - 60));
  const ended = progress.resources.reduce((last, resource) => Math.max(last, resource.endedAt ?? 0), 0);
  const until = progress.finished && ended > 0 ? ended : now;
  return [
    { text: ` ${glyph} ${progress.stackStatus}  `, tone, bold: true },
    span(bar(progress.total === 0 ? 0 : progress.done / progress.total, barWidth), tone),
    span(`  ${progress.done}/${progress.total}`),
    span(progress.startedAt === 0 ? '' : `  ${duration((until - progress.startedAt) / 1000)}`),
  ];
}

/** Whether what goes on can be broken off (CancelUpdateStack, or DeleteStack while it is being created). */
export function isCancellable(state: ChangingState): boolean {
  if (state.step !== 'executing' || state.cancelling !== undefined) return false;
  return /^(CREATE|UPDATE)_IN_PROGRESS$/.test(state.progress?.stackStatus ?? '');
}

/** Whether the stack is in a state from which only its deletion leads on. */
export function isDeletable(state: ChangingState): boolean {
  const status = state.progress?.stackStatus ?? '';
  return state.step === 'finished' && /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/.test(status);
}

/** Whether the parameters can be proposed again as the stack stands. */
export function isRepeatable(state: ChangingState): boolean {
  if (state.step !== 'finished' || state.progress.stackStatus === 'UPDATE_ROLLBACK_FAILED') return false;
  return !isDeletable(state) && !(state.progress.succeeded && !isGone(state.progress));
}

function isGone(progress: ProvisionProgress): boolean {
  return progress.stackStatus === 'DELETE_COMPLETE';
}

/** Whether what was asked for has come out as a farm. */
export function isFarmUp(state: ChangingState): boolean {
  return state.step === 'finished' && state.progress.succeeded && !isGone(state.progress);
}

/** What is asked before it is broken off. */
export function cancelQuestion(state: ChangingState, stack: string): Question {
  const update = state.progress?.stackStatus === 'UPDATE_IN_PROGRESS';
  return {
    title: `Break off the ${update ? 'update' : 'creation'} of ${stack}?`,
    body: [
      update
        ? 'CloudFormation puts everything back as it was before the update. What was replaced meanwhile is interrupted again.'
        : 'Everything that was created so far is deleted again; nothing of the farm stays.',
    ],
    confirmation: 'yes-no',
  };
}

/** What is asked before a stack that failed is deleted. */
export function deleteQuestion(state: ChangingState, stack: string): Question {
  return {
    title: `Delete ${stack}?`,
    body: [
      `The stack is ${state.progress?.stackStatus ?? ''} and can only be deleted. Everything that is left of it goes: masters, hosts, agents, the load balancer, the secrets.`,
    ],
    confirmation: 'type-name',
    word: stack,
    tone: 'critical',
  };
}

/** So many lines of a reason are read at once; what is to be done must stay in sight below it. */
const reasonLines = 5;

/** A paragraph behind a glyph, hanging; one that goes on and on is cut. */
function hanging(glyph: Spans[number], text: string, tone: Spans[number]['tone'], width: number): readonly Spans[] {
  const lines = wrapWords(text, width - 5);
  return lines.slice(0, reasonLines).map((line, index): Spans => {
    const isCut = index === reasonLines - 1 && lines.length > reasonLines;
    return [index === 0 ? { ...glyph, text: ` ${glyph.text} ` } : span('   '), span(isCut ? `${line}…` : line, tone)];
  });
}

function failingLines(progress: ProvisionProgress, cancellable: boolean, width: number): readonly Spans[] {
  const { failingTasks } = progress;
  if (!failingTasks) return [];
  const { slot, failures, reason } = failingTasks;
  return [
    ...hanging(
      span('▲', 'warning'),
      `The tasks of slot ${slot} do not start: ${failures} have stopped so far. ECS says: ${reason}`,
      'warning',
      width,
    ),
    ...(cancellable
      ? [[span(' → CloudFormation would wait for hours; '), span('x', 'key'), span(' breaks it off')] as Spans]
      : []),
  ];
}

/** What to do after a failure, by the status that the stack was left in. */
function nextSteps(state: ChangingState, stack: string, readOnly: boolean, width: number): readonly Spans[] {
  const status = state.progress?.stackStatus ?? '';
  const key = (name: string, words: string): Spans => [span(' → '), span(name, 'key'), span(` ${words}`)];
  if (status === 'UPDATE_ROLLBACK_FAILED') {
    return hanging(
      span('→'),
      `It could not be put back either. Correct what failed, then: aws cloudformation continue-update-rollback --stack-name ${stack}`,
      'plain',
      width,
    );
  }
  if (readOnly) return [[span(' → start again without --read-only to go on from here', 'dim')]];
  if (isDeletable(state))
    return [key('x', 'deletes the stack, which is all that can be done with it; then p begins anew')];
  if (isGone(state.progress ?? nothing)) return [key('p', 'goes back to the parameters; what was typed is kept')];
  return [key('p', 'goes back to the parameters; the farm is as it was before')];
}

const nothing = { stackStatus: '' } as ProvisionProgress;

/**
 * What there is to say under the table: why it does not go on, the root cause of a failure first, what to do next; the
 * outputs of a success, and in how many seconds the board comes.
 */
export function outcomeLines(
  state: ChangingState,
  stack: string,
  readOnly: boolean,
  left: number | undefined,
  width: number,
): readonly Spans[] {
  const { progress } = state;
  const lines: Spans[] = [];
  if (state.step === 'executing') {
    if (state.problem) lines.push(...problemLines(state.problem, width));
    if (state.cancelling !== undefined) lines.push([span(' ◌ '), span(state.cancelling, 'moving')]);
  }
  if (progress) {
    const { rootCause } = progress;
    if (rootCause) {
      lines.push(
        ...hanging(span('✕', 'critical'), `${rootCause.logicalId} (${rootCause.type}) failed first`, 'critical', width),
        ...hanging(span(' '), rootCause.reason, 'plain', width),
      );
    }
    lines.push(...failingLines(progress, isCancellable(state) && !readOnly, width));
  }
  if (state.step === 'finished') lines.push(...endLines(state, stack, readOnly, left, width));
  return lines.length === 0 ? lines : [rule(width), ...lines];
}

function endLines(
  state: Extract<ChangingState, { step: 'finished' }>,
  stack: string,
  readOnly: boolean,
  left: number | undefined,
  width: number,
): readonly Spans[] {
  const { progress, kind } = state;
  if (isFarmUp(state)) {
    const outputs = Object.entries(progress.outputs);
    const widest = outputs.reduce((most, [name]) => Math.max(most, name.length), 0);
    return [
      ...outputs.map(([name, value]): Spans => [span(` ${name.padEnd(widest)}  `, 'dim'), span(value)]),
      [
        span(' ● the farm stands; ', 'ok'),
        span('enter', 'key'),
        ...(left === undefined
          ? [span(' opens the board')]
          : [
              span(' opens the board, which comes by itself in '),
              span(`${left}s`, 'moving'),
              span('; any other key stays'),
            ]),
      ],
    ];
  }
  const gone = isGone(progress);
  const lines: Spans[] = [];
  if (gone && (kind === 'DELETE' || progress.succeeded))
    lines.push([span(` ● ${stack} is deleted; nothing of it is left`, 'ok')]);
  else if (gone) lines.push([span(` ▲ ${stack} was not created; what there was of it is deleted`, 'warning')]);
  else if (!progress.rootCause && !progress.failingTasks) {
    lines.push([span(' ✕ the stack failed and its events do not say why; look at it in the console', 'critical')]);
  }
  return [...lines, ...nextSteps(state, stack, readOnly, width)];
}
