import { acquireLock, removeLock } from '../actions/farm-lock.ts';
import {
  deleteStack,
  findStack,
  newestEventId,
  type StackState,
  setTerminationProtection,
} from '../aws/cloudformation.ts';
import { nearestStack, stackResources } from '../aws/cloudformation-reads.ts';
import { runningAgents, terminateInstances } from '../aws/leftover-agents.ts';
import { ProblemError, problemOf } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';
import { type Followed, followStack } from './follow.ts';
import type { ProvisionProgress } from './form.ts';

/** Farm milliseconds between two looks for agents that masters started while they were being taken down. */
const agentsEveryMs = 15_000;

/** The stack to destroy; throws when there is none. */
export async function stackToDestroy(session: Session): Promise<StackState> {
  const stack = await findStack(session.aws, session.farm.stack);
  if (stack) return stack;
  const near = await nearestStack(session.aws, session.farm.stack);
  throw new ProblemError({
    kind: 'not-found',
    source: 'cloudformation:DescribeStacks',
    message: `there is no stack ${session.farm.stack} in ${session.farm.region}`,
    advice: near ? `did you mean --stack ${near}?` : 'check --stack and --region',
  });
}

/**
 * Deletes the farm: lifts termination protection, deletes the stack, and ends the agents, which no stack knows and which
 * would keep their security group from being deleted. Yields how far it is until the stack is gone or stuck. The caller
 * has had the name confirmed.
 */
export async function* destroyFarm(session: Session, stack: StackState): AsyncGenerator<ProvisionProgress> {
  const { aws, clock } = session;
  if (session.readOnly) {
    throw new ProblemError({
      kind: 'refused',
      source: 'destroy',
      message: 'read-only: nothing is destroyed',
      advice: 'start again without --read-only',
    });
  }
  const lock = await acquireLock(session, 'destroy', 120);
  let followed: Followed;
  try {
    followed = {
      // By its id: the name of a deleted stack stops being known.
      stackId: stack.id,
      changes: { length: Object.keys(await stackResources(aws, stack.id)).length },
      ...withEvent(await newestEventId(aws, stack.id)),
    };
    if (stack.terminationProtection) await setTerminationProtection(aws, stack.id, false);
    await deleteStack(aws, stack.id);
  } finally {
    await lock.release().catch((error: unknown) => session.log.line('lock', problemOf(error).message));
  }

  let agentsAt = Number.NEGATIVE_INFINITY;
  for await (const progress of followStack(session, followed)) {
    // Masters go on starting agents until they are gone themselves, so once is not enough.
    if (clock.now() - agentsAt >= agentsEveryMs || progress.finished) {
      agentsAt = clock.now();
      await endAgents(session);
    }
    if (progress.stackStatus === 'DELETE_COMPLETE')
      await removeLock(session).catch((error: unknown) => note(session, error));
    yield progress;
  }
}

/** Agents that cannot be ended must not stop the deletion: they power themselves off when no master speaks to them. */
async function endAgents(session: Session): Promise<void> {
  try {
    const agents = await runningAgents(session.aws, session.farm.stack);
    if (agents.length > 0) await terminateInstances(session.aws, agents);
  } catch (error) {
    note(session, error);
  }
}

function note(session: Session, error: unknown): void {
  session.log.line('destroy', problemOf(error).message);
}

function withEvent(id: string | undefined): Pick<Followed, 'lastEventId'> {
  return id === undefined ? {} : { lastEventId: id };
}
