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
  DetachInstances$,
  type DetachInstancesAnswer,
  type DetachInstancesQuery,
  EnterStandby$,
  type EnterStandbyAnswer,
  type EnterStandbyQuery,
  ExitStandby$,
  type ExitStandbyAnswer,
  type ExitStandbyQuery,
  PutLifecycleHook$,
  type PutLifecycleHookType,
  SetInstanceHealth$,
  type SetInstanceHealthQuery,
  SetInstanceProtection$,
  type SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroup$,
  type TerminateInstanceInAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import {
  activeMembers,
  autoScaling,
  type Group,
  groupOf,
  type LifecycleHook,
  type Member,
  memberOf,
  removeMember,
  validationError,
} from '../world/auto-scaling.ts';
import { type Activity, at, beginActivity, endActivity } from '../world/auto-scaling-activities.ts';
import { releaseHook, retireMember } from '../world/auto-scaling-members.ts';
import { markUnhealthy, soon } from '../world/auto-scaling-processes.ts';
import { instances } from '../world/ec2.ts';
import type { World } from '../world/world.ts';
import { autoScalingPage } from './auto-scaling-page.ts';
import { activityView, memberDetails } from './auto-scaling-views.ts';
import { type Operation, operation } from './operation.ts';

/** Lowers the desired capacity by one for an instance that leaves, unless the group may not get smaller. */
function decrement(group: Group, count: number, deed: string): void {
  if (group.desired - count < group.min) {
    throw validationError(
      `Currently, desiredSize equals minSize (${group.min}). ${deed} instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  group.desired -= count;
}

function shrinking(group: Group, decremented: boolean): string {
  const now = activeMembers(group).length;
  return decremented ? `, shrinking the capacity from ${now} to ${now - 1}.` : '.';
}

/** The members that a request names, all of them in one of the states. */
function named(group: Group, ids: readonly string[] | undefined, state: Member['lifecycle']): Member[] {
  return [...new Set(ids ?? [])].map((id) => {
    const member = group.members.get(id);
    if (!member) throw validationError(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    if (member.lifecycle !== state) {
      throw validationError(`The instance ${id} is not in ${state}.`);
    }
    return member;
  });
}

function begin(world: World, group: Group, member: Member, deed: string, cause: string): Activity {
  const activity = beginActivity(world, group, {
    description: `${deed}: ${member.instanceId}`,
    cause: at(world, cause),
    status: 'InProgress',
    subnetId: instances(world).get(member.instanceId)?.subnetId ?? '',
    zone: member.zone,
  });
  activity.progress = 50;
  return activity;
}

/** Ends an activity in a moment, with what it leads to. */
function conclude(world: World, activity: Activity, then: () => void): void {
  world.scheduleWithin(world.settings.autoScaling.launch, () => {
    then();
    endActivity(world, activity, 'Successful');
  });
}

function hookFrom(input: PutLifecycleHookType, before: LifecycleHook | undefined): LifecycleHook {
  const transition = input.LifecycleTransition ?? before?.transition;
  if (transition !== 'autoscaling:EC2_INSTANCE_LAUNCHING' && transition !== 'autoscaling:EC2_INSTANCE_TERMINATING') {
    throw validationError(
      'Lifecycle transition must be one of autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING.',
    );
  }
  return {
    name: input.LifecycleHookName ?? '',
    transition,
    heartbeatSeconds: input.HeartbeatTimeout ?? before?.heartbeatSeconds ?? 3600,
    defaultResult: (input.DefaultResult ?? before?.defaultResult) === 'CONTINUE' ? 'CONTINUE' : 'ABANDON',
  };
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
      const { items, nextToken } = autoScalingPage(kept, input, 50);
      return {
        AutoScalingInstances: items.map(({ group, member }) => memberDetails(world, group, member)),
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      };
    },
  ),

  TerminateInstanceInAutoScalingGroup: operation<TerminateInstanceInAutoScalingGroupType, ActivityType>(
    TerminateInstanceInAutoScalingGroup$,
    (input, { world }) => {
      const { group, member } = memberOf(world, input.InstanceId ?? '');
      const fewer = input.ShouldDecrementDesiredCapacity === true;
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
      for (const member of named(group, input.InstanceIds, 'InService')) {
        member.protectedFromScaleIn = input.ProtectedFromScaleIn === true;
      }
      return {};
    },
  ),

  EnterStandby: operation<EnterStandbyQuery, EnterStandbyAnswer>(EnterStandby$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const members = named(group, input.InstanceIds, 'InService');
    const fewer = input.ShouldDecrementDesiredCapacity === true;
    if (fewer) decrement(group, members.length, 'Moving');
    const activities = members.map((member) => {
      const cause = `instance ${member.instanceId} was moved to standby in response to a user request${shrinking(group, fewer)}`;
      const activity = begin(world, group, member, 'Moving EC2 instance to Standby', cause);
      member.lifecycle = 'EnteringStandby';
      conclude(world, activity, () => {
        if (member.lifecycle === 'EnteringStandby') member.lifecycle = 'Standby';
      });
      return activityView(group, activity);
    });
    soon(world, group);
    return { Activities: activities };
  }),

  ExitStandby: operation<ExitStandbyQuery, ExitStandbyAnswer>(ExitStandby$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const members = named(group, input.InstanceIds, 'Standby');
    if (group.desired + members.length > group.max) {
      throw validationError(
        `Currently, desiredSize plus the instances leaving standby exceeds maxSize (${group.max}) of group ${group.name}.`,
      );
    }
    group.desired += members.length;
    const activities = members.map((member) => {
      const now = activeMembers(group).length;
      const cause = `instance ${member.instanceId} was moved out of standby in response to a user request, increasing the capacity from ${now} to ${now + 1}.`;
      const activity = begin(world, group, member, 'Moving EC2 instance out of Standby', cause);
      member.lifecycle = 'Pending';
      conclude(world, activity, () => {
        if (member.lifecycle !== 'Pending') return;
        member.lifecycle = 'InService';
        member.inServiceAt = world.now;
      });
      return activityView(group, activity);
    });
    return { Activities: activities };
  }),

  DetachInstances: operation<DetachInstancesQuery, DetachInstancesAnswer>(DetachInstances$, (input, { world }) => {
    const group = groupOf(world, input.AutoScalingGroupName ?? '');
    const members = named(group, input.InstanceIds, 'InService');
    const fewer = input.ShouldDecrementDesiredCapacity === true;
    if (fewer) decrement(group, members.length, 'Detaching');
    const activities = members.map((member) => {
      const cause = `instance ${member.instanceId} was detached in response to a user request${shrinking(group, fewer)}`;
      const activity = begin(world, group, member, 'Detaching EC2 instance', cause);
      member.lifecycle = 'Detaching';
      conclude(world, activity, () => {
        removeMember(world, group, member.instanceId);
        instances(world).get(member.instanceId)?.tags.delete('aws:autoscaling:groupName');
      });
      return activityView(group, activity);
    });
    soon(world, group);
    return { Activities: activities };
  }),

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
            // Whatever the heartbeats, an instance waits no longer than 48 hours or a hundred of them.
            GlobalTimeout: Math.min(172_800, hook.heartbeatSeconds * 100),
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

  CompleteLifecycleAction: operation<CompleteLifecycleActionType, Record<string, never>>(
    CompleteLifecycleAction$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      const waiting = [...group.members.values()].find(
        ({ instanceId, waiting: action }) =>
          action?.hook === input.LifecycleHookName &&
          (instanceId === input.InstanceId || action?.token === input.LifecycleActionToken),
      )?.waiting;
      if (!waiting) {
        throw validationError(
          `No active Lifecycle Action found with instance ID ${input.InstanceId ?? input.LifecycleActionToken}`,
        );
      }
      waiting.go(input.LifecycleActionResult === 'CONTINUE' ? 'CONTINUE' : 'ABANDON');
      return {};
    },
  ),
};
