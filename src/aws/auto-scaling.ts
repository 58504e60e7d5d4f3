import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
} from '@aws-sdk/client-auto-scaling';
import { ProblemError } from '../core/problem.ts';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';
import type { GroupActivity, GroupFacts } from './facts.ts';
import { orAbsent, time } from './shapes.ts';

/** A group without its activities, which are another call. */
export type GroupDescription = Omit<GroupFacts, 'activities'>;

/** Describes one group. AWS answers an unknown name with an empty list; that is a Problem of kind not-found here. */
export async function describeGroup(aws: Aws, name: string, signal?: AbortSignal): Promise<GroupDescription> {
  const action = 'autoscaling:DescribeAutoScalingGroups';
  const answer = await aws.call(
    action,
    (o) =>
      aws
        .client(AutoScalingClient)
        .send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name], MaxRecords: 100 }), o),
    signal,
  );
  const group = answer.AutoScalingGroups?.[0];
  if (!group) {
    throw new ProblemError({
      kind: 'not-found',
      source: action,
      message: `the Auto Scaling group ${safeLine(name)} does not exist`,
      advice: 'it was deleted outside of the stack: update the farm with provision, or delete it with destroy',
    });
  }
  return {
    name,
    desired: group.DesiredCapacity ?? 0,
    min: group.MinSize ?? 0,
    max: group.MaxSize ?? 0,
    instances: (group.Instances ?? []).map((instance) => ({
      instanceId: instance.InstanceId ?? '',
      zone: instance.AvailabilityZone ?? '',
      lifecycle: instance.LifecycleState ?? '',
      health: instance.HealthStatus ?? '',
    })),
  };
}

/** The newest activities of a group, newest first; one page of 100 is weeks of a small farm. */
export async function scalingActivities(aws: Aws, name: string, signal?: AbortSignal): Promise<GroupActivity[]> {
  const answer = await aws.call(
    'autoscaling:DescribeScalingActivities',
    (o) =>
      aws
        .client(AutoScalingClient)
        .send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 100 }), o),
    signal,
  );
  return (answer.Activities ?? []).map((activity) => ({
    id: activity.ActivityId ?? '',
    description: safeLine(activity.Description ?? ''),
    cause: safeLine([activity.Cause, activity.StatusMessage].filter(Boolean).join(' ')),
    status: activity.StatusCode ?? '',
    startedAt: time(activity.StartTime) ?? 0,
    ...orAbsent('endedAt', time(activity.EndTime)),
  }));
}
