import {
  CreateCluster$,
  type CreateClusterRequest,
  type CreateClusterResponse,
  DeleteCluster$,
  type DeleteClusterRequest,
  type DeleteClusterResponse,
  DescribeClusters$,
  type DescribeClustersRequest,
  type DescribeClustersResponse,
  ListClusters$,
  type ListClustersRequest,
  type ListClustersResponse,
} from '@aws-sdk/client-ecs';
import { type Cluster, ecs } from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { clusterOf, invalid, nameIn, page } from './ecs-lookup.ts';
import { clusterShape, tagsOf } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

export const clusterOperations: Record<string, Operation> = {
  CreateCluster: operation<CreateClusterRequest, CreateClusterResponse>(CreateCluster$, (input, { world }) => {
    const name = input.clusterName ?? 'default';
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalid('Cluster name must match ^[a-zA-Z0-9\\-_]{1,255}$.');
    const { clusters } = ecs(world);
    const before = clusters.get(name);
    // Creating a cluster that is there changes nothing.
    if (before?.status === 'ACTIVE') return { cluster: clusterShape(before, ['TAGS']) };
    const cluster: Cluster = {
      name,
      arn: world.arn('ecs', `cluster/${name}`),
      status: 'ACTIVE',
      tags: tagsOf(input.tags),
      settings: (input.settings ?? []).map((one) => ({ name: one.name ?? '', value: one.value ?? 'disabled' })),
      services: new Map(),
      tasks: new Map(),
      containerInstances: new Map(),
    };
    clusters.set(name, cluster);
    return { cluster: clusterShape(cluster, ['TAGS']) };
  }),
  DescribeClusters: operation<DescribeClustersRequest, DescribeClustersResponse>(
    DescribeClusters$,
    (input, { world }) => {
      const asked = input.clusters ?? ['default'];
      const found = asked.map((name) => ({ name, cluster: ecs(world).clusters.get(nameIn(name)) }));
      return {
        clusters: found.flatMap(({ cluster }) => (cluster ? [clusterShape(cluster, input.include)] : [])),
        failures: found
          .filter(({ cluster }) => !cluster)
          .map(({ name }) => ({ arn: world.arn('ecs', `cluster/${nameIn(name)}`), reason: 'MISSING' })),
      };
    },
  ),
  ListClusters: operation<ListClustersRequest, ListClustersResponse>(ListClusters$, (input, { world }) => {
    const active = [...ecs(world).clusters.values()].filter((cluster) => cluster.status === 'ACTIVE');
    const { items, ...next } = page(active, input.maxResults, input.nextToken);
    return { clusterArns: items.map((cluster) => cluster.arn), ...next };
  }),
  DeleteCluster: operation<DeleteClusterRequest, DeleteClusterResponse>(DeleteCluster$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const refuse = (code: string, what: string) =>
      new ServiceError(code, `The Cluster cannot be deleted while ${what}.`);
    if (cluster.containerInstances.size > 0) {
      throw refuse('ClusterContainsContainerInstancesException', 'Container Instances are active or draining');
    }
    if ([...cluster.services.values()].some((service) => service.status !== 'INACTIVE')) {
      throw refuse('ClusterContainsServicesException', 'Services are active');
    }
    if ([...cluster.tasks.values()].some((task) => task.lastStatus !== 'STOPPED')) {
      throw refuse('ClusterContainsTasksException', 'Tasks are active');
    }
    cluster.status = 'INACTIVE';
    return { cluster: clusterShape(cluster) };
  }),
};
