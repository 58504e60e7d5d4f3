import type { Call } from '../operations/operation.ts';
import type { World } from '../world/world.ts';
import { Deployment, type DeploymentResult } from './deployment.ts';
import { type Engine, evaluationFor, valuesOf } from './engine.ts';
import { exportConflict, exportInUse, importersOf, missingExport } from './exports.ts';
import { outputsOf } from './outputs.ts';
import { cleanUp, removeAll } from './removal.ts';
import { type Source, type Stack, setStackStatus } from './stack.ts';

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
      : (failureOf(result, 'create') ?? sentence(outputFailure(call, stack)));
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
  const missing = missingImport(world, stack, source);
  if (missing === undefined) deployment.start();
  else {
    world.schedule(1000, () => {
      if (stack.running !== deployment) return;
      timer?.cancel();
      creationFailed(engine, call, stack, `${missing} `);
      ended?.(false);
    });
  }
}

/** What is wrong with what a source imports; the rest of it is evaluated as if it were there. */
function missingImport(world: World, stack: Stack, source: Source): string | undefined {
  return missingExport(
    world,
    evaluationFor(world, stack, source, (name) => name),
  );
}

/** A reason as the beginning of a longer one. */
function sentence(reason: string | undefined): string | undefined {
  return reason === undefined ? undefined : `${reason}${reason.endsWith('.') ? '' : '.'} `;
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
    removeAll(engine, call, stack, { retain: [] }, (failed) => deletionEnded(call, stack, failed));
    return;
  }
  rollBackCreation(engine, call, stack, `${failure}Rollback requested by user.`);
}

function rollBackCreation(engine: Engine, call: Call, stack: Stack, reason: string): void {
  const { world } = call;
  setStackStatus(world, stack, 'ROLLBACK_IN_PROGRESS', reason);
  removeAll(engine, call, stack, { retain: [] }, (failed) => {
    if (failed.length === 0) setStackStatus(world, stack, 'ROLLBACK_COMPLETE');
    else setStackStatus(world, stack, 'ROLLBACK_FAILED', failedToDelete(failed));
  });
}

/** Names of the stacks that import an export of another one. */
export function exportUsers(world: World, name: string): string[] {
  return importersOf(world, name, (other) =>
    other.source ? evaluationFor(world, other, other.source, (one) => one) : undefined,
  );
}

/**
 * Deletes a stack, whatever state it is in; a creation under way ends at once. One whose
 * exports are in use stays what it was, and says so in an event.
 *
 * @param options.force what cannot be deleted is left behind, and the stack goes all the same
 */
export function startDelete(
  engine: Engine,
  call: Call,
  stack: Stack,
  options: { retain: readonly string[]; force: boolean },
): void {
  const { world } = call;
  const before = stack.status;
  const used = stack.outputs.find(({ exportName }) => exportName && exportUsers(world, exportName).length > 0);
  if (!used) stack.running?.stop();
  setStackStatus(world, stack, 'DELETE_IN_PROGRESS', 'User Initiated');
  if (used?.exportName !== undefined) {
    const reason = exportInUse(used.exportName, exportUsers(world, used.exportName));
    world.schedule(1000, () => {
      if (stack.status !== 'DELETE_IN_PROGRESS') return;
      stack.deletedAt = undefined;
      setStackStatus(world, stack, before, reason);
    });
    return;
  }
  removeAll(engine, call, stack, options, (failed) => deletionEnded(call, stack, options.force ? [] : failed));
}

function deletionEnded(call: Call, stack: Stack, failed: readonly string[]): void {
  if (failed.length === 0) setStackStatus(call.world, stack, 'DELETE_COMPLETE');
  else setStackStatus(call.world, stack, 'DELETE_FAILED', failedToDelete(failed));
}

/**
 * Updates a stack to a source; a failure goes back to where it was, unless `keepFailed`.
 *
 * @param options.policy body of the stack policy that is in force for this update
 */
export function startUpdate(
  engine: Engine,
  call: Call,
  stack: Stack,
  source: Source,
  options: { keepFailed: boolean; policy: string | undefined; ended?: (ok: boolean) => void },
): void {
  const { world } = call;
  // A stack that was left as an update failed goes back to where it was before that update.
  const before = (stack.status === 'UPDATE_FAILED' && stack.before) || stablePoint(stack);
  stack.before = before;
  stack.source = source;
  stack.description = source.template.description;
  stack.updatedAt = world.now;
  setStackStatus(world, stack, 'UPDATE_IN_PROGRESS', 'User Initiated');
  const done = (result: DeploymentResult) => {
    const failure = failureOf(result, 'update') ?? outputFailure(call, stack);
    stack.running = undefined;
    before?.replaced.push(...result.replaced);
    options.ended?.(failure === undefined);
    if (failure === undefined) {
      const active = new Set(evaluationFor(world, stack, source).active);
      const removed = [...stack.resources.values()].filter(({ logicalId }) => !active.has(logicalId));
      setStackStatus(world, stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
      const left = { removed, replaced: before?.replaced ?? result.replaced };
      cleanUp(engine, call, stack, left, () => {
        stack.before = undefined;
        setStackStatus(world, stack, 'UPDATE_COMPLETE');
      });
    } else if (options.keepFailed) {
      setStackStatus(world, stack, 'UPDATE_FAILED', failure);
    } else {
      startRollback(engine, call, stack, failure);
    }
  };
  const deployment = new Deployment(engine, call, stack, source, done, { policy: options.policy });
  stack.running = deployment;
  const missing = missingImport(world, stack, source);
  if (missing === undefined) deployment.start();
  else {
    world.schedule(1000, () => {
      if (stack.running !== deployment) return;
      stack.running = undefined;
      options.ended?.(false);
      if (options.keepFailed) setStackStatus(world, stack, 'UPDATE_FAILED', missing);
      else startRollback(engine, call, stack, missing);
    });
  }
}

/** Where an update of this stack goes back to: its source and the resources that exist. */
function stablePoint({ source, resources }: Stack): Stack['before'] {
  if (!source) return undefined;
  const there = [...resources].filter(
    ([, { physicalId, status }]) => physicalId !== undefined && status !== 'CREATE_FAILED',
  );
  return { source, resources: new Map(there), replaced: [] };
}

/** Takes back a creation that failed and was left as it was. */
export function startCreationRollback(engine: Engine, call: Call, stack: Stack): void {
  rollBackCreation(engine, call, stack, 'User Initiated');
}

/**
 * Takes a failed update back.
 *
 * @param skip logical ids that are taken as restored without being touched
 */
export function startRollback(
  engine: Engine,
  call: Call,
  stack: Stack,
  reason: string,
  skip: readonly string[] = [],
): void {
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
      before.replaced.push(...result.replaced);
      const failure = failureOf(result, 'update') ?? outputFailure(call, stack);
      if (failure !== undefined) {
        setStackStatus(world, stack, 'UPDATE_ROLLBACK_FAILED', failure);
        return;
      }
      const added = [...stack.resources.values()].filter(({ logicalId }) => !before.resources.has(logicalId));
      setStackStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
      const left = { removed: added, replaced: before.replaced };
      cleanUp(engine, call, stack, left, () => {
        stack.before = undefined;
        setStackStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE');
      });
    },
    { restore: before.resources, skip },
  );
  stack.running = deployment;
  deployment.start();
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
  const { world } = call;
  try {
    const outputs = outputsOf(evaluationFor(world, stack, stack.source), valuesOf(stack.resources));
    const conflict = exportConflict(world, stack, outputs, (name) => exportUsers(world, name));
    if (conflict === undefined) stack.outputs = outputs;
    return conflict;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
