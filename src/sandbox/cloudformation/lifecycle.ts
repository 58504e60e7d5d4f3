import type { Call } from '../operations/operation.ts';
import { Deletion } from './deletion.ts';
import { Deployment, type DeploymentResult } from './deployment.ts';
import { type Engine, evaluationFor, valuesOf } from './engine.ts';
import { type Source, type Stack, type StackOutput, type StackResource, setStackStatus } from './stack.ts';

/** Creates a stack's resources; a failure ends as the stack's `onFailure` says. */
export function startCreate(
  engine: Engine,
  call: Call,
  stack: Stack,
  source: Source,
  ended?: (ok: boolean) => void,
): void {
  const { world } = call;
  stack.source = source;
  stack.description = source.template.description;
  setStackStatus(world, stack, 'CREATE_IN_PROGRESS', 'User Initiated');
  let timedOut = false;
  const deployment = new Deployment(engine, call, stack, source, (result) => {
    timer?.cancel();
    const failure = timedOut
      ? 'Stack creation time exceeded the specified timeout. '
      : (failureOf(result, 'create') ?? outputFailure(call, stack));
    if (failure === undefined) {
      stack.running = undefined;
      setStackStatus(world, stack, 'CREATE_COMPLETE');
      ended?.(true);
    } else {
      creationFailed(engine, call, stack, failure);
      ended?.(false);
    }
  });
  stack.running = deployment;
  const timer =
    stack.timeoutMinutes === undefined
      ? undefined
      : world.schedule(stack.timeoutMinutes * 60_000, () => {
          if (stack.running !== deployment) return;
          timedOut = true;
          deployment.cancel();
        });
  deployment.start();
}

function creationFailed(engine: Engine, call: Call, stack: Stack, failure: string): void {
  const { world } = call;
  stack.running = undefined;
  if (stack.onFailure === 'DO_NOTHING') {
    setStackStatus(world, stack, 'CREATE_FAILED', failure);
    return;
  }
  if (stack.onFailure === 'DELETE') {
    setStackStatus(world, stack, 'DELETE_IN_PROGRESS', `${failure}Delete requested by user.`);
    removeAll(engine, call, stack, [], (failed) => deletionEnded(call, stack, failed));
    return;
  }
  setStackStatus(world, stack, 'ROLLBACK_IN_PROGRESS', `${failure}Rollback requested by user.`);
  removeAll(engine, call, stack, [], (failed) => {
    if (failed.length === 0) setStackStatus(world, stack, 'ROLLBACK_COMPLETE');
    else setStackStatus(world, stack, 'ROLLBACK_FAILED', failedToDelete(failed));
  });
}

/** Deletes a stack, whatever state it is in; a creation under way ends at once. */
export function startDelete(engine: Engine, call: Call, stack: Stack, retain: readonly string[]): void {
  stack.running?.stop();
  setStackStatus(call.world, stack, 'DELETE_IN_PROGRESS', 'User Initiated');
  removeAll(engine, call, stack, retain, (failed) => deletionEnded(call, stack, failed));
}

function deletionEnded(call: Call, stack: Stack, failed: readonly string[]): void {
  if (failed.length === 0) setStackStatus(call.world, stack, 'DELETE_COMPLETE');
  else setStackStatus(call.world, stack, 'DELETE_FAILED', failedToDelete(failed));
}

function removeAll(
  engine: Engine,
  call: Call,
  stack: Stack,
  retain: readonly string[],
  done: (failed: string[]) => void,
): void {
  stack.outputs = [];
  const creating = stack.status === 'ROLLBACK_IN_PROGRESS';
  const left = [...stack.resources.values()].filter(
    ({ status }) => status !== 'DELETE_COMPLETE' && status !== 'DELETE_SKIPPED',
  );
  const deletion = new Deletion(
    engine,
    call,
    stack,
    left,
    (failed) => {
      stack.running = undefined;
      done(failed);
    },
    ({ logicalId, definition: { deletionPolicy } }) =>
      retain.includes(logicalId) ||
      deletionPolicy === 'Retain' ||
      (deletionPolicy === 'RetainExceptOnCreate' && !creating),
  );
  stack.running = deletion;
  deletion.start();
}

/** Updates a stack to a source; a failure goes back to where it was, unless `keepFailed`. */
export function startUpdate(
  engine: Engine,
  call: Call,
  stack: Stack,
  source: Source,
  options: { keepFailed: boolean; ended?: (ok: boolean) => void },
): void {
  const { world } = call;
  if (stack.source) stack.before = { source: stack.source, resources: new Map(stack.resources) };
  stack.source = source;
  stack.description = source.template.description;
  stack.updatedAt = world.now;
  setStackStatus(world, stack, 'UPDATE_IN_PROGRESS', 'User Initiated');
  const deployment = new Deployment(engine, call, stack, source, (result) => {
    const failure = failureOf(result, 'update') ?? outputFailure(call, stack);
    stack.running = undefined;
    options.ended?.(failure === undefined);
    if (failure === undefined) {
      const active = new Set(evaluationFor(world, stack, source).active);
      const removed = [...stack.resources.values()].filter(({ logicalId }) => !active.has(logicalId));
      setStackStatus(world, stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      cleanUp(engine, call, stack, removed, result.replaced, () => {
        stack.before = undefined;
        setStackStatus(world, stack, 'UPDATE_COMPLETE');
      });
    } else if (options.keepFailed) {
      setStackStatus(world, stack, 'UPDATE_FAILED', failure);
    } else {
      startRollback(engine, call, stack, failure);
    }
  });
  stack.running = deployment;
  deployment.start();
}

/** Takes a failed update back. */
export function startRollback(engine: Engine, call: Call, stack: Stack, reason: string): void {
  const { world } = call;
  const { before } = stack;
  if (!before) return;
  stack.source = before.source;
  setStackStatus(world, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
  const deployment = new Deployment(
    engine,
    call,
    stack,
    before.source,
    (result) => {
      stack.running = undefined;
      const failure = failureOf(result, 'update') ?? outputFailure(call, stack);
      if (failure !== undefined) {
        setStackStatus(world, stack, 'UPDATE_ROLLBACK_FAILED', failure);
        return;
      }
      const added = [...stack.resources.values()].filter(({ logicalId }) => !before.resources.has(logicalId));
      setStackStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
      cleanUp(engine, call, stack, added, result.replaced, () => {
        stack.before = undefined;
        setStackStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE');
      });
    },
    before.resources,
  );
  stack.running = deployment;
  deployment.start();
}

/** Deletes what an update has left over. A failure here does not fail the update, as on AWS. */
function cleanUp(
  engine: Engine,
  call: Call,
  stack: Stack,
  removed: readonly StackResource[],
  replaced: readonly StackResource[],
  done: () => void,
): void {
  // A replaced resource shares its logical id with its successor, whose row in the stack must not change.
  const old = new Set(replaced.map((resource) => ({ ...resource })));
  const deletion = new Deletion(
    engine,
    call,
    stack,
    [...removed, ...old],
    () => {
      stack.running = undefined;
      for (const { logicalId, status } of removed) if (status !== 'DELETE_FAILED') stack.resources.delete(logicalId);
      done();
    },
    (resource) =>
      (old.has(resource) ? resource.definition.updateReplacePolicy : resource.definition.deletionPolicy) === 'Retain',
  );
  stack.running = deletion;
  deletion.start();
}

function failedToDelete(failed: readonly string[]): string {
  return `The following resource(s) failed to delete: [${failed.join(', ')}]. `;
}

/** CloudFormation's sentence on the resources that failed; undefined: none did. */
function failureOf(result: DeploymentResult, operation: 'create' | 'update'): string | undefined {
  const all = [...result.failed, ...result.cancelled];
  if (all.length === 0) return result.ended ? 'Cancelled by the user. ' : undefined;
  const named = (verb: 'create' | 'update') => {
    const ids = all.filter((entry) => entry.verb === verb).map(({ logicalId }) => logicalId);
    return ids.length === 0 ? '' : `The following resource(s) failed to ${verb}: [${ids.join(', ')}]. `;
  };
  return operation === 'create' ? named('create') : `${named('create')}${named('update')}`;
}

/** Evaluates the outputs; what is wrong with one, or undefined. */
function outputFailure(call: Call, stack: Stack): string | undefined {
  if (!stack.source) return undefined;
  try {
    stack.outputs = outputsOf(call, stack, stack.source);
    return undefined;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}. `;
  }
}

function outputsOf(call: Call, stack: Stack, source: Source): StackOutput[] {
  const evaluated = evaluationFor(call.world, stack, source);
  const values = valuesOf(stack.resources);
  return [...source.template.outputs]
    .filter(([, { Condition }]) => typeof Condition !== 'string' || evaluated.condition(Condition) === true)
    .map(([key, { Value, Description, Export }]) => {
      const exported = evaluated.evaluate(Export, values);
      return {
        key,
        value: String(evaluated.evaluate(Value, values)),
        description: typeof Description === 'string' ? Description : undefined,
        exportName:
          typeof exported === 'object' && exported !== null && !Array.isArray(exported)
            ? String(exported.Name)
            : undefined,
      };
    });
}
