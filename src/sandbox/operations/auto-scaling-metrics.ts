import {
  DescribeMetricCollectionTypes$,
  type DescribeMetricCollectionTypesAnswer,
  DisableMetricsCollection$,
  type DisableMetricsCollectionQuery,
  EnableMetricsCollection$,
  type EnableMetricsCollectionQuery,
} from '@aws-sdk/client-auto-scaling';
import { groupOf, validationError } from '../world/auto-scaling.ts';
import { type Operation, operation } from './operation.ts';

const metrics = [
  'GroupMinSize',
  'GroupMaxSize',
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupInServiceCapacity',
  'GroupPendingInstances',
  'GroupPendingCapacity',
  'GroupTerminatingInstances',
  'GroupTerminatingCapacity',
  'GroupTerminatingRetainedInstances',
  'GroupTerminatingRetainedCapacity',
  'GroupStandbyInstances',
  'GroupStandbyCapacity',
  'GroupTotalInstances',
  'GroupTotalCapacity',
];

/** The only one there is. */
export const granularity = '1Minute';

/** The metrics that a request names; all when it names none. */
function metricsOf(input: { Metrics?: string[] | undefined }): readonly string[] {
  if (!input.Metrics?.length) return metrics;
  const unknown = input.Metrics.find((name) => !metrics.includes(name));
  if (unknown !== undefined) throw validationError(`Invalid metric name: ${unknown}`);
  return input.Metrics;
}

/** Which metrics a group collects is kept and told, as its modules and templates set it; none is collected. */
export const metricOperations: Record<string, Operation> = {
  DescribeMetricCollectionTypes: operation<Record<string, never>, DescribeMetricCollectionTypesAnswer>(
    DescribeMetricCollectionTypes$,
    () => ({ Metrics: metrics.map((Metric) => ({ Metric })), Granularities: [{ Granularity: granularity }] }),
  ),

  EnableMetricsCollection: operation<EnableMetricsCollectionQuery, Record<string, never>>(
    EnableMetricsCollection$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      if (input.Granularity !== granularity) throw validationError(`Invalid granularity: ${input.Granularity}`);
      for (const metric of metricsOf(input)) group.enabledMetrics.add(metric);
      return {};
    },
  ),

  DisableMetricsCollection: operation<DisableMetricsCollectionQuery, Record<string, never>>(
    DisableMetricsCollection$,
    (input, { world }) => {
      const group = groupOf(world, input.AutoScalingGroupName ?? '');
      for (const metric of metricsOf(input)) group.enabledMetrics.delete(metric);
      return {};
    },
  ),
};
