import {
  type CapacityProvider as CapacityProviderShape,
  CreateCapacityProvider$,
  type CreateCapacityProviderRequest,
  type CreateCapacityProviderResponse,
  DeleteCapacityProvider$,
  type DeleteCapacityProviderRequest,
  type DeleteCapacityProviderResponse,
  DescribeCapacityProviders$,
  type DescribeCapacityProvidersRequest,
  type DescribeCapacityProvidersResponse,
  type ManagedScaling,
  PutClusterCapacityProviders$,
  type PutClusterCapacityProvidersRequest,
  type PutClusterCapacityProvidersResponse,
  UpdateCapacityProvider$,
  type UpdateCapacityProviderRequest,
  type UpdateCapacityProviderResponse,
} from '@aws-sdk/client-ecs';
import { nameIn } from '../world/arn.ts';
import { associate, attach, clustersOf, groupNamed } from '../world/ecs-capacity-providers.ts';
import { type CapacityProvider, ecs } from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { capacityProviderOf, clusterOf, ecsPage, invalid } from './ecs-lookup.ts';
import { capacityProviderShape, clusterShape, tagsOf } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

/** The providers that every account has; they are Fargate's, which this region has not. */
const reserved = ['FARGATE', 'FARGATE_SPOT'] as const;

export const capacityProviderOperations: Record<string, Operation> = {
  CreateCapacityProvider: operation<CreateCapacityProviderRequest, CreateCapacityProviderResponse>(
    CreateCapacityProvider$,
    (input, { world }) => {
      const name = input.name ?? '';
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name) || /^(aws|ecs|fargate)/i.test(name)) {
        throw invalid(
          'The capacity provider name must be up to 255 letters, digits, underscores and hyphens, and cannot start with "aws", "ecs" or "fargate".',
        );
      }
      if (ecs(world).capacityProviders.has(name)) {
        throw invalid(`The specified capacity provider already exists. To change it, update the capacity provider.`);
      }
      const wanted = input.autoScalingGroupProvider;
      if (!wanted) throw invalid('This sandbox has capacity providers over Auto Scaling groups only.');
      const group = groupOrError(world, wanted.autoScalingGroupArn);
      if ([...ecs(world).capacityProviders.values()].some((other) => other.groupName === group.name)) {
        throw invalid(
          'The specified Auto Scaling group ARN is already being used by another capacity provider. Specify a unique Auto Scaling group ARN and try again.',
        );
      }
      checkUnused(wanted.managedScaling, wanted.managedTerminationProtection);
      const provider: CapacityProvider = {
        name,
        arn: world.arn('ecs', `capacity-provider/${name}`),
        groupName: group.name,
        groupArn: group.arn,
        managedDraining: wanted.managedDraining ?? 'ENABLED',
        tags: tagsOf(input.tags),
      };
      ecs(world).capacityProviders.set(name, provider);
      return { capacityProvider: capacityProviderShape(provider, ['TAGS']) };
    },
  ),
  DescribeCapacityProviders: operation<DescribeCapacityProvidersRequest, DescribeCapacityProvidersResponse>(
    DescribeCapacityProviders$,
    (input, { world }) => {
      const { capacityProviders } = ecs(world);
      const all = [...reserved, ...capacityProviders.keys()];
      const asked = input.capacityProviders?.length ? input.capacityProviders : all;
      const found = asked.map((reference) => {
        const provider = capacityProviders.get(nameIn(reference));
        const shape = provider
          ? capacityProviderShape(provider, input.include)
          : reservedShape(world, nameIn(reference));
        return { reference, shape };
      });
      const known = found.flatMap(({ shape }) => (shape ? [shape] : []));
      const { items, ...next } = ecsPage(known, input);
      return {
        capacityProviders: items,
        failures: found
          .filter(({ shape }) => !shape)
          .map(({ reference }) => ({
            arn: world.arn('ecs', `capacity-provider/${nameIn(reference)}`),
            reason: 'MISSING',
          })),
        ...next,
      };
    },
  ),
  UpdateCapacityProvider: operation<UpdateCapacityProviderRequest, UpdateCapacityProviderResponse>(
    UpdateCapacityProvider$,
    (input, { world }) => {
      const provider = capacityProviderOf(world, input.name);
      const wanted = input.autoScalingGroupProvider;
      checkUnused(wanted?.managedScaling, wanted?.managedTerminationProtection);
      provider.managedDraining = wanted?.managedDraining ?? provider.managedDraining;
      provider.updateStatus = 'UPDATE_COMPLETE';
      delete provider.updateStatusReason;
      attach(world, provider);
      return { capacityProvider: capacityProviderShape(provider) };
    },
  ),
  DeleteCapacityProvider: operation<DeleteCapacityProviderRequest, DeleteCapacityProviderResponse>(
    DeleteCapacityProvider$,
    (input, { world }) => {
      const provider = capacityProviderOf(world, input.capacityProvider);
      const [cluster] = clustersOf(world, provider);
      if (cluster) {
        // The call is answered; the refusal stands in the provider's update status.
        provider.updateStatus = 'DELETE_FAILED';
        provider.updateStatusReason = `The capacity provider cannot be deleted because it is associated with cluster: ${cluster.name}. Remove the capacity provider from the cluster and try again.`;
        return { capacityProvider: capacityProviderShape(provider) };
      }
      provider.updateStatus = 'DELETE_IN_PROGRESS';
      delete provider.updateStatusReason;
      const shown = capacityProviderShape(provider);
      provider.updateStatus = 'DELETE_COMPLETE';
      ecs(world).capacityProviders.delete(provider.name);
      return { capacityProvider: shown };
    },
  ),
  PutClusterCapacityProviders: operation<PutClusterCapacityProvidersRequest, PutClusterCapacityProvidersResponse>(
    PutClusterCapacityProviders$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      const names = wantedProviders(world, input);
      if (cluster.attachments?.status === 'UPDATE_IN_PROGRESS') {
        throw new ServiceError(
          'UpdateInProgressException',
          'The specified cluster is in a busy state. Cluster attachments must be in UPDATE_COMPLETE or UPDATE_FAILED state. Wait and try again.',
        );
      }
      associate(world, cluster, names);
      return { cluster: clusterShape(cluster, ['ATTACHMENTS']) };
    },
  ),
};

/** The names of the providers that a request gives a cluster, all of which are there. */
export function wantedProviders(
  world: World,
  input: Pick<PutClusterCapacityProvidersRequest, 'capacityProviders' | 'defaultCapacityProviderStrategy'>,
): string[] {
  const names = (input.capacityProviders ?? []).map(nameIn);
  if (names.some((name) => reserved.some((other) => other === name))) throw invalid('This sandbox has no Fargate.');
  for (const name of names) capacityProviderOf(world, name);
  if (input.defaultCapacityProviderStrategy?.length) {
    throw invalid(
      'This sandbox has no default capacity provider strategies: name the strategy where tasks are started.',
    );
  }
  return names;
}

function reservedShape(world: World, name: string): CapacityProviderShape | undefined {
  const type = reserved.find((other) => other === name);
  if (!type) return undefined;
  return { capacityProviderArn: world.arn('ecs', `capacity-provider/${name}`), name, status: 'ACTIVE', tags: [], type };
}

function checkUnused(scaling: ManagedScaling | undefined, protection: string | undefined): void {
  // Absent, managed scaling is on (AutoScalingGroupProvider, API version 2014-11-13); here it never is.
  if (scaling?.status === 'ENABLED') throw invalid('This sandbox does not scale groups by capacity providers.');
  if (protection === 'ENABLED') {
    throw invalid('The managed termination protection setting needs managed scaling, which this sandbox does not do.');
  }
}

function groupOrError(world: World, arnOrName: string | undefined) {
  try {
    return groupNamed(world, arnOrName ?? '');
  } catch (error) {
    if (error instanceof ServiceError) {
      throw invalid('The specified Auto Scaling group does not exist. Specify a valid group and try again.');
    }
    throw error;
  }
}
