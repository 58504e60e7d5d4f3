import {
  type ContainerDefinition,
  DeregisterTaskDefinition$,
  type DeregisterTaskDefinitionRequest,
  type DeregisterTaskDefinitionResponse,
  DescribeTaskDefinition$,
  type DescribeTaskDefinitionRequest,
  type DescribeTaskDefinitionResponse,
  ListTaskDefinitionFamilies$,
  type ListTaskDefinitionFamiliesRequest,
  type ListTaskDefinitionFamiliesResponse,
  ListTaskDefinitions$,
  type ListTaskDefinitionsRequest,
  type ListTaskDefinitionsResponse,
  RegisterTaskDefinition$,
  type RegisterTaskDefinitionRequest,
  type RegisterTaskDefinitionResponse,
} from '@aws-sdk/client-ecs';
import { ecs, type TaskDefinition } from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { page, taskDefinitionOf } from './ecs-lookup.ts';
import { tagShapes, tagsOf, taskDefinitionShape } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

export const taskDefinitionOperations: Record<string, Operation> = {
  RegisterTaskDefinition: operation<RegisterTaskDefinitionRequest, RegisterTaskDefinitionResponse>(
    RegisterTaskDefinition$,
    (input, { world, caller }) => {
      const family = input.family ?? '';
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(family)) {
        throw client(
          'Family contains invalid characters. Only up to 255 letters, numbers, hyphens and underscores are allowed.',
        );
      }
      if (!input.containerDefinitions?.length) throw client('Container list cannot be empty.');
      const containers = input.containerDefinitions.map((container) => checked(container, input));
      if (new Set(containers.map((container) => container.name)).size < containers.length) {
        throw client('Container.name must be unique within a task definition.');
      }
      if (!containers.some((container) => container.essential)) {
        throw client('At least one container must be marked as essential.');
      }
      const { families } = ecs(world);
      const revisions = families.get(family) ?? [];
      const revision = revisions.length + 1;
      const definition: TaskDefinition = {
        arn: world.arn('ecs', `task-definition/${family}:${revision}`),
        family,
        revision,
        status: 'ACTIVE',
        registeredAt: world.now,
        registeredBy: caller.arn,
        spec: { ...input, containerDefinitions: containers },
        containers,
        cpu: input.cpu ? units(input.cpu) : sum(containers, (container) => container.cpu ?? 0),
        memory: input.memory
          ? units(input.memory)
          : sum(containers, (container) => container.memoryReservation ?? container.memory ?? 0),
        hostPorts: containers.flatMap((container) =>
          (container.portMappings ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : [])),
        ),
        tags: tagsOf(input.tags),
      };
      families.set(family, [...revisions, definition]);
      return { taskDefinition: taskDefinitionShape(definition), tags: tagShapes(definition.tags) };
    },
  ),
  DeregisterTaskDefinition: operation<DeregisterTaskDefinitionRequest, DeregisterTaskDefinitionResponse>(
    DeregisterTaskDefinition$,
    (input, { world }) => {
      if (!/:\d+$/.test(input.taskDefinition ?? ''))
        throw client('Revision is required: family:revision or the full ARN.');
      const definition = taskDefinitionOf(world, input.taskDefinition);
      definition.status = 'INACTIVE';
      definition.deregisteredAt ??= world.now;
      return { taskDefinition: taskDefinitionShape(definition) };
    },
  ),
  DescribeTaskDefinition: operation<DescribeTaskDefinitionRequest, DescribeTaskDefinitionResponse>(
    DescribeTaskDefinition$,
    (input, { world }) => {
      const definition = taskDefinitionOf(world, input.taskDefinition);
      return {
        taskDefinition: taskDefinitionShape(definition),
        tags: input.include?.includes('TAGS') ? tagShapes(definition.tags) : [],
      };
    },
  ),
  ListTaskDefinitionFamilies: operation<ListTaskDefinitionFamiliesRequest, ListTaskDefinitionFamiliesResponse>(
    ListTaskDefinitionFamilies$,
    (input, { world }) => {
      const status = input.status ?? 'ALL';
      const families = [...ecs(world).families]
        .filter(([family]) => family.startsWith(input.familyPrefix ?? ''))
        // A family is active while one of its revisions is.
        .filter(([, revisions]) => {
          const active = revisions.some((definition) => definition.status === 'ACTIVE');
          return status === 'ALL' || active === (status === 'ACTIVE');
        });
      const { items, ...next } = page(families, input.maxResults, input.nextToken);
      return { families: items.map(([family]) => family), ...next };
    },
  ),
  ListTaskDefinitions: operation<ListTaskDefinitionsRequest, ListTaskDefinitionsResponse>(
    ListTaskDefinitions$,
    (input, { world }) => {
      const status = input.status ?? 'ACTIVE';
      const all = [...ecs(world).families]
        .filter(([family]) => input.familyPrefix === undefined || family === input.familyPrefix)
        .flatMap(([, revisions]) => revisions)
        .filter((definition) => definition.status === status);
      if (input.sort === 'DESC') all.reverse();
      const { items, ...next } = page(all, input.maxResults, input.nextToken);
      return { taskDefinitionArns: items.map((definition) => definition.arn), ...next };
    },
  ),
};

function client(message: string): ServiceError {
  return new ServiceError('ClientException', message);
}

/** `512`, `0.5 vCPU` or `1 GB`, in CPU units or MiB. */
function units(text: string): number {
  const [, amount, unit] = /^([\d.]+)\s*(vcpu|gb)?$/i.exec(text.trim()) ?? [];
  if (amount === undefined) throw client(`Invalid 'cpu' or 'memory' setting for task: ${text}`);
  return unit === undefined ? Number(amount) : Number(amount) * 1024;
}

function sum(containers: readonly ContainerDefinition[], of: (container: ContainerDefinition) => number): number {
  return containers.reduce((total, container) => total + of(container), 0);
}

/** A container definition with the API's defaults, or what is wrong with it. */
function checked(container: ContainerDefinition, task: RegisterTaskDefinitionRequest): ContainerDefinition {
  if (!container.name) throw client('Container.name should not be null or empty.');
  if (!container.image) throw client('Container.image should not be null or empty.');
  if (!task.memory && container.memory === undefined && container.memoryReservation === undefined) {
    throw client(
      `Invalid setting for container '${container.name}'. At least one of 'memory' or 'memoryReservation' must be specified.`,
    );
  }
  const bounded = (name: string, value: number | undefined, min: number, max: number) => {
    if (value !== undefined && !(value >= min && value <= max)) {
      throw client(`HealthCheck ${name} of container '${container.name}' must be between ${min} and ${max}.`);
    }
  };
  const check = container.healthCheck;
  // Bounds: ECS API, HealthCheck.
  bounded('interval', check?.interval, 5, 300);
  bounded('timeout', check?.timeout, 2, 60);
  bounded('retries', check?.retries, 1, 10);
  bounded('startPeriod', check?.startPeriod, 0, 300);
  for (const { name, valueFrom } of container.secrets ?? []) {
    if (!name || !valueFrom) throw client('Secret name and valueFrom must be specified.');
    if (!task.executionRoleArn) {
      throw client('When you are specifying container secrets, you must also specify a value for executionRoleArn.');
    }
  }
  return {
    ...container,
    cpu: container.cpu ?? 0,
    essential: container.essential ?? true,
    environment: container.environment ?? [],
    mountPoints: container.mountPoints ?? [],
    volumesFrom: container.volumesFrom ?? [],
    portMappings: (container.portMappings ?? []).map((mapping) => ({
      ...mapping,
      hostPort: mapping.hostPort ?? 0,
      protocol: mapping.protocol ?? 'tcp',
    })),
  };
}
