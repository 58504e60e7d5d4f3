import { reservedPorts } from './ecs-container-instances.ts';
import { words } from './ecs-events.ts';
import type { Cluster, ContainerInstance, Service, TaskDefinition } from './ecs-state.ts';

/** Where a task can go, or the words why it cannot. */
export type Placement = { containerInstance: ContainerInstance } | { obstacle: string };

/** What is left of a container instance. */
export function remaining(containerInstance: ContainerInstance): { cpu: number; memory: number; ports: Set<number> } {
  let { cpu, memory } = containerInstance;
  const ports = new Set(reservedPorts);
  for (const task of containerInstance.tasks) {
    cpu -= task.definition.cpu;
    memory -= task.definition.memory;
    for (const port of task.definition.hostPorts) ports.add(port);
  }
  return { cpu, memory, ports };
}

/** Why the container instance cannot take a task of the definition, in the words of the service event. */
function obstacleOf(
  containerInstance: ContainerInstance,
  definition: TaskDefinition,
  service: Service | undefined,
): string | undefined {
  if (!containerInstance.agentConnected) return 'encountered error "AGENT"';
  const left = remaining(containerInstance);
  if (definition.hostPorts.some((port) => left.ports.has(port))) return 'is already using a port required by your task';
  if (definition.memory > left.memory) return 'has insufficient memory available';
  if (definition.cpu > left.cpu) return 'has insufficient CPU units available';
  const distinct = service?.spec.placementConstraints?.some((constraint) => constraint.type === 'distinctInstance');
  if (distinct && [...containerInstance.tasks].some((task) => task.service === service)) {
    return 'has a task of this service, and the placement constraint distinctInstance wants none';
  }
  return undefined;
}

/**
 * Chooses a container instance: of those that have room, spread over the zones by the service's own tasks (the default
 * strategy of a service), then the one with the fewest tasks, then the emptiest zone, then the oldest.
 */
export function place(cluster: Cluster, definition: TaskDefinition, service?: Service): Placement {
  const active = [...cluster.containerInstances.values()].filter((one) => one.status === 'ACTIVE');
  const [first] = active;
  if (!first) return { obstacle: words.noHosts };
  const free = active.filter((one) => obstacleOf(one, definition, service) === undefined);
  if (free.length === 0) {
    // The closest match is the one that fails last of the tests: a connected agent beats one that is not.
    const closest = active.find((one) => one.agentConnected) ?? first;
    return { obstacle: words.noPlace(closest.id, obstacleOf(closest, definition, service) ?? '') };
  }
  const own = new Map<string, number>();
  for (const task of service?.tasks ?? []) {
    if (task.desiredStatus === 'RUNNING') count(own, task.containerInstance.instance.zone, 1);
  }
  const crowd = new Map<string, number>();
  for (const one of cluster.containerInstances.values()) count(crowd, one.instance.zone, one.tasks.size);
  const zoneOf = (one: ContainerInstance) => one.instance.zone;
  const [best] = free.sort(
    (a, b) =>
      (own.get(zoneOf(a)) ?? 0) - (own.get(zoneOf(b)) ?? 0) ||
      a.tasks.size - b.tasks.size ||
      (crowd.get(zoneOf(a)) ?? 0) - (crowd.get(zoneOf(b)) ?? 0) ||
      a.registeredAt - b.registeredAt,
  );
  return best ? { containerInstance: best } : { obstacle: words.noHosts };
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
