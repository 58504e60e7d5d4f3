import type { Problem } from '../core/problem.ts';
import type { Reading } from './reading.ts';
import type { StackFacts } from './snapshot.ts';

/**
 * Whether there is no farm: no stack of that name, or one that waits for its first change set to be executed
 * (REVIEW_IN_PROGRESS: nothing was made yet), or one that is gone.
 */
export function isAbsent(stack: Reading<StackFacts>): boolean {
  if (stack.problem) return stack.problem.kind === 'not-found';
  return stack.value?.status === 'REVIEW_IN_PROGRESS' || stack.value?.status === 'DELETE_COMPLETE';
}

/** CloudFormation is working on it. */
export function isInProgress(status: string): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/** It is on its way to be gone, and nothing of it comes back. */
export function isBeingDeleted(status: string): boolean {
  return status === 'DELETE_IN_PROGRESS';
}

/** It stands as someone asked for it: made, updated, or imported; an update that was rolled back stands as before. */
export function isSettled(status: string): boolean {
  return ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'].includes(status);
}

/** Why nothing else of an absent farm can be read. */
export function absentProblem(name: string, stack: Reading<StackFacts>): Problem {
  const waits = stack.value?.status === 'REVIEW_IN_PROGRESS' && !stack.problem;
  return {
    kind: 'not-found',
    source: 'cloudformation:DescribeStacks',
    message: waits ? `the stack ${name} waits for its change set to be executed` : `the stack ${name} does not exist`,
    advice: 'make the farm with provision, or check --stack, --region and --profile',
  };
}
