import {
  type Attribute,
  DeleteAttributes$,
  type DeleteAttributesRequest,
  type DeleteAttributesResponse,
  ListAttributes$,
  type ListAttributesRequest,
  type ListAttributesResponse,
  PutAttributes$,
  type PutAttributesRequest,
  type PutAttributesResponse,
} from '@aws-sdk/client-ecs';
import type { Cluster, ContainerInstance } from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { attributeShapes } from './ecs-container-instance-shapes.ts';
import { clusterOf, containerInstanceIn, ecsPage, invalid } from './ecs-lookup.ts';
import { type Operation, operation } from './operation.ts';

/** An instance has at most ten attributes of its own (ECS API, PutAttributes). */
const mostPerInstance = 10;

export const attributeOperations: Record<string, Operation> = {
  ListAttributes: operation<ListAttributesRequest, ListAttributesResponse>(ListAttributes$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const all = [...cluster.containerInstances.values()].flatMap((one) =>
      attributeShapes(one).map((attribute) => ({ ...attribute, targetId: one.arn })),
    );
    const kept = all
      .filter(({ name }) => input.attributeName === undefined || name === input.attributeName)
      .filter(({ value }) => input.attributeValue === undefined || value === input.attributeValue);
    const { items, ...next } = ecsPage(kept, input);
    return { attributes: items, ...next };
  }),
  PutAttributes: operation<PutAttributesRequest, PutAttributesResponse>(PutAttributes$, (input, { world }) => {
    const wanted = targeted(clusterOf(world, input.cluster), input.attributes);
    for (const { target } of wanted) {
      const fresh = wanted.filter((other) => other.target === target).map(({ name }) => name);
      const own = new Set([...[...target.attributes.keys()].filter((name) => !isSystem(name)), ...fresh]);
      if (own.size > mostPerInstance) {
        throw new ServiceError(
          'AttributeLimitExceededException',
          `The maximum number of attributes per resource is ${mostPerInstance}.`,
        );
      }
    }
    for (const { target, name, value } of wanted) target.attributes.set(name, value ?? '');
    return { attributes: wanted.map(shape) };
  }),
  DeleteAttributes: operation<DeleteAttributesRequest, DeleteAttributesResponse>(
    DeleteAttributes$,
    (input, { world }) => {
      const wanted = targeted(clusterOf(world, input.cluster), input.attributes);
      for (const { target, name } of wanted) target.attributes.delete(name);
      return { attributes: wanted.map(shape) };
    },
  ),
};

interface Wanted {
  readonly target: ContainerInstance;
  readonly name: string;
  readonly value?: string;
}

function isSystem(name: string): boolean {
  return name.startsWith('ecs.') || name.startsWith('com.amazonaws.');
}

/** The attributes of a request with the instances that they are of; all are checked before any is changed. */
function targeted(cluster: Cluster, attributes: readonly Attribute[] | undefined): Wanted[] {
  if (!attributes?.length) throw invalid('Attributes cannot be empty.');
  if (attributes.length > 10) throw invalid('Attributes cannot have more than 10 elements.');
  return attributes.map(({ name = '', value, targetId }) => {
    if (!/^[A-Za-z0-9_./\\-]{1,128}$/.test(name)) throw invalid(`Invalid attribute name: ${name}`);
    if (isSystem(name)) throw invalid(`Attribute ${name} is reserved and cannot be changed.`);
    const target = targetId === undefined ? undefined : containerInstanceIn(cluster, targetId);
    if (!target) throw new ServiceError('TargetNotFoundException', 'The specified target was not found.');
    return { target, name, ...(value === undefined ? {} : { value }) };
  });
}

function shape({ target, name, value }: Wanted): Attribute {
  return { name, ...(value ? { value } : {}), targetId: target.arn };
}
