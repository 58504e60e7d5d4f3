import { ProblemError } from '../core/problem.ts';
import type { ObserveContext } from './observe-context.ts';
import type { Session } from './session.ts';
import type { Snapshot, StackFacts } from './snapshot.ts';

/** What the parts of one round are asked with. */
export interface Round {
  readonly session: Session;
  readonly context: ObserveContext;
  /** What rarely changes is due in this round. */
  readonly staticDue: boolean;
  readonly before: Snapshot | undefined;
  readonly stack: StackFacts;
  /** Stops the whole round. */
  readonly signal: AbortSignal | undefined;
}

/** The physical id of one of the stack's resources; a resource that is not made yet is a problem of kind not-found. */
export function resource({ stack }: Pick<Round, 'stack'>, logicalId: string): string {
  const id = stack.resources[logicalId];
  if (id !== undefined) return id;
  throw new ProblemError({
    kind: 'not-found',
    source: 'cloudformation:ListStackResources',
    message: `the stack has no ${logicalId} yet`,
    advice: 'wait until the stack is complete; if it is, it was not made from this template',
  });
}
