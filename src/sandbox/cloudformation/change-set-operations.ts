import {
  type ChangeSetSummary,
  CreateChangeSet$,
  type CreateChangeSetInput,
  type CreateChangeSetOutput,
  DeleteChangeSet$,
  type DeleteChangeSetInput,
  type DeleteChangeSetOutput,
  DescribeChangeSet$,
  DescribeChangeSetHooks$,
  type DescribeChangeSetHooksInput,
  type DescribeChangeSetHooksOutput,
  type DescribeChangeSetInput,
  type DescribeChangeSetOutput,
  ExecuteChangeSet$,
  type ExecuteChangeSetInput,
  type ExecuteChangeSetOutput,
  ListChangeSets$,
  type ListChangeSetsInput,
  type ListChangeSetsOutput,
} from '@aws-sdk/client-cloudformation';
import { type Call, type Operation, operation } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { type Engine, evaluationFor } from './engine.ts';
import { exportedValue, importsIn } from './exports.ts';
import { startCreate, startUpdate } from './lifecycle.ts';
import { page } from './paging.ts';
import { plan } from './plan.ts';
import { checkedRole, checkRollbackTriggers } from './request-options.ts';
import { sourceFrom } from './source.ts';
import {
  addStack,
  type ChangeSet,
  checkStackName,
  findStack,
  inProgress,
  makeObsolete,
  type Source,
  type Stack,
  setStackStatus,
  stackOf,
  stacks,
} from './stack.ts';
import { invalid } from './validation-error.ts';
import { changeSetShape } from './views.ts';

const nothingToDo =
  "The submitted information didn't contain changes. Submit different information to create a change set.";
/** Changes on a page of DescribeChangeSet. */
const pageSize = 100;

/** The operations on change sets. */
export function changeSetOperations(engine: Engine): Record<string, Operation> {
  return {
    CreateChangeSet: operation<CreateChangeSetInput, CreateChangeSetOutput>(CreateChangeSet$, (input, call) =>
      createChangeSet(engine, input, call),
    ),
    DescribeChangeSet: operation<DescribeChangeSetInput, DescribeChangeSetOutput>(
      DescribeChangeSet$,
      (input, { world }) => {
        const { stack, changeSet } = changeSetOf(world, input);
        const shown = changeSetShape(stack, changeSet, input.IncludePropertyValues ?? false);
        const { items, rest } = page(shown.Changes ?? [], input.NextToken, pageSize);
        return { ...shown, Changes: items, ...rest };
      },
    ),
    ExecuteChangeSet: operation<ExecuteChangeSetInput, ExecuteChangeSetOutput>(ExecuteChangeSet$, (input, call) => {
      executeChangeSet(engine, input, call);
      return {};
    }),
    // There are no hooks here; the answer is that of a change set that none was called for.
    DescribeChangeSetHooks: operation<DescribeChangeSetHooksInput, DescribeChangeSetHooksOutput>(
      DescribeChangeSetHooks$,
      (input, { world }) => {
        const { stack, changeSet } = changeSetOf(world, input);
        return {
          ChangeSetId: changeSet.id,
          ChangeSetName: changeSet.name,
          Hooks: [],
          Status: 'UNAVAILABLE',
          StackId: stack.id,
          StackName: stack.name,
        };
      },
    ),
    DeleteChangeSet: operation<DeleteChangeSetInput, DeleteChangeSetOutput>(DeleteChangeSet$, (input, { world }) => {
      deleteChangeSet(world, input);
      return {};
    }),
    ListChangeSets: operation<ListChangeSetsInput, ListChangeSetsOutput>(ListChangeSets$, (input, { world }) => {
      const stack = stackOf(world, input.StackName, 'bracketed');
      const { items, rest } = page([...stack.changeSets.values()], input.NextToken, pageSize);
      return {
        Summaries: items.map((changeSet) => summary(stack, changeSet)),
        ...rest,
      };
    }),
  };
}

function summary(stack: Stack, changeSet: ChangeSet): ChangeSetSummary {
  const { Changes: _changes, Parameters: _parameters, Tags: _tags, ...rest } = changeSetShape(stack, changeSet, false);
  return rest;
}

function createChangeSet(engine: Engine, input: CreateChangeSetInput, call: Call): CreateChangeSetOutput {
  const { world } = call;
  const name = input.ChangeSetName ?? '';
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  }
  const stackName = checkStackName(input.StackName);
  const type = input.ChangeSetType ?? 'UPDATE';
  if (type === 'IMPORT') {
    const types = new Set((input.ResourcesToImport ?? []).map(({ ResourceType }) => ResourceType));
    throw invalid(`ResourceTypes [${[...types].join(', ')}] are not supported for Import`);
  }
  const existing = findStack(world, stackName);
  const target = type === 'CREATE' ? forCreation(existing, stackName, name) : forUpdate(existing, stackName);
  if (target && [...target.changeSets.values()].some((other) => other.name === name)) {
    throw new ServiceError(
      'AlreadyExistsException',
      `ChangeSet ${name} cannot be created due to a mismatch with existing attribute ChangeSetName`,
    );
  }
  const names = target ?? {
    id: world.arn('cloudformation', `stack/${stackName}/new`),
    name: stackName,
    notificationArns: [],
  };
  const source = sourceFrom(engine, call, input, names, type === 'UPDATE' ? target : undefined);
  const roleArn = checkedRole(engine, call, input.RoleARN);
  checkRollbackTriggers(input.RollbackConfiguration);
  // From here on nothing throws: a refused request leaves no stack behind.
  const stack = target ?? addStack(world, stackName, 'REVIEW_IN_PROGRESS');
  if (!target) setStackStatus(world, stack, 'REVIEW_IN_PROGRESS', 'User Initiated');
  const changeSet: ChangeSet = {
    id: world.arn('cloudformation', `changeSet/${name}/${world.uuid()}`),
    name,
    type,
    description: input.Description,
    createdAt: world.now,
    source,
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? stack.notificationArns,
    onStackFailure: input.OnStackFailure,
    roleArn,
    nested: input.IncludeNestedStacks ?? false,
    status: 'CREATE_PENDING',
    statusReason: undefined,
    executionStatus: 'UNAVAILABLE',
    changes: [],
  };
  stack.changeSets.set(changeSet.id, changeSet);
  world.schedule(1000, () => {
    if (stack.changeSets.get(changeSet.id) === changeSet) changeSet.status = 'CREATE_IN_PROGRESS';
  });
  world.schedule(1000 + world.drawMs(world.settings.cloudformation.changeSet), () => {
    if (stack.changeSets.get(changeSet.id) === changeSet) compute(engine, world, stack, changeSet);
  });
  return { Id: changeSet.id, StackId: stack.id };
}

function forCreation(existing: Stack | undefined, stackName: string, changeSetName: string): Stack | undefined {
  if (existing && existing.status !== 'REVIEW_IN_PROGRESS') {
    throw invalid(
      `Stack [${stackName}] already exists and cannot be created again with the changeSet [${changeSetName}].`,
    );
  }
  return existing;
}

function forUpdate(existing: Stack | undefined, stackName: string): Stack {
  if (!existing || existing.status === 'REVIEW_IN_PROGRESS') throw invalid(`Stack [${stackName}] does not exist`);
  if (!canUpdate(existing)) throw notUpdatable(existing);
  return existing;
}

/** Whether a stack's status lets an update begin. */
export function canUpdate({ status }: Stack): boolean {
  return ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_FAILED', 'CREATE_FAILED'].includes(
    status,
  );
}

export function notUpdatable(stack: Stack): ServiceError {
  return invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
}

function compute(engine: Engine, world: World, stack: Stack, changeSet: ChangeSet): void {
  let empty: boolean;
  try {
    const { changes, outputs } = plan(engine, world, stack, changeSet.source);
    changeSet.changes = changes;
    changeSet.statusReason = incomplete(world, stack, changeSet.source);
    empty = changes.length === 0 && !(outputs && changeSet.type === 'UPDATE');
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    changeSet.status = 'FAILED';
    changeSet.statusReason = error.message;
    return;
  }
  changeSet.status = empty ? 'FAILED' : 'CREATE_COMPLETE';
  if (empty) changeSet.statusReason = nothingToDo;
  changeSet.executionStatus = empty ? 'UNAVAILABLE' : 'AVAILABLE';
}

/** The warning about an import that nothing exports: it fails the execution, not the change set. */
function incomplete(world: World, stack: Stack, source: Source): string | undefined {
  const evaluated = evaluationFor(world, stack, source, (name) => name);
  const missing = importsIn(evaluated).find(({ name }) => exportedValue(world, name) === undefined);
  if (!missing) return undefined;
  return `[WARN] --include-property-values option can return incomplete ChangeSet data because: ChangeSet creation failed for resource [${missing.logicalId}] because: No export named ${missing.name}`;
}

function executeChangeSet(engine: Engine, input: ExecuteChangeSetInput, call: Call): void {
  const { stack, changeSet } = changeSetOf(call.world, input);
  if (changeSet.status !== 'CREATE_COMPLETE' || changeSet.executionStatus !== 'AVAILABLE') {
    const { status, executionStatus } = changeSet;
    throw new ServiceError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${status === 'CREATE_COMPLETE' ? executionStatus : status}]`,
    );
  }
  if (inProgress(stack)) throw notUpdatable(stack);
  if (changeSet.type === 'UPDATE' && !canUpdate(stack)) throw notUpdatable(stack);
  changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  makeObsolete(stack, changeSet);
  stack.token = input.ClientRequestToken;
  stack.changeSetId = changeSet.id;
  stack.retainExceptOnCreate = input.RetainExceptOnCreate ?? false;
  stack.capabilities = changeSet.capabilities;
  stack.notificationArns = changeSet.notificationArns;
  stack.roleArn = changeSet.roleArn ?? stack.roleArn;
  const ended = (ok: boolean) => {
    changeSet.executionStatus = ok ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED';
  };
  const keepFailed = input.DisableRollback === true || changeSet.onStackFailure === 'DO_NOTHING';
  if (changeSet.type === 'CREATE') {
    stack.updatedAt = call.world.now;
    stack.onFailure = keepFailed ? 'DO_NOTHING' : (changeSet.onStackFailure ?? 'ROLLBACK');
    startCreate(engine, call, stack, changeSet.source, ended);
  } else {
    startUpdate(engine, call, stack, changeSet.source, { keepFailed, policy: stack.policy, ended });
  }
}

/** DeleteChangeSet. A name that the stack has no change set of is no error: deployment tools clear theirs unasked. */
function deleteChangeSet(world: World, input: DeleteChangeSetInput): void {
  const found = findChangeSet(world, input);
  if (!found) {
    if (input.StackName === undefined) throw noChangeSet(input.ChangeSetName);
    return;
  }
  const { stack, changeSet } = found;
  // While it waits to be looked at it may go; while it is looked at it may not.
  const busy = [changeSet.status, changeSet.executionStatus].find((one) => /^(CREATE|EXECUTE)_IN_PROGRESS$/.test(one));
  if (busy !== undefined) {
    throw new ServiceError('InvalidChangeSetStatus', `Cannot delete ChangeSet in status ${busy}`);
  }
  stack.changeSets.delete(changeSet.id);
}

interface ChangeSetName {
  ChangeSetName?: string | undefined;
  StackName?: string | undefined;
}

/** The change set that a request names, by its ARN or by its name and its stack. */
export function changeSetOf(world: World, input: ChangeSetName): { stack: Stack; changeSet: ChangeSet } {
  const found = findChangeSet(world, input);
  if (!found) throw noChangeSet(input.ChangeSetName);
  return found;
}

/** As {@link changeSetOf}, or undefined; a stack that is named has to be there. */
function findChangeSet(
  world: World,
  { ChangeSetName: name = '', StackName }: ChangeSetName,
): { stack: Stack; changeSet: ChangeSet } | undefined {
  if (name.startsWith('arn:')) {
    for (const stack of stacks(world).values()) {
      const changeSet = stack.changeSets.get(name);
      if (changeSet) return { stack, changeSet };
    }
    return undefined;
  }
  if (StackName === undefined)
    throw invalid('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = stackOf(world, StackName, 'bracketed');
  const changeSet = [...stack.changeSets.values()].find((other) => other.name === name);
  return changeSet && { stack, changeSet };
}

function noChangeSet(name = ''): ServiceError {
  return new ServiceError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
}
