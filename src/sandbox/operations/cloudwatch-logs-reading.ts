import {
  DescribeDestinations$,
  type DescribeDestinationsRequest,
  type DescribeDestinationsResponse,
  DescribeExportTasks$,
  type DescribeExportTasksRequest,
  type DescribeExportTasksResponse,
  DescribeMetricFilters$,
  type DescribeMetricFiltersRequest,
  type DescribeMetricFiltersResponse,
  DescribeQueryDefinitions$,
  type DescribeQueryDefinitionsRequest,
  type DescribeQueryDefinitionsResponse,
  DescribeResourcePolicies$,
  type DescribeResourcePoliciesRequest,
  type DescribeResourcePoliciesResponse,
  DescribeSubscriptionFilters$,
  type DescribeSubscriptionFiltersRequest,
  type DescribeSubscriptionFiltersResponse,
  ListLogGroups$,
  type ListLogGroupsRequest,
  type ListLogGroupsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { logGroupOf, logGroups } from '../world/cloudwatch-logs.ts';
import { logsPage } from './cloudwatch-logs-requests.ts';
import { type Operation, operation } from './operation.ts';

/**
 * Lists of what can be hung on log groups: nothing in this region makes any, so they are empty, as in an account that
 * has none.
 */
export const readingOperations: Record<string, Operation> = {
  DescribeMetricFilters: operation<DescribeMetricFiltersRequest, DescribeMetricFiltersResponse>(
    DescribeMetricFilters$,
    (input, { world }) => {
      if (input.logGroupName !== undefined) logGroupOf(world, input.logGroupName);
      return { metricFilters: [] };
    },
  ),
  DescribeSubscriptionFilters: operation<DescribeSubscriptionFiltersRequest, DescribeSubscriptionFiltersResponse>(
    DescribeSubscriptionFilters$,
    (input, { world }) => {
      logGroupOf(world, input.logGroupName ?? '');
      return { subscriptionFilters: [] };
    },
  ),
  DescribeExportTasks: operation<DescribeExportTasksRequest, DescribeExportTasksResponse>(DescribeExportTasks$, () => ({
    exportTasks: [],
  })),
  DescribeResourcePolicies: operation<DescribeResourcePoliciesRequest, DescribeResourcePoliciesResponse>(
    DescribeResourcePolicies$,
    () => ({ resourcePolicies: [] }),
  ),
  DescribeDestinations: operation<DescribeDestinationsRequest, DescribeDestinationsResponse>(
    DescribeDestinations$,
    () => ({ destinations: [] }),
  ),
  DescribeQueryDefinitions: operation<DescribeQueryDefinitionsRequest, DescribeQueryDefinitionsResponse>(
    DescribeQueryDefinitions$,
    () => ({ queryDefinitions: [] }),
  ),
  ListLogGroups: operation<ListLogGroupsRequest, ListLogGroupsResponse>(ListLogGroups$, (input, { world }) => {
    const pattern = input.logGroupNamePattern ?? '';
    const kept = [...logGroups(world).values()]
      .filter(({ name }) => (pattern.startsWith('^') ? name.startsWith(pattern.slice(1)) : name.includes(pattern)))
      .filter((group) => input.logGroupClass === undefined || group.class === input.logGroupClass)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, ...next } = logsPage(kept, input, 50);
    return {
      logGroups: items.map(({ name, arn, class: logGroupClass }) => ({
        logGroupName: name,
        logGroupArn: arn.replace(/:\*$/, ''),
        logGroupClass,
      })),
      ...next,
    };
  }),
};
