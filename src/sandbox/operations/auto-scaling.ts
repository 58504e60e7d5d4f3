import {
  type ActivitiesType,
  type AutoScalingGroupNamesType,
  type AutoScalingGroupsType,
  CreateAutoScalingGroup$,
  type CreateAutoScalingGroupType,
  CreateOrUpdateTags$,
  type CreateOrUpdateTagsType,
  DeleteAutoScalingGroup$,
  type DeleteAutoScalingGroupType,
  DeleteTags$,
  type DeleteTagsType,
  DescribeAutoScalingGroups$,
  DescribeScalingActivities$,
  type DescribeScalingActivitiesType,
  DescribeTags$,
  type DescribeTagsType,
  ResumeProcesses$,
  type ScalingProcessQuery,
  SetDesiredCapacity$,
  type SetDesiredCapacityType,
  SuspendProcesses$,
  type TagsType,
  UpdateAutoScalingGroup$,
  type UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import {
  activeMembers,
  type Group,
  groupOf,
  type ProcessName,
  processNames,
  autoScaling as state,
  validationError,
} from '../world/auto-scaling.ts';
import { at, causeTime } from '../world/auto-scaling-activities.ts';
import { soon } from '../world/auto-scaling-processes.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { catalogueOperations } from './auto-scaling-catalogue.ts';
import { memberOperations } from './auto-scaling-instances.ts';
import { metricOperations } from './auto-scaling-metrics.ts';
import { moveOperations } from './auto-scaling-moves.ts';
import { autoScalingPage } from './auto-scaling-page.ts';
import { refreshOperations } from './auto-scaling-refreshes.ts';
import { createGroup, deleteGroup, groupTagsFrom, updateGroup } from './auto-scaling-requests.ts';
import { activityView, groupTags, groupView } from './auto-scaling-views.ts';
import { operation, type Service } from './operation.ts';

function processesOf(input: ScalingProcessQuery): ProcessName[] {
  if (!input.ScalingProcesses?.length) return [...processNames];
  return input.ScalingProcesses.map((name) => {
    const known = processNames.find((other) => other === name);
    if (!known) throw validationError(`Invalid process name: ${name}`);
    return known;
  });
}

function tagTarget(world: World, tag: { ResourceId?: string | undefined; Key?: string | undefined }): Group {
  if (tag.Key?.startsWith('aws:')) throw validationError("Tag keys that start with 'aws:' are reserved");
  return groupOf(world, tag.ResourceId ?? '');
}

/** Whether a group passes the tag filters of DescribeAutoScalingGroups. */
function passes(group: Group, filters: AutoScalingGroupNamesType['Filters']): boolean {
  return (filters ?? []).every(({ Name = '', Values = [] }) => {
    if (Name.startsWith('tag:')) return Values.includes(group.tags.get(Name.slice(4))?.value ?? '\u0000');
    if (Name === 'tag-key') return [...group.tags.keys()].some((key) => Values.includes(key));
    if (Name === 'tag-value') return [...group.tags.values()].some(({ value }) => Values.includes(value));
    throw validationError(`Invalid filter name: ${Name}`);
  });
}

/** Refuses while the group changes its size, and until its cooldown is over since it last was told to. */
function requireRest(world: World, group: Group): void {
  const busy = group.activities.find(({ endedAt }) => endedAt === undefined);
  if (busy) {
    throw new ServiceError(
      'ScalingActivityInProgress',
      `Scaling activity ${busy.id} is in progress and blocking this action`,
    );
  }
  const cooling = world.now < (group.cooldownUntil ?? 0);
  if (cooling || activeMembers(group).length !== group.desired) {
    throw new ServiceError('ScalingActivityInProgress', `Scaling activity in progress for group ${group.name}`);
  }
}

/** Amazon EC2 Auto Scaling. */
export const autoScaling: Service = {
  signingName: 'autoscaling',
  operations: {
    ...catalogueOperations,
    ...metricOperations,
    ...memberOperations,
    ...moveOperations,
    ...refreshOperations,

    CreateAutoScalingGroup: operation<CreateAutoScalingGroupType, Record<string, never>>(
      CreateAutoScalingGroup$,
      (input, { world }) => {
        createGroup(world, input);
        return {};
      },
    ),

    UpdateAutoScalingGroup: operation<UpdateAutoScalingGroupType, Record<string, never>>(
      UpdateAutoScalingGroup$,
      (input, { world }) => {
        updateGroup(world, input);
        return {};
      },
    ),

    DeleteAutoScalingGroup: operation<DeleteAutoScalingGroupType, Record<string, never>>(
      DeleteAutoScalingGroup$,
      (input, { world }) => {
        deleteGroup(world, input);
        return {};
      },
    ),

    DescribeAutoScalingGroups: operation<AutoScalingGroupNamesType, AutoScalingGroupsType>(
      DescribeAutoScalingGroups$,
      (input, { world }) => {
        const names = input.AutoScalingGroupNames;
        const kept = [...state(world).groups.values()]
          .filter((group) => !names?.length || names.includes(group.name) || names.includes(group.arn))
          .filter((group) => passes(group, input.Filters));
        const { items, rest } = autoScalingPage(kept, input, 50);
        return {
          AutoScalingGroups: items.map((group) => groupView(world, group, input.IncludeInstances ?? true)),
          ...rest,
        };
      },
    ),

    DescribeScalingActivities: operation<DescribeScalingActivitiesType, ActivitiesType>(
      DescribeScalingActivities$,
      (input, { world }) => {
        const deleted = input.IncludeDeletedGroups ? state(world).deletedGroups : [];
        const all = [...state(world).groups.values(), ...deleted];
        const name = input.AutoScalingGroupName;
        const groups = name === undefined ? all : all.filter((group) => group.name === name || group.arn === name);
        if (name !== undefined && groups.length === 0 && !input.IncludeDeletedGroups) groupOf(world, name);
        const kept = groups
          .flatMap((group) => group.activities.map((activity) => ({ group, activity })))
          .filter(({ activity }) => !input.ActivityIds?.length || input.ActivityIds.includes(activity.id))
          .sort((a, b) => b.activity.startedAt - a.activity.startedAt);
        const { items, rest } = autoScalingPage(kept, input, 100);
        return {
          Activities: items.map(({ group, activity }) => activityView(group, activity)),
          ...rest,
        };
      },
    ),

    SetDesiredCapacity: operation<SetDesiredCapacityType, Record<string, never>>(
      SetDesiredCapacity$,
      (input, { world }) => {
        const group = groupOf(world, input.AutoScalingGroupName ?? '');
        const desired = input.DesiredCapacity ?? group.desired;
        if (desired > group.max) {
          throw validationError(
            `New SetDesiredCapacity value ${desired} is above max value ${group.max} for the AutoScalingGroup.`,
          );
        }
        if (desired < group.min) {
          throw validationError(
            `New SetDesiredCapacity value ${desired} is below min value ${group.min} for the AutoScalingGroup.`,
          );
        }
        if (input.HonorCooldown) requireRest(world, group);
        if (desired !== group.desired) {
          group.cooldownUntil = world.now + group.defaultCooldownSeconds * 1000;
          group.pendingCause = at(
            world,
            `a user request explicitly set group desired capacity changing the desired capacity from ${group.desired} to ${desired}.`,
          );
        }
        group.desired = desired;
        soon(world, group);
        return {};
      },
    ),

    SuspendProcesses: operation<ScalingProcessQuery, Record<string, never>>(SuspendProcesses$, (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      const reason = `User suspended at ${causeTime(world)}`;
      for (const name of processesOf(input)) group.suspended.set(name, reason);
      return {};
    }),

    ResumeProcesses: operation<ScalingProcessQuery, Record<string, never>>(ResumeProcesses$, (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      for (const name of processesOf(input)) group.suspended.delete(name);
      soon(world, group);
      return {};
    }),

    CreateOrUpdateTags: operation<CreateOrUpdateTagsType, Record<string, never>>(
      CreateOrUpdateTags$,
      (input, { world }) => {
        const targets = (input.Tags ?? []).map((tag) => ({ tag, group: tagTarget(world, tag) }));
        for (const { tag, group } of targets)
          for (const [key, value] of groupTagsFrom([tag])) group.tags.set(key, value);
        return {};
      },
    ),

    DeleteTags: operation<DeleteTagsType, Record<string, never>>(DeleteTags$, (input, { world }) => {
      const targets = (input.Tags ?? []).map((tag) => ({ tag, group: tagTarget(world, tag) }));
      for (const { tag, group } of targets) group.tags.delete(tag.Key ?? '');
      return {};
    }),

    DescribeTags: operation<DescribeTagsType, TagsType>(DescribeTags$, (input, { world }) => {
      const kept = [...state(world).groups.values()].flatMap(groupTags).filter((tag) =>
        (input.Filters ?? []).every(({ Name, Values = [] }) => {
          if (Name === 'auto-scaling-group') return Values.includes(tag.ResourceId ?? '');
          if (Name === 'key') return Values.includes(tag.Key ?? '');
          if (Name === 'value') return Values.includes(tag.Value ?? '');
          if (Name === 'propagate-at-launch') return Values.includes(String(tag.PropagateAtLaunch));
          throw validationError(`Invalid filter name: ${Name}`);
        }),
      );
      const { items, rest } = autoScalingPage(kept, input, 50);
      return { Tags: items, ...rest };
    }),
  },
};
