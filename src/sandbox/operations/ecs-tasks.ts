import {
  DescribeTasks$,
  type DescribeTasksRequest,
  type DescribeTasksResponse,
  ExecuteCommand$,
  type ExecuteCommandRequest,
  type ExecuteCommandResponse,
  type Failure,
  GetTaskProtection$,
  type GetTaskProtectionRequest,
  type GetTaskProtectionResponse,
  ListTasks$,
  type ListTasksRequest,
  type ListTasksResponse,
  type ProtectedTask,
  RunTask$,
  type RunTaskRequest,
  type RunTaskResponse,
  StartTask$,
  type StartTaskRequest,
  type StartTaskResponse,
  StopTask$,
  type StopTaskRequest,
  type StopTaskResponse,
  type TaskOverride,
  UpdateTaskProtection$,
  type UpdateTaskProtectionRequest,
  type UpdateTaskProtectionResponse,
} from '@aws-sdk/client-ecs';
import { obstacleAt, place } from '../world/ecs-placement.ts';
import type { Cluster, ContainerInstance, Task, TaskDefinition } from '../world/ecs-state.ts';
import { createTask, stopTask } from '../world/ecs-tasks.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import {
  activeDefinition,
  clusterOf,
  containerInstanceOf,
  ecsPage,
  foundIn,
  invalid,
  nameInCluster,
  taskOf,
} from './ecs-lookup.ts';
import { checkConstraints, checkProviders } from './ecs-placement.ts';
import { tagsOf, taskShape } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

export const taskOperations: Record<string, Operation> = {
  ListTasks: operation<ListTasksRequest, ListTasksResponse>(ListTasks$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const named = input.serviceName;
    const service = named === undefined ? undefined : cluster.services.get(nameInCluster(cluster, named));
    if (named !== undefined && !service) throw new ServiceError('ServiceNotFoundException', 'Service not found.');
    const { containerInstance } = input;
    const host = containerInstance === undefined ? undefined : containerInstanceOf(cluster, containerInstance);
    const desired = input.desiredStatus ?? 'RUNNING';
    const matches = (task: Task) =>
      task.desiredStatus === desired &&
      (!service || task.service === service) &&
      (!host || task.containerInstance === host) &&
      (input.family === undefined || task.definition.family === input.family) &&
      (input.startedBy === undefined || task.startedBy === input.startedBy) &&
      (input.launchType === undefined || input.launchType === 'EC2');
    const { items, ...next } = ecsPage([...cluster.tasks.values()].filter(matches), input);
    return { taskArns: items.map((task) => task.arn), ...next };
  }),
  DescribeTasks: operation<DescribeTasksRequest, DescribeTasksResponse>(DescribeTasks$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const asked = input.tasks ?? [];
    if (asked.length === 0) throw invalid('Tasks cannot be empty.');
    if (asked.length > 100) throw invalid('Tasks cannot have more than 100 elements.');
    const { items, failures } = foundIn(world, cluster, 'task', asked, cluster.tasks);
    return { tasks: items.map((task) => taskShape(task, input.include)), failures };
  }),
  StopTask: operation<StopTaskRequest, StopTaskResponse>(StopTask$, (input, { world }) => {
    const task = taskOf(clusterOf(world, input.cluster), input.task);
    stopTask(world, task, 'UserInitiated', input.reason ?? 'Task stopped by user');
    return { task: taskShape(task) };
  }),
  RunTask: operation<RunTaskRequest, RunTaskResponse>(RunTask$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const definition = activeDefinition(world, input.taskDefinition);
    const count = input.count ?? 1;
    if (!(count >= 1 && count <= 10)) throw invalid('count must be between 1 and 10.');
    if (input.launchType === 'FARGATE') throw invalid('Task definition does not support launch_type FARGATE.');
    checkConstraints(input.placementConstraints);
    checkProviders(cluster, input.capacityProviderStrategy ?? []);
    checkOverrides(definition, input.overrides);
    const group = groupOf(input.group, definition);
    if (![...cluster.containerInstances.values()].some(({ status }) => status === 'ACTIVE')) {
      throw invalid('No Container Instances were found in your cluster.');
    }
    const tasks: Task[] = [];
    for (let n = 0; n < count; n++) {
      const placement = place(cluster, definition, {
        group,
        constraints: input.placementConstraints,
        strategies: input.placementStrategy,
        capacityProviders: input.capacityProviderStrategy,
      });
      if ('obstacles' in placement) {
        // One failure for each container instance that was looked at, however many tasks are missing.
        const failures = placement.obstacles.map(({ containerInstance: { arn }, reason }) => ({ arn, reason }));
        return { tasks: tasks.map((task) => taskShape(task, ['TAGS'])), failures };
      }
      tasks.push(begin(world, cluster, definition, placement.containerInstance, input));
    }
    return { tasks: tasks.map((task) => taskShape(task, ['TAGS'])), failures: [] };
  }),
  StartTask: operation<StartTaskRequest, StartTaskResponse>(StartTask$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const definition = activeDefinition(world, input.taskDefinition);
    const asked = input.containerInstances ?? [];
    if (asked.length === 0) throw invalid('Container instances cannot be empty.');
    if (asked.length > 10) throw invalid('Container instances cannot have more than 10 elements.');
    checkOverrides(definition, input.overrides);
    const { items, failures } = foundIn(world, cluster, 'container-instance', asked, cluster.containerInstances);
    const tasks: Task[] = [];
    for (const one of items) {
      // Whoever names the place may also name one that is being drained.
      const obstacle = obstacleAt(one, definition);
      if (obstacle) failures.push({ arn: one.arn, reason: obstacle.reason });
      else tasks.push(begin(world, cluster, definition, one, input));
    }
    return { tasks: tasks.map((task) => taskShape(task, ['TAGS'])), failures };
  }),
  ExecuteCommand: operation<ExecuteCommandRequest, ExecuteCommandResponse>(ExecuteCommand$, (input, { world }) => {
    const task = taskOf(clusterOf(world, input.cluster), input.task);
    if (!input.interactive) throw invalid('Interactive is the only mode supported currently.');
    const container = input.container ?? (task.containers.length === 1 ? task.containers[0]?.name : undefined);
    if (container === undefined)
      throw invalid('The container name must be specified for a task with several containers.');
    if (!task.containers.some(({ name }) => name === container)) {
      throw invalid(`The container ${container} was not found in the task.`);
    }
    if (!task.executeCommand || task.lastStatus !== 'RUNNING') {
      throw invalid(
        "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn't running. Wait and try again or run a new task with execute command enabled and try again.",
      );
    }
    // The agent in the container would be reached through Session Manager, which this region has not.
    throw new ServiceError(
      'TargetNotConnectedException',
      'The execute command failed due to an internal error. Try again later.',
    );
  }),
  GetTaskProtection: operation<GetTaskProtectionRequest, GetTaskProtectionResponse>(
    GetTaskProtection$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      const asked = input.tasks?.length
        ? input.tasks
        : [...cluster.tasks.values()].filter(({ lastStatus }) => lastStatus !== 'STOPPED').map(({ arn }) => arn);
      const { tasks, failures } = protectable(world, cluster, asked);
      return { protectedTasks: tasks.map((task) => protectionShape(world, task)), failures };
    },
  ),
  UpdateTaskProtection: operation<UpdateTaskProtectionRequest, UpdateTaskProtectionResponse>(
    UpdateTaskProtection$,
    (input, { world }) => {
      const cluster = clusterOf(world, input.cluster);
      const asked = input.tasks ?? [];
      if (asked.length === 0) throw invalid('Tasks cannot be empty.');
      if (asked.length > 10) throw invalid('Tasks cannot have more than 10 elements.');
      // Two hours unless asked otherwise, two days at most (ECS API, UpdateTaskProtection).
      const minutes = input.expiresInMinutes ?? 120;
      if (!(minutes >= 1 && minutes <= 2880)) throw invalid('expiresInMinutes must be between 1 and 2880.');
      const { tasks, failures } = protectable(world, cluster, asked);
      for (const task of tasks) {
        if (input.protectionEnabled) task.protectedUntil = world.now + minutes * 60_000;
        else delete task.protectedUntil;
      }
      return { protectedTasks: tasks.map((task) => protectionShape(world, task)), failures };
    },
  ),
};

/** The group of a task that belongs to no service; names of services' groups are ECS's own. */
function groupOf(asked: string | undefined, definition: TaskDefinition): string {
  if (asked?.startsWith('service:')) throw invalid('Invalid namespace for group.');
  return asked ?? `family:${definition.family}`;
}

function begin(
  world: World,
  cluster: Cluster,
  definition: TaskDefinition,
  containerInstance: ContainerInstance,
  input: RunTaskRequest | StartTaskRequest,
): Task {
  const tags = tagsOf(input.tags);
  if (input.propagateTags === 'TASK_DEFINITION') {
    for (const [key, value] of definition.tags) if (!tags.has(key)) tags.set(key, value);
  }
  if (input.enableECSManagedTags) tags.set('aws:ecs:clusterName', cluster.name);
  return createTask(world, {
    cluster,
    definition,
    containerInstance,
    group: groupOf(input.group, definition),
    ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
    ...(input.overrides ? { overrides: input.overrides } : {}),
    executeCommand: input.enableExecuteCommand ?? false,
    tags,
  });
}

function checkOverrides(definition: TaskDefinition, overrides: TaskOverride | undefined): void {
  for (const { name } of overrides?.containerOverrides ?? []) {
    if (!definition.containers.some((container) => container.name === name)) {
      throw invalid(`Override for container named ${name ?? ''} is not a container in the TaskDefinition.`);
    }
  }
}

/** Only tasks of services are protected; others would not be stopped by a scheduler. */
function protectable(world: World, cluster: Cluster, asked: readonly string[]) {
  const found = foundIn(world, cluster, 'task', asked, cluster.tasks);
  const failures: Failure[] = [...found.failures];
  const tasks = found.items.filter((task) => {
    const fits = task.service !== undefined && task.lastStatus !== 'STOPPED';
    if (!fits) failures.push({ arn: task.arn, reason: 'TASK_NOT_VALID' });
    return fits;
  });
  return { tasks, failures };
}

function protectionShape(world: World, task: Task): ProtectedTask {
  const until = task.protectedUntil;
  const protectionEnabled = until !== undefined && until > world.now;
  return {
    taskArn: task.arn,
    protectionEnabled,
    ...(protectionEnabled ? { expirationDate: new Date(until) } : {}),
  };
}
