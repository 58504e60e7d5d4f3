import {
  type ClusterSetting,
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
  UpdateCluster$,
  type UpdateClusterRequest,
  type UpdateClusterResponse,
  UpdateClusterSettings$,
  type UpdateClusterSettingsRequest,
  type UpdateClusterSettingsResponse,
} from '@aws-sdk/client-ecs';
import { nameIn } from '../world/arn.ts';
import { associate } from '../world/ecs-capacity-providers.ts';
import { type Cluster, ecs } from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { defaultInsights } from './ecs-account-settings.ts';
import { wantedProviders } from './ecs-capacity-providers.ts';
import { clusterOf, ecsPage, invalid } from './ecs-lookup.ts';
import { clusterShape, tagsOf } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

/** What is answered with a cluster that was made or changed. */
const shown = ['TAGS', 'SETTINGS', 'CONFIGURATIONS'];

export const clusterOperations: Record<string, Operation> = {
  CreateCluster: operation<CreateClusterRequest, CreateClusterResponse>(CreateCluster$, (input, { world, caller }) => {
    const name = input.clusterName ?? 'default';
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalid('Cluster name must match ^[a-zA-Z0-9\\-_]{1,255}$.');
    const { clusters } = ecs(world);
    const before = clusters.get(name);
    // Creating a cluster that is there changes nothing.
    if (before?.status === 'ACTIVE') return { cluster: clusterShape(before, shown) };
    const { capacityProviders, defaultCapacityProviderStrategy } = input;
    const providers = wantedProviders(world, { capacityProviders, defaultCapacityProviderStrategy });
    const cluster: Cluster = {
      name,
      arn: world.arn('ecs', `cluster/${name}`),
      status: 'ACTIVE',
      tags: tagsOf(input.tags),
      settings: settingsOf(input.settings, defaultInsights(world, caller.arn)),
      ...(input.configuration ? { configuration: input.configuration } : {}),
      services: new Map(),
      tasks: new Map(),
      containerInstances: new Map(),
    };
    clusters.set(name, cluster);
    associate(world, cluster, providers);
    return { cluster: clusterShape(cluster, shown) };
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
    const { items, ...next } = ecsPage(active, input);
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
  UpdateCluster: operation<UpdateClusterRequest, UpdateClusterResponse>(UpdateCluster$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    if (input.settings) cluster.settings = settingsOf(input.settings, 'disabled');
    if (input.configuration) cluster.configuration = input.configuration;
    return { cluster: clusterShape(cluster, shown) };
  }),
  UpdateClusterSettings: operation<UpdateClusterSettingsRequest, UpdateClusterSettingsResponse>(
    UpdateClusterSettings$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      if (!input.settings?.length) throw invalid('Settings cannot be empty.');
      cluster.settings = settingsOf(input.settings, 'disabled');
      return { cluster: clusterShape(cluster, shown) };
    },
  ),
};

/** Of settings there is one: Container Insights. */
function settingsOf(settings: readonly ClusterSetting[] | undefined, insights: string): Cluster['settings'] {
  for (const { name, value = '' } of settings ?? []) {
    if (name !== 'containerInsights') throw invalid(`Invalid cluster setting name: ${name ?? ''}`);
    if (!['enabled', 'disabled', 'enhanced'].includes(value)) throw invalid(`Invalid cluster setting value: ${value}`);
  }
  return [{ name: 'containerInsights', value: settings?.[0]?.value ?? insights }];
}
