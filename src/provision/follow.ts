import { findStack, type StackEvent, type StackState, stackEventsWhile } from '../aws/cloudformation.ts';
import { type Problem, ProblemError, problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import type { Proposal, ProvisionProgress } from './form.ts';
import { backOff, passes, wallDelay } from './polling.ts';
import { applyEvents, emptyLog, isFinal, isGood, type OperationLog, progressOf, startsOperation } from './progress.ts';
import { TaskWatch } from './task-watch.ts';

/** Farm milliseconds between two looks. */
const pollMs = 1000;
/** Farm milliseconds without an event after which the stack itself is asked. */
const silentMs = 30_000;

/** What is followed: an operation begun after that event, expected to change so many resources. */
export type Followed = Pick<Proposal, 'stackId' | 'lastEventId'> & { readonly changes: { readonly length: number } };

/**
 * Follows what happens to a stack until it stands still; yields once a look. One call a look: the events carry the
 * stack's status too. Outputs are asked for once, at the end. Throttling, time-outs and expired credentials slow it down
 * and are yielded as `problem`; it goes on by itself when they have passed.
 *
 * Give the executed proposal, or a stack's name or id to join an operation that is under way.
 */
export async function* followStack(
  session: Session,
  target: Followed | string,
  signal?: AbortSignal,
): AsyncGenerator<ProvisionProgress> {
  const { aws, clock } = session;
  const stack = typeof target === 'string' ? target : target.stackId;
  const before = typeof target === 'string' ? undefined : target.lastEventId;
  let log: OperationLog = { ...emptyLog, expected: typeof target === 'string' ? 0 : target.changes.length };
  const begun = clock.now();
  const tasks = new TaskWatch(session);
  let failures = 0;
  for (;;) {
    let problem: Problem | undefined;
    try {
      log = applyEvents(log, await newEvents(session, stack, before, log, signal));
      failures = 0;
    } catch (error) {
      if (signal?.aborted) throw error;
      problem = problemOf(error);
      if (problem.kind === 'auth') aws.renew();
      else if (!passes(problem)) throw error;
      failures += 1;
    }
    const progress = progressOf(log);
    if (progress.finished && problem === undefined) {
      const outputs = progress.stackStatus === 'DELETE_COMPLETE' ? {} : await outputsOf(session, stack, signal);
      const failing = progress.succeeded ? undefined : tasks.remembered;
      yield { ...progress, outputs, ...(failing ? { failingTasks: failing } : {}) };
      return;
    }
    if (progress.stackStatus !== '' || problem) {
      const failing = problem ? tasks.last : await tasks.look(log, signal);
      yield { ...progress, ...(failing ? { failingTasks: failing } : {}), ...(problem ? { problem } : {}) };
    } else if (clock.now() - begun > silentMs) {
      const end = await endWithoutEvents(session, stack, signal);
      if (end) {
        yield { ...progress, ...end };
        return;
      }
    }
    await clock.after(failures > 0 ? backOff(clock, pollMs, failures) : wallDelay(clock, pollMs), signal);
  }
}

/**
 * A stack that never was more than a proposal, or that is gone already, may have nothing to tell: what it is now, when
 * it stands still.
 */
async function endWithoutEvents(
  session: Session,
  stack: string,
  signal?: AbortSignal,
): Promise<Pick<ProvisionProgress, 'stackStatus' | 'finished' | 'succeeded' | 'outputs'> | undefined> {
  let found: StackState | undefined;
  try {
    found = await findStack(session.aws, stack, signal);
  } catch (error) {
    // The next look at the events meets the same problem, if it lasts, and treats it.
    const problem = problemOf(error);
    if (signal?.aborted || !(passes(problem) || problem.kind === 'auth')) throw error;
    return undefined;
  }
  const stackStatus = found?.status ?? 'DELETE_COMPLETE';
  if (!isFinal(stackStatus)) return undefined;
  return { stackStatus, finished: true, succeeded: isGood(stackStatus), outputs: found?.outputs ?? {} };
}

/** Events not seen yet, newest first, of the operation that is followed and not of those before it. */
async function newEvents(
  session: Session,
  stack: string,
  before: string | undefined,
  log: OperationLog,
  signal?: AbortSignal,
): Promise<StackEvent[]> {
  const known = log.events.at(-1)?.id;
  return await stackEventsWhile(
    session.aws,
    stack,
    (event) => {
      if (event.id === known || event.id === before) return 'no';
      if (event.ofStack && event.status === 'REVIEW_IN_PROGRESS') return 'no';
      // Whatever lies behind the newest start is of an earlier operation.
      return known === undefined && startsOperation(event) ? 'last' : 'yes';
    },
    signal,
  );
}

async function outputsOf(session: Session, stack: string, signal?: AbortSignal): Promise<Record<string, string>> {
  for (let failures = 0; ; failures++) {
    try {
      return { ...((await findStack(session.aws, stack, signal))?.outputs ?? {}) };
    } catch (error) {
      // The operation is over and has succeeded or not; its outputs are worth a few more questions, not all night.
      if (signal?.aborted || failures >= 5 || !(error instanceof ProblemError) || !passes(error.problem)) throw error;
      await session.clock.after(backOff(session.clock, pollMs, failures), signal);
    }
  }
}
