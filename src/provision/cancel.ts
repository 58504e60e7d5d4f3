import { cancelUpdate, deleteStack, findStack, setTerminationProtection } from '../aws/cloudformation.ts';
import { ProblemError } from '../core/problem.ts';
import type { Session } from '../farm/session.ts';

/**
 * Breaks off what is under way: a creation by deleting the stack, an update by rolling it back. Returns what it did, in
 * one line. {@link followStack} goes on telling how that goes, when given the stack's id.
 */
export async function cancelOperation(session: Session, stackId: string): Promise<string> {
  const { aws } = session;
  const stack = session.readOnly ? undefined : await findStack(aws, stackId);
  if (stack?.status === 'CREATE_IN_PROGRESS') {
    if (stack.terminationProtection) await setTerminationProtection(aws, stack.id, false);
    await deleteStack(aws, stack.id);
    return 'the creation is broken off: the stack is being deleted';
  }
  if (stack?.status === 'UPDATE_IN_PROGRESS') {
    await cancelUpdate(aws, stack.id);
    return 'the update is broken off: it is being rolled back';
  }
  throw new ProblemError({
    kind: 'refused',
    source: 'provision',
    message: session.readOnly
      ? 'read-only: nothing is broken off'
      : `the stack is ${stack?.status ?? 'gone'}: nothing to break off`,
    advice: session.readOnly ? 'start again without --read-only' : 'nothing to do',
  });
}
