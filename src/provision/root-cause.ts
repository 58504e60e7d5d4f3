import type { StackEvent } from '../aws/cloudformation.ts';
import type { RootCause } from './form.ts';

// When one resource fails, CloudFormation stops those beside it; they report a failure of their own with such words.
const cancelled = /^Resource (creation|update|deletion|import) cancelled|^The following resource\(s\) failed/i;

/** A failure of a rollback follows from the one that caused it, however early it is seen. */
function ofOperation(event: StackEvent, rollbackFrom: number): boolean {
  return event.at <= rollbackFrom;
}

/**
 * Why an operation failed: its earliest failure that is not a cancellation. Before a resource, never the stack, which
 * only repeats; and before any failure met while rolling back. `events` are one operation's, oldest first.
 */
export function rootCause(events: readonly StackEvent[]): RootCause | undefined {
  const rollback = events.find((event) => event.ofStack && /ROLLBACK_IN_PROGRESS$/.test(event.status));
  const rollbackFrom = rollback?.at ?? Number.POSITIVE_INFINITY;
  const failures = events.filter((event) => /_FAILED$/.test(event.status) && !cancelled.test(event.reason ?? ''));
  const resources = failures.filter((event) => !event.ofStack);
  const found =
    resources.find((event) => ofOperation(event, rollbackFrom)) ??
    resources[0] ??
    failures[0] ??
    // Refused as a whole, as by an output that cannot be resolved: the stack's own event carries the words.
    (rollback?.reason && !cancelled.test(rollback.reason) ? rollback : undefined);
  if (!found) return undefined;
  return { logicalId: found.logicalId, type: found.type, reason: found.reason ?? found.status };
}
