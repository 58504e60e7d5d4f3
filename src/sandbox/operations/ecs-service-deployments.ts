import {
  CreateTaskSet$,
  type CreateTaskSetRequest,
  type CreateTaskSetResponse,
  DeleteTaskSet$,
  type DeleteTaskSetRequest,
  type DeleteTaskSetResponse,
  DescribeServiceDeployments$,
  type DescribeServiceDeploymentsRequest,
  type DescribeServiceDeploymentsResponse,
  DescribeServiceRevisions$,
  type DescribeServiceRevisionsRequest,
  type DescribeServiceRevisionsResponse,
  DescribeTaskSets$,
  type DescribeTaskSetsRequest,
  type DescribeTaskSetsResponse,
  ListServiceDeployments$,
  type ListServiceDeploymentsRequest,
  type ListServiceDeploymentsResponse,
  ListServicesByNamespace$,
  type ListServicesByNamespaceRequest,
  type ListServicesByNamespaceResponse,
  type ServiceDeployment as ServiceDeploymentShape,
  type ServiceRevision,
  type ServiceRevisionSummary,
  StopServiceDeployment$,
  type StopServiceDeploymentRequest,
  type StopServiceDeploymentResponse,
  UpdateServicePrimaryTaskSet$,
  type UpdateServicePrimaryTaskSetRequest,
  type UpdateServicePrimaryTaskSetResponse,
  UpdateTaskSet$,
  type UpdateTaskSetRequest,
  type UpdateTaskSetResponse,
} from '@aws-sdk/client-ecs';
import { revisionArn, rollBack, stopServiceDeployment } from '../world/ecs-deployments.ts';
import { type Deployment, ecs, type Service, type ServiceDeployment } from '../world/ecs-state.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { clusterOf, ecsPage, invalid, nameInCluster, serviceOf } from './ecs-lookup.ts';
import { counts, launchedBy, time } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

export const serviceDeploymentOperations: Record<string, Operation> = {
  ListServiceDeployments: operation<ListServiceDeploymentsRequest, ListServiceDeploymentsResponse>(
    ListServiceDeployments$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster ?? clusterIn(input.service));
      const service = cluster.services.get(nameInCluster(cluster, input.service ?? ''));
      if (!service) throw new ServiceError('ServiceNotFoundException', 'Service not found.');
      const { after, before } = input.createdAt ?? {};
      const kept = service.history
        .filter(({ status }) => !input.status?.length || input.status.includes(status))
        .filter(({ createdAt }) => after === undefined || createdAt > after.getTime())
        .filter(({ createdAt }) => before === undefined || createdAt < before.getTime());
      const { items, ...next } = ecsPage(kept, input, 20);
      return {
        serviceDeployments: items.map((deployment) => ({
          ...ends(service, deployment),
          targetServiceRevisionArn: revisionArn(world, service, deployment.target),
          status: deployment.status,
          statusReason: deployment.statusReason,
        })),
        ...next,
      };
    },
  ),
  DescribeServiceDeployments: operation<DescribeServiceDeploymentsRequest, DescribeServiceDeploymentsResponse>(
    DescribeServiceDeployments$,
    (input, { world }) => {
      const asked = checkedArns(input.serviceDeploymentArns, 'Service deployment ARNs');
      const found = asked.map((arn) => ({ arn, known: deploymentAt(world, arn) }));
      return {
        serviceDeployments: found.flatMap(({ known }) => (known ? [deploymentShape(world, known)] : [])),
        failures: found.flatMap(({ arn, known }) => (known ? [] : [{ arn, reason: 'MISSING' }])),
      };
    },
  ),
  DescribeServiceRevisions: operation<DescribeServiceRevisionsRequest, DescribeServiceRevisionsResponse>(
    DescribeServiceRevisions$,
    (input, { world }) => {
      const asked = checkedArns(input.serviceRevisionArns, 'Service revision ARNs');
      const found = asked.map((arn) => {
        const service = serviceIn(world, arn);
        const deployment = service?.history
          .map(({ target }) => target)
          .find((target) => revisionArn(world, service, target) === arn);
        return { arn, revision: service && deployment && revisionShape(world, service, deployment) };
      });
      return {
        serviceRevisions: found.flatMap(({ revision }) => (revision ? [revision] : [])),
        failures: found.flatMap(({ arn, revision }) => (revision ? [] : [{ arn, reason: 'MISSING' }])),
      };
    },
  ),
  StopServiceDeployment: operation<StopServiceDeploymentRequest, StopServiceDeploymentResponse>(
    StopServiceDeployment$,
    (input, { world }) => {
      const known = deploymentAt(world, input.serviceDeploymentArn ?? '');
      if (!known) {
        throw new ServiceError('ServiceDeploymentNotFoundException', 'The service deployment was not found.');
      }
      const { service, deployment } = known;
      if (deployment.finishedAt !== undefined || deployment.rollback) {
        throw new ServiceError(
          'ConflictException',
          `The service deployment cannot be stopped because its status is ${deployment.status}.`,
        );
      }
      const reason = 'Service deployment rolled back because a rollback was requested.';
      if ((input.stopType ?? 'ROLLBACK') === 'ABORT' || !rollBack(world, service, reason, 'ECS deployment stopped:')) {
        stopServiceDeployment(world, service, 'Service deployment stopped by user.');
      }
      return { serviceDeploymentArn: deployment.arn };
    },
  ),
  ListServicesByNamespace: operation<ListServicesByNamespaceRequest, ListServicesByNamespaceResponse>(
    ListServicesByNamespace$,
    // Namespaces are Cloud Map's, which this region has not.
    () => {
      throw new ServiceError('NamespaceNotFoundException', 'The specified namespace was not found.');
    },
  ),
  CreateTaskSet: operation<CreateTaskSetRequest, CreateTaskSetResponse>(CreateTaskSet$, refuseTaskSet),
  UpdateTaskSet: operation<UpdateTaskSetRequest, UpdateTaskSetResponse>(UpdateTaskSet$, refuseTaskSet),
  DeleteTaskSet: operation<DeleteTaskSetRequest, DeleteTaskSetResponse>(DeleteTaskSet$, refuseTaskSet),
  DescribeTaskSets: operation<DescribeTaskSetsRequest, DescribeTaskSetsResponse>(DescribeTaskSets$, refuseTaskSet),
  UpdateServicePrimaryTaskSet: operation<UpdateServicePrimaryTaskSetRequest, UpdateServicePrimaryTaskSetResponse>(
    UpdateServicePrimaryTaskSet$,
    refuseTaskSet,
  ),
};

/** Every service here has the ECS deployment controller. */
function refuseTaskSet(
  input: { cluster: string | undefined; service: string | undefined },
  { world }: { world: World },
): never {
  serviceOf(clusterOf(world, input.cluster), input.service);
  throw invalid(
    'Amazon ECS only supports task set management on services configured to use external deployment controllers.',
  );
}

/** The cluster that the ARN of a service names. */
function clusterIn(arn: string | undefined): string | undefined {
  const [, cluster, name] = arn?.startsWith('arn:') ? arn.split('/') : [];
  return name === undefined ? undefined : cluster;
}

function checkedArns(arns: readonly string[] | undefined, what: string): readonly string[] {
  if (!arns?.length) throw invalid(`${what} cannot be empty.`);
  if (arns.length > 20) throw invalid(`${what} cannot have more than 20 elements.`);
  return arns;
}

/** The service of an ARN that ends in `/CLUSTER/SERVICE/ID`. */
function serviceIn(world: World, arn: string): Service | undefined {
  const [, cluster = '', service = ''] = arn.split('/');
  return ecs(world).clusters.get(cluster)?.services.get(service);
}

function deploymentAt(world: World, arn: string): { service: Service; deployment: ServiceDeployment } | undefined {
  const service = serviceIn(world, arn);
  const deployment = service?.history.find((one) => one.arn === arn);
  return service && deployment && { service, deployment };
}

function ends(service: Service, deployment: ServiceDeployment) {
  return {
    serviceDeploymentArn: deployment.arn,
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    startedAt: time(deployment.createdAt),
    createdAt: time(deployment.createdAt),
    finishedAt: time(deployment.finishedAt),
  };
}

function summary(world: World, service: Service, target: Deployment): ServiceRevisionSummary {
  const own = [...service.tasks].filter((task) => task.deployment === target);
  const { runningCount, pendingCount } = counts(own);
  return {
    arn: revisionArn(world, service, target),
    requestedTaskCount: target === service.deployments[0] ? service.desiredCount : 0,
    runningTaskCount: runningCount,
    pendingTaskCount: pendingCount,
  };
}

function deploymentShape(
  world: World,
  { service, deployment }: { service: Service; deployment: ServiceDeployment },
): ServiceDeploymentShape {
  const { target, source, rollback } = deployment;
  const { deploymentConfiguration } = target.spec;
  return {
    ...ends(service, deployment),
    updatedAt: time(deployment.updatedAt),
    sourceServiceRevisions: source ? [summary(world, service, source)] : [],
    targetServiceRevision: summary(world, service, target),
    status: deployment.status,
    statusReason: deployment.statusReason,
    deploymentConfiguration: {
      deploymentCircuitBreaker: deploymentConfiguration?.deploymentCircuitBreaker ?? { enable: false, rollback: false },
      maximumPercent: deploymentConfiguration?.maximumPercent ?? service.maximumPercent,
      minimumHealthyPercent: deploymentConfiguration?.minimumHealthyPercent ?? service.minimumHealthyPercent,
      strategy: 'ROLLING',
      bakeTimeInMinutes: 0,
    },
    ...(rollback
      ? {
          rollback: {
            reason: rollback.reason,
            startedAt: time(rollback.startedAt),
            serviceRevisionArn: revisionArn(world, service, rollback.target),
          },
        }
      : {}),
    deploymentCircuitBreaker: {
      status: !deploymentConfiguration?.deploymentCircuitBreaker?.enable
        ? 'DISABLED'
        : target.rollout === 'FAILED'
          ? 'TRIGGERED'
          : deployment.finishedAt === undefined
            ? 'MONITORING'
            : 'MONITORING_COMPLETE',
      failureCount: target.failedTasks,
      threshold: 3,
    },
  };
}

function revisionShape(world: World, service: Service, deployment: Deployment): ServiceRevision {
  const { spec, definition } = deployment;
  return {
    serviceRevisionArn: revisionArn(world, service, deployment),
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: definition.arn,
    ...launchedBy(spec),
    loadBalancers: spec.loadBalancers ?? [],
    containerImages: definition.containers.map(({ name, image }) => ({ containerName: name, image })),
    guardDutyEnabled: false,
    createdAt: time(deployment.createdAt),
  };
}
