import { nameIn } from '../world/arn.ts';
import {
  type CapacityProvider,
  type Cluster,
  type ContainerInstance,
  ecs,
  type Service,
  type Task,
  type TaskDefinition,
} from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { type Page, page, pageSize } from './paging.ts';

/** What a name, an id or an ARN names in a cluster; an ARN of another cluster is refused. */
export function nameInCluster(cluster: Cluster, nameOrArn: string): string {
  const [, clusterName, name] = nameOrArn.startsWith('arn:') ? nameOrArn.split('/') : [];
  if (name !== undefined && clusterName !== cluster.name) {
    throw invalid(`Invalid identifier: Identifier is for cluster ${clusterName}. Your cluster is ${cluster.name}`);
  }
  return nameIn(nameOrArn);
}

/** `InvalidParameterException`, the code of most mistakes here. */
export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

/** The cluster of a name or ARN (without either, `default`), or `ClusterNotFoundException`. */
export function clusterOf(world: World, nameOrArn: string | undefined): Cluster {
  const cluster = ecs(world).clusters.get(nameIn(nameOrArn ?? 'default'));
  if (!cluster) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
  if (cluster.status === 'ACTIVE') return cluster;
  throw new ServiceError('ClusterNotFoundException', 'The referenced cluster was inactive.');
}

/** The capacity provider of a name or ARN that is not deleted. */
export function capacityProviderOf(world: World, nameOrArn: string | undefined): CapacityProvider {
  const provider = ecs(world).capacityProviders.get(nameIn(nameOrArn ?? ''));
  if (!provider || provider.updateStatus === 'DELETE_COMPLETE') {
    throw invalid('The specified capacity provider does not exist. Specify a valid name or ARN and try again.');
  }
  return provider;
}

/** A service that is not deleted, or `ServiceNotFoundException`; `ServiceNotActiveException` while it goes. */
export function serviceOf(cluster: Cluster, nameOrArn: string | undefined): Service {
  const service = cluster.services.get(nameInCluster(cluster, nameOrArn ?? ''));
  if (!service) throw new ServiceError('ServiceNotFoundException', 'Service not found.');
  if (service.status !== 'ACTIVE') throw new ServiceError('ServiceNotActiveException', 'Service was not ACTIVE.');
  return service;
}

/** Refuses what cannot be the id of a task: ids have 32 digits, old ones are UUIDs. */
function taskId(id: string): string {
  if (id.length === 32 || id.length === 36) return id;
  throw invalid('taskId length should be one of [32,36]');
}

/** A task of the cluster, running or stopped. */
export function taskOf(cluster: Cluster, idOrArn: string | undefined): Task {
  const task = cluster.tasks.get(taskId(nameInCluster(cluster, idOrArn ?? '')));
  if (!task) throw invalid('The referenced task was not found.');
  return task;
}

/** A container instance by id or ARN, if it is in the cluster. */
export function containerInstanceIn(cluster: Cluster, idOrArn: string): ContainerInstance | undefined {
  return cluster.containerInstances.get(nameInCluster(cluster, idOrArn));
}

/** A task definition by `family` (its newest active revision), `family:revision` or ARN, or `ClientException`. */
export function taskDefinitionOf(
  world: World,
  reference: string | undefined,
  absent = 'Unable to describe task definition.',
): TaskDefinition {
  if (!reference) throw new ServiceError('ClientException', 'TaskDefinition can not be blank.');
  const [family = '', revision] = nameIn(reference).split(':');
  const revisions = ecs(world).families.get(family) ?? [];
  const found =
    revision === undefined
      ? revisions.findLast((one) => one.status === 'ACTIVE')
      : revisions.find((one) => String(one.revision) === revision && one.status !== 'DELETED');
  if (!found) throw new ServiceError('ClientException', absent);
  return found;
}

/** A task definition that new tasks may be started from. */
export function activeDefinition(world: World, reference: string | undefined): TaskDefinition {
  const definition = taskDefinitionOf(world, reference, 'TaskDefinition not found.');
  if (definition.status === 'ACTIVE') return definition;
  throw new ServiceError('ClientException', 'TaskDefinition is inactive');
}

/** A container instance of the cluster, or the error that names none. */
export function containerInstanceOf(cluster: Cluster, idOrArn: string | undefined): ContainerInstance {
  const found = containerInstanceIn(cluster, idOrArn ?? '');
  if (!found) throw invalid('The referenced container instance was not found.');
  return found;
}

/** Looks up what a request names, and says of each that is not there that it is `MISSING`. */
export function foundIn<T>(
  world: World,
  cluster: Cluster,
  kind: 'service' | 'task' | 'container-instance',
  references: readonly string[],
  of: ReadonlyMap<string, T>,
): { items: T[]; failures: { arn: string; reason: string }[] } {
  const items: T[] = [];
  const failures: { arn: string; reason: string }[] = [];
  for (const reference of references) {
    const found = nameInCluster(cluster, reference);
    const name = kind === 'task' ? taskId(found) : found;
    const item = of.get(name);
    if (item !== undefined) items.push(item);
    else failures.push({ arn: world.arn('ecs', `${kind}/${cluster.name}/${name}`), reason: 'MISSING' });
  }
  return { items, failures };
}

/** A page by `maxResults` (1 to 100) and `nextToken`; `standard` is the page that comes unasked. */
export function ecsPage<T>(
  all: readonly T[],
  input: { maxResults?: number | undefined; nextToken?: string | undefined },
  standard = 100,
): Page<T> {
  const limits = { min: 1, max: 100, default: standard };
  const size = pageSize(input.maxResults, limits, () => invalid('maxResults must be between 1 and 100, inclusive.'));
  return page(all, size, input.nextToken, () => invalid('Invalid token.'));
}
