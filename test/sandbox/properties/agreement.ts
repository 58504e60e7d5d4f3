import type { AutoScalingInstancesType } from '@aws-sdk/client-auto-scaling';
import type {
  DescribeStackResourcesOutput,
  ListStackResourcesOutput,
  StackResource,
  StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { DescribeInstanceStatusResult, DescribeVolumesResult } from '@aws-sdk/client-ec2';
import type {
  DescribeClustersResponse,
  DescribeServiceDeploymentsResponse,
  GetTaskProtectionResponse,
  ListContainerInstancesResponse,
  ListServiceDeploymentsResponse,
  ListTasksResponse,
  Task,
} from '@aws-sdk/client-ecs';
import type { ListSecretsResponse } from '@aws-sdk/client-secrets-manager';
import type { WholeFarm } from './whole-farm.ts';

const starting = new Set(['PROVISIONING', 'PENDING', 'ACTIVATING']);

/** Where two of the services' answers about one thing differ, in a sentence; undefined when they all agree. */
export function disagreement(farm: WholeFarm): string | undefined {
  const tasks = farm.tasks();
  return (
    stack(farm) ??
    secrets(farm) ??
    counts(farm, tasks) ??
    lists(farm, tasks) ??
    deployments(farm, tasks) ??
    group(farm) ??
    instances(farm) ??
    balancer(farm)
  );
}

function differ(what: string, one: unknown, other: unknown): string | undefined {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  return a === b ? undefined : `${what}: ${a} and ${b}`;
}

function running(tasks: readonly Task[]): { runningCount: number; pendingCount: number } {
  return {
    runningCount: tasks.filter((task) => task.lastStatus === 'RUNNING').length,
    // One that is to stop before it has run is not waited for any more.
    pendingCount: tasks.filter((task) => starting.has(task.lastStatus ?? '') && task.desiredStatus === 'RUNNING')
      .length,
  };
}

/** What services, hosts and the cluster count is what the tasks say of themselves. */
function counts(farm: WholeFarm, tasks: readonly Task[]): string | undefined {
  for (const { serviceName, runningCount, pendingCount } of farm.services()) {
    const own = tasks.filter((task) => task.group === `service:${serviceName}`);
    const problem = differ(`counts of ${serviceName}`, { runningCount, pendingCount }, running(own));
    if (problem) return problem;
  }
  const hosts = farm.containerInstances();
  for (const { containerInstanceArn, runningTasksCount, pendingTasksCount } of hosts) {
    const own = tasks.filter((task) => task.containerInstanceArn === containerInstanceArn);
    const told = { runningCount: runningTasksCount, pendingCount: pendingTasksCount };
    const problem = differ(`counts of ${containerInstanceArn}`, told, running(own));
    if (problem) return problem;
  }
  const { clusters } = farm.call<DescribeClustersResponse>('ecs', 'DescribeClusters', {
    clusters: [farm.id('Cluster')],
  });
  const cluster = clusters?.[0];
  const all = running(tasks);
  return differ(
    'counts of the cluster',
    [cluster?.runningTasksCount, cluster?.pendingTasksCount, cluster?.registeredContainerInstancesCount],
    [all.runningCount, all.pendingCount, hosts.length],
  );
}

/** The lists of ECS, whole and filtered. */
function lists(farm: WholeFarm, tasks: readonly Task[]): string | undefined {
  const cluster = farm.id('Cluster');
  const listed = (input: object) =>
    farm.call<ListTasksResponse>('ecs', 'ListTasks', { cluster, ...input }).taskArns?.toSorted();
  const wanted = (fits: (task: Task) => boolean) =>
    tasks
      .filter((task) => task.desiredStatus === 'RUNNING' && fits(task))
      .map((task) => task.taskArn)
      .sort();
  for (const { containerInstanceArn, status } of farm.containerInstances()) {
    const problem =
      differ(
        `tasks of ${containerInstanceArn}`,
        listed({ containerInstance: containerInstanceArn }),
        wanted((task) => task.containerInstanceArn === containerInstanceArn),
      ) ??
      differ(
        `${containerInstanceArn} in the list of those that are ${status}`,
        farm
          .call<ListContainerInstancesResponse>('ecs', 'ListContainerInstances', { cluster, status })
          .containerInstanceArns?.includes(containerInstanceArn ?? ''),
        true,
      );
    if (problem) return problem;
  }
  for (const { serviceName, status } of farm.services()) {
    if (status === 'INACTIVE') continue;
    const problem = differ(
      `tasks of ${serviceName}`,
      listed({ serviceName }),
      wanted((task) => task.group === `service:${serviceName}`),
    );
    if (problem) return problem;
  }
  const { protectedTasks = [], failures = [] } = farm.call<GetTaskProtectionResponse>('ecs', 'GetTaskProtection', {
    cluster,
  });
  const living = tasks.filter((task) => task.lastStatus !== 'STOPPED').length;
  return differ('tasks that protection is told of', protectedTasks.length + failures.length, living);
}

/** A service's newest service deployment is of its primary deployment, and ends with it. */
function deployments(farm: WholeFarm, tasks: readonly Task[]): string | undefined {
  for (const service of farm.services()) {
    const { serviceName, status, deployments: own = [] } = service;
    if (status === 'INACTIVE') continue;
    const [primary] = own;
    if (primary?.status !== 'PRIMARY') return `the first deployment of ${serviceName} is ${primary?.status}`;
    if (own.filter((one) => one.status === 'PRIMARY').length > 1) return `${serviceName} has two primary deployments`;
    if (primary.taskDefinition !== service.taskDefinition) return `${serviceName} has two task definitions`;
    const total = own.reduce((sum, one) => sum + (one.runningCount ?? 0), 0);
    // What is left of a deployment that is no longer described is not counted in any.
    if (total > (service.runningCount ?? 0)) return `the deployments of ${serviceName} run ${total} tasks`;
    const mine = tasks.filter((task) => task.startedBy === primary.id);
    const problem = differ(
      `counts of ${primary.id}`,
      { runningCount: primary.runningCount, pendingCount: primary.pendingCount },
      running(mine),
    );
    if (problem) return problem;
    const { serviceDeployments = [] } = farm.call<ListServiceDeploymentsResponse>('ecs', 'ListServiceDeployments', {
      service: service.serviceArn,
    });
    const under = serviceDeployments.filter((one) => one.finishedAt === undefined);
    if (under.length > 1) return `${serviceName} has ${under.length} service deployments under way`;
    const newest = serviceDeployments[0]?.serviceDeploymentArn;
    if (under[0] && under[0].serviceDeploymentArn !== newest) return `${serviceName}: an older deployment is under way`;
    const described = farm.call<DescribeServiceDeploymentsResponse>('ecs', 'DescribeServiceDeployments', {
      serviceDeploymentArns: [newest],
    }).serviceDeployments?.[0];
    const shown = differ(`status of ${newest}`, described?.status, serviceDeployments[0]?.status);
    if (shown) return shown;
  }
  return undefined;
}

/** The group, its instances one by one, and the tags that EC2 has of them. */
function group(farm: WholeFarm): string | undefined {
  const { AutoScalingGroupName: name, Instances = [] } = farm.group();
  const { AutoScalingInstances = [] } = farm.call<AutoScalingInstancesType>(
    'autoscaling',
    'DescribeAutoScalingInstances',
    {},
  );
  const short = (one: {
    InstanceId: string | undefined;
    LifecycleState: string | undefined;
    ProtectedFromScaleIn: boolean | undefined;
    HealthStatus: string | undefined;
  }) => [one.InstanceId, one.LifecycleState, one.ProtectedFromScaleIn, one.HealthStatus?.toUpperCase()];
  const problem = differ('members', Instances.map(short), AutoScalingInstances.map(short));
  if (problem) return problem;
  const members = new Set(Instances.map((one) => one.InstanceId));
  for (const instance of farm.instances('host')) {
    const tagged = instance.Tags?.find((tag) => tag.Key === 'aws:autoscaling:groupName')?.Value;
    const member = members.has(instance.InstanceId);
    const ended = instance.State?.Name === 'terminated';
    if (member && tagged !== name) return `${instance.InstanceId} is a member and not tagged as one`;
    if (!member && tagged !== undefined && !ended) return `${instance.InstanceId} is no member and tagged as one`;
    const state = Instances.find((one) => one.InstanceId === instance.InstanceId)?.LifecycleState;
    if (state === 'Pending' && ended) continue;
    if (state === 'InService' && instance.State?.Name === 'pending' && !instance.StateTransitionReason) {
      const launched = Number(instance.LaunchTime);
      if (farm.world.now === launched) return `${instance.InstanceId} is in service before it runs`;
    }
  }
  return undefined;
}

/** Statuses and volumes are those of the instances. */
function instances(farm: WholeFarm): string | undefined {
  const all = farm.instances();
  const { InstanceStatuses = [] } = farm.call<DescribeInstanceStatusResult>('ec2', 'DescribeInstanceStatus', {
    IncludeAllInstances: true,
  });
  const states = new Map(InstanceStatuses.map((one) => [one.InstanceId, one.InstanceState?.Name]));
  for (const one of all) {
    const problem = differ(`state of ${one.InstanceId}`, one.State?.Name, states.get(one.InstanceId));
    if (problem) return problem;
  }
  const { Volumes = [] } = farm.call<DescribeVolumesResult>('ec2', 'DescribeVolumes', {});
  const attached = Volumes.flatMap((volume) => volume.Attachments ?? []).map((one) => one.InstanceId);
  const living = all.filter((one) => one.State?.Name !== 'terminated');
  return differ('instances that have a volume', attached.toSorted(), living.map((one) => one.InstanceId).sort());
}

/** The balancer lists those whose health it tells, but for those that are leaving it. */
function balancer(farm: WholeFarm): string | undefined {
  const listed = farm.balancer().Instances?.map((one) => one.InstanceId);
  const staying = farm.health().filter((one) => !one.Description?.startsWith('Instance deregistration'));
  const told = staying.map((one) => one.InstanceId);
  return differ('instances of the balancer', listed?.toSorted(), told.sort());
}

/** The stack's resources in both of its lists. */
function stack(farm: WholeFarm): string | undefined {
  const onStack = { StackName: 'jdci' };
  const { StackResourceSummaries = [] } = farm.call<ListStackResourcesOutput>(
    'cloudformation',
    'ListStackResources',
    onStack,
  );
  const { StackResources = [] } = farm.call<DescribeStackResourcesOutput>(
    'cloudformation',
    'DescribeStackResources',
    onStack,
  );
  const short = (one: StackResource | StackResourceSummary) =>
    [one.LogicalResourceId, one.PhysicalResourceId, one.ResourceStatus].join(' ');
  return differ('resources of the stack', StackResourceSummaries.map(short).sort(), StackResources.map(short).sort());
}

/** A secret has one current version, and one previous at most. */
function secrets(farm: WholeFarm): string | undefined {
  const { SecretList = [] } = farm.call<ListSecretsResponse>('secretsmanager', 'ListSecrets', {
    IncludePlannedDeletion: true,
  });
  for (const { Name, SecretVersionsToStages = {} } of SecretList) {
    const stages = Object.values(SecretVersionsToStages).flat();
    if (stages.filter((one) => one === 'AWSCURRENT').length !== 1) return `${Name} has not one current version`;
    if (stages.filter((one) => one === 'AWSPREVIOUS').length > 1) return `${Name} has two previous versions`;
  }
  return undefined;
}
