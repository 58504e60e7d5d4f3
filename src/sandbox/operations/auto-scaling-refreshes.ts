import {
  CancelInstanceRefresh$,
  type CancelInstanceRefreshAnswer,
  type CancelInstanceRefreshType,
  DescribeInstanceRefreshes$,
  type DescribeInstanceRefreshesAnswer,
  type DescribeInstanceRefreshesType,
  StartInstanceRefresh$,
  type StartInstanceRefreshAnswer,
  type StartInstanceRefreshType,
  type RefreshPreferences as WirePreferences,
  type InstanceRefresh as WireRefresh,
} from '@aws-sdk/client-auto-scaling';
import { type Group, groupOf, validationError } from '../world/auto-scaling.ts';
import {
  activeRefresh,
  cancelRefresh,
  type InstanceRefresh,
  type RefreshPreferences,
  replaced,
  startRefresh,
} from '../world/auto-scaling-refresh.ts';
import { launchTemplates } from '../world/launch-templates.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { autoScalingPage } from './auto-scaling-page.ts';
import { templateFrom } from './auto-scaling-requests.ts';
import { type Operation, operation } from './operation.ts';

/** Refuses in one clear line what a refresh here does not do, rather than to accept it and leave it undone. */
function refuseUnsupported(input: StartInstanceRefreshType): void {
  const { Preferences: asked = {} } = input;
  const unknown =
    input.Strategy !== undefined && input.Strategy !== 'Rolling'
      ? `the strategy ${input.Strategy}`
      : asked.CheckpointPercentages?.length
        ? 'CheckpointPercentages'
        : asked.AlarmSpecification?.Alarms?.length
          ? 'AlarmSpecification'
          : asked.BakeTime
            ? 'BakeTime'
            : asked.AutoRollback
              ? 'AutoRollback'
              : input.DesiredConfiguration?.MixedInstancesPolicy
                ? 'MixedInstancesPolicy'
                : undefined;
  if (unknown !== undefined) {
    throw validationError(`This sandbox refreshes instances without ${unknown}: leave it out.`);
  }
}

function percentage(name: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw validationError(`The value for ${name} must be between ${min} and ${max}.`);
}

/** The preferences of a request; the defaults are those of the API reference, RefreshPreferences. */
function preferencesFrom(asked: WirePreferences = {}): RefreshPreferences {
  const minHealthy = percentage('MinHealthyPercentage', asked.MinHealthyPercentage ?? 90, 0, 100);
  const maxHealthy = percentage('MaxHealthyPercentage', asked.MaxHealthyPercentage ?? 100, 100, 200);
  if (asked.MaxHealthyPercentage !== undefined && asked.MinHealthyPercentage === undefined) {
    throw validationError('You must specify MinHealthyPercentage when you specify MaxHealthyPercentage.');
  }
  if (asked.MaxHealthyPercentage !== undefined && maxHealthy - minHealthy > 100) {
    throw validationError(
      'The difference between MinHealthyPercentage and MaxHealthyPercentage cannot be greater than 100.',
    );
  }
  return {
    minHealthy,
    maxHealthy,
    warmup: asked.InstanceWarmup,
    skipMatching: asked.SkipMatching ?? false,
    scaleInProtected: asked.ScaleInProtectedInstances ?? 'Ignore',
    standby: asked.StandbyInstances ?? 'Ignore',
  };
}

function preferencesView(preferences: RefreshPreferences): WirePreferences {
  const { minHealthy, maxHealthy, warmup, skipMatching, scaleInProtected, standby } = preferences;
  return {
    MinHealthyPercentage: minHealthy,
    MaxHealthyPercentage: maxHealthy,
    ...(warmup === undefined ? {} : { InstanceWarmup: warmup }),
    SkipMatching: skipMatching,
    AutoRollback: false,
    ScaleInProtectedInstances: scaleInProtected === 'Terminate' ? 'Refresh' : scaleInProtected,
    StandbyInstances: standby === 'Refresh' ? 'Terminate' : standby,
  };
}

function view(world: World, group: Group, refresh: InstanceRefresh): WireRefresh {
  const { template } = refresh;
  const name = template && launchTemplates(world).get(template.id)?.name;
  const done = replaced(world, group, refresh);
  const percent = refresh.total === 0 ? 0 : Math.floor((100 * done) / refresh.total);
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: group.name,
    Status: refresh.status,
    ...(refresh.reason === undefined ? {} : { StatusReason: refresh.reason }),
    ...(refresh.startedAt === undefined ? {} : { StartTime: new Date(refresh.startedAt) }),
    ...(refresh.endedAt === undefined ? {} : { EndTime: new Date(refresh.endedAt) }),
    PercentageComplete: refresh.status === 'Successful' ? 100 : percent,
    InstancesToUpdate: refresh.left.length,
    Preferences: preferencesView(refresh.preferences),
    ...(template === undefined
      ? {}
      : {
          DesiredConfiguration: {
            LaunchTemplate: {
              LaunchTemplateId: template.id,
              ...(name === undefined ? {} : { LaunchTemplateName: name }),
              Version: template.version,
            },
          },
        }),
  };
}

/** Instance refreshes: every instance of a group is replaced, a few at a time. */
export const refreshOperations: Record<string, Operation> = {
  StartInstanceRefresh: operation<StartInstanceRefreshType, StartInstanceRefreshAnswer>(
    StartInstanceRefresh$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      refuseUnsupported(input);
      const preferences = preferencesFrom(input.Preferences);
      if (activeRefresh(group)) {
        throw new ServiceError(
          'InstanceRefreshInProgress',
          'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
        );
      }
      const wanted = input.DesiredConfiguration?.LaunchTemplate;
      const template = wanted && templateFrom(world, wanted);
      const refresh = startRefresh(world, group, { preferences, ...(template ? { template } : {}) });
      return { InstanceRefreshId: refresh.id };
    },
  ),

  CancelInstanceRefresh: operation<CancelInstanceRefreshType, CancelInstanceRefreshAnswer>(
    CancelInstanceRefresh$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      const refresh = activeRefresh(group);
      if (!refresh || refresh.status === 'Cancelling') {
        throw new ServiceError(
          'ActiveInstanceRefreshNotFound',
          `No in progress or pending Instance Refresh found for Auto Scaling group ${group.name}`,
        );
      }
      cancelRefresh(refresh);
      return { InstanceRefreshId: refresh.id };
    },
  ),

  DescribeInstanceRefreshes: operation<DescribeInstanceRefreshesType, DescribeInstanceRefreshesAnswer>(
    DescribeInstanceRefreshes$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      const ids = input.InstanceRefreshIds ?? [];
      const kept = group.refreshes.filter(({ id }) => ids.length === 0 || ids.includes(id));
      const { items, rest } = autoScalingPage(kept, input, 50);
      return {
        InstanceRefreshes: items.map((refresh) => view(world, group, refresh)),
        ...rest,
      };
    },
  ),
};
