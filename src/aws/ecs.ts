import {
  DescribeContainerInstancesCommand,
  type Service as DescribedService,
  type Task as DescribedTask,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ECSClient,
  ListContainerInstancesCommand,
  ListTasksCommand,
  type Tag,
} from '@aws-sdk/client-ecs';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';
import type { ContainerInstanceFacts, ServiceFacts, TaskFacts } from './facts.ts';
import { inPagesOf, orAbsent, time } from './shapes.ts';

// The API's maxima (ECS API reference): what is asked for in one call.
const servicesAPage = 10;
const tasksAPage = 100;
const containerInstancesAPage = 100;

/** Services by name or ARN, with their slots. A service that is gone is left out. */
export async function describeServices(
  aws: Aws,
  cluster: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<ServiceFacts[]> {
  const pages = await inPagesOf(servicesAPage, names, (services) =>
    aws.call(
      'ecs:DescribeServices',
      (o) => aws.client(ECSClient).send(new DescribeServicesCommand({ cluster, services, include: ['TAGS'] }), o),
      signal,
    ),
  );
  return pages.flatMap((page) => page.services ?? []).map(serviceFacts);
}

function serviceFacts(service: DescribedService): ServiceFacts {
  const name = service.serviceName ?? '';
  return {
    name,
    arn: service.serviceArn ?? '',
    slot: tag(service.tags, 'jdci:slot') ?? slotOfService(name) ?? name,
    status: service.status ?? '',
    desired: service.desiredCount ?? 0,
    running: service.runningCount ?? 0,
    pending: service.pendingCount ?? 0,
    events: (service.events ?? []).map((event) => ({
      id: event.id ?? '',
      at: time(event.createdAt) ?? 0,
      message: safeLine(event.message ?? ''),
    })),
  };
}

/** The slot in a master service's name, `jdci-master-b`. */
export function slotOfService(name: string): string | undefined {
  return /-master-([a-z0-9]+)$/.exec(name)?.[1];
}

/** ARNs of the cluster's tasks that shall run, or that ECS has stopped and still remembers. */
export async function listTasks(
  aws: Aws,
  cluster: string,
  desiredStatus: 'RUNNING' | 'STOPPED',
  signal?: AbortSignal,
): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await aws.call(
      'ecs:ListTasks',
      (o) =>
        aws.client(ECSClient).send(new ListTasksCommand({ cluster, desiredStatus, maxResults: 100, nextToken }), o),
      signal,
    );
    arns.push(...(page.taskArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return arns;
}

/** Tasks by ARN. One that ECS has forgotten meanwhile is left out. */
export async function describeTasks(
  aws: Aws,
  cluster: string,
  arns: readonly string[],
  signal?: AbortSignal,
): Promise<TaskFacts[]> {
  const pages = await inPagesOf(tasksAPage, arns, (tasks) =>
    aws.call(
      'ecs:DescribeTasks',
      (o) => aws.client(ECSClient).send(new DescribeTasksCommand({ cluster, tasks, include: ['TAGS'] }), o),
      signal,
    ),
  );
  return pages.flatMap((page) => page.tasks ?? []).map(taskFacts);
}

function taskFacts(task: DescribedTask): TaskFacts {
  const arn = task.taskArn ?? '';
  const serviceName = task.group?.startsWith('service:') ? task.group.slice('service:'.length) : undefined;
  return {
    arn,
    id: arn.slice(arn.lastIndexOf('/') + 1),
    lastStatus: task.lastStatus ?? '',
    desiredStatus: task.desiredStatus ?? '',
    health: task.healthStatus ?? 'UNKNOWN',
    ...orAbsent('slot', tag(task.tags, 'jdci:slot') ?? slotOfService(serviceName ?? '')),
    ...orAbsent('serviceName', serviceName),
    ...orAbsent('containerInstanceArn', task.containerInstanceArn),
    ...orAbsent('createdAt', time(task.createdAt)),
    ...orAbsent('startedAt', time(task.startedAt)),
    ...orAbsent('stoppedAt', time(task.stoppedAt)),
    ...orAbsent('stopCode', task.stopCode),
    ...orAbsent('stoppedReason', stoppedReason(task)),
    ...orAbsent('image', imageOf(task)),
  };
}

/** A tag may be moved to another image while the task runs; the digest is what runs. */
function imageOf(task: DescribedTask): string | undefined {
  const container = task.containers?.find((one) => one.name === 'master') ?? task.containers?.[0];
  if (container?.image === undefined) return undefined;
  const { image, imageDigest } = container;
  const text = imageDigest === undefined || image.includes('@') ? image : `${image}@${imageDigest}`;
  return safeLine(text);
}

/** ECS puts the cause of a failed start (image, secrets) into the container's reason and only a summary into the task's. */
function stoppedReason(task: DescribedTask): string | undefined {
  const own = task.stoppedReason ?? '';
  const inner = task.containers?.map((container) => container.reason).find((reason) => reason && !own.includes(reason));
  const text = [own, inner].filter(Boolean).join(': ');
  return text === '' ? undefined : safeLine(text);
}

/** ARNs of the cluster's hosts in every state but INACTIVE, which is what ECS lists when no status is named. */
async function listContainerInstances(aws: Aws, cluster: string, signal?: AbortSignal): Promise<string[]> {
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await aws.call(
      'ecs:ListContainerInstances',
      (o) => aws.client(ECSClient).send(new ListContainerInstancesCommand({ cluster, maxResults: 100, nextToken }), o),
      signal,
    );
    arns.push(...(page.containerInstanceArns ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return arns;
}

/** The cluster's hosts as ECS knows them. */
export async function containerInstances(
  aws: Aws,
  cluster: string,
  signal?: AbortSignal,
): Promise<ContainerInstanceFacts[]> {
  const arns = await listContainerInstances(aws, cluster, signal);
  const pages = await inPagesOf(containerInstancesAPage, arns, (page) =>
    aws.call(
      'ecs:DescribeContainerInstances',
      (o) =>
        aws.client(ECSClient).send(new DescribeContainerInstancesCommand({ cluster, containerInstances: page }), o),
      signal,
    ),
  );
  return pages
    .flatMap((page) => page.containerInstances ?? [])
    .map((instance) => ({
      arn: instance.containerInstanceArn ?? '',
      instanceId: instance.ec2InstanceId ?? '',
      status: instance.status ?? '',
      agentConnected: instance.agentConnected ?? false,
      runningTasks: instance.runningTasksCount ?? 0,
      pendingTasks: instance.pendingTasksCount ?? 0,
    }));
}

function tag(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find((one) => one.key === key)?.value;
}
