import { autoScaling } from './auto-scaling.ts';
import { type Instance, instanceBooted, instanceChanged, instanceRebooting, instances } from './ec2.ts';
import { instanceType } from './ec2-offers.ts';
import { registeredAttributes } from './ecs-attributes.ts';
import { type Cluster, type ContainerInstance, ecs, type Task } from './ecs-state.ts';
import { endProcesses, loseProcesses, loseTask, orphanTask } from './ecs-tasks.ts';
import { perWorld, type World } from './world.ts';

/** Ports of SSH, Docker and the ECS agent: never free for a task (ECS Developer Guide, PortMapping). */
export const reservedPorts: readonly number[] = [22, 2375, 2376, 51678, 51679];

/** How long an agent whose cluster is not there waits before it tries again, seconds. */
const retrySeconds = 30;

const byInstance = perWorld(() => new Map<string, ContainerInstance>());

/** Tasks whose containers run on although their host was deregistered, by EC2 instance. */
const orphans = perWorld(() => new Map<string, Task[]>());

/** The container instance of an EC2 instance, if it is one. */
export function containerInstanceOf(world: World, instanceId: string): ContainerInstance | undefined {
  return byInstance(world).get(instanceId);
}

/** Watches EC2: what boots with an ECS agent joins its cluster, what ends leaves it. */
export function startContainerInstances(world: World): void {
  instanceBooted(world).on((instance) => {
    const cluster = clusterNameIn(instance.userData);
    // Without an instance profile the agent has no credential to register with.
    if (cluster === undefined || instance.iamInstanceProfileArn === undefined) return;
    world.scheduleWithin(world.settings.ecs.agentRegister, () =>
      register(world, instance, cluster, instance.launchedAt),
    );
  });
  instanceRebooting(world).on((instance) => powerLost(world, instance));
  instanceChanged(world).on(({ instance }) => {
    const name = instance.state.name;
    if (name !== 'stopping' && name !== 'shutting-down') return;
    powerLost(world, instance);
    if (name === 'shutting-down') {
      world.scheduleWithin(world.settings.ecs.hostLost, () => deregister(world, instance));
    }
  });
}

/** The cluster that an ECS agent's configuration in user data names. */
export function clusterNameIn(userData: string): string | undefined {
  // Agents, which are many, have long user data and no cluster.
  if (!userData.includes('ECS_CLUSTER')) return undefined;
  return /^[^#\n]*\bECS_CLUSTER=["']?([A-Za-z0-9_-]+)/m.exec(userData)?.[1];
}

function register(world: World, instance: Instance, clusterName: string, launchedAt: number): void {
  const current = instances(world).get(instance.id);
  if (current?.state.name !== 'running' || current.bootedAt === undefined || current.launchedAt !== launchedAt) return;
  const known = byInstance(world).get(instance.id);
  if (known) {
    setAgentConnected(world, known, true);
    return;
  }
  const cluster = ecs(world).clusters.get(clusterName);
  if (cluster?.status !== 'ACTIVE') {
    world.schedule(retrySeconds * 1000, () => register(world, instance, clusterName, launchedAt));
    return;
  }
  const id = world.hex(32);
  const capacity = instanceType(instance.type);
  const capacityProvider = providerOf(world, cluster, instance.id);
  const containerInstance: ContainerInstance = {
    id,
    arn: world.arn('ecs', `container-instance/${cluster.name}/${id}`),
    cluster,
    instance,
    registeredAt: world.now,
    status: 'ACTIVE',
    agentConnected: true,
    cpu: capacity.vcpus * 1024,
    // The kernel keeps some of the memory for itself: about 3 % and 100 MiB.
    memory: Math.floor(capacity.memory * 0.97 - 100),
    attributes: registeredAttributes(instance),
    tags: new Map(),
    ...(capacityProvider === undefined ? {} : { capacityProvider }),
    tasks: new Set(),
    images: new Set(),
    backlog: [],
    version: 1,
  };
  cluster.containerInstances.set(id, containerInstance);
  byInstance(world).set(instance.id, containerInstance);
}

/** The capacity provider of the cluster over the instance's group; only what joins after it did belongs to it. */
function providerOf(world: World, cluster: Cluster, instanceId: string): string | undefined {
  const groupName = autoScaling(world).memberOf.get(instanceId);
  return cluster.capacityProviders?.find((name) => ecs(world).capacityProviders.get(name)?.groupName === groupName);
}

/** Everything that ran on the instance is gone; ECS only sees an agent that no longer answers. */
function powerLost(world: World, instance: Instance): void {
  for (const task of orphans(world).get(instance.id) ?? []) endProcesses(task);
  orphans(world).delete(instance.id);
  const containerInstance = byInstance(world).get(instance.id);
  if (!containerInstance) return;
  setAgentConnected(world, containerInstance, false);
  for (const task of containerInstance.tasks) loseProcesses(world, task);
}

function deregister(world: World, instance: Instance): void {
  const containerInstance = byInstance(world).get(instance.id);
  if (!containerInstance) return;
  leave(world, containerInstance);
  for (const task of [...containerInstance.tasks])
    loseTask(world, task, `Host EC2 (instance ${instance.id}) terminated.`);
}

function leave(world: World, containerInstance: ContainerInstance): void {
  containerInstance.status = 'INACTIVE';
  containerInstance.agentConnected = false;
  containerInstance.version += 1;
  containerInstance.backlog.length = 0;
  containerInstance.cluster.containerInstances.delete(containerInstance.id);
  byInstance(world).delete(containerInstance.instance.id);
}

/**
 * Takes an instance out of its cluster while it runs. Its tasks are STOPPED for ECS, their containers run on until the
 * instance goes (ECS API, DeregisterContainerInstance); it does not come back before it boots again.
 */
export function deregisterByForce(world: World, containerInstance: ContainerInstance): void {
  leave(world, containerInstance);
  const tasks = [...containerInstance.tasks];
  if (tasks.length > 0) orphans(world).set(containerInstance.instance.id, tasks);
  for (const task of tasks) orphanTask(world, task, 'Container instance deregistration forced by user');
}

/**
 * Cuts or restores the connection between a host's agent and ECS. While it is cut ECS hears nothing, changes nothing and
 * reschedules nothing: tasks stay as they were seen last.
 */
export function setAgentConnected(world: World, containerInstance: ContainerInstance, connected: boolean): void {
  if (containerInstance.agentConnected === connected) return;
  containerInstance.agentConnected = connected;
  containerInstance.version += 1;
  if (!connected) return;
  for (const task of containerInstance.tasks) task.connectedAt = world.now;
  for (const tell of containerInstance.backlog.splice(0)) tell();
}
