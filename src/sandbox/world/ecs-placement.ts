import type { CapacityProviderStrategyItem, PlacementConstraint, PlacementStrategy } from '@aws-sdk/client-ecs';
import { requiredAttributes } from './ecs-attributes.ts';
import { reservedPorts } from './ecs-container-instances.ts';
import { words } from './ecs-events.ts';
import { instanceTest } from './ecs-query.ts';
import type { Cluster, ContainerInstance, Service, TaskDefinition } from './ecs-state.ts';

/** Why a container instance does not take a task: the API's code, and the words of a service event. */
export interface Obstacle {
  readonly containerInstance: ContainerInstance;
  readonly reason: string;
  readonly words: string;
}

/** Where a task can go, or what stands in the way on each container instance; on none when there is none. */
export type Placement = { containerInstance: ContainerInstance } | { obstacles: readonly Obstacle[] };

/** What whoever starts a task wants of its place. */
export interface PlacementWish {
  /** `service:NAME`, `family:NAME` or a name of the caller's own. */
  readonly group: string;
  readonly constraints?: readonly PlacementConstraint[] | undefined;
  readonly strategies?: readonly PlacementStrategy[] | undefined;
  readonly capacityProviders?: readonly CapacityProviderStrategyItem[] | undefined;
}

/** What a service wants of the places of its tasks. */
export function wishOf({ name, spec }: Pick<Service, 'name' | 'spec'>): PlacementWish {
  return {
    group: `service:${name}`,
    constraints: spec.placementConstraints,
    strategies: spec.placementStrategy,
    capacityProviders: spec.capacityProviderStrategy,
  };
}

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

type Cause = Pick<Obstacle, 'reason' | 'words'>;

/** The reason is the code of a failure of the API, and stands in quotes in a service event. */
const named = (reason: string): Cause => ({ reason, words: `encountered error "${reason}"` });

/** Why the container instance itself cannot run a task of the definition, whoever wants it to. */
export function obstacleAt(
  containerInstance: ContainerInstance,
  definition: TaskDefinition,
  required = requiredAttributes(definition),
): Cause | undefined {
  if (!containerInstance.agentConnected) return named('AGENT');
  if (required.some((name) => !containerInstance.attributes.has(name))) {
    return { reason: 'ATTRIBUTE', words: 'is missing an attribute required by your task' };
  }
  const left = remaining(containerInstance);
  if (definition.hostPorts.some((port) => left.ports.has(port))) {
    return { reason: 'RESOURCE:PORTS', words: 'is already using a port required by your task' };
  }
  if (definition.memory > left.memory) return { reason: 'RESOURCE:MEMORY', words: 'has insufficient memory available' };
  if (definition.cpu > left.cpu) return { reason: 'RESOURCE:CPU', words: 'has insufficient CPU units available' };
  return undefined;
}

/** The constraints of the definition and of the wish, as one test of a container instance. */
function constraintTest(
  definition: TaskDefinition,
  wish: PlacementWish,
): (one: ContainerInstance) => Cause | undefined {
  const constraints = [...(definition.spec.placementConstraints ?? []), ...(wish.constraints ?? [])];
  const members = constraints.flatMap(({ type, expression }) =>
    type === 'memberOf' && expression ? [instanceTest(expression)] : [],
  );
  const distinct = constraints.some(({ type }) => type === 'distinctInstance');
  return (one) => {
    if (!members.every((test) => test(one))) return named('MemberOf placement constraint unsatisfied.');
    if (distinct && [...one.tasks].some((task) => task.group === wish.group)) {
      return named('DistinctInstance placement constraint unsatisfied.');
    }
    return undefined;
  };
}

/** The container instances that tasks with this wish may go to at all. */
function candidates(cluster: Cluster, wish: PlacementWish): ContainerInstance[] {
  const providers = wish.capacityProviders?.map(({ capacityProvider }) => capacityProvider);
  return [...cluster.containerInstances.values()].filter(
    (one) => one.status === 'ACTIVE' && (!providers?.length || providers.includes(one.capacityProvider)),
  );
}

/**
 * Chooses a container instance: of those that have room, by the strategies that are wished, then spread over the zones by
 * the group's own tasks (the default of a service), then the one with the fewest tasks, then the emptiest zone, then the
 * oldest.
 */
export function place(cluster: Cluster, definition: TaskDefinition, wish: PlacementWish): Placement {
  const active = candidates(cluster, wish);
  const required = requiredAttributes(definition);
  const constrained = constraintTest(definition, wish);
  const free: ContainerInstance[] = [];
  const obstacles: Obstacle[] = [];
  for (const one of active) {
    const cause = obstacleAt(one, definition, required) ?? constrained(one);
    if (cause) obstacles.push({ containerInstance: one, ...cause });
    else free.push(one);
  }
  const own = new Map<string, number>();
  const crowd = new Map<string, number>();
  const zoneOf = (one: ContainerInstance) => one.instance.zone;
  for (const one of cluster.containerInstances.values()) {
    count(crowd, zoneOf(one), one.tasks.size);
    count(own, zoneOf(one), ownTasks(one, wish.group));
  }
  const strategies = (wish.strategies ?? []).map((strategy) => order(cluster, strategy, wish.group));
  const [best] = free.sort(
    (a, b) =>
      strategies.reduce((soFar, strategy) => soFar || strategy(a, b), 0) ||
      (own.get(zoneOf(a)) ?? 0) - (own.get(zoneOf(b)) ?? 0) ||
      a.tasks.size - b.tasks.size ||
      (crowd.get(zoneOf(a)) ?? 0) - (crowd.get(zoneOf(b)) ?? 0) ||
      a.registeredAt - b.registeredAt,
  );
  return best ? { containerInstance: best } : { obstacles };
}

function ownTasks(one: ContainerInstance, group: string): number {
  let tasks = 0;
  for (const task of one.tasks) if (task.group === group && task.desiredStatus === 'RUNNING') tasks += 1;
  return tasks;
}

/** How a strategy orders container instances: the best first. */
function order(
  cluster: Cluster,
  { type, field = '' }: PlacementStrategy,
  group: string,
): (a: ContainerInstance, b: ContainerInstance) => number {
  if (type === 'binpack') {
    const left = (one: ContainerInstance) => remaining(one)[field.toLowerCase() === 'cpu' ? 'cpu' : 'memory'];
    return (a, b) => left(a) - left(b);
  }
  // Chance would make a history depend on how often somebody asked: `random` leaves the order to the rules that follow.
  if (type !== 'spread') return () => 0;
  const attribute = field.replace(/^attribute:/, '');
  const spreadOver = (one: ContainerInstance) =>
    /^(instanceId|host)$/i.test(field) ? one.id : (one.attributes.get(attribute) ?? '');
  const tasks = new Map<string, number>();
  for (const one of cluster.containerInstances.values()) count(tasks, spreadOver(one), ownTasks(one, group));
  return (a, b) => (tasks.get(spreadOver(a)) ?? 0) - (tasks.get(spreadOver(b)) ?? 0);
}

/** What a service event says of a task that found no place. */
export function complaintOf(obstacles: readonly Obstacle[]): string {
  // The closest match is the one that fails last of the tests: a connected agent beats one that is not.
  const closest = obstacles.find(({ containerInstance }) => containerInstance.agentConnected) ?? obstacles[0];
  return closest ? words.noPlace(closest.containerInstance.id, closest.words) : words.noHosts;
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
