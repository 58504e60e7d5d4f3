import type { Call } from '../operations/operation.ts';
import { Deletion } from './deletion.ts';
import type { Engine } from './engine.ts';
import type { Stack, StackResource } from './stack.ts';

/**
 * Deletes every resource of a stack that is still there, and what a failed update has left of it.
 *
 * @param options.retain logical ids that are left alone
 */
export function removeAll(
  engine: Engine,
  call: Call,
  stack: Stack,
  options: { retain: readonly string[] },
  done: (failed: string[]) => void,
): void {
  stack.outputs = [];
  const creating = stack.status === 'ROLLBACK_IN_PROGRESS';
  const left = [...stack.resources.values()].filter(
    ({ status }) => status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED',
  );
  const replaced = predecessors(stack, stack.before?.replaced ?? []);
  const deletion = new Deletion(
    engine,
    call,
    stack,
    [...left, ...replaced],
    (failed) => {
      stack.running = undefined;
      if (failed.length === 0) stack.before = undefined;
      done(failed);
    },
    {
      retain: (resource) =>
        options.retain.includes(resource.logicalId) ||
        (replaced.includes(resource)
          ? resource.definition.updateReplacePolicy === 'Retain'
          : retained(stack, resource, creating)),
    },
  );
  stack.running = deletion;
  deletion.start();
}

/**
 * Deletes what an update, or the taking back of one, has left over. A failure here does not fail the update, as on AWS.
 */
export function cleanUp(
  engine: Engine,
  call: Call,
  stack: Stack,
  left: { removed: readonly StackResource[]; replaced: readonly StackResource[] },
  done: () => void,
): void {
  // What is removed while an update is taken back was made by it.
  const creating = stack.status === 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS';
  const replaced = predecessors(stack, left.replaced);
  const deletion = new Deletion(
    engine,
    call,
    stack,
    [...left.removed, ...replaced],
    () => {
      stack.running = undefined;
      for (const { logicalId, status } of left.removed) {
        if (status !== 'DELETE_FAILED') stack.resources.delete(logicalId);
      }
      done();
    },
    {
      retain: (resource) =>
        replaced.includes(resource)
          ? resource.definition.updateReplacePolicy === 'Retain'
          : retained(stack, resource, creating),
      cleanUp: true,
    },
  );
  stack.running = deletion;
  deletion.start();
}

/** Whether a resource outlives its removal; of those that were just made, `RetainExceptOnCreate` keeps none. */
function retained(stack: Stack, { definition }: StackResource, creating: boolean): boolean {
  if (definition.deletionPolicy === 'RetainExceptOnCreate') return !creating;
  return definition.deletionPolicy === 'Retain' && !(creating && stack.retainExceptOnCreate);
}

/**
 * Those of the replaced resources that nothing in the stack stands for any more, as copies: each shares its logical id
 * with a successor, whose row in the stack must not change.
 */
function predecessors(stack: Stack, replaced: readonly StackResource[]): StackResource[] {
  const byId = new Map(replaced.map((resource) => [`${resource.logicalId} ${resource.physicalId}`, resource]));
  return [...byId.values()]
    .filter(({ logicalId, physicalId }) => stack.resources.get(logicalId)?.physicalId !== physicalId)
    .map((resource) => ({ ...resource }));
}
