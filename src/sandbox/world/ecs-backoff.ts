import { say, words } from './ecs-events.ts';
import type { Task } from './ecs-state.ts';
import type { World } from './world.ts';

/** The longest pause between tasks that never reach RUNNING, ms (ECS Developer Guide, Service throttle logic). */
const longest = 15 * 60_000;
/** The first pause, ms; each further failure doubles it. */
const first = 20_000;

/** Notes a task that ended before it ran: from the second in a row on, its service waits longer and longer. */
export function noteFailedStart(world: World, task: Task): void {
  if (task.deployment) task.deployment.failedTasks += 1;
  const { service } = task;
  if (!service) return;
  service.failedStarts += 1;
  if (service.failedStarts < 2) return;
  service.nextStartAt = world.now + Math.min(longest, first * 2 ** Math.min(service.failedStarts - 2, 10));
  say(world, service, words.struggling);
}

/** Notes a task that runs: the pauses are over. */
export function noteStart(task: Task): void {
  if (task.deployment) task.deployment.failedTasks = 0;
  if (!task.service) return;
  task.service.failedStarts = 0;
  task.service.nextStartAt = 0;
}
