import {
  type ContainerDefinition,
  DeleteTaskDefinitions$,
  type DeleteTaskDefinitionsRequest,
  type DeleteTaskDefinitionsResponse,
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
import type { World } from '../world/world.ts';
import { ecsPage, invalid, taskDefinitionOf } from './ecs-lookup.ts';
import { checkConstraints } from './ecs-placement.ts';
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
      checkConstraints(input.placementConstraints);
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
        cpu: input.cpu ? units('cpu', input.cpu) : sum(containers, (container) => container.cpu ?? 0),
        memory: input.memory
          ? units('memory', input.memory)
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
      if (definition.status === 'ACTIVE') definition.status = 'INACTIVE';
      definition.deregisteredAt ??= world.now;
      return { taskDefinition: taskDefinitionShape(definition) };
    },
  ),
  DeleteTaskDefinitions: operation<DeleteTaskDefinitionsRequest, DeleteTaskDefinitionsResponse>(
    DeleteTaskDefinitions$,
    (input, { world }) => {
      const asked = input.taskDefinitions ?? [];
      if (asked.length === 0) throw invalid('Task definitions cannot be empty.');
      if (asked.length > 10) throw invalid('Task definitions cannot have more than 10 elements.');
      if (!asked.every((one) => /:\d+$/.test(one))) {
        throw invalid('Task definition names must be in family:revision format.');
      }
      const definitions = asked.map((one) => taskDefinitionOf(world, one));
      const going = definitions.filter(({ status }) => status !== 'ACTIVE');
      for (const definition of going) {
        if (definition.status === 'DELETE_IN_PROGRESS') continue;
        definition.status = 'DELETE_IN_PROGRESS';
        definition.deleteRequestedAt = world.now;
        world.schedule(deletionLookMs, () => deleteWhenUnused(world, definition));
      }
      return {
        taskDefinitions: going.map(taskDefinitionShape),
        failures: definitions
          .filter(({ status }) => status === 'ACTIVE')
          .map(({ arn }) => ({
            arn,
            reason:
              'The specified task definition is still in ACTIVE status. Please deregister the target and try again.',
          })),
      };
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
        .filter(([, revisions]) => revisions.some(({ status: one }) => one === 'ACTIVE' || one === 'INACTIVE'))
        // A family is active while one of its revisions is.
        .filter(([, revisions]) => {
          const active = revisions.some((definition) => definition.status === 'ACTIVE');
          return status === 'ALL' || active === (status === 'ACTIVE');
        });
      const { items, ...next } = ecsPage(families, input);
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
      const { items, ...next } = ecsPage(all, input);
      return { taskDefinitionArns: items.map((definition) => definition.arn), ...next };
    },
  ),
};

/** Between two looks at what still uses a definition that is to be deleted, ms. */
const deletionLookMs = 60_000;

/** A definition stays until no service and no task has it any more (ECS API, DeleteTaskDefinitions). */
function deleteWhenUnused(world: World, definition: TaskDefinition): void {
  const used = [...ecs(world).clusters.values()].some(
    ({ services, tasks }) =>
      [...tasks.values()].some((task) => task.definition === definition && task.lastStatus !== 'STOPPED') ||
      [...services.values()].some(
        ({ status, deployments }) => status !== 'INACTIVE' && deployments.some((one) => one.definition === definition),
      ),
  );
  if (used) world.schedule(deletionLookMs, () => deleteWhenUnused(world, definition));
  else definition.status = 'DELETED';
}

function client(message: string): ServiceError {
  return new ServiceError('ClientException', message);
}

/** `512`, `0.5 vCPU` or `1 GB`, in CPU units or MiB. */
function units(what: 'cpu' | 'memory', text: string): number {
  const [, amount, unit] = /^([\d.]+)\s*(vcpu|gb)?$/i.exec(text.trim()) ?? [];
  if (amount === undefined) {
    throw client(
      `Invalid '${what}' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`,
    );
  }
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
