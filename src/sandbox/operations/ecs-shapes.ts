import type {
  Attachment,
  CapacityProvider as CapacityProviderShape,
  Cluster as ClusterShape,
  ContainerInstance as ContainerInstanceShape,
  Container as ContainerShape,
  Deployment as DeploymentShape,
  Resource,
  Service as ServiceShape,
  Tag,
  TaskDefinition as TaskDefinitionShape,
  Task as TaskShape,
} from '@aws-sdk/client-ecs';
import { drainingHook } from '../world/ecs-capacity-providers.ts';
import { reservedPorts } from '../world/ecs-container-instances.ts';
import { remaining } from '../world/ecs-placement.ts';
import type {
  CapacityProvider,
  Cluster,
  Container,
  ContainerInstance,
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

const time = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

/** How many tasks run and how many are on their way, by what ECS saw last. */
function counts(tasks: Iterable<Task>): { runningCount: number; pendingCount: number } {
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
    statistics: [],
    tags: include.includes('TAGS') ? tagShapes(cluster.tags) : [],
    settings: cluster.settings.map(({ value }) => ({ name: 'containerInsights', value })),
    capacityProviders: cluster.capacityProviders ?? [],
    // Services here are placed by launch type, so there is never a strategy.
    defaultCapacityProviderStrategy: [],
    ...(cluster.attachments ? { attachmentsStatus: cluster.attachments.status } : {}),
    ...(cluster.attachments && include.includes('ATTACHMENTS') ? { attachments: attachmentShapes(cluster) } : {}),
  };
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
    status: definition.status,
    requiresAttributes: [],
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
    launchType: spec.launchType ?? 'EC2',
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
    roleArn: spec.role,
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
    launchType: service.spec.launchType ?? 'EC2',
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
    enableExecuteCommand: false,
    executionStoppedAt: time(task.executionStoppedAt),
    group: task.group,
    healthStatus: task.health,
    lastStatus: task.lastStatus,
    launchType: 'EC2',
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
    healthStatus: container.health,
    cpu: String(definition.cpu ?? 0),
    memory: definition.memory === undefined ? undefined : String(definition.memory),
    memoryReservation: definition.memoryReservation === undefined ? undefined : String(definition.memoryReservation),
  };
}

export function containerInstanceShape(
  one: ContainerInstance,
  include: readonly string[] = [],
): ContainerInstanceShape {
  const left = remaining(one);
  const { runningCount, pendingCount } = counts(one.tasks);
  return {
    containerInstanceArn: one.arn,
    ec2InstanceId: one.instance.id,
    capacityProviderName: one.capacityProvider,
    version: one.version,
    versionInfo: { agentVersion: '1.100.0', agentHash: '5fd8a4c2', dockerVersion: 'DockerVersion: 25.0.8' },
    remainingResources: resources(left.cpu, left.memory, [...left.ports]),
    registeredResources: resources(one.cpu, one.memory, reservedPorts),
    status: one.status,
    agentConnected: one.agentConnected,
    runningTasksCount: runningCount,
    pendingTasksCount: pendingCount,
    attributes: [...one.attributes].map(([name, value]) => ({ name, value })),
    registeredAt: time(one.registeredAt),
    attachments: [],
    tags: include.includes('TAGS') ? tagShapes(one.tags) : [],
  };
}

function resources(cpu: number, memory: number, ports: readonly number[]): Resource[] {
  const none = { doubleValue: 0, longValue: 0 };
  return [
    { name: 'CPU', type: 'INTEGER', ...none, integerValue: cpu },
    { name: 'MEMORY', type: 'INTEGER', ...none, integerValue: memory },
    { name: 'PORTS', type: 'STRINGSET', ...none, integerValue: 0, stringSetValue: ports.map(String) },
    { name: 'PORTS_UDP', type: 'STRINGSET', ...none, integerValue: 0, stringSetValue: [] },
  ];
}
