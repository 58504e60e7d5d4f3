import {
  DescribeContainerInstances$,
  type DescribeContainerInstancesRequest,
  type DescribeContainerInstancesResponse,
  ListContainerInstances$,
  type ListContainerInstancesRequest,
  type ListContainerInstancesResponse,
  UpdateContainerInstancesState$,
  type UpdateContainerInstancesStateRequest,
  type UpdateContainerInstancesStateResponse,
} from '@aws-sdk/client-ecs';
import { clusterOf, containerInstanceIn, invalid, nameIn, page } from './ecs-lookup.ts';
import { containerInstanceShape } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

export const containerInstanceOperations: Record<string, Operation> = {
  ListContainerInstances: operation<ListContainerInstancesRequest, ListContainerInstancesResponse>(
    ListContainerInstances$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      if (input.filter) throw invalid('This sandbox does not know the cluster query language.');
      // Without a status, ACTIVE and DRAINING ones are listed.
      const all = [...cluster.containerInstances.values()].filter(
        (one) => input.status === undefined || one.status === input.status,
      );
      const { items, ...next } = page(all, input.maxResults, input.nextToken);
      return { containerInstanceArns: items.map((one) => one.arn), ...next };
    },
  ),
  DescribeContainerInstances: operation<DescribeContainerInstancesRequest, DescribeContainerInstancesResponse>(
    DescribeContainerInstances$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      const asked = input.containerInstances ?? [];
      if (asked.length === 0) throw invalid('Container instances cannot be empty.');
      if (asked.length > 100) throw invalid('Container instances cannot have more than 100 elements.');
      const found = asked.map((reference) => ({ reference, one: containerInstanceIn(cluster, reference) }));
      return {
        containerInstances: found.flatMap(({ one }) => (one ? [containerInstanceShape(one, input.include)] : [])),
        failures: found
          .filter(({ one }) => !one)
          .map(({ reference }) => ({
            arn: world.arn('ecs', `container-instance/${cluster.name}/${nameIn(reference)}`),
            reason: 'MISSING',
          })),
      };
    },
  ),
  UpdateContainerInstancesState: operation<UpdateContainerInstancesStateRequest, UpdateContainerInstancesStateResponse>(
    UpdateContainerInstancesState$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      const asked = input.containerInstances ?? [];
      const { status } = input;
      if (status !== 'ACTIVE' && status !== 'DRAINING') {
        throw invalid(`Container instance status should be one of [ACTIVE, DRAINING], not ${status ?? 'empty'}.`);
      }
      if (asked.length === 0) throw invalid('Container instances cannot be empty.');
      if (asked.length > 10) throw invalid('Container instances cannot have more than 10 elements.');
      const found = asked.map((reference) => ({ reference, one: containerInstanceIn(cluster, reference) }));
      for (const { one } of found) {
        if (!one || one.status === status) continue;
        one.status = status;
        one.version += 1;
      }
      return {
        containerInstances: found.flatMap(({ one }) => (one ? [containerInstanceShape(one)] : [])),
        failures: found
          .filter(({ one }) => !one)
          .map(({ reference }) => ({
            arn: world.arn('ecs', `container-instance/${cluster.name}/${nameIn(reference)}`),
            reason: 'MISSING',
          })),
      };
    },
  ),
};
