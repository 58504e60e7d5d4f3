import type { StackEvent } from '../aws/cloudformation.ts';
import type { ProvisionProgress, ResourceProgress } from './form.ts';
import { rootCause } from './root-cause.ts';

/** What is known of one operation on a stack: only its events; all else follows. */
export interface OperationLog {
  /** Oldest first, each once. */
  readonly events: readonly StackEvent[];
  /** How many resources are to change, when that is known before. */
  readonly expected: number;
}

export const emptyLog: OperationLog = { events: [], expected: 0 };

/** The log with what a look at the events brought: newest first, as CloudFormation gives them. */
export function applyEvents(log: OperationLog, newestFirst: readonly StackEvent[]): OperationLog {
  const known = new Set(log.events.map((event) => event.id));
  const fresh = newestFirst.filter((event) => !known.has(event.id)).reverse();
  return fresh.length === 0 ? log : { ...log, events: [...log.events, ...fresh] };
}

// A stack that failed to be created, updated or deleted stays so: IN_PROGRESS is the only thing that moves.
const finalStatus = /^(CREATE|UPDATE|DELETE|IMPORT|ROLLBACK|UPDATE_ROLLBACK|IMPORT_ROLLBACK)_(COMPLETE|FAILED)$/;
const goodStatus = /^(CREATE|UPDATE|DELETE|IMPORT)_COMPLETE$/;

/** Whether a stack of that status stands still. */
export function isFinal(status: string): boolean {
  return finalStatus.test(status);
}

/** Whether a final status is the one that was wanted. */
export function isGood(status: string): boolean {
  return goodStatus.test(status);
}

/** Whether an event is the start of an operation that somebody asked for. */
export function startsOperation(event: StackEvent): boolean {
  return event.ofStack && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.status);
}

/** How far an operation is. Outputs are asked for separately: events do not carry them. */
export function progressOf(log: OperationLog): ProvisionProgress {
  const resources = new Map<string, ResourceProgress>();
  let stackStatus = '';
  let asked = '';
  let startedAt = 0;
  for (const event of log.events) {
    if (event.ofStack) {
      stackStatus = event.status;
      if (asked === '') {
        // What was asked for decides what success is: a creation that ends deleted has not succeeded.
        asked = event.status.replace(/_IN_PROGRESS$/, '');
        startedAt = event.at;
      }
      continue;
    }
    const before = resources.get(event.logicalId);
    resources.set(event.logicalId, next(before, event));
  }
  const list = [...resources.values()];
  const finished = isFinal(stackStatus);
  const cause = rootCause(log.events);
  return {
    stackStatus,
    startedAt,
    resources: list,
    done: list.filter((resource) => /_COMPLETE$|_SKIPPED$/.test(resource.status)).length,
    total: Math.max(log.expected, list.length),
    finished,
    succeeded: finished && isGood(stackStatus) && stackStatus.startsWith(asked),
    outputs: {},
    ...(cause ? { rootCause: cause } : {}),
  };
}

function next(before: ResourceProgress | undefined, event: StackEvent): ResourceProgress {
  const moving = event.status.endsWith('_IN_PROGRESS');
  // A resource that is being deleted or updated now has its own time; `Resource creation Initiated` is the same attempt.
  const begins = moving && before !== undefined && before.status !== event.status;
  // `Resource creation Initiated` says less than the failure that may have come before it in a rollback.
  const reason = event.status.endsWith('_FAILED') ? event.reason : before?.reason;
  return {
    logicalId: event.logicalId,
    type: event.type,
    status: event.status,
    ...(reason === undefined ? {} : { reason }),
    startedAt: begins ? event.at : (before?.startedAt ?? event.at),
    ...(moving ? {} : { endedAt: event.at }),
  };
}
