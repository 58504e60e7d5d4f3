import type {
  CreateCapacityProviderRequest,
  CreateCapacityProviderResponse,
  DescribeCapacityProvidersRequest,
  DescribeCapacityProvidersResponse,
  DescribeClustersRequest,
  DescribeClustersResponse,
  PutClusterCapacityProvidersRequest,
  PutClusterCapacityProvidersResponse,
  UpdateCapacityProviderRequest,
} from '@aws-sdk/client-ecs';
import { ServiceError } from '../../world/service-error.ts';
import type { Value } from '../value.ts';
import { apiShape, apiTags } from './ecs.ts';
import {
  HandlerError,
  map,
  maps,
  optionalText,
  type ResourceContext,
  type ResourceType,
  text,
  texts,
  unlessGone,
} from './resource-type.ts';

/** A provider, or undefined when there is none of the name any more. */
function provider(context: ResourceContext, name: string) {
  return context.aws<DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse>(
    'ecs',
    'DescribeCapacityProviders',
    { capacityProviders: [name] },
  ).capacityProviders?.[0];
}

/** AWS::ECS::CapacityProvider, over an Auto Scaling group: the physical id is its name. */
const capacityProvider: ResourceType = {
  properties: { AutoScalingGroupProvider: 'in-place', Name: 'replace', Tags: 'in-place' },
  required: ['AutoScalingGroupProvider'],
  attributes: [],
  create: (properties, context) => {
    const name = optionalText(properties.Name) ?? context.generatedName(255);
    const input = {
      name,
      autoScalingGroupProvider: apiShape(properties.AutoScalingGroupProvider),
      tags: apiTags(properties.Tags, context),
    } as unknown as CreateCapacityProviderRequest;
    context.aws<CreateCapacityProviderRequest, CreateCapacityProviderResponse>('ecs', 'CreateCapacityProvider', input);
    return { physicalId: name };
  },
  update: (physicalId, properties, _previous, context) => {
    const { AutoScalingGroupArn: _group, ...settings } = map(properties.AutoScalingGroupProvider);
    const input = {
      name: physicalId,
      autoScalingGroupProvider: apiShape(settings),
    } as unknown as UpdateCapacityProviderRequest;
    context.aws<UpdateCapacityProviderRequest, unknown>('ecs', 'UpdateCapacityProvider', input);
    return { physicalId };
  },
  remove: (physicalId, _properties, context) => {
    if (!provider(context, physicalId)) return undefined;
    context.aws('ecs', 'DeleteCapacityProvider', { capacityProvider: physicalId });
    return () => {
      const left = provider(context, physicalId);
      if (left?.updateStatus === 'DELETE_FAILED') {
        throw new HandlerError('ResourceConflict', left.updateStatusReason ?? 'The capacity provider is in use.');
      }
      return left === undefined;
    };
  },
};

function put(context: ResourceContext, cluster: string, providers: string[], strategy: Value): () => boolean {
  context.aws<PutClusterCapacityProvidersRequest, PutClusterCapacityProvidersResponse>(
    'ecs',
    'PutClusterCapacityProviders',
    {
      cluster,
      capacityProviders: providers,
      defaultCapacityProviderStrategy: maps(strategy).map((item) => ({
        capacityProvider: text(item.CapacityProvider),
      })),
    },
  );
  return () => {
    const { clusters } = context.aws<DescribeClustersRequest, DescribeClustersResponse>('ecs', 'DescribeClusters', {
      clusters: [cluster],
    });
    return clusters?.[0]?.attachmentsStatus !== 'UPDATE_IN_PROGRESS';
  };
}

/** AWS::ECS::ClusterCapacityProviderAssociations: the physical id is the cluster. */
const associations: ResourceType = {
  properties: { CapacityProviders: 'in-place', Cluster: 'replace', DefaultCapacityProviderStrategy: 'in-place' },
  required: ['CapacityProviders', 'Cluster', 'DefaultCapacityProviderStrategy'],
  attributes: [],
  create: (properties, context) => {
    const cluster = text(properties.Cluster);
    const settled = put(
      context,
      cluster,
      texts(properties.CapacityProviders),
      properties.DefaultCapacityProviderStrategy,
    );
    return { physicalId: cluster, settled };
  },
  update: (physicalId, properties, _previous, context) => ({
    physicalId,
    settled: put(context, physicalId, texts(properties.CapacityProviders), properties.DefaultCapacityProviderStrategy),
  }),
  remove: (physicalId, _properties, context) => {
    let settled: (() => boolean) | undefined;
    const attempt = () => {
      try {
        unlessGone(() => {
          settled = put(context, physicalId, [], []);
        });
        settled ??= () => true;
      } catch (error) {
        // Busy with an earlier change: asked again at the next look.
        if (!(error instanceof ServiceError && error.code === 'UpdateInProgressException')) throw error;
      }
    };
    attempt();
    return () => {
      if (settled) return settled();
      attempt();
      return false;
    };
  },
};

export const ecsCapacityTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ECS::CapacityProvider': capacityProvider,
  'AWS::ECS::ClusterCapacityProviderAssociations': associations,
};
