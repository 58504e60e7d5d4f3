import type {
  DescribeCapacityProvidersResponse,
  DescribeClustersResponse,
  DescribeServicesResponse,
  DescribeTaskDefinitionResponse,
  Tag,
} from '@aws-sdk/client-ecs';
import { map, type ResourceContext, tags, text } from '../resources/resource-type.ts';
import { isMap, type Value, type ValueMap } from '../value.ts';
import { found, type LiveType, ownTags, stated, values } from './live-type.ts';

/** An answer of ECS with names as a template has them: beginning in upper case. */
function templateShape(value: Value): Value {
  if (Array.isArray(value)) return value.map(templateShape);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name.charAt(0).toUpperCase() + name.slice(1), templateShape(item)]),
  );
}

/** What of an answer the template states. */
function shaped(expected: Value, live: unknown): Value {
  return stated(expected, templateShape(values(live)));
}

function tagsOf(expected: ValueMap, live: readonly Tag[] | undefined, context: ResourceContext): Value {
  const upper = (live ?? []).map(({ key, value }) => ({ Key: key, Value: value }));
  return ownTags(expected.Tags, upper, context);
}

/** Says a name as the template does, which may have written an ARN or the name that it ends with. */
function asStated(expected: Value, arn: string | undefined): string | undefined {
  return text(expected).startsWith('arn:') ? arn : arn?.split('/').at(-1);
}

function tag(arn: string, properties: ValueMap, removed: readonly string[], context: ResourceContext): void {
  context.aws('ecs', 'TagResource', {
    resourceArn: arn,
    tags: tags(properties.Tags, context).map(({ Key, Value }) => ({ key: Key, value: Value })),
  });
  if (removed.length > 0) context.aws('ecs', 'UntagResource', { resourceArn: arn, tagKeys: removed });
}

const cluster: LiveType = {
  read: (physicalId, expected, context) => {
    const { clusters } = context.aws<object, DescribeClustersResponse>('ecs', 'DescribeClusters', {
      clusters: [physicalId],
      include: ['TAGS', 'SETTINGS'],
    });
    const live = clusters?.find(({ status }) => status !== 'INACTIVE');
    if (!live) return undefined;
    return {
      ClusterName: live.clusterName,
      ClusterSettings: shaped(expected.ClusterSettings, live.settings),
      Tags: tagsOf(expected, live.tags, context),
    };
  },
  tag: (physicalId, properties, removed, context) =>
    tag(context.world.arn('ecs', `cluster/${physicalId}`), properties, removed, context),
};

const service: LiveType = {
  read: (physicalId, expected, context) => {
    const answer = found(() =>
      context.aws<object, DescribeServicesResponse>('ecs', 'DescribeServices', {
        cluster: text(expected.Cluster) || 'default',
        services: [physicalId],
        include: ['TAGS'],
      }),
    );
    const live = answer?.services?.find(({ status }) => status === 'ACTIVE');
    if (!live) return undefined;
    return {
      AvailabilityZoneRebalancing: live.availabilityZoneRebalancing,
      Cluster: asStated(expected.Cluster, live.clusterArn),
      DeploymentConfiguration: shaped(expected.DeploymentConfiguration, live.deploymentConfiguration),
      DesiredCount: live.desiredCount,
      EnableECSManagedTags: live.enableECSManagedTags,
      EnableExecuteCommand: live.enableExecuteCommand,
      HealthCheckGracePeriodSeconds: live.healthCheckGracePeriodSeconds,
      LaunchType: live.launchType,
      LoadBalancers: shaped(expected.LoadBalancers, live.loadBalancers),
      PlacementConstraints: shaped(expected.PlacementConstraints, live.placementConstraints),
      PlacementStrategies: shaped(expected.PlacementStrategies, live.placementStrategy),
      PropagateTags: live.propagateTags,
      SchedulingStrategy: live.schedulingStrategy,
      ServiceName: live.serviceName,
      Tags: tagsOf(expected, live.tags, context),
      TaskDefinition: live.taskDefinition,
    };
  },
  tag,
};

/** A revision is never changed, only deregistered: its containers need no comparison. */
const taskDefinition: LiveType = {
  read: (physicalId, expected, context) => {
    const answer = found(() =>
      context.aws<object, DescribeTaskDefinitionResponse>('ecs', 'DescribeTaskDefinition', {
        taskDefinition: physicalId,
        include: ['TAGS'],
      }),
    );
    if (answer?.taskDefinition?.status !== 'ACTIVE') return undefined;
    const live = answer.taskDefinition;
    return {
      Cpu: live.cpu,
      ExecutionRoleArn: live.executionRoleArn,
      Family: live.family,
      Memory: live.memory,
      NetworkMode: live.networkMode,
      RequiresCompatibilities: live.requiresCompatibilities,
      Tags: tagsOf(expected, answer.tags, context),
      TaskRoleArn: live.taskRoleArn,
    };
  },
  tag,
};

const capacityProvider: LiveType = {
  read: (physicalId, expected, context) => {
    const { capacityProviders } = context.aws<object, DescribeCapacityProvidersResponse>(
      'ecs',
      'DescribeCapacityProviders',
      { capacityProviders: [physicalId], include: ['TAGS'] },
    );
    const live = capacityProviders?.find(({ status }) => status !== 'INACTIVE');
    if (!live) return undefined;
    const wanted = map(expected.AutoScalingGroupProvider);
    const provider = map(shaped(wanted, live.autoScalingGroupProvider));
    return {
      Name: live.name,
      AutoScalingGroupProvider: {
        ...provider,
        AutoScalingGroupArn: asStated(wanted.AutoScalingGroupArn, text(provider.AutoScalingGroupArn)),
      },
      Tags: tagsOf(expected, live.tags, context),
    };
  },
  tag: (physicalId, properties, removed, context) =>
    tag(context.world.arn('ecs', `capacity-provider/${physicalId}`), properties, removed, context),
};

const associations: LiveType = {
  read: (physicalId, expected, context) => {
    const { clusters } = context.aws<object, DescribeClustersResponse>('ecs', 'DescribeClusters', {
      clusters: [physicalId],
    });
    const live = clusters?.find(({ status }) => status !== 'INACTIVE');
    if (!live?.capacityProviders?.length) return undefined;
    return {
      CapacityProviders: live.capacityProviders,
      Cluster: asStated(expected.Cluster, live.clusterArn),
      DefaultCapacityProviderStrategy: shaped(
        expected.DefaultCapacityProviderStrategy,
        live.defaultCapacityProviderStrategy,
      ),
    };
  },
};

export const ecsLive: Readonly<Record<string, LiveType>> = {
  'AWS::ECS::CapacityProvider': capacityProvider,
  'AWS::ECS::Cluster': cluster,
  'AWS::ECS::ClusterCapacityProviderAssociations': associations,
  'AWS::ECS::Service': service,
  'AWS::ECS::TaskDefinition': taskDefinition,
};
