import {
  type ActivityType,
  type AutoScalingInstancesType,
  CompleteLifecycleAction$,
  type CompleteLifecycleActionType,
  DeleteLifecycleHook$,
  type DeleteLifecycleHookType,
  DescribeAutoScalingInstances$,
  type DescribeAutoScalingInstancesType,
  DescribeLifecycleHooks$,
  type DescribeLifecycleHooksAnswer,
  type DescribeLifecycleHooksType,
  PutLifecycleHook$,
  type PutLifecycleHookType,
  RecordLifecycleActionHeartbeat$,
  type RecordLifecycleActionHeartbeatType,
  SetInstanceHealth$,
  type SetInstanceHealthQuery,
  SetInstanceProtection$,
  type SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroup$,
  type TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { autoScaling, type Group, groupOf, type Member, memberOf, validationError } from '../world/auto-scaling.ts';
import { at } from '../world/auto-scaling-activities.ts';
import { globalTimeoutSeconds, releaseHook, retireMember } from '../world/auto-scaling-members.ts';
import { markUnhealthy, soon } from '../world/auto-scaling-processes.ts';
import { decrement, named, shrinking } from './auto-scaling-moves.ts';
import { autoScalingPage } from './auto-scaling-page.ts';
import { hookFrom } from './auto-scaling-requests.ts';
import { activityView, memberDetails } from './auto-scaling-views.ts';
import { type Operation, operation } from './operation.ts';

/** The action that an instance waits for, by the instance or by the action's token. */
function waitingFor(
  group: Group,
  input: Pick<CompleteLifecycleActionType, 'LifecycleHookName' | 'InstanceId' | 'LifecycleActionToken'>,
): NonNullable<Member['waiting']> {
  const waiting = [...group.members.values()].find(
    ({ instanceId, waiting: action }) =>
      action?.hook === input.LifecycleHookName &&
      (instanceId === input.InstanceId || action?.token === input.LifecycleActionToken),
  )?.waiting;
  if (waiting) return waiting;
  throw validationError(
    `No active Lifecycle Action found with instance ID ${input.InstanceId ?? input.LifecycleActionToken}`,
  );
}

/** What is done to single instances of a group. */
export const memberOperations: Record<string, Operation> = {
  DescribeAutoScalingInstances: operation<DescribeAutoScalingInstancesType, AutoScalingInstancesType>(
    DescribeAutoScalingInstances$,
    (input, { world }) => {
      const all = [...autoScaling(world).groups.values()].flatMap((group) =>
        [...group.members.values()].map((member) => ({ group, member })),
      );
      const kept = input.InstanceIds?.length
        ? all.filter(({ member }) => input.InstanceIds?.includes(member.instanceId))
        : all;
      const { items, rest } = autoScalingPage(kept, input, 50);
      return {
        AutoScalingInstances: items.map(({ group, member }) => memberDetails(world, group, member)),
        ...rest,
      };
    },
  ),

  TerminateInstanceInAutoScalingGroup: operation<TerminateInstanceInAutoScalingGroupType, ActivityType>(
    TerminateInstanceInAutoScalingGroup$,
    (input, { world }) => {
      const { group, member } = memberOf(world, input.InstanceId ?? '');
      // What is ended already is counted no longer.
      const fewer = input.ShouldDecrementDesiredCapacity === true && !member.departure;
      if (fewer) decrement(group, 1, 'Terminating');
      const cause = `instance ${member.instanceId} was taken out of service in response to a user request${shrinking(group, fewer)}`;
      const activity = retireMember(world, group, member, at(world, cause));
      soon(world, group);
      return { Activity: activityView(group, activity) };
    },
  ),

  SetInstanceHealth: operation<SetInstanceHealthQuery, Record<string, never>>(
    SetInstanceHealth$,
    (input, { world }) => {
      const { group, member } = memberOf(world, input.InstanceId ?? '');
      if (input.HealthStatus === 'Healthy') {
        member.healthy = true;
        delete member.unhealthyBy;
        return {};
      }
      if (input.HealthStatus !== 'Unhealthy') {
        throw validationError(`Invalid health status ${input.HealthStatus}: it must be one of Healthy, Unhealthy.`);
      }
      const age = world.now - (member.inServiceAt ?? world.now);
      const inGrace = age < group.healthCheckGraceSeconds * 1000;
      if (!inGrace || input.ShouldRespectGracePeriod === false) markUnhealthy(member, 'user');
      return {};
    },
  ),

  SetInstanceProtection: operation<SetInstanceProtectionQuery, Record<string, never>>(
    SetInstanceProtection$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      for (const member of named(group, input.InstanceIds, 'InService', 'EnteringStandby', 'Standby')) {
        member.protectedFromScaleIn = input.ProtectedFromScaleIn === true;
      }
      return {};
    },
  ),

  PutLifecycleHook: operation<PutLifecycleHookType, Record<string, never>>(PutLifecycleHook$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const hook = hookFrom(input, group.hooks.get(input.LifecycleHookName ?? ''));
    group.hooks.set(hook.name, hook);
    return {};
  }),

  DescribeLifecycleHooks: operation<DescribeLifecycleHooksType, DescribeLifecycleHooksAnswer>(
    DescribeLifecycleHooks$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      const names = input.LifecycleHookNames;
      return {
        LifecycleHooks: [...group.hooks.values()]
          .filter(({ name }) => !names?.length || names.includes(name))
          .map((hook) => ({
            LifecycleHookName: hook.name,
            AutoScalingGroupName: group.name,
            LifecycleTransition: hook.transition,
            HeartbeatTimeout: hook.heartbeatSeconds,
            GlobalTimeout: globalTimeoutSeconds(hook),
            DefaultResult: hook.defaultResult,
          })),
      };
    },
  ),

  DeleteLifecycleHook: operation<DeleteLifecycleHookType, Record<string, never>>(
    DeleteLifecycleHook$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      if (!group.hooks.has(input.LifecycleHookName ?? '')) {
        throw validationError(
          `No Lifecycle Hook found for AutoScalingGroup ${group.name} and name ${input.LifecycleHookName}.`,
        );
      }
      releaseHook(group, input.LifecycleHookName ?? '');
      return {};
    },
  ),

  RecordLifecycleActionHeartbeat: operation<RecordLifecycleActionHeartbeatType, Record<string, never>>(
    RecordLifecycleActionHeartbeat$,
    (input, { world }) => {
      waitingFor(groupOf(world, input.AutoScalingGroupName ?? ''), input).beat();
      return {};
    },
  ),

  CompleteLifecycleAction: operation<CompleteLifecycleActionType, Record<string, never>>(
    CompleteLifecycleAction$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      waitingFor(group, input).go(input.LifecycleActionResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON');
      return {};
    },
  ),
};
