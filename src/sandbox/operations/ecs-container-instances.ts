import {
  DeregisterContainerInstance$,
  type DeregisterContainerInstanceRequest,
  type DeregisterContainerInstanceResponse,
  DescribeContainerInstances$,
  type DescribeContainerInstancesRequest,
  type DescribeContainerInstancesResponse,
  ListContainerInstances$,
  type ListContainerInstancesRequest,
  type ListContainerInstancesResponse,
  UpdateContainerAgent$,
  type UpdateContainerAgentRequest,
  type UpdateContainerAgentResponse,
  UpdateContainerInstancesState$,
  type UpdateContainerInstancesStateRequest,
  type UpdateContainerInstancesStateResponse,
} from '@aws-sdk/client-ecs';
import { deregisterByForce } from '../world/ecs-container-instances.ts';
import { instanceTest } from '../world/ecs-query.ts';
import { ServiceError } from '../world/service-error.ts';
import { containerInstanceShape } from './ecs-container-instance-shapes.ts';
import { clusterOf, containerInstanceOf, ecsPage, foundIn, invalid } from './ecs-lookup.ts';
import { type Operation, operation } from './operation.ts';

export const containerInstanceOperations: Record<string, Operation> = {
  ListContainerInstances: operation<ListContainerInstancesRequest, ListContainerInstancesResponse>(
    ListContainerInstances$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      const fits = input.filter ? instanceTest(input.filter) : () => true;
      // Without a status, ACTIVE and DRAINING ones are listed.
      const all = [...cluster.containerInstances.values()]
        .filter((one) => input.status === undefined || one.status === input.status)
        .filter(fits);
      const { items, ...next } = ecsPage(all, input);
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
      const found = foundIn(world, cluster, 'container-instance', asked, cluster.containerInstances);
      return {
        containerInstances: found.items.map((one) => containerInstanceShape(one, input.include)),
        failures: found.failures,
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
        throw invalid('Container instances status should be one of [ACTIVE,DRAINING]');
      }
      if (asked.length === 0) throw invalid('Container instances cannot be empty.');
      if (asked.length > 10) throw invalid('instanceIds can have at most 10 items');
      const { items, failures } = foundIn(world, cluster, 'container-instance', asked, cluster.containerInstances);
      for (const one of items) {
        if (one.status === status) continue;
        one.status = status;
        one.version += 1;
      }
      return { containerInstances: items.map((one) => containerInstanceShape(one)), failures };
    },
  ),
  DeregisterContainerInstance: operation<DeregisterContainerInstanceRequest, DeregisterContainerInstanceResponse>(
    DeregisterContainerInstance$,
    (input, { world }) => {
      const one = containerInstanceOf(clusterOf(world, input.cluster), input.containerInstance);
      if (one.tasks.size > 0 && !input.force) throw invalid('Found running tasks on the instance.');
      deregisterByForce(world, one);
      return { containerInstance: containerInstanceShape(one) };
    },
  ),
  UpdateContainerAgent: operation<UpdateContainerAgentRequest, UpdateContainerAgentResponse>(
    UpdateContainerAgent$,
    (input, { world }) => {
      containerInstanceOf(clusterOf(world, input.cluster), input.containerInstance);
      // The image of the region brings the newest agent.
      throw new ServiceError('NoUpdateAvailableException', 'There is no update available for your container agent.');
    },
  ),
};
