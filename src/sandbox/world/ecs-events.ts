import type { Service, Task } from './ecs-state.ts';
import type { World } from './world.ts';

/** DescribeServices shows the newest 100. */
const kept = 100;

/** Adds a service event; the wording of those below was recorded from real services. */
export function say(world: World, service: Service, message: string): void {
  service.events.unshift({ id: world.uuid(), at: world.now, message: `(service ${service.name}) ${message}` });
  if (service.events.length > kept) service.events.length = kept;
}

/** `(task ID) (task ID)`. */
function taskList(tasks: readonly Task[]): string {
  return tasks.map((task) => `(task ${task.id})`).join(' ');
}

const guide = 'For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.';

export const words = {
  started: (tasks: readonly Task[]) => `has started ${tasks.length} tasks: ${taskList(tasks)}.`,
  stopped: (tasks: readonly Task[]) => `has stopped ${tasks.length} running tasks: ${taskList(tasks)}.`,
  registered: (balancer: string) => `registered 1 instances in (elb ${balancer})`,
  deregistered: (balancer: string) => `deregistered 1 instances in (elb ${balancer})`,
  steady: 'has reached a steady state.',
  unhealthy: (instanceId: string, port: number, balancer: string, reason: string) =>
    `(instance ${instanceId}) (port ${port}) is unhealthy in (elb ${balancer}) due to (reason ${reason})`,
  unhealthyContainer: (task: Task) => `(task ${task.id}) failed container health checks.`,
  noHosts: `was unable to place a task because no container instance met all of its requirements. Reason: No Container Instances were found in your cluster. ${guide}`,
  noPlace: (containerInstanceId: string, obstacle: string) =>
    `was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance ${containerInstanceId}) ${obstacle}. ${guide}`,
  struggling: `is unable to consistently start tasks successfully. ${guide}`,
  completed: (deploymentId: string) => `(deployment ${deploymentId}) deployment completed.`,
  rollingBack: (deploymentId: string) => `rolling back to deployment ${deploymentId}.`,
  circuitBroken: (deploymentId: string) => `(deployment ${deploymentId}) deployment failed: tasks failed to start.`,
} as const;
