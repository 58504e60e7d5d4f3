import type { AutoScalingGroupsType } from '@aws-sdk/client-auto-scaling';
import { map, maps, optionalBoolean, text } from '../resources/resource-type.ts';
import type { ValueMap } from '../value.ts';
import { type LiveType, ownTags, stated, values } from './live-type.ts';

const group: LiveType = {
  read: (physicalId, expected, context) => {
    const { AutoScalingGroups } = context.aws<object, AutoScalingGroupsType>(
      'autoscaling',
      'DescribeAutoScalingGroups',
      {
        AutoScalingGroupNames: [physicalId],
      },
    );
    const live = AutoScalingGroups?.[0];
    if (!live || live.Status !== undefined) return undefined;
    return {
      AutoScalingGroupName: live.AutoScalingGroupName,
      AvailabilityZones: live.AvailabilityZones,
      Cooldown: live.DefaultCooldown,
      DesiredCapacity: live.DesiredCapacity,
      HealthCheckGracePeriod: live.HealthCheckGracePeriod,
      HealthCheckType: live.HealthCheckType,
      LaunchTemplate: stated(expected.LaunchTemplate, values(live.LaunchTemplate)),
      MaxSize: live.MaxSize,
      MinSize: live.MinSize,
      NewInstancesProtectedFromScaleIn: live.NewInstancesProtectedFromScaleIn,
      TerminationPolicies: live.TerminationPolicies,
      VPCZoneIdentifier: (live.VPCZoneIdentifier ?? '').split(',').filter((id) => id !== ''),
      Tags: maps(ownTags(expected.Tags, live.Tags, context)).map(
        ({ Key, Value, PropagateAtLaunch }): ValueMap => ({ Key, Value, PropagateAtLaunch }),
      ),
    };
  },
  tag: (physicalId, properties, removed, context) => {
    const member = (Key: string, more: object) => ({
      ResourceId: physicalId,
      ResourceType: 'auto-scaling-group',
      Key,
      ...more,
    });
    const own = maps(properties.Tags).map(map);
    const inherited = context.stackTags.filter(({ Key }) => own.every((tag) => tag.Key !== Key));
    context.aws('autoscaling', 'CreateOrUpdateTags', {
      Tags: [
        ...inherited.map(({ Key, Value }) => member(Key, { Value, PropagateAtLaunch: true })),
        ...own.map((tag) =>
          member(text(tag.Key), {
            Value: text(tag.Value),
            PropagateAtLaunch: optionalBoolean(tag.PropagateAtLaunch) ?? false,
          }),
        ),
      ],
    });
    if (removed.length === 0) return;
    context.aws('autoscaling', 'DeleteTags', { Tags: removed.map((key) => member(key, {})) });
  },
};

export const autoScalingLive: Readonly<Record<string, LiveType>> = { 'AWS::AutoScaling::AutoScalingGroup': group };
