import { repositoryOf } from './ecs-images.ts';
import { openLog } from './ecs-logs.ts';
import { resolveSecret } from './ecs-secrets.ts';
import { type Container, ecs, type Process, type Program, type Task } from './ecs-state.ts';
import type { World } from './world.ts';

/** Says what runs in the containers of an image repository: `jdci-master`. */
export function installProgram(world: World, repository: string, program: Program): void {
  ecs(world).programs.set(repository, program);
}

/**
 * Starts a container: environment and secrets are put together now and never again (a secret that changes later reaches
 * only the next container). Returns why it could not be started.
 */
export function startContainer(
  world: World,
  task: Task,
  container: Container,
  exited: (code: number) => void,
): string | undefined {
  const { definition } = container;
  const environment = new Map<string, string>();
  const override = task.overrides.containerOverrides?.find((one) => one.name === container.name);
  for (const { name, value } of [...(definition.environment ?? []), ...(override?.environment ?? [])]) {
    if (name !== undefined) environment.set(name, value ?? '');
  }
  environment.set('AWS_REGION', environment.get('AWS_REGION') ?? world.settings.region);
  environment.set('ECS_CONTAINER_METADATA_URI_V4', `http://169.254.170.2/v4/${world.hex(32)}`);
  for (const secret of definition.secrets ?? []) {
    const resolved = resolveSecret(world, secret.valueFrom ?? '');
    if ('error' in resolved) return resolved.error;
    environment.set(secret.name ?? '', resolved.value);
  }
  const log = openLog(world, task, container);
  if ('error' in log) return log.error;
  const host = task.containerInstance.instance;
  bindPorts(task, container);
  container.runtimeId = world.hex(64);
  container.lastStatus = 'RUNNING';
  const program = ecs(world).programs.get(repositoryOf(definition.image ?? '')) ?? idle(exited);
  container.process = program({
    task,
    container,
    host,
    environment,
    hostPort: (port) => container.networkBindings.find((binding) => binding.containerPort === port)?.hostPort,
    log: log.write,
    exit: exited,
  });
  return undefined;
}

/** An image nobody wrote a program for: it does nothing and goes when it is told to (128 + SIGTERM). */
function idle(exited: (code: number) => void): Program {
  return (): Process => ({ terminate: () => exited(143), kill: () => {} });
}

/** The first of the ephemeral ports that Docker gives to a mapping without a host port. */
const firstEphemeralPort = 32_768;

function bindPorts(task: Task, container: Container): void {
  const bound = [...task.containerInstance.tasks].flatMap((other) =>
    other.containers.flatMap((one) => one.networkBindings.map((binding) => binding.hostPort)),
  );
  const taken = new Set(bound);
  let ephemeral = firstEphemeralPort;
  container.networkBindings = (container.definition.portMappings ?? []).map((mapping) => {
    while (taken.has(ephemeral)) ephemeral += 1;
    const hostPort =
      mapping.hostPort || (task.definition.spec.networkMode === 'host' ? mapping.containerPort : ephemeral);
    taken.add(hostPort);
    return {
      bindIP: '0.0.0.0',
      containerPort: mapping.containerPort,
      hostPort,
      protocol: mapping.protocol ?? 'tcp',
    };
  });
}
