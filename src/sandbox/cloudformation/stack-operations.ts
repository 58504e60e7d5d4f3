import {
  CancelUpdateStack$,
  type CancelUpdateStackInput,
  ContinueUpdateRollback$,
  type ContinueUpdateRollbackInput,
  type ContinueUpdateRollbackOutput,
  CreateStack$,
  type CreateStackInput,
  type CreateStackOutput,
  DeleteStack$,
  type DeleteStackInput,
  RollbackStack$,
  type RollbackStackInput,
  type RollbackStackOutput,
  SetStackPolicy$,
  type SetStackPolicyInput,
  UpdateStack$,
  type UpdateStackInput,
  type UpdateStackOutput,
  UpdateTerminationProtection$,
  type UpdateTerminationProtectionInput,
  type UpdateTerminationProtectionOutput,
} from '@aws-sdk/client-cloudformation';
import { type Operation, operation } from '../operations/operation.ts';
import { canUpdate, notUpdatable } from './change-set-operations.ts';
import type { Engine } from './engine.ts';
import { startCreate, startCreationRollback, startDelete, startRollback, startUpdate } from './lifecycle.ts';
import { plan } from './plan.ts';
import { checkedRole, checkRollbackTriggers, policyBody } from './request-options.ts';
import { sourceFrom } from './source.ts';
import { addStack, alreadyExists, checkStackName, findStack, makeObsolete, type Stack, stackOf } from './stack.ts';
import { invalid } from './validation-error.ts';

/** The operations that make, change and end stacks. */
export function stackOperations(engine: Engine): Record<string, Operation> {
  return {
    CreateStack: operation<CreateStackInput, CreateStackOutput>(CreateStack$, (input, call) => {
      const { world } = call;
      const name = checkStackName(input.StackName);
      if (findStack(world, name)) throw alreadyExists(name);
      if (input.OnFailure !== undefined && input.DisableRollback !== undefined) {
        throw invalid('Either DisableRollback or OnFailure can be specified, not both.');
      }
      const names = {
        id: world.arn('cloudformation', `stack/${name}/new`),
        name,
        notificationArns: input.NotificationARNs ?? [],
      };
      const source = sourceFrom(engine, call, input, names);
      const roleArn = checkedRole(engine, call, input.RoleARN);
      checkRollbackTriggers(input.RollbackConfiguration);
      const policy = policyBody(input);
      const stack = addStack(world, name, 'CREATE_IN_PROGRESS');
      stack.capabilities = input.Capabilities ?? [];
      stack.notificationArns = names.notificationArns;
      stack.roleArn = roleArn;
      stack.timeoutMinutes = input.TimeoutInMinutes;
      stack.terminationProtection = input.EnableTerminationProtection ?? false;
      stack.onFailure = input.DisableRollback ? 'DO_NOTHING' : (input.OnFailure ?? 'ROLLBACK');
      stack.policy = policy;
      stack.retainExceptOnCreate = input.RetainExceptOnCreate ?? false;
      stack.token = input.ClientRequestToken;
      startCreate(engine, call, stack, source);
      return { StackId: stack.id };
    }),
    UpdateStack: operation<UpdateStackInput, UpdateStackOutput>(UpdateStack$, (input, call) => {
      const { world } = call;
      const stack = stackOf(world, checkStackName(input.StackName), 'bracketed');
      if (!canUpdate(stack)) throw notUpdatable(stack);
      const source = sourceFrom(engine, call, input, stack, stack);
      const roleArn = checkedRole(engine, call, input.RoleARN);
      checkRollbackTriggers(input.RollbackConfiguration);
      const policy = policyBody(input);
      const during = policyBody({ StackPolicyBody: input.StackPolicyDuringUpdateBody });
      const { changes, outputs } = plan(engine, world, stack, source);
      if (changes.length === 0 && !outputs) throw invalid('No updates are to be performed.');
      stack.roleArn = roleArn ?? stack.roleArn;
      stack.policy = policy ?? stack.policy;
      stack.notificationArns = input.NotificationARNs ?? stack.notificationArns;
      stack.capabilities = input.Capabilities ?? stack.capabilities;
      stack.token = input.ClientRequestToken;
      stack.retainExceptOnCreate = input.RetainExceptOnCreate ?? false;
      makeObsolete(stack);
      startUpdate(engine, call, stack, source, {
        keepFailed: input.DisableRollback ?? false,
        policy: input.StackPolicyDuringUpdateBody === undefined ? stack.policy : during,
      });
      return { StackId: stack.id };
    }),
    DeleteStack: operation<DeleteStackInput, Record<string, never>>(DeleteStack$, (input, call) => {
      const stack = findStack(call.world, checkStackName(input.StackName));
      // A stack that does not exist, or is gone, is what was wanted: AWS answers the same.
      if (!stack || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return {};
      if (stack.terminationProtection) {
        throw invalid(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`);
      }
      const retain = input.RetainResources ?? [];
      if (retain.length > 0 && stack.status !== 'DELETE_FAILED') {
        throw invalid(
          `Invalid operation on stack [${stack.id}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`,
        );
      }
      const force = input.DeletionMode === 'FORCE_DELETE_STACK';
      if (force && stack.status !== 'DELETE_FAILED') {
        throw invalid(
          `Invalid operation on stack [${stack.id}]. Specify FORCE_DELETE_STACK only when the stack is in the DELETE_FAILED state.`,
        );
      }
      if (/^UPDATE_.*IN_PROGRESS$/.test(stack.status)) {
        throw invalid(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
      }
      stack.token = input.ClientRequestToken;
      startDelete(engine, call, stack, { retain, force });
      return {};
    }),
    CancelUpdateStack: operation<CancelUpdateStackInput, Record<string, never>>(
      CancelUpdateStack$,
      (input, { world }) => {
        const stack = stackOf(world, input.StackName, 'bracketed');
        if (stack.status !== 'UPDATE_IN_PROGRESS') {
          throw invalid('CancelUpdateStack cannot be called from current stack status');
        }
        stack.running?.cancel?.();
        return {};
      },
    ),
    ContinueUpdateRollback: operation<ContinueUpdateRollbackInput, ContinueUpdateRollbackOutput>(
      ContinueUpdateRollback$,
      (input, call) => {
        const stack = stackOf(call.world, input.StackName, 'bracketed');
        if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
          throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not continue update rollback.`);
        }
        const skip = input.ResourcesToSkip ?? [];
        checkSkippable(stack, skip);
        stack.roleArn = checkedRole(engine, call, input.RoleARN) ?? stack.roleArn;
        stack.token = input.ClientRequestToken;
        startRollback(engine, call, stack, 'User Initiated', skip);
        return {};
      },
    ),
    RollbackStack: operation<RollbackStackInput, RollbackStackOutput>(RollbackStack$, (input, call) => {
      const stack = stackOf(call.world, input.StackName, 'bracketed');
      if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED') {
        throw invalid(`Stack:${stack.id} is in ${stack.status} state and can not be rolled back.`);
      }
      stack.roleArn = checkedRole(engine, call, input.RoleARN) ?? stack.roleArn;
      stack.token = input.ClientRequestToken;
      if (stack.status === 'CREATE_FAILED') startCreationRollback(engine, call, stack);
      else startRollback(engine, call, stack, 'User Initiated');
      return { StackId: stack.id };
    }),
    SetStackPolicy: operation<SetStackPolicyInput, Record<string, never>>(SetStackPolicy$, (input, { world }) => {
      const stack = stackOf(world, input.StackName);
      stack.policy = policyBody(input) ?? stack.policy;
      return {};
    }),
    UpdateTerminationProtection: operation<UpdateTerminationProtectionInput, UpdateTerminationProtectionOutput>(
      UpdateTerminationProtection$,
      (input, { world }) => {
        const stack = stackOf(world, input.StackName, 'bracketed');
        if (stack.status === 'DELETE_IN_PROGRESS' || stack.status === 'DELETE_COMPLETE') {
          throw invalid(
            `Stack [${stack.name}] is in ${stack.status} state and its termination protection can not be changed.`,
          );
        }
        stack.terminationProtection = input.EnableTerminationProtection ?? false;
        return { StackId: stack.id };
      },
    ),
  };
}

/** Refuses what a continued rollback may not skip: only what the rollback itself failed at (API reference). */
function checkSkippable(stack: Stack, skip: readonly string[]): void {
  for (const logicalId of skip) {
    const resource = stack.resources.get(logicalId);
    if (!resource) throw invalid(`Resource ${logicalId} does not exist for stack ${stack.name}`);
    if (resource.status !== 'UPDATE_FAILED' || resource.statusReason === 'Resource update cancelled') {
      throw invalid(
        `Resource [${logicalId}] cannot be skipped: only resources that are in the UPDATE_FAILED state because a rollback failed can be.`,
      );
    }
  }
}
