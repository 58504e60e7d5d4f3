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
import { beginServiceDeployment, newDeployment, stopServiceDeployment } from '../world/ecs-deployments.ts';
import type { Cluster, Service, TaskDefinition } from '../world/ecs-state.ts';
import { loadBalancers } from '../world/elastic-load-balancing-state.ts';
import type { World } from '../world/world.ts';
import { activeDefinition, clusterOf, ecsPage, foundIn, invalid, serviceOf } from './ecs-lookup.ts';
import { checkConstraints, checkProviders } from './ecs-placement.ts';
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
    checkDeployment(input);
    checkPlacement(cluster, input);
    const deployment = newDeployment(world, definition, input);
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
      deployments: [deployment],
      history: [],
      events: [],
      tasks: new Set(),
      steady: false,
      steadySaidAt: 0,
      failedStarts: 0,
      nextStartAt: 0,
    };
    beginServiceDeployment(world, service, deployment);
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
    const providers = input.capacityProviderStrategy !== undefined;
    if (providers && !input.forceNewDeployment) {
      throw invalid(
        'When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.',
      );
    }
    const executing =
      input.enableExecuteCommand !== undefined &&
      input.enableExecuteCommand !== (service.spec.enableExecuteCommand ?? false);
    const placing = input.placementConstraints !== undefined || input.placementStrategy !== undefined;
    const changed =
      definition !== primary?.definition || input.forceNewDeployment === true || loadBalancing || executing || placing;
    const desired = input.desiredCount === undefined ? service.desiredCount : checkedCount(input.desiredCount);
    const limits = percents(input, service);
    const { cluster: _cluster, service: _name, desiredCount: _count, forceNewDeployment: _force, ...rest } = input;
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const spec: CreateServiceRequest = { ...service.spec, ...given };
    if (providers) delete spec.launchType;
    checkBalancers(world, spec, definition);
    checkDeployment(spec);
    checkPlacement(service.cluster, spec);
    service.spec = spec;
    service.desiredCount = desired;
    Object.assign(service, limits);
    service.graceSeconds = input.healthCheckGracePeriodSeconds ?? service.graceSeconds;
    service.steady = false;
    if (changed) {
      if (primary) primary.status = 'ACTIVE';
      const deployment = newDeployment(world, definition, spec);
      service.deployments = [deployment, ...service.deployments];
      beginServiceDeployment(world, service, deployment, primary);
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
    stopServiceDeployment(world, service, 'The service was deleted.');
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
      const { items, failures } = foundIn(world, cluster, 'service', asked, cluster.services);
      return { services: items.map((service) => serviceShape(service, input.include)), failures };
    },
  ),
  ListServices: operation<ListServicesRequest, ListServicesResponse>(ListServices$, (input, { world }) => {
    const active = [...clusterOf(world, input.cluster).services.values()]
      .filter((one) => one.status !== 'INACTIVE')
      .filter((one) => input.launchType === undefined || launchTypeOf(one) === input.launchType)
      .filter(() => (input.schedulingStrategy ?? 'REPLICA') === 'REPLICA');
    // A page holds 10 unless asked otherwise.
    const { items, ...next } = ecsPage(active, input, 10);
    return { serviceArns: items.map((service) => service.arn), ...next };
  }),
};

/** A service that is placed by capacity providers has no launch type. */
function launchTypeOf({ spec }: Service): string | undefined {
  return spec.capacityProviderStrategy?.length ? undefined : (spec.launchType ?? 'EC2');
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

/** Refuses ways of deploying that would be accepted and not done. */
function checkDeployment({ deploymentController, deploymentConfiguration }: CreateServiceRequest): void {
  if ((deploymentController?.type ?? 'ECS') !== 'ECS') {
    throw invalid('This sandbox deploys services by the deployment controller ECS only.');
  }
  if ((deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING') {
    throw invalid('This sandbox deploys services by the strategy ROLLING only.');
  }
}

function checkPlacement(cluster: Cluster, spec: CreateServiceRequest): void {
  checkConstraints(spec.placementConstraints);
  if (spec.launchType === 'FARGATE') throw invalid('Task definition does not support launch_type FARGATE.');
  const strategy = spec.capacityProviderStrategy ?? [];
  if (strategy.length > 0 && spec.launchType) {
    throw invalid(
      'Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.',
    );
  }
  checkProviders(cluster, strategy);
}
