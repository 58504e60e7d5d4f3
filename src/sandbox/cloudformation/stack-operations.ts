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
import { startCreate, startDelete, startRollback, startUpdate } from './lifecycle.ts';
import { plan } from './plan.ts';
import { sourceFrom } from './source.ts';
import { addStack, alreadyExists, checkStackName, findStack, stackOf } from './stack.ts';
import { invalid } from './template.ts';

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
      const stack = addStack(world, name, 'CREATE_IN_PROGRESS');
      stack.capabilities = input.Capabilities ?? [];
      stack.notificationArns = names.notificationArns;
      stack.roleArn = input.RoleARN;
      stack.timeoutMinutes = input.TimeoutInMinutes;
      stack.terminationProtection = input.EnableTerminationProtection ?? false;
      stack.onFailure = input.DisableRollback ? 'DO_NOTHING' : (input.OnFailure ?? 'ROLLBACK');
      stack.token = input.ClientRequestToken;
      startCreate(engine, call, stack, source);
      return { StackId: stack.id };
    }),
    UpdateStack: operation<UpdateStackInput, UpdateStackOutput>(UpdateStack$, (input, call) => {
      const { world } = call;
      const stack = stackOf(world, checkStackName(input.StackName), 'bracketed');
      if (!canUpdate(stack)) throw notUpdatable(stack);
      const source = sourceFrom(engine, call, input, stack, stack);
      if (plan(engine, world, stack, source).length === 0) throw invalid('No updates are to be performed.');
      stack.capabilities = input.Capabilities ?? stack.capabilities;
      stack.token = input.ClientRequestToken;
      startUpdate(engine, call, stack, source, { keepFailed: input.DisableRollback ?? false });
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
      if (/^UPDATE_.*IN_PROGRESS$/.test(stack.status)) {
        throw invalid(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
      }
      stack.token = input.ClientRequestToken;
      startDelete(engine, call, stack, retain);
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
        stack.token = input.ClientRequestToken;
        startRollback(engine, call, stack, 'User Initiated');
        return {};
      },
    ),
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
