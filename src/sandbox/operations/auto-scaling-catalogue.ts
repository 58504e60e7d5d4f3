import {
  DescribeAccountLimits$,
  type DescribeAccountLimitsAnswer,
  DescribeAdjustmentTypes$,
  type DescribeAdjustmentTypesAnswer,
  DescribeAutoScalingNotificationTypes$,
  type DescribeAutoScalingNotificationTypesAnswer,
  DescribeLaunchConfigurations$,
  DescribeLifecycleHookTypes$,
  type DescribeLifecycleHookTypesAnswer,
  DescribeLoadBalancers$,
  DescribeLoadBalancerTargetGroups$,
  DescribeNotificationConfigurations$,
  DescribePolicies$,
  DescribeScalingProcessTypes$,
  DescribeScheduledActions$,
  DescribeTerminationPolicyTypes$,
  type DescribeTerminationPolicyTypesAnswer,
  DescribeTrafficSources$,
  DescribeWarmPool$,
  type ProcessesType,
} from '@aws-sdk/client-auto-scaling';
import type { StaticOperationSchema } from '@smithy/types';
import { autoScaling, groupOf, processNames, terminationPolicies } from '../world/auto-scaling.ts';
import { type Operation, operation } from './operation.ts';

/** What groups here have none of: the list is empty. A group that is named must be there. */
const nothingOf: readonly (readonly [StaticOperationSchema, string])[] = [
  [DescribePolicies$, 'ScalingPolicies'],
  [DescribeScheduledActions$, 'ScheduledUpdateGroupActions'],
  [DescribeNotificationConfigurations$, 'NotificationConfigurations'],
  [DescribeLoadBalancers$, 'LoadBalancers'],
  [DescribeLoadBalancerTargetGroups$, 'LoadBalancerTargetGroups'],
  [DescribeTrafficSources$, 'TrafficSources'],
  [DescribeWarmPool$, 'Instances'],
  [DescribeLaunchConfigurations$, 'LaunchConfigurations'],
];

const emptyReads = Object.fromEntries(
  nothingOf.map(([schema, list]) => [
    schema[2],
    operation<{ AutoScalingGroupName?: string | undefined }, Record<string, unknown>>(schema, (input, { world }) => {
      if (input.AutoScalingGroupName !== undefined) groupOf(world, input.AutoScalingGroupName);
      return { [list]: [] };
    }),
  ]),
);

type Nothing = Record<string, never>;

/** What the service knows of, and how much an account may have. */
export const catalogueOperations: Record<string, Operation> = {
  ...emptyReads,

  DescribeAccountLimits: operation<Nothing, DescribeAccountLimitsAnswer>(
    DescribeAccountLimits$,
    (_input, { world }) => ({
      // A new account's quotas (Auto Scaling user guide, Quotas).
      MaxNumberOfAutoScalingGroups: 500,
      MaxNumberOfLaunchConfigurations: 200,
      NumberOfAutoScalingGroups: autoScaling(world).groups.size,
      NumberOfLaunchConfigurations: 0,
    }),
  ),

  DescribeAdjustmentTypes: operation<Nothing, DescribeAdjustmentTypesAnswer>(DescribeAdjustmentTypes$, () => ({
    AdjustmentTypes: ['ChangeInCapacity', 'ExactCapacity', 'PercentChangeInCapacity'].map((AdjustmentType) => ({
      AdjustmentType,
    })),
  })),

  DescribeAutoScalingNotificationTypes: operation<Nothing, DescribeAutoScalingNotificationTypesAnswer>(
    DescribeAutoScalingNotificationTypes$,
    () => ({
      AutoScalingNotificationTypes: [
        'autoscaling:EC2_INSTANCE_LAUNCH',
        'autoscaling:EC2_INSTANCE_LAUNCH_ERROR',
        'autoscaling:EC2_INSTANCE_TERMINATE',
        'autoscaling:EC2_INSTANCE_TERMINATE_ERROR',
        'autoscaling:TEST_NOTIFICATION',
      ],
    }),
  ),

  DescribeLifecycleHookTypes: operation<Nothing, DescribeLifecycleHookTypesAnswer>(DescribeLifecycleHookTypes$, () => ({
    LifecycleHookTypes: ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'],
  })),

  DescribeScalingProcessTypes: operation<Nothing, ProcessesType>(DescribeScalingProcessTypes$, () => ({
    Processes: [...processNames].sort().map((ProcessName) => ({ ProcessName })),
  })),

  DescribeTerminationPolicyTypes: operation<Nothing, DescribeTerminationPolicyTypesAnswer>(
    DescribeTerminationPolicyTypes$,
    () => ({ TerminationPolicyTypes: [...terminationPolicies] }),
  ),
};
