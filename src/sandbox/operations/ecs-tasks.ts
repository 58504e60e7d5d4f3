import {
  DescribeTasks$,
  type DescribeTasksRequest,
  type DescribeTasksResponse,
  ListTasks$,
  type ListTasksRequest,
  type ListTasksResponse,
  RunTask$,
  type RunTaskRequest,
  type RunTaskResponse,
  StopTask$,
  type StopTaskRequest,
  type StopTaskResponse,
} from '@aws-sdk/client-ecs';
import { place } from '../world/ecs-placement.ts';
import type { Task } from '../world/ecs-state.ts';
import { createTask, stopTask } from '../world/ecs-tasks.ts';
import { activeDefinition, clusterOf, containerInstanceIn, invalid, nameIn, page, taskOf } from './ecs-lookup.ts';
import { tagsOf, taskShape } from './ecs-shapes.ts';
import { type Operation, operation } from './operation.ts';

export const taskOperations: Record<string, Operation> = {
  ListTasks: operation<ListTasksRequest, ListTasksResponse>(ListTasks$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const service = input.serviceName === undefined ? undefined : cluster.services.get(nameIn(input.serviceName));
    if (input.serviceName !== undefined && !service) throw invalid('Service not found.');
    const host =
      input.containerInstance === undefined ? undefined : containerInstanceIn(cluster, input.containerInstance);
    if (input.containerInstance !== undefined && !host)
      throw invalid('The referenced container instance was not found.');
    const desired = input.desiredStatus ?? 'RUNNING';
    const matches = (task: Task) =>
      task.desiredStatus === desired &&
      (!service || task.service === service) &&
      (!host || task.containerInstance === host) &&
      (input.family === undefined || task.definition.family === input.family) &&
      (input.startedBy === undefined || task.startedBy === input.startedBy) &&
      (input.launchType === undefined || input.launchType === 'EC2');
    const { items, ...next } = page([...cluster.tasks.values()].filter(matches), input.maxResults, input.nextToken);
    return { taskArns: items.map((task) => task.arn), ...next };
  }),
  DescribeTasks: operation<DescribeTasksRequest, DescribeTasksResponse>(DescribeTasks$, (input, { world }) => {
    const cluster = clusterOf(world, input.cluster);
    const asked = input.tasks ?? [];
    if (asked.length === 0) throw invalid('Tasks cannot be empty.');
    if (asked.length > 100) throw invalid('Tasks cannot have more than 100 elements.');
    const found = asked.map((reference) => ({ reference, task: cluster.tasks.get(nameIn(reference)) }));
    return {
      tasks: found.flatMap(({ task }) => (task ? [taskShape(task, input.include)] : [])),
      failures: found
        .filter(({ task }) => !task)
        .map(({ reference }) => ({
          arn: world.arn('ecs', `task/${cluster.name}/${nameIn(reference)}`),
          reason: 'MISSING',
        })),
    };
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
    const tasks: Task[] = [];
    const failures: { arn?: string; reason: string }[] = [];
    for (let n = 0; n < count; n++) {
      const placement = place(cluster, definition);
      if ('obstacle' in placement) {
        const first = cluster.containerInstances.values().next().value;
        failures.push({ ...(first ? { arn: first.arn } : {}), reason: shortReason(placement.obstacle) });
        continue;
      }
      const tags = tagsOf(input.tags);
      if (input.propagateTags === 'TASK_DEFINITION') {
        for (const [key, value] of definition.tags) if (!tags.has(key)) tags.set(key, value);
      }
      tasks.push(
        createTask(world, {
          cluster,
          definition,
          containerInstance: placement.containerInstance,
          group: input.group ?? `family:${definition.family}`,
          ...(input.startedBy === undefined ? {} : { startedBy: input.startedBy }),
          ...(input.overrides ? { overrides: input.overrides } : {}),
          tags,
        }),
      );
    }
    return { tasks: tasks.map((task) => taskShape(task, ['TAGS'])), failures };
  }),
};

/** RunTask gives a code where a service event gives a sentence (ECS Developer Guide, API failure reasons). */
function shortReason(obstacle: string): string {
  if (obstacle.includes('already using a port')) return 'RESOURCE:PORTS';
  if (obstacle.includes('insufficient memory')) return 'RESOURCE:MEMORY';
  if (obstacle.includes('insufficient CPU')) return 'RESOURCE:CPU';
  if (obstacle.includes('"AGENT"')) return 'AGENT';
  return 'EMPTY CAPACITY';
}
