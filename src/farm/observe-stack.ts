import { describeStack, stackResources } from '../aws/cloudformation-reads.ts';
import { read } from './read.ts';
import type { Reading } from './reading.ts';
import type { Session } from './session.ts';
import type { StackFacts } from './snapshot.ts';
import { isAbsent, isInProgress } from './stack-status.ts';

/**
 * The stack and its resources' physical ids. Each round while CloudFormation works on it or while it cannot be seen;
 * otherwise only when due, and the resources only when the stack has changed since.
 */
export async function observeStack(
  { aws, clock, farm }: Session,
  due: boolean,
  before: Reading<StackFacts> | undefined,
  signal?: AbortSignal,
): Promise<Reading<StackFacts>> {
  const known = before?.value;
  const moving = known !== undefined && isInProgress(known.status);
  if (before && known && !due && !moving && !before.problem && !isAbsent(before)) return before;
  return read({ clock, name: 'the stack', before, signal }, async (limit) => {
    // Asked together when they will surely both be needed: at the first look, and while resources come and go.
    const early =
      (known === undefined && before === undefined) || moving ? stackResources(aws, farm.stack, limit) : undefined;
    early?.catch(() => {});
    const stack = await describeStack(aws, farm.stack, limit);
    if (early) return { ...stack, resources: await early };
    const unchanged =
      known !== undefined &&
      known.id === stack.id &&
      known.status === stack.status &&
      known.updatedAt === stack.updatedAt;
    return { ...stack, resources: unchanged ? known.resources : await stackResources(aws, farm.stack, limit) };
  });
}
