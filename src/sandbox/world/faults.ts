import { agentChannel } from './agent-channels.ts';
import { type Instance, instances } from './ec2.ts';
import { zonesWithoutCapacity } from './ec2-launch.ts';
import { containerInstanceOf, setAgentConnected } from './ecs-container-instances.ts';
import { type ContainerInstance, ecs, type Task } from './ecs-state.ts';
import type { VirtualServer } from './network.ts';
import { type ResourceFault, type ResourceStep, resourceFaults } from './resource-faults.ts';
import { type BootFault, bootFaults, type SlowMaster, slowMasters } from './start-faults.ts';
import type { World } from './world.ts';

/** Something that goes wrong in the world itself, whoever looks at it. */
export type WorldFault =
  | { kind: 'instance-will-not-boot'; zone?: string; role?: string; count?: number }
  | { kind: 'zone-without-capacity'; zone: string }
  | { kind: 'agent-disconnected'; instanceId?: string; slot?: string }
  | { kind: 'master-hangs'; slot: string; answer?: 'nothing' | '503' }
  | { kind: 'master-slow-boot'; slot?: string; extraSeconds: number; count?: number }
  | {
      kind: 'resource-fails';
      logicalId?: string;
      resourceType?: string;
      at: ResourceStep;
      reason?: string;
      count?: number;
    };

/** A world fault that was put in. */
export interface Injected {
  /** Whether it has ended by itself: what it hit is gone, or its count is used up. */
  over(): boolean;
  /** Puts right what can be put right; what followed from the fault stays. */
  end(): void;
  /** How many more it takes, for one that counts. */
  left?(): number | undefined;
}

/** Puts a fault into the world, or says in one line why it cannot hit anything. */
export function inject(world: World, fault: WorldFault): Injected | string {
  switch (fault.kind) {
    case 'instance-will-not-boot':
      return instanceWillNotBoot(world, fault);
    case 'zone-without-capacity':
      return zoneWithoutCapacity(world, fault.zone);
    case 'agent-disconnected':
      return fault.instanceId === undefined
        ? hostAgentOfSlot(world, fault.slot ?? '')
        : agentOfInstance(world, fault.instanceId);
    case 'master-hangs':
      return masterHangs(world, fault);
    case 'master-slow-boot': {
      const slow: SlowMaster = { slot: fault.slot, extraMs: fault.extraSeconds * 1000, left: fault.count };
      return counted(slowMasters(world), slow);
    }
    case 'resource-fails': {
      const { logicalId, resourceType, at, reason = 'Internal Failure', count } = fault;
      const failing: ResourceFault = { logicalId, resourceType, at, reason, left: count };
      return counted(resourceFaults(world), failing);
    }
  }
}

function instanceWillNotBoot(
  world: World,
  { zone, role, count }: Extract<WorldFault, { kind: 'instance-will-not-boot' }>,
): Injected | string {
  const stranger = zone === undefined ? undefined : unknownZone(world, zone);
  const fault: BootFault = { zone, role, left: count };
  return stranger ?? counted(bootFaults(world), fault);
}

function counted<F extends { left?: number }>(faults: Set<F>, fault: F): Injected {
  faults.add(fault);
  return {
    over: () => !faults.has(fault),
    end: () => faults.delete(fault),
    left: () => fault.left,
  };
}

function zoneWithoutCapacity(world: World, zone: string): Injected | string {
  const stranger = unknownZone(world, zone);
  if (stranger !== undefined) return stranger;
  const zones = zonesWithoutCapacity(world);
  if (zones.has(zone)) return `zone ${zone} is without capacity already`;
  zones.add(zone);
  return { over: () => !zones.has(zone), end: () => zones.delete(zone) };
}

function unknownZone(world: World, zone: string): string | undefined {
  const { zones } = world.settings;
  return zones.includes(zone) ? undefined : `zone must be one of ${zones.join(', ')}`;
}

/** The ECS agent of the host on which the slot's master runs. */
function hostAgentOfSlot(world: World, slot: string): Injected | string {
  const hosts = new Set(runningTasks(world, slot).map((task) => task.containerInstance));
  return hosts.size === 0 ? `no master of slot ${slot} is running` : disconnectHosts(world, [...hosts]);
}

/** On a host its ECS agent, on a build agent the process that its master speaks to. */
function agentOfInstance(world: World, instanceId: string): Injected | string {
  const host = containerInstanceOf(world, instanceId);
  if (host) return disconnectHosts(world, [host]);
  const instance = instances(world).get(instanceId);
  if (instance?.state.name !== 'running') return `instanceId: no running instance has the id ${instanceId}`;
  if (instance.tags.get('jdci:role') !== 'agent' || instance.bootedAt === undefined) {
    return `instanceId: neither an ECS agent nor a build agent runs on ${instanceId}`;
  }
  return endAgentProcess(world, instance);
}

// ECS sees an agent that does not answer, as after a network fault; when the host restarts its agent connects again.
function disconnectHosts(world: World, hosts: readonly ContainerInstance[]): Injected | string {
  const connected = hosts.filter((host) => host.agentConnected);
  if (connected.length === 0) return 'the ECS agent is disconnected already';
  const cut = connected.map((host) => ({ host, launchedAt: host.instance.launchedAt }));
  for (const host of connected) setAgentConnected(world, host, false);
  const still = () =>
    cut.filter(
      ({ host, launchedAt }) =>
        !host.agentConnected && host.instance.launchedAt === launchedAt && host.instance.state.name === 'running',
    );
  return {
    over: () => still().length === 0,
    end: () => {
      for (const { host } of still()) setAgentConnected(world, host, true);
    },
  };
}

function endAgentProcess(world: World, instance: Instance): Injected {
  const { bootedAt } = instance;
  agentChannel(world).emit({ instance, up: false });
  let ended = false;
  const over = () => ended || instance.state.name !== 'running' || instance.bootedAt !== bootedAt;
  return {
    over,
    end: () => {
      if (over()) return;
      ended = true;
      agentChannel(world).emit({ instance, up: true });
    },
  };
}

/** The process hangs, not the slot: the one that replaces it is well. */
function masterHangs(
  world: World,
  { slot, answer = 'nothing' }: Extract<WorldFault, { kind: 'master-hangs' }>,
): Injected | string {
  const { network } = world;
  const hanging: VirtualServer = () =>
    answer === 'nothing' ? { kind: 'hang' } : { kind: 'reply', status: 503, headers: plainText, body: 'hung\n' };
  const hit = runningTasks(world, slot).flatMap((task) => {
    const address = task.containerInstance.instance.privateIp;
    return task.containers.flatMap(({ networkBindings }) =>
      networkBindings.flatMap(({ hostPort = 0 }) => {
        const server = network.serverAt(address, hostPort);
        return server ? [{ address, hostPort, server }] : [];
      }),
    );
  });
  if (hit.length === 0) return `no master of slot ${slot} is running`;
  for (const { server } of hit) network.impair(server, hanging);
  return {
    over: () => hit.every(({ address, hostPort, server }) => network.serverAt(address, hostPort) !== server),
    end: () => {
      for (const { server } of hit) network.impair(server, undefined);
    },
  };
}

const plainText = { 'content-type': 'text/plain' };

function runningTasks(world: World, slot: string): Task[] {
  return [...ecs(world).clusters.values()].flatMap((cluster) =>
    [...cluster.tasks.values()].filter(
      (task) => task.tags.get('jdci:slot') === slot && task.containers.some((container) => container.process),
    ),
  );
}
