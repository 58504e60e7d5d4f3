import {
  CreateService$,
  type CreateServiceRequest,
  type CreateServiceResponse,
  DeleteService$,
  type DeleteServiceRequest,
  type DeleteServiceResponse,
  DescribeServices$,
  type DescribeServicesRequest,
  type DescribeServicesResponse,
  ListServices$,
  type ListServicesRequest,
  type ListServicesResponse,
  UpdateService$,
  type UpdateServiceRequest,
  type UpdateServiceResponse,
} from '@aws-sdk/client-ecs';
import type { Deployment, Service, TaskDefinition } from '../world/ecs-state.ts';
import { loadBalancers } from '../world/elastic-load-balancing-state.ts';
import type { World } from '../world/world.ts';
import { activeDefinition, clusterOf, invalid, nameIn, page, serviceOf } from './ecs-lookup.ts';
import { serviceShape, tagsOf } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

/** The documented defaults of a REPLICA service, percent. */
const defaultMinimum = 100;
const defaultMaximum = 200;

export const serviceOperations: Record<string, Operation> = {
  CreateService: operation<CreateServiceRequest, CreateServiceResponse>(CreateService$, (input, { world, caller }) => {
    const cluster = clusterOf(world, input.cluster);
    const name = input.serviceName ?? '';
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) throw invalid('Service name must match ^[a-zA-Z0-9\\-_]{1,255}$.');
    const before = cluster.services.get(name);
    if (before?.status === 'DRAINING') throw invalid('Unable to Start a service that is still Draining.');
    if (before?.status === 'ACTIVE') throw invalid('Creation of service was not idempotent.');
    if ((input.schedulingStrategy ?? 'REPLICA') !== 'REPLICA') {
      throw invalid('This sandbox schedules REPLICA services only.');
    }
    const definition = activeDefinition(world, input.taskDefinition);
    checkBalancers(world, input, definition);
    checkConstraints(input);
    if (input.capacityProviderStrategy?.length) {
      throw invalid(
        input.launchType
          ? 'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.'
          : 'This sandbox places services by launch type EC2 only, not by a capacity provider strategy.',
      );
    }
    const service: Service = {
      name,
      arn: world.arn('ecs', `service/${cluster.name}/${name}`),
      cluster,
      createdAt: world.now,
      createdBy: caller.arn,
      status: 'ACTIVE',
      spec: input,
      desiredCount: checkedCount(input.desiredCount ?? 1),
      ...percents(input, { minimumHealthyPercent: defaultMinimum, maximumPercent: defaultMaximum }),
      graceSeconds: input.healthCheckGracePeriodSeconds ?? 0,
      tags: tagsOf(input.tags),
      deployments: [newDeployment(world, definition)],
      events: [],
      tasks: new Set(),
      steady: false,
      steadySaidAt: 0,
      failedStarts: 0,
      nextStartAt: 0,
    };
    cluster.services.set(name, service);
    return { service: serviceShape(service, ['TAGS']) };
  }),
  UpdateService: operation<UpdateServiceRequest, UpdateServiceResponse>(UpdateService$, (input, { world }) => {
    const service = serviceOf(clusterOf(world, input.cluster), input.service);
    const [primary] = service.deployments;
    const definition = input.taskDefinition
      ? activeDefinition(world, input.taskDefinition)
      : (primary?.definition ?? activeDefinition(world, service.spec.taskDefinition));
    const loadBalancing = input.loadBalancers !== undefined;
    const changed = definition !== primary?.definition || input.forceNewDeployment === true || loadBalancing;
    const desired = input.desiredCount === undefined ? service.desiredCount : checkedCount(input.desiredCount);
    const limits = percents(input, service);
    const { cluster: _cluster, service: _name, desiredCount: _count, forceNewDeployment: _force, ...rest } = input;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const spec: CreateServiceRequest = { ...service.spec, ...given };
    checkBalancers(world, spec, definition);
    checkConstraints(spec);
    service.spec = spec;
    service.desiredCount = desired;
    Object.assign(service, limits);
    service.graceSeconds = input.healthCheckGracePeriodSeconds ?? service.graceSeconds;
    service.steady = false;
    if (changed) {
      if (primary) primary.status = 'ACTIVE';
      service.deployments = [newDeployment(world, definition), ...service.deployments];
      service.failedStarts = 0;
      service.nextStartAt = 0;
    } else if (primary) {
      primary.updatedAt = world.now;
    }
    return { service: serviceShape(service, ['TAGS']) };
  }),
  DeleteService: operation<DeleteServiceRequest, DeleteServiceResponse>(DeleteService$, (input, { world }) => {
    const service = serviceOf(clusterOf(world, input.cluster), input.service);
    if (service.desiredCount > 0 && !input.force) {
      throw invalid('The service cannot be stopped while it is scaled above 0.');
    }
    service.status = 'DRAINING';
    service.desiredCount = 0;
    service.steady = false;
    return { service: serviceShape(service, ['TAGS']) };
  }),
  DescribeServices: operation<DescribeServicesRequest, DescribeServicesResponse>(
    DescribeServices$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      const asked = input.services ?? [];
      if (asked.length === 0) throw invalid('Services cannot be empty.');
      if (asked.length > 10) throw invalid('Services cannot have more than 10 elements.');
      const found = asked.map((reference) => ({ reference, service: cluster.services.get(nameIn(reference)) }));
      return {
        services: found.flatMap(({ service }) => (service ? [serviceShape(service, input.include)] : [])),
        failures: found
          .filter(({ service }) => !service)
          .map(({ reference }) => ({
            arn: world.arn('ecs', `service/${cluster.name}/${nameIn(reference)}`),
            reason: 'MISSING',
          })),
      };
    },
  ),
  ListServices: operation<ListServicesRequest, ListServicesResponse>(ListServices$, (input, { world }) => {
    const active = [...clusterOf(world, input.cluster).services.values()].filter((one) => one.status !== 'INACTIVE');
    // A page holds 10 unless asked otherwise.
    const { items, ...next } = page(active, input.maxResults ?? 10, input.nextToken);
    return { serviceArns: items.map((service) => service.arn), ...next };
  }),
};

function newDeployment(world: World, definition: TaskDefinition): Deployment {
  const random = world.random.fork(`deployment ${world.uuid()}`);
  // 19 digits, as ECS writes them.
  const digits = `${random.int(1_000_000_000, 2_000_000_000)}${String(random.int(0, 999_999_999)).padStart(9, '0')}`;
  const id = `ecs-svc/${digits}`;
  return {
    id,
    status: 'PRIMARY',
    definition,
    createdAt: world.now,
    updatedAt: world.now,
    failedTasks: 0,
    rollout: 'IN_PROGRESS',
    rolloutReason: `ECS deployment ${id} in progress.`,
  };
}

function checkedCount(count: number): number {
  if (Number.isInteger(count) && count >= 0) return count;
  throw invalid('desiredCount must be a whole number, 0 or more.');
}

function percents(
  input: Pick<CreateServiceRequest, 'deploymentConfiguration'>,
  before: { minimumHealthyPercent: number; maximumPercent: number },
): { minimumHealthyPercent: number; maximumPercent: number } {
  const minimumHealthyPercent = input.deploymentConfiguration?.minimumHealthyPercent ?? before.minimumHealthyPercent;
  const maximumPercent = input.deploymentConfiguration?.maximumPercent ?? before.maximumPercent;
  if (minimumHealthyPercent < 0 || maximumPercent < minimumHealthyPercent || maximumPercent < 1) {
    throw invalid('Both maximumPercent and minimumHealthyPercent must be positive, maximumPercent the larger.');
  }
  // The API refuses this pair: nothing could ever be replaced.
  if (minimumHealthyPercent === 100 && maximumPercent === 100) {
    throw invalid('Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.');
  }
  return { minimumHealthyPercent, maximumPercent };
}

function checkBalancers(world: World, spec: CreateServiceRequest, definition: TaskDefinition): void {
  const balancers = spec.loadBalancers ?? [];
  for (const { loadBalancerName, targetGroupArn, containerName, containerPort } of balancers) {
    if (targetGroupArn) throw invalid('This sandbox has classic load balancers only, no target groups.');
    if (!loadBalancerName) throw invalid('loadBalancerName or targetGroupArn must be specified.');
    if (!loadBalancers(world).has(loadBalancerName)) throw invalid(`Unable to find load balancer: ${loadBalancerName}`);
    const container = definition.containers.find((one) => one.name === containerName);
    if (!container) {
      throw invalid(`The container ${containerName ?? ''} does not exist in the task definition.`);
    }
    const mapping = container.portMappings?.find((one) => one.containerPort === containerPort);
    if (!mapping) {
      throw invalid(
        `The container ${containerName ?? ''} did not have a container port ${containerPort ?? ''} defined.`,
      );
    }
    // A classic balancer sends to one port on every instance.
    if (!mapping.hostPort) {
      throw invalid(`The container ${containerName ?? ''} must have a host port defined for a classic load balancer.`);
    }
  }
}

function checkConstraints(spec: CreateServiceRequest): void {
  for (const constraint of spec.placementConstraints ?? []) {
    if (constraint.type !== 'distinctInstance') {
      throw invalid(`This sandbox knows the placement constraint distinctInstance only, not ${constraint.type ?? ''}.`);
    }
  }
}
