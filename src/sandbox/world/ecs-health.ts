import type { HealthStatus } from '@aws-sdk/client-ecs';
import { type Container, ecs, type Task } from './ecs-state.ts';
import type { World } from './world.ts';

/** Docker's defaults, which ECS keeps (ECS API, HealthCheck): seconds, and a count. */
const defaults = { interval: 30, timeout: 5, retries: 3, startPeriod: 0 } as const;

/** Runs the health checks of the task's containers until it stops. */
export function watchHealth(world: World, task: Task): void {
  for (const container of task.containers) if (container.definition.healthCheck) watch(world, task, container);
}

function watch(world: World, task: Task, container: Container): void {
  const check = container.definition.healthCheck;
  const interval = check?.interval ?? defaults.interval;
  const timeout = check?.timeout ?? defaults.timeout;
  const retries = check?.retries ?? defaults.retries;
  const startPeriod = check?.startPeriod ?? defaults.startPeriod;
  const startedAt = world.now;
  let failures = 0;
  const again = (seconds: number, run: () => void) => {
    const timer = world.schedule(seconds * 1000, () => {
      task.timers.delete(timer);
      if (container.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING') run();
    });
    task.timers.add(timer);
  };
  const settle = (passed: boolean) => {
    if (passed) {
      failures = 0;
      setHealth(world, task, container, 'HEALTHY');
    } else if (world.now - startedAt > startPeriod * 1000) {
      failures += 1;
      if (failures >= retries) setHealth(world, task, container, 'UNHEALTHY');
    }
  };
  const run = () => {
    const outcome = probe(world, task, container);
    if (outcome === 'silent') {
      again(timeout, () => {
        settle(false);
        again(interval, run);
      });
    } else {
      settle(outcome === 'pass');
      again(interval, run);
    }
  };
  again(interval, run);
}

function setHealth(world: World, task: Task, container: Container, health: HealthStatus): void {
  // A disconnected agent reports nothing.
  if (container.health === health || !task.containerInstance.agentConnected) return;
  container.health = health;
  const essential = task.containers.filter((one) => one.definition.essential !== false && one.definition.healthCheck);
  task.health = essential.some((one) => one.health === 'UNHEALTHY')
    ? 'UNHEALTHY'
    : essential.every((one) => one.health === 'HEALTHY')
      ? 'HEALTHY'
      : 'UNKNOWN';
  task.version += 1;
  ecs(world).taskChanged.emit(task);
}

/**
 * Does what the command would do: a command that asks a URL on the container itself asks it, with `curl -f`'s view of the
 * answer (below 400 is good); of any other command only `exit N` and `false` are known to fail.
 */
function probe(world: World, task: Task, container: Container): 'pass' | 'fail' | 'silent' {
  const command = (container.definition.healthCheck?.command ?? []).join(' ');
  const url = /https?:\/\/(?:localhost|127\.0\.0\.1)(?::(\d+))?(\/[^\s"'|;&)]*)?/.exec(command);
  if (!url) return /(?:\bfalse\b|\bexit [1-9]\d*)\s*$/.test(command) ? 'fail' : 'pass';
  const port = Number(url[1] ?? 80);
  const bound = container.networkBindings.find((binding) => binding.containerPort === port)?.hostPort ?? port;
  const address = task.containerInstance.instance.privateIp;
  const answer = world.network.request(address, bound, {
    method: 'GET',
    path: url[2] ?? '/',
    headers: { host: `localhost:${port}`, 'user-agent': 'curl/8.14.1' },
    body: '',
  });
  if (answer.kind === 'hang') return 'silent';
  return answer.kind === 'reply' && answer.status < 400 ? 'pass' : 'fail';
}
