import type {
  CreateClusterCommandInput,
  CreateClusterCommandOutput,
  CreateServiceCommandInput,
  CreateServiceCommandOutput,
  DescribeServicesCommandInput,
  DescribeServicesCommandOutput,
  RegisterTaskDefinitionCommandInput,
  RegisterTaskDefinitionCommandOutput,
  UpdateServiceCommandInput,
  UpdateServiceCommandOutput,
} from '@aws-sdk/client-ecs';
import { isMap, type Value, type ValueMap } from '../value.ts';
import {
  HandlerError,
  map,
  optionalText,
  type ResourceContext,
  type ResourceType,
  tags,
  text,
  unlessGone,
} from './resource-type.ts';

// Members whose keys are data, not names of the API.
const freeForm = ['Options', 'DockerLabels', 'DriverOpts', 'Labels'];
// Members that the API wants as numbers, while a template's parameters are text.
const numbers = [
  'ContainerPort',
  'DesiredCount',
  'HardLimit',
  'HealthCheckGracePeriodSeconds',
  'HostPort',
  'Interval',
  'MaximumPercent',
  'MemoryReservation',
  'MinimumHealthyPercent',
  'Retries',
  'SoftLimit',
  'StartPeriod',
  'StartTimeout',
  'StopTimeout',
  'Timeout',
];
// Of a container these two are numbers; of a task they are text.
const containerNumbers = ['Cpu', 'Memory'];
const truths = ['Essential', 'EnableECSManagedTags', 'EnableExecuteCommand', 'Privileged', 'ReadonlyRootFilesystem'];

/** A CloudFormation property as the ECS API has it: names begin in lower case, and scalars have the API's types. */
export function apiShape(value: Value, inContainer = false): Value {
  if (Array.isArray(value)) return value.map((item) => apiShape(item, inContainer));
  if (!isMap(value)) return value;
  const shaped: ValueMap = {};
  for (const [name, item] of Object.entries(value)) {
    const key = name.charAt(0).toLowerCase() + name.slice(1);
    if (freeForm.includes(name))
      shaped[key] = Object.fromEntries(Object.entries(map(item)).map(([k, v]) => [k, text(v)]));
    else if (numbers.includes(name) || (inContainer && containerNumbers.includes(name))) shaped[key] = Number(item);
    else if (truths.includes(name)) shaped[key] = String(item) === 'true';
    else if (typeof item === 'number' || typeof item === 'boolean') shaped[key] = String(item);
    else shaped[key] = apiShape(item, inContainer || name === 'ContainerDefinitions');
  }
  return shaped;
}

/** The tags of a resource and of its stack, as ECS spells them. */
export function apiTags(value: Value, context: ResourceContext): { key: string; value: string }[] {
  return tags(value, context).map((tag) => ({ key: tag.Key, value: tag.Value }));
}

/** AWS::ECS::Cluster: the physical id is its name. */
const cluster: ResourceType = {
  properties: {
    CapacityProviders: 'in-place',
    ClusterName: 'replace',
    ClusterSettings: 'in-place',
    Configuration: 'in-place',
    DefaultCapacityProviderStrategy: 'in-place',
    Tags: 'in-place',
  },
  required: [],
  attributes: ['Arn'],
  create: (properties, context) => {
    const clusterName = optionalText(properties.ClusterName) ?? context.generatedName(255);
    const made = context.aws<Partial<CreateClusterCommandInput>, CreateClusterCommandOutput>('ecs', 'CreateCluster', {
      clusterName,
      tags: apiTags(properties.Tags, context),
    });
    return { physicalId: clusterName, attributes: { Arn: made.cluster?.clusterArn } };
  },
  update: (physicalId) => ({ physicalId }),
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws('ecs', 'DeleteCluster', { cluster: physicalId }));
    return undefined;
  },
};

/** AWS::ECS::TaskDefinition: the physical id is the ARN with its revision; every change makes a new revision. */
const taskDefinition: ResourceType = {
  properties: Object.fromEntries(
    [
      'ContainerDefinitions',
      'Cpu',
      'EphemeralStorage',
      'ExecutionRoleArn',
      'Family',
      'IpcMode',
      'Memory',
      'NetworkMode',
      'PidMode',
      'PlacementConstraints',
      'ProxyConfiguration',
      'RequiresCompatibilities',
      'RuntimePlatform',
      'Tags',
      'TaskRoleArn',
      'Volumes',
    ].map((name) => [name, 'replace' as const]),
  ),
  required: [],
  attributes: ['TaskDefinitionArn'],
  create: (properties, context) => {
    const { Tags, ...rest } = properties;
    const input = {
      ...map(apiShape(rest)),
      family: optionalText(properties.Family) ?? context.generatedName(255),
      tags: apiTags(Tags, context),
    } as unknown as RegisterTaskDefinitionCommandInput;
    const made = context.aws<RegisterTaskDefinitionCommandInput, RegisterTaskDefinitionCommandOutput>(
      'ecs',
      'RegisterTaskDefinition',
      input,
    );
    const arn = made.taskDefinition?.taskDefinitionArn ?? '';
    return { physicalId: arn, attributes: { TaskDefinitionArn: arn } };
  },
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws('ecs', 'DeregisterTaskDefinition', { taskDefinition: physicalId }));
    return undefined;
  },
};

function service(context: ResourceContext, clusterName: string, arn: string) {
  const { services } = context.aws<Partial<DescribeServicesCommandInput>, DescribeServicesCommandOutput>(
    'ecs',
    'DescribeServices',
    { cluster: clusterName, services: [arn] },
  );
  return services?.[0];
}

/** Steady: one deployment, as many tasks as wanted. The front door's health is not waited for, as on AWS. */
function steady(context: ResourceContext, clusterName: string, arn: string): boolean {
  const found = service(context, clusterName, arn);
  if (!found || found.status === 'INACTIVE') throw new HandlerError('NotFound', `Service ${arn} does not exist`);
  return (
    found.deployments?.length === 1 && found.runningCount === found.desiredCount && (found.pendingCount ?? 0) === 0
  );
}

/** AWS::ECS::Service: the physical id is its ARN. */
const ecsService: ResourceType = {
  properties: {
    AvailabilityZoneRebalancing: 'in-place',
    CapacityProviderStrategy: 'in-place',
    Cluster: 'replace',
    DeploymentConfiguration: 'in-place',
    DeploymentController: 'replace',
    DesiredCount: 'in-place',
    EnableECSManagedTags: 'in-place',
    EnableExecuteCommand: 'in-place',
    HealthCheckGracePeriodSeconds: 'in-place',
    LaunchType: 'replace',
    LoadBalancers: 'in-place',
    NetworkConfiguration: 'in-place',
    PlacementConstraints: 'in-place',
    PlacementStrategies: 'in-place',
    PlatformVersion: 'in-place',
    PropagateTags: 'in-place',
    Role: 'replace',
    SchedulingStrategy: 'replace',
    ServiceName: 'replace',
    ServiceRegistries: 'in-place',
    Tags: 'in-place',
    TaskDefinition: 'in-place',
  },
  required: [],
  attributes: ['Name', 'ServiceArn'],
  create: (properties, context) => {
    const { Tags, PlacementStrategies, ...rest } = properties;
    const serviceName = optionalText(properties.ServiceName) ?? context.generatedName(255);
    const clusterName = optionalText(properties.Cluster) ?? 'default';
    const input = {
      desiredCount: 1,
      ...map(apiShape(rest)),
      serviceName,
      placementStrategy: apiShape(PlacementStrategies),
      tags: apiTags(Tags, context),
    } as unknown as CreateServiceCommandInput;
    const made = context.aws<CreateServiceCommandInput, CreateServiceCommandOutput>('ecs', 'CreateService', input);
    const arn = made.service?.serviceArn ?? '';
    return {
      physicalId: arn,
      attributes: { Name: serviceName, ServiceArn: arn },
      settled: () => steady(context, clusterName, arn),
    };
  },
  update: (physicalId, properties, _previous, context) => {
    const clusterName = optionalText(properties.Cluster) ?? 'default';
    const { Tags: _tags, Cluster, ServiceName: _name, LaunchType: _type, PlacementStrategies, ...rest } = properties;
    const input = {
      ...map(apiShape(rest)),
      cluster: text(Cluster),
      service: physicalId,
      placementStrategy: apiShape(PlacementStrategies),
    } as unknown as UpdateServiceCommandInput;
    context.aws<UpdateServiceCommandInput, UpdateServiceCommandOutput>('ecs', 'UpdateService', input);
    return { physicalId, settled: () => steady(context, clusterName, physicalId) };
  },
  remove: (physicalId, properties, context) => {
    const clusterName = optionalText(properties.Cluster) ?? 'default';
    unlessGone(() => context.aws('ecs', 'DeleteService', { cluster: clusterName, service: physicalId, force: true }));
    return () => {
      let gone = true;
      unlessGone(() => {
        const found = service(context, clusterName, physicalId);
        gone = !found || found.status === 'INACTIVE';
      });
      return gone;
    };
  },
};

export const ecsTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ECS::Cluster': cluster,
  'AWS::ECS::TaskDefinition': taskDefinition,
  'AWS::ECS::Service': ecsService,
};
