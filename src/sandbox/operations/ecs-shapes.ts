import type {
  Attachment,
  CapacityProvider as CapacityProviderShape,
  Cluster as ClusterShape,
  Container as ContainerShape,
  Deployment as DeploymentShape,
  KeyValuePair,
  Service as ServiceShape,
  Tag,
  TaskDefinition as TaskDefinitionShape,
  Task as TaskShape,
} from '@aws-sdk/client-ecs';
import { requiredAttributes } from '../world/ecs-attributes.ts';
import { drainingHook } from '../world/ecs-capacity-providers.ts';
import type {
  CapacityProvider,
  Cluster,
  Container,
  Deployment,
  Service,
  Task,
  TaskDefinition,
} from '../world/ecs-state.ts';

/** ECS spells its tags in lower case. */
export function tagShapes(tags: ReadonlyMap<string, string>): Tag[] {
  return [...tags].map(([key, value]) => ({ key, value }));
}

export function tagsOf(list: readonly Tag[] | undefined): Map<string, string> {
  return new Map((list ?? []).flatMap(({ key, value }) => (key === undefined ? [] : [[key, value ?? '']])));
}

/** A time of the API. */
export const time = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

/** How many tasks run and how many are on their way, by what ECS saw last. */
export function counts(tasks: Iterable<Task>): { runningCount: number; pendingCount: number } {
  let runningCount = 0;
  let pendingCount = 0;
  for (const task of tasks) {
    if (task.lastStatus === 'RUNNING') runningCount += 1;
    else if (task.desiredStatus === 'RUNNING') pendingCount += 1;
  }
  return { runningCount, pendingCount };
}

export function clusterShape(cluster: Cluster, include: readonly string[] = []): ClusterShape {
  const { runningCount, pendingCount } = counts(cluster.tasks.values());
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: cluster.status,
    registeredContainerInstancesCount: cluster.containerInstances.size,
    runningTasksCount: runningCount,
    pendingTasksCount: pendingCount,
    activeServicesCount: [...cluster.services.values()].filter((service) => service.status === 'ACTIVE').length,
    statistics: include.includes('STATISTICS') ? statistics(cluster, runningCount, pendingCount) : [],
    tags: include.includes('TAGS') ? tagShapes(cluster.tags) : [],
    settings: include.includes('SETTINGS')
      ? cluster.settings.map(({ value }) => ({ name: 'containerInsights', value }))
      : [],
    ...(cluster.configuration && include.includes('CONFIGURATIONS') ? { configuration: cluster.configuration } : {}),
    capacityProviders: cluster.capacityProviders ?? [],
    // Services here are placed by launch type, so there is never a strategy.
    defaultCapacityProviderStrategy: [],
    ...(cluster.attachments ? { attachmentsStatus: cluster.attachments.status } : {}),
    ...(cluster.attachments && include.includes('ATTACHMENTS') ? { attachments: attachmentShapes(cluster) } : {}),
  };
}

/** Counts by launch type, of which this region has EC2 only. */
function statistics(cluster: Cluster, running: number, pending: number): KeyValuePair[] {
  const services = [...cluster.services.values()];
  const ofStatus = (status: string) => services.filter((service) => service.status === status).length;
  const counted: Record<string, number> = {
    runningEC2TasksCount: running,
    runningFargateTasksCount: 0,
    pendingEC2TasksCount: pending,
    pendingFargateTasksCount: 0,
    runningExternalTasksCount: 0,
    pendingExternalTasksCount: 0,
    activeEC2ServiceCount: ofStatus('ACTIVE'),
    activeFargateServiceCount: 0,
    drainingEC2ServiceCount: ofStatus('DRAINING'),
    drainingFargateServiceCount: 0,
    activeExternalServiceCount: 0,
    drainingExternalServiceCount: 0,
  };
  return Object.entries(counted).map(([name, value]) => ({ name, value: String(value) }));
}

/** What ECS made for the providers of a cluster: one attachment each, for the draining hook on its group. */
function attachmentShapes({ attachments, capacityProviders }: Cluster): Attachment[] {
  return (capacityProviders ?? []).map((name, index) => ({
    id: index === 0 ? attachments?.id : `${attachments?.id}-${index}`,
    type: 'managed_draining',
    status: attachments?.status === 'UPDATE_COMPLETE' ? 'CREATED' : 'PRECREATED',
    details: [
      { name: 'capacityProviderName', value: name },
      { name: 'autoScalingLifecycleHookName', value: drainingHook.name },
    ],
  }));
}

export function capacityProviderShape(
  provider: CapacityProvider,
  include: readonly string[] = [],
): CapacityProviderShape {
  return {
    capacityProviderArn: provider.arn,
    name: provider.name,
    status: provider.updateStatus === 'DELETE_COMPLETE' ? 'INACTIVE' : 'ACTIVE',
    autoScalingGroupProvider: {
      autoScalingGroupArn: provider.groupArn,
      managedScaling: { status: 'DISABLED' },
      managedTerminationProtection: 'DISABLED',
      managedDraining: provider.managedDraining,
    },
    updateStatus: provider.updateStatus,
    updateStatusReason: provider.updateStatusReason,
    tags: include.includes('TAGS') ? tagShapes(provider.tags) : [],
    type: 'EC2_AUTOSCALING',
  };
}

export function taskDefinitionShape(definition: TaskDefinition): TaskDefinitionShape {
  const { spec } = definition;
  return {
    taskDefinitionArn: definition.arn,
    containerDefinitions: [...definition.containers],
    family: definition.family,
    taskRoleArn: spec.taskRoleArn,
    executionRoleArn: spec.executionRoleArn,
    networkMode: spec.networkMode,
    revision: definition.revision,
    volumes: spec.volumes ?? [],
    status: definition.status === 'DELETED' ? undefined : definition.status,
    requiresAttributes: requiredAttributes(definition).map((name) => ({ name })),
    placementConstraints: spec.placementConstraints ?? [],
    compatibilities: ['EXTERNAL', 'EC2'],
    runtimePlatform: spec.runtimePlatform,
    requiresCompatibilities: spec.requiresCompatibilities,
    cpu: spec.cpu,
    memory: spec.memory,
    pidMode: spec.pidMode,
    ipcMode: spec.ipcMode,
    registeredAt: time(definition.registeredAt),
    deregisteredAt: time(definition.deregisteredAt),
    registeredBy: definition.registeredBy,
    deleteRequestedAt: time(definition.deleteRequestedAt),
  };
}

export function serviceShape(service: Service, include: readonly string[] = []): ServiceShape {
  const { spec } = service;
  // A classic balancer's services have no rollout state.
  const rollout = !spec.loadBalancers?.some((one) => one.loadBalancerName);
  return {
    serviceArn: service.arn,
    serviceName: service.name,
    clusterArn: service.cluster.arn,
    loadBalancers: spec.loadBalancers ?? [],
    serviceRegistries: spec.serviceRegistries ?? [],
    status: service.status,
    desiredCount: service.desiredCount,
    ...counts(service.tasks),
    ...launchedBy(spec),
    taskDefinition: service.deployments[0]?.definition.arn,
    deploymentConfiguration: {
      deploymentCircuitBreaker: spec.deploymentConfiguration?.deploymentCircuitBreaker ?? {
        enable: false,
        rollback: false,
      },
      maximumPercent: service.maximumPercent,
      minimumHealthyPercent: service.minimumHealthyPercent,
    },
    deployments: service.deployments.map((deployment) => deploymentShape(service, deployment, rollout)),
    // Whoever names no role for the balancer has the service-linked one (ECS API, CreateService, role).
    roleArn: spec.role ?? (spec.loadBalancers?.length ? serviceRole(service) : undefined),
    events: service.events.map((event) => ({ id: event.id, createdAt: time(event.at), message: event.message })),
    createdAt: time(service.createdAt),
    placementConstraints: spec.placementConstraints ?? [],
    placementStrategy: spec.placementStrategy ?? [],
    healthCheckGracePeriodSeconds: service.graceSeconds,
    schedulingStrategy: 'REPLICA',
    deploymentController: { type: 'ECS' },
    tags: include.includes('TAGS') ? tagShapes(service.tags) : undefined,
    createdBy: service.createdBy,
    enableECSManagedTags: spec.enableECSManagedTags ?? false,
    propagateTags: spec.propagateTags ?? 'NONE',
    enableExecuteCommand: spec.enableExecuteCommand ?? false,
    availabilityZoneRebalancing: spec.availabilityZoneRebalancing ?? 'ENABLED',
  };
}

function serviceRole({ arn }: Service): string {
  const [, partition, , , account] = arn.split(':');
  return `arn:${partition}:iam::${account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`;
}

/** Services are placed by a launch type or by capacity providers. */
export function launchedBy(
  spec: Service['spec'],
): Pick<ServiceShape, 'launchType'> | Pick<ServiceShape, 'capacityProviderStrategy'> {
  if (!spec.capacityProviderStrategy?.length) return { launchType: spec.launchType ?? 'EC2' };
  const strategy = spec.capacityProviderStrategy;
  return { capacityProviderStrategy: strategy.map((item) => ({ base: 0, weight: 0, ...item })) };
}

function deploymentShape(service: Service, deployment: Deployment, rollout: boolean): DeploymentShape {
  const own = [...service.tasks].filter((task) => task.deployment === deployment);
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.definition.arn,
    desiredCount: deployment.status === 'PRIMARY' ? service.desiredCount : 0,
    ...counts(own),
    failedTasks: deployment.failedTasks,
    createdAt: time(deployment.createdAt),
    updatedAt: time(deployment.updatedAt),
    ...launchedBy(deployment.spec),
    ...(rollout ? { rolloutState: deployment.rollout, rolloutStateReason: deployment.rolloutReason } : {}),
  };
}

export function taskShape(task: Task, include: readonly string[] = []): TaskShape {
  const { containerInstance: host } = task;
  return {
    attachments: [],
    attributes: [{ name: 'ecs.cpu-architecture', value: host.instance.architecture }],
    availabilityZone: host.instance.zone,
    clusterArn: task.cluster.arn,
    connectivity: host.agentConnected ? 'CONNECTED' : 'DISCONNECTED',
    connectivityAt: time(task.connectedAt),
    containerInstanceArn: host.arn,
    containers: task.containers.map((container) => containerShape(task, container)),
    cpu: String(task.definition.cpu),
    createdAt: time(task.createdAt),
    desiredStatus: task.desiredStatus,
    enableExecuteCommand: task.executeCommand,
    executionStoppedAt: time(task.executionStoppedAt),
    group: task.group,
    healthStatus: task.health,
    lastStatus: task.lastStatus,
    launchType: 'EC2',
    capacityProviderName: task.service?.spec.capacityProviderStrategy?.length ? host.capacityProvider : undefined,
    memory: String(task.definition.memory),
    overrides: { containerOverrides: task.overrides.containerOverrides ?? [], inferenceAcceleratorOverrides: [] },
    pullStartedAt: time(task.pullStartedAt),
    pullStoppedAt: time(task.pullStoppedAt),
    startedAt: time(task.startedAt),
    startedBy: task.startedBy,
    stopCode: task.stopCode,
    stoppedAt: time(task.stoppedAt),
    stoppedReason: task.stoppedReason,
    stoppingAt: time(task.stoppingAt),
    // The tags of a task end with it.
    tags: include.includes('TAGS') && task.lastStatus !== 'STOPPED' ? tagShapes(task.tags) : [],
    taskArn: task.arn,
    taskDefinitionArn: task.definition.arn,
    version: task.version,
  };
}

function containerShape(task: Task, container: Container): ContainerShape {
  const { definition } = container;
  return {
    containerArn: container.arn,
    taskArn: task.arn,
    name: container.name,
    image: definition.image,
    imageDigest: container.imageDigest,
    runtimeId: container.runtimeId,
    lastStatus: container.lastStatus,
    exitCode: container.exitCode,
    reason: container.reason,
    networkBindings: container.networkBindings,
    networkInterfaces: [],
    // Its agent would speak to Session Manager, which this region has not.
    ...(task.executeCommand ? { managedAgents: [{ name: 'ExecuteCommandAgent', lastStatus: 'PENDING' }] } : {}),
    healthStatus: container.health,
    cpu: String(definition.cpu ?? 0),
    memory: definition.memory === undefined ? undefined : String(definition.memory),
    memoryReservation: definition.memoryReservation === undefined ? undefined : String(definition.memoryReservation),
  };
}
