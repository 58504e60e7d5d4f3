import type { ActivitiesType, Activity } from '@aws-sdk/client-auto-scaling';
import type { Resource, Task } from '@aws-sdk/client-ecs';
import { networks } from '../../../src/sandbox/world/ec2-network.ts';
import { loadBalancers } from '../../../src/sandbox/world/elastic-load-balancing-state.ts';
import type { VirtualAnswer, VirtualRequest } from '../../../src/sandbox/world/network.ts';
import { disagreement } from './agreement.ts';
import { refreshes } from './operator-group.ts';
import type { WholeFarm } from './whole-farm.ts';

/** The longest that a state on the way to another one may last, seconds; beyond the settings' ranges, with room. */
const longest: Readonly<Record<string, number>> = {
  pending: 15,
  'shutting-down': 45,
  stopping: 45,
  PROVISIONING: 10,
  PENDING: 60,
  ACTIVATING: 10,
  // A container is given its stopTimeout of 60 s; a cut-off agent is allowed for by the caller.
  DEACTIVATING: 10,
  STOPPING: 75,
  DEPROVISIONING: 10,
};

/** The same for members of the group; those that wait for a hook have its heartbeats. */
const longestOfMember: Readonly<Record<string, number>> = {
  Pending: 25,
  'Pending:Proceed': 1,
  // A hook is begun at once; from there on EC2 ends the instance.
  Terminating: 60,
  'Terminating:Proceed': 60,
  Detaching: 10,
  EnteringStandby: 10,
};

const longestOfRefresh: Readonly<Record<string, number>> = { Pending: 10 };

const taskStates = new Set(['PROVISIONING', 'PENDING', 'ACTIVATING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING']);

interface Seen {
  readonly state: string;
  readonly since: number;
}

/**
 * What holds in every world at every moment, found out from the services' answers and from the requests on the simulated
 * network, not from the state that the answers are made of. {@link check} throws with a sentence.
 */
export class Invariants {
  readonly #farm: WholeFarm;
  readonly #states = new Map<string, Seen>();
  /** By address: the balancer's checks in a row that were passed, or failed, and whether they put it into service. */
  readonly #checks = new Map<string, { passes: number; failures: number; earned: boolean }>();
  readonly #inService = new Set<string>();
  #now: number;
  #wasHeld = new Map<string, number>();

  constructor(farm: WholeFarm) {
    this.#farm = farm;
    this.#now = farm.world.now;
    for (const one of farm.health()) {
      if (one.State !== 'InService') continue;
      this.#inService.add(one.InstanceId ?? '');
      const address = farm.instances('host').find(({ InstanceId }) => InstanceId === one.InstanceId)?.PrivateIpAddress;
      // It has passed them before anybody looked; where its zone goes and comes back they still count.
      this.#checks.set(address ?? '', { passes: 1, failures: 0, earned: true });
    }
    const { network } = farm.world;
    const request = network.request.bind(network);
    network.request = (host: string, port: number, asked: VirtualRequest) => {
      // Health checks come from inside events: there the clock is seen as it goes.
      this.#time();
      const answer = request(host, port, asked);
      if (asked.headers['user-agent']?.startsWith('ELB-HealthChecker')) {
        this.#noteCheck(host, answer);
      }
      return answer;
    };
  }

  check(): void {
    this.#clock();
    this.#addresses();
    this.#capacity();
    this.#ports();
    this.#service();
    this.#transitions();
    this.#group();
    const disagreed = disagreement(this.#farm);
    if (disagreed) this.#fail(disagreed);
  }

  #fail(message: string): never {
    throw new Error(`at ${this.#farm.world.date().toISOString()}: ${message}`);
  }

  /** The world's clock never runs back, and nobody's times lie in the future or in the wrong order. */
  #clock(): void {
    this.#time();
    for (const task of this.#farm.tasks()) {
      const times = [
        ['createdAt', task.createdAt],
        ['pullStartedAt', task.pullStartedAt],
        ['pullStoppedAt', task.pullStoppedAt],
        ['startedAt', task.startedAt],
        ['stoppingAt', task.stoppingAt],
        ['executionStoppedAt', task.executionStoppedAt],
        ['stoppedAt', task.stoppedAt],
      ] as const;
      this.#ordered(`task ${task.taskArn}`, times);
    }
    for (const activity of this.#activities()) {
      this.#ordered(`activity ${activity.ActivityId}`, [
        ['StartTime', activity.StartTime],
        ['EndTime', activity.EndTime],
      ]);
    }
    for (const service of this.#farm.services()) {
      const times = (service.events ?? []).map((event, index) => [`event ${index}`, event.createdAt] as const);
      this.#ordered(`service ${service.serviceName}`, times.reverse());
    }
  }

  #time(): void {
    const { now } = this.#farm.world;
    if (now < this.#now) this.#fail(`the clock ran back by ${this.#now - now} ms`);
    this.#now = now;
  }

  #ordered(subject: string, times: readonly (readonly [string, Date | undefined])[]): void {
    let before = 0;
    for (const [name, at] of times) {
      if (at === undefined) continue;
      if (at.getTime() < before) this.#fail(`${subject}: ${name} is before what comes before it`);
      before = at.getTime();
    }
    if (before > Math.ceil(this.#now)) this.#fail(`${subject} has a time in the future`);
  }

  #activities(): Activity[] {
    return (
      this.#farm.call<ActivitiesType>('autoscaling', 'DescribeScalingActivities', {
        AutoScalingGroupName: this.#farm.id('HostGroup'),
      }).Activities ?? []
    );
  }

  /** Each address of a subnet is one living instance's, and no address is lost. */
  #addresses(): void {
    const living = this.#farm.instances().filter((instance) => instance.State?.Name !== 'terminated');
    const addresses = living.map((instance) => instance.PrivateIpAddress);
    if (new Set(addresses).size !== addresses.length) this.#fail('two instances have one address');
    let used = 0;
    for (const subnet of networks(this.#farm.world).subnets.values()) used += subnet.used.size;
    if (used !== living.length) this.#fail(`${used} addresses are taken by ${living.length} instances`);
  }

  /** On every host: what remains and what its tasks reserve is what was registered. */
  #capacity(): void {
    const tasks = this.#farm.tasks().filter((task) => task.lastStatus !== 'STOPPED');
    const places = new Set(this.#farm.containerInstances().map((one) => one.containerInstanceArn));
    const homeless = tasks.find((task) => !places.has(task.containerInstanceArn));
    if (homeless) this.#fail(`task ${homeless.taskArn} is ${homeless.lastStatus} on no host`);
    for (const host of this.#farm.containerInstances()) {
      const own = tasks.filter((task) => task.containerInstanceArn === host.containerInstanceArn);
      const reserved = { CPU: 0, MEMORY: 0 };
      for (const task of own) {
        // 512 CPU units and 2,048 MiB a master: the template's task definition. The operator's may be others.
        reserved.CPU += task.taskDefinitionArn?.endsWith(':1') ? 512 : Number(task.cpu);
        reserved.MEMORY += task.taskDefinitionArn?.endsWith(':1') ? 2048 : Number(task.memory);
      }
      for (const name of ['CPU', 'MEMORY'] as const) {
        const registered = amount(host.registeredResources, name);
        const remaining = amount(host.remainingResources, name);
        if (remaining < 0 || remaining + reserved[name] !== registered) {
          this.#fail(`${name} of ${host.ec2InstanceId}: ${remaining} remain of ${registered} with ${own.length} tasks`);
        }
      }
      const counted = (host.runningTasksCount ?? 0) + (host.pendingTasksCount ?? 0);
      if (counted > own.length) this.#fail(`${host.ec2InstanceId} counts ${counted} tasks and has ${own.length}`);
    }
  }

  /** No two tasks hold a port of a host, not even for the moment of a replacement. */
  #ports(): void {
    const holders = new Map<string, Task>();
    for (const task of this.#farm.tasks()) {
      if (task.lastStatus === 'STOPPED') continue;
      for (const container of task.containers ?? []) {
        for (const { hostPort } of container.networkBindings ?? []) {
          const port = `${task.containerInstanceArn} ${hostPort}`;
          const other = holders.get(port);
          if (other) this.#fail(`${task.taskArn} and ${other.taskArn} both hold ${port}`);
          holders.set(port, task);
        }
      }
    }
  }

  #noteCheck(address: string, answer: VirtualAnswer): void {
    const { world } = this.#farm;
    const check = loadBalancers(world).get(this.#farm.id('LoadBalancer'))?.healthCheck;
    if (!check) return;
    const replied = answer.kind === 'reply' ? answer.status : undefined;
    // A check of the connection alone takes any answer, and even none.
    const connected = replied !== undefined || answer.kind === 'hang' || answer.kind === 'reset';
    const passed = check.target.startsWith('TCP') ? connected : replied === 200;
    const before = this.#checks.get(address) ?? { passes: 0, failures: 0, earned: false };
    const passes = passed ? before.passes + 1 : 0;
    const failures = passed ? 0 : before.failures + 1;
    const earned = passed
      ? before.earned || passes >= check.healthyThreshold
      : before.earned && failures < check.unhealthyThreshold;
    this.#checks.set(address, { passes, failures, earned });
  }

  /** Who comes into service has passed as many checks in a row as the balancer wants; who is in it runs. */
  #service(): void {
    const addresses = new Map(this.#farm.instances('host').map((one) => [one.InstanceId, one.PrivateIpAddress]));
    const registered = new Set(this.#farm.health().map((one) => one.InstanceId));
    // Checks of an earlier registration do not count.
    for (const [id, address = ''] of addresses) if (!registered.has(id)) this.#checks.delete(address);
    const now = new Set<string>();
    for (const one of this.#farm.health()) {
      const id = one.InstanceId ?? '';
      if (one.State !== 'InService') continue;
      now.add(id);
      if (this.#inService.has(id)) continue;
      const checks = this.#checks.get(addresses.get(id) ?? '');
      if (!checks?.earned) this.#fail(`${id} is InService after ${checks?.passes ?? 0} passed checks`);
    }
    this.#inService.clear();
    for (const id of now) this.#inService.add(id);
  }

  /** Every transition that was started ends. */
  #transitions(): void {
    const present = new Set<string>();
    const look = (id: string, state: string, held: boolean, limits = longest) => {
      present.add(id);
      const { now } = this.#farm.world;
      const seen = this.#states.get(id);
      // Time in which nobody could carry the transition on does not count.
      if (!seen || seen.state !== state || held) {
        this.#states.set(id, { state, since: now });
        return;
      }
      const limit = limits[state];
      if (limit !== undefined && now - seen.since > limit * 1000) {
        this.#fail(`${id} is ${state} for ${Math.round((now - seen.since) / 1000)} s`);
      }
    };
    for (const instance of this.#farm.instances()) look(instance.InstanceId ?? '', instance.State?.Name ?? '', false);
    const cut = new Set(
      this.#farm
        .containerInstances()
        .filter((one) => !one.agentConnected)
        .map((one) => one.containerInstanceArn),
    );
    for (const task of this.#farm.tasks()) {
      if (!taskStates.has(task.lastStatus ?? '') && task.lastStatus !== 'RUNNING' && task.lastStatus !== 'STOPPED') {
        this.#fail(`${task.taskArn} is ${task.lastStatus}, which is no state of a task`);
      }
      look(task.taskArn ?? '', task.lastStatus ?? '', cut.has(task.containerInstanceArn));
    }
    for (const member of this.#farm.group().Instances ?? []) {
      look(`member ${member.InstanceId}`, member.LifecycleState ?? '', false, longestOfMember);
    }
    for (const refresh of refreshes(this.#farm)) {
      look(`refresh ${refresh.InstanceRefreshId}`, refresh.Status ?? '', false, longestOfRefresh);
      this.#ordered(`refresh ${refresh.InstanceRefreshId}`, [
        ['StartTime', refresh.StartTime],
        ['EndTime', refresh.EndTime],
      ]);
    }
    for (const id of this.#states.keys()) if (!present.has(id)) this.#states.delete(id);
  }

  /** The group never runs more than it wants for longer than one newcomer takes to serve, and forgets nobody. */
  #group(): void {
    const group = this.#farm.group();
    const members = group.Instances ?? [];
    if (new Set(members.map((one) => one.InstanceId)).size !== members.length) this.#fail('a member is there twice');
    for (const host of this.#farm.strays()) {
      if (!this.#farm.detached.has(host.InstanceId ?? '')) this.#fail(`${host.InstanceId} runs and is in no group`);
    }
    for (const { InstanceId = '', LifecycleState } of members) {
      if (LifecycleState === 'Detaching') this.#farm.detached.add(InstanceId);
    }
    const active = members.filter(
      (one) => one.LifecycleState === 'InService' || one.LifecycleState === 'Pending',
    ).length;
    // AZRebalance may go one beyond the desired capacity; a lower desired capacity takes a moment to be met.
    const over = active - (group.DesiredCapacity ?? 0);
    // Nobody is ended while that is suspended, protected or done by a refresh, nor before everybody has come.
    const held =
      (group.SuspendedProcesses?.length ?? 0) > 0 ||
      members.some((one) => one.ProtectedFromScaleIn || one.LifecycleState?.startsWith('Pending')) ||
      refreshes(this.#farm).some((one) => one.Status === 'InProgress' || one.Status === 'Cancelling');
    const since = over > 1 && !held ? (this.#wasHeld.get('over') ?? this.#now) : this.#now;
    this.#wasHeld.set('over', since);
    if (this.#now - since > 180_000) this.#fail(`${active} hosts for ${group.DesiredCapacity} wanted`);
  }
}

function amount(resources: readonly Resource[] | undefined, name: string): number {
  return resources?.find((one) => one.name === name)?.integerValue ?? Number.NaN;
}
