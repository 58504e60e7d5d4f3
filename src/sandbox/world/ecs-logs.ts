import { append, createLogGroup, logGroups } from './cloudwatch-logs.ts';
import type { Container, Task } from './ecs-state.ts';
import type { World } from './world.ts';

/** Opens a container's log as its log driver does; awslogs writes to CloudWatch Logs, any other keeps nothing here. */
export function openLog(
  world: World,
  task: Task,
  container: Container,
): { write: (line: string) => void } | { error: string } {
  const configuration = container.definition.logConfiguration;
  if (configuration?.logDriver !== 'awslogs') return { write: () => {} };
  const options = configuration.options ?? {};
  const group = options['awslogs-group'] ?? '';
  if (!logGroups(world).has(group)) {
    if (options['awslogs-create-group'] !== 'true') {
      return {
        error:
          'CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.',
      };
    }
    createLogGroup(world, group);
  }
  const prefix = options['awslogs-stream-prefix'];
  // awslogs names a stream prefix/container/task, or by the container's id without a prefix.
  const stream = prefix === undefined ? world.hex(64) : `${prefix}/${container.name}/${task.id}`;
  return { write: (line) => append(world, group, stream, line) };
}
