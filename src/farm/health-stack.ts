import type { Judgement } from './finding.ts';
import type { Snapshot } from './snapshot.ts';
import { isBeingDeleted, isInProgress, isSettled } from './stack-status.ts';

/** What CloudFormation says of the stack as a whole. */
export function stackFindings({ farm, stack }: Snapshot): readonly Judgement[] {
  const facts = stack.value;
  if (!facts || isSettled(facts.status)) return [];
  const subject = `stack ${farm.stack}`;
  const reason = facts.reason ? `: ${facts.reason}` : '';
  const since =
    (facts.status.startsWith('DELETE_') ? facts.deletedAt : undefined) ?? facts.updatedAt ?? facts.createdAt;
  const undoing = facts.status === 'ROLLBACK_IN_PROGRESS';
  if (isInProgress(facts.status)) {
    return [
      {
        id: 'stack-in-progress',
        severity: undoing ? 'critical' : 'warning',
        subject,
        message: `CloudFormation is at work: ${facts.status}${reason}`,
        since,
        advice: undoing
          ? 'its creation failed and is being undone: see its events for the first failure'
          : isBeingDeleted(facts.status)
            ? 'wait for it to end; what is deleted already cannot be seen'
            : 'wait for it to end; what is not made yet cannot be seen',
      },
    ];
  }
  // After these a farm may stand and serve; a creation that failed leaves none.
  const stands = ['UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED', 'DELETE_FAILED'].includes(facts.status);
  return [
    {
      id: 'stack-failed',
      severity: stands ? 'warning' : 'critical',
      subject,
      message: `the stack ended in ${facts.status}${reason}`,
      since,
      advice: adviceFor(facts.status),
    },
  ];
}

function adviceFor(status: string): string {
  switch (status) {
    case 'ROLLBACK_COMPLETE':
    case 'ROLLBACK_FAILED':
    case 'CREATE_FAILED':
      return 'it can only be deleted: see its events for the first failure, then destroy and provision again';
    case 'UPDATE_ROLLBACK_FAILED':
      return 'put right what its events name, then continue the rollback in CloudFormation';
    case 'DELETE_FAILED':
      return 'remove what its events name, then destroy again';
    default:
      return 'see its events for the first failure';
  }
}
