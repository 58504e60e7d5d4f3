import { nameIn } from '../world/arn.ts';
import { ecs } from '../world/ecs-state.ts';
import type { World } from '../world/world.ts';
import {
  type Demand,
  everything,
  type Fields,
  passRole,
  recordsOf,
  type Target,
  tagsOf,
  textOf,
  textsOf,
} from './demand.ts';

/** What a request to ECS demands of its caller's policies. */
export function ecsDemands(world: World, operation: string, input: Fields): readonly Demand[] {
  const touched = targets(world, operation, input);
  const demanded: Demand = { action: `ecs:${operation}`, targets: touched.length > 0 ? touched : everything };
  return [demanded, ...tagDemand(world, operation, input), ...roles(world, operation, input)];
}

interface Tagged {
  readonly tags: ReadonlyMap<string, string> | undefined;
}

function targets(world: World, operation: string, input: Fields): readonly Target[] {
  const cluster = nameIn(textOf(input, 'cluster') ?? 'default');
  const known = ecs(world).clusters.get(cluster);
  const keys = { 'ecs:cluster': world.arn('ecs', `cluster/${cluster}`) };
  const all = (kind: string, names: readonly string[], tagsById: (id: string) => Tagged['tags']) =>
    names.map((one): Target => {
      const id = nameIn(one);
      return { resource: world.arn('ecs', `${kind}/${cluster}/${id}`), tags: tagsById(id), keys };
    });
  const within = (kind: string, member: string, tagsById: (id: string) => Tagged['tags']) =>
    all(kind, textsOf(input, member), tagsById);
  const hosts = (names: readonly string[]) =>
    all('container-instance', names, (id) => known?.containerInstances.get(id)?.tags);
  const service = (member: string) => within('service', member, (name) => known?.services.get(name)?.tags);
  switch (operation) {
    case 'CreateService':
      return service('serviceName').map((target) => ({ ...target, requestTags: tagsOf(input.tags) }));
    case 'UpdateService':
    case 'DeleteService':
    case 'ListServiceDeployments':
      return service('service');
    case 'DescribeServiceDeployments':
      return textsOf(input, 'serviceDeploymentArns').map((resource) => ({ resource }));
    case 'StopServiceDeployment':
      return textsOf(input, 'serviceDeploymentArn').map((resource) => ({ resource }));
    case 'DescribeServiceRevisions':
      return textsOf(input, 'serviceRevisionArns').map((resource) => ({ resource }));
    case 'DescribeServices':
      return service('services');
    case 'StopTask':
    case 'ExecuteCommand':
      return within('task', 'task', (id) => known?.tasks.get(id)?.tags);
    case 'DescribeTasks':
    case 'GetTaskProtection':
    case 'UpdateTaskProtection':
      return within('task', 'tasks', (id) => known?.tasks.get(id)?.tags);
    case 'DescribeContainerInstances':
    case 'UpdateContainerInstancesState':
      return hosts(textsOf(input, 'containerInstances'));
    case 'UpdateContainerAgent':
      return hosts(textsOf(input, 'containerInstance'));
    case 'PutAttributes':
    case 'DeleteAttributes':
      return hosts(recordsOf(input, 'attributes').flatMap((attribute) => textsOf(attribute, 'targetId')));
    case 'DeleteTaskDefinitions':
      return textsOf(input, 'taskDefinitions').map((one) => ({
        resource: world.arn('ecs', `task-definition/${nameIn(one)}`),
      }));
    case 'RunTask':
    case 'StartTask':
      return textsOf(input, 'taskDefinition').map((reference) => ({
        resource: world.arn('ecs', `task-definition/${nameIn(reference)}`),
        requestTags: tagsOf(input.tags),
        keys,
      }));
    case 'RegisterTaskDefinition':
      return [{ resource: definitionArn(world, input), requestTags: tagsOf(input.tags) }];
    case 'CreateCluster':
      return [{ ...clusterTarget(world, textOf(input, 'clusterName') ?? 'default'), requestTags: tagsOf(input.tags) }];
    case 'DescribeClusters': {
      const clusters = textsOf(input, 'clusters');
      return (clusters.length > 0 ? clusters : ['default']).map((name) => clusterTarget(world, nameIn(name)));
    }
    case 'TagResource':
    case 'UntagResource':
    case 'ListTagsForResource':
      return [{ resource: textOf(input, 'resourceArn') ?? '*', requestTags: tagsOf(input.tags) }];
    case 'ListServices':
    case 'ListTasks':
      // Neither names a resource; a policy can hold them to a cluster by the condition key.
      return [{ resource: '*', keys }];
    default:
      return input.cluster === undefined ? everything : [clusterTarget(world, cluster)];
  }
}

function clusterTarget(world: World, name: string): Target {
  const resource = world.arn('ecs', `cluster/${name}`);
  return { resource, tags: ecs(world).clusters.get(name)?.tags, keys: { 'ecs:cluster': resource } };
}

function definitionArn(world: World, input: Fields): string {
  return world.arn('ecs', `task-definition/${textOf(input, 'family')}:*`);
}

/** Tags that are given at creation demand the right to tag (ECS Developer Guide, Tag resources during creation). */
function tagDemand(world: World, operation: string, input: Fields): Demand[] {
  const requestTags = tagsOf(input.tags);
  if (!requestTags || operation === 'TagResource') return [];
  const cluster = nameIn(textOf(input, 'cluster') ?? 'default');
  const made: Readonly<Record<string, string>> = {
    CreateCluster: world.arn('ecs', `cluster/${textOf(input, 'clusterName') ?? 'default'}`),
    CreateService: world.arn('ecs', `service/${cluster}/${textOf(input, 'serviceName')}`),
    RegisterTaskDefinition: definitionArn(world, input),
    RunTask: world.arn('ecs', `task/${cluster}/*`),
    StartTask: world.arn('ecs', `task/${cluster}/*`),
  };
  const resource = made[operation];
  if (resource === undefined) return [];
  return [{ action: 'ecs:TagResource', targets: [{ resource, requestTags, keys: { 'ecs:CreateAction': operation } }] }];
}

/** The roles that tasks are to have are handed over when they are registered, and when a task is run. */
function roles(world: World, operation: string, input: Fields): Demand[] {
  if (operation === 'RegisterTaskDefinition') {
    return ['taskRoleArn', 'executionRoleArn'].flatMap((member) =>
      textsOf(input, member).map((role) => passRole(role, 'ecs-tasks')),
    );
  }
  if (operation !== 'RunTask' && operation !== 'StartTask') return [];
  const [family = '', revision] = nameIn(textOf(input, 'taskDefinition') ?? '').split(':');
  const revisions = ecs(world).families.get(family) ?? [];
  const definition =
    revision === undefined ? revisions.at(-1) : revisions.find((one) => one.revision === Number(revision));
  const { taskRoleArn, executionRoleArn } = definition?.spec ?? {};
  return [taskRoleArn, executionRoleArn].flatMap((role) => (role === undefined ? [] : [passRole(role, 'ecs-tasks')]));
}
