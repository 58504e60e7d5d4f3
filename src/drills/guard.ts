import type { Refusal, Target } from '../actions/action.ts';
import { refusal } from '../actions/perform.ts';
import { steadyState } from '../actions/steady-state.ts';
import { findStack } from '../aws/cloudformation.ts';
import { fresh } from '../farm/reading.ts';
import type { Session } from '../farm/session.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { Drill } from './drill.ts';

/**
 * Why a drill may not be run on this snapshot, the gravest reason first; null when it may. A drill measures against the
 * steady state, so it needs that, whatever its action alone would be content with.
 */
export function drillRefusal(session: Session, drill: Drill, snapshot: Snapshot, target: Target): Refusal | null {
  const refused = refusal(session, drill.action, snapshot, target);
  if (refused) return refused;
  const { reasons } = steadyState(snapshot);
  if (reasons.length > 0) {
    return {
      reason: `the farm is not in its steady state: ${reasons.join('; ')}`,
      advice: 'wait until it has settled',
    };
  }
  if (fresh(snapshot.probe) === undefined) {
    return {
      reason: 'the front door is not being asked: what users notice could not be told',
      advice: 'see on the board why, then again',
    };
  }
  return null;
}

/**
 * Whether the stack stands still, asked of CloudFormation now: the snapshot's reading may be some rounds old. Together
 * with the lock this keeps a drill and an update apart, whichever begins first.
 */
export async function stackRefusal(session: Session): Promise<Refusal | null> {
  const stack = await findStack(session.aws, session.farm.stack);
  if (stack && !stack.status.endsWith('_IN_PROGRESS')) return null;
  return {
    reason: stack ? `the stack is ${stack.status}` : `there is no stack ${session.farm.stack}`,
    advice: 'wait until provisioning has finished',
  };
}
