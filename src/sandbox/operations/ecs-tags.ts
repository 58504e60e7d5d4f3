import {
  ListTagsForResource$,
  type ListTagsForResourceRequest,
  type ListTagsForResourceResponse,
  TagResource$,
  type TagResourceRequest,
  type TagResourceResponse,
  UntagResource$,
  type UntagResourceRequest,
  type UntagResourceResponse,
} from '@aws-sdk/client-ecs';
import { ecs } from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { capacityProviderOf, invalid, taskDefinitionOf } from './ecs-lookup.ts';
import { tagShapes, tagsOf } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

export const tagOperations: Record<string, Operation> = {
  TagResource: operation<TagResourceRequest, TagResourceResponse>(TagResource$, (input, { world }) => {
    const tags = tagsAt(world, input.resourceArn);
    for (const [key, value] of tagsOf(input.tags)) tags.set(key, value);
    return {};
  }),
  UntagResource: operation<UntagResourceRequest, UntagResourceResponse>(UntagResource$, (input, { world }) => {
    const tags = tagsAt(world, input.resourceArn);
    for (const key of input.tagKeys ?? []) tags.delete(key);
    return {};
  }),
  ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>(
    ListTagsForResource$,
    (input, { world }) => ({ tags: tagShapes(tagsAt(world, input.resourceArn)) }),
  ),
};

/** The tags of what an ARN names: `arn:aws:ecs:REGION:ACCOUNT:KIND/CLUSTER/NAME`. */
function tagsAt(world: World, arn: string | undefined): Map<string, string> {
  const [kind, first = '', second = ''] = (arn ?? '').split(':').slice(5).join(':').split('/');
  if (kind === 'capacity-provider') return capacityProviderOf(world, first).tags;
  if (kind === 'task-definition') return taskDefinitionOf(world, first).tags;
  const cluster = ecs(world).clusters.get(first);
  if (kind === undefined || !['cluster', 'service', 'task', 'container-instance'].includes(kind)) {
    throw invalid(`The arn resource format is invalid: ${arn ?? ''}`);
  }
  if (cluster?.status !== 'ACTIVE') throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
  const found =
    kind === 'cluster'
      ? cluster
      : kind === 'service'
        ? cluster.services.get(second)
        : kind === 'task'
          ? cluster.tasks.get(second)
          : cluster.containerInstances.get(second);
  if (!found) throw invalid('The specified resource was not found.');
  return found.tags;
}
