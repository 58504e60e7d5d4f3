import { readFileSync } from 'node:fs';
import type { AutoScalingGroupsType } from '@aws-sdk/client-auto-scaling';
import type { ListStackResourcesOutput } from '@aws-sdk/client-cloudformation';
import type { DescribeInstancesResult, Instance } from '@aws-sdk/client-ec2';
import type {
  ContainerInstance,
  DescribeContainerInstancesResponse,
  DescribeServicesResponse,
  DescribeTasksResponse,
  ListContainerInstancesResponse,
  ListTasksResponse,
  Service,
  Task,
} from '@aws-sdk/client-ecs';
import type {
  DescribeAccessPointsOutput,
  DescribeEndPointStateOutput,
  InstanceState,
  LoadBalancerDescription,
} from '@aws-sdk/client-elastic-load-balancing';
import type { GetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import { provisionFarm } from '../../../src/sandbox/provisioned-farm.ts';
import { services } from '../../../src/sandbox/services.ts';
import type { VirtualAnswer } from '../../../src/sandbox/world/network.ts';
import { defaultSettings, type Settings } from '../../../src/sandbox/world/settings.ts';
import type { World } from '../../../src/sandbox/world/world.ts';
import { caller, freshRegion } from '../world/fresh-region.ts';

/** With hosts that have room for several masters, so that nothing but the port keeps two of them apart. */
const templateBody = readFileSync(new URL('../../../cfn/farm.yaml', import.meta.url), 'utf8').replace(
  /(?<=\n {2}HostInstanceType:\n {4}Type: String\n {4}Default: )t3\.medium/,
  'm7i.xlarge',
);

/** A farm deployed from the template, asked and changed as its operator does: by the services' own operations. */
export class WholeFarm {
  readonly world: World;
  readonly call: ReturnType<typeof caller>;
  readonly resources: ReadonlyMap<string, string>;
  readonly masters: readonly string[];
  /** Hosts that the template asked for. */
  readonly hostCount: number;
  /** Tokens that the operator has had: a master knows the one that it was started with. */
  readonly tokens = new Set<string>();
  /** Hosts that were seen leaving the group. */
  readonly detached = new Set<string>();
  /** The services as the template made them. */
  readonly described: readonly Service[];
  /** The subnets of the balancer. */
  readonly subnets: readonly string[];

  constructor(seed: number, settings: Partial<Settings> = {}) {
    this.world = freshRegion(seed, structuredClone(settings));
    provisionFarm(this.world, services, templateBody);
    if (!templateBody.includes('Default: m7i.xlarge')) throw new Error('the template no longer has a HostInstanceType');
    this.call = caller(this.world);
    const { StackResourceSummaries = [] } = this.call<ListStackResourcesOutput>(
      'cloudformation',
      'ListStackResources',
      {
        StackName: 'jdci',
      },
    );
    this.resources = new Map(
      StackResourceSummaries.map((one) => [one.LogicalResourceId ?? '', one.PhysicalResourceId ?? '']),
    );
    this.masters = [...this.resources.keys()]
      .filter((name) => /^Service[A-Z]$/.test(name))
      .map((name) => this.id(name));
    this.hostCount = this.group().DesiredCapacity ?? 0;
    const { SecretString = '{}' } = this.call<GetSecretValueResponse>('secretsmanager', 'GetSecretValue', {
      SecretId: this.id('OperatorSecret'),
    });
    this.tokens.add((JSON.parse(SecretString) as { token: string }).token);
    this.described = this.services();
    this.subnets = this.balancer().Subnets ?? [];
  }

  id(logicalId: string): string {
    const id = this.resources.get(logicalId);
    if (id === undefined) throw new Error(`no resource ${logicalId}`);
    return id;
  }

  group() {
    const { AutoScalingGroups = [] } = this.call<AutoScalingGroupsType>('autoscaling', 'DescribeAutoScalingGroups', {
      AutoScalingGroupNames: [this.id('HostGroup')],
    });
    if (!AutoScalingGroups[0]) throw new Error('no group');
    return AutoScalingGroups[0];
  }

  /** Every instance of the farm that is still described, oldest launch first. */
  instances(role?: 'host' | 'agent'): Instance[] {
    const Filters = [
      { Name: 'tag:jdci:farm', Values: ['jdci'] },
      ...(role === undefined ? [] : [{ Name: 'tag:jdci:role', Values: [role] }]),
    ];
    const { Reservations = [] } = this.call<DescribeInstancesResult>('ec2', 'DescribeInstances', { Filters });
    return Reservations.flatMap((reservation) => reservation.Instances ?? []);
  }

  running(role: 'host' | 'agent'): Instance[] {
    return this.instances(role).filter((instance) => instance.State?.Name === 'running');
  }

  containerInstances(): ContainerInstance[] {
    const cluster = this.id('Cluster');
    const { containerInstanceArns = [] } = this.call<ListContainerInstancesResponse>('ecs', 'ListContainerInstances', {
      cluster,
    });
    if (containerInstanceArns.length === 0) return [];
    return (
      this.call<DescribeContainerInstancesResponse>('ecs', 'DescribeContainerInstances', {
        cluster,
        containerInstances: containerInstanceArns,
      }).containerInstances ?? []
    );
  }

  /** Tasks of both desired statuses, stopped ones for as long as ECS remembers them. */
  tasks(): Task[] {
    const cluster = this.id('Cluster');
    const arns: string[] = [];
    for (const desiredStatus of ['RUNNING', 'STOPPED'] as const) {
      for (let nextToken: string | undefined, first = true; first || nextToken; first = false) {
        const input = { cluster, desiredStatus, ...(nextToken ? { nextToken } : {}) };
        const page: ListTasksResponse = this.call('ecs', 'ListTasks', input);
        arns.push(...(page.taskArns ?? []));
        nextToken = page.nextToken;
      }
    }
    const described: Task[] = [];
    for (let from = 0; from < arns.length; from += 100) {
      const tasks = arns.slice(from, from + 100);
      described.push(...(this.call<DescribeTasksResponse>('ecs', 'DescribeTasks', { cluster, tasks }).tasks ?? []));
    }
    return described;
  }

  services(): Service[] {
    return (
      this.call<DescribeServicesResponse>('ecs', 'DescribeServices', {
        cluster: this.id('Cluster'),
        services: this.masters,
      }).services ?? []
    );
  }

  balancer(): LoadBalancerDescription {
    const { LoadBalancerDescriptions = [] } = this.call<DescribeAccessPointsOutput>(
      'elasticloadbalancing',
      'DescribeLoadBalancers',
      { LoadBalancerNames: [this.id('LoadBalancer')] },
    );
    if (!LoadBalancerDescriptions[0]) throw new Error('no balancer');
    return LoadBalancerDescriptions[0];
  }

  /** Hosts that run and are in no group. */
  strays(): Instance[] {
    const members = new Set(this.group().Instances?.map((one) => one.InstanceId));
    return this.running('host').filter((one) => !members.has(one.InstanceId));
  }

  /** What CreateService and UpdateService are told of a slot's service, as the template made it. */
  serviceSpec(slot: number) {
    const described = this.described[slot % this.described.length];
    return {
      cluster: this.id('Cluster'),
      taskDefinition: described?.taskDefinition,
      desiredCount: described?.desiredCount,
      deploymentConfiguration: described?.deploymentConfiguration,
      placementConstraints: described?.placementConstraints,
      placementStrategy: described?.placementStrategy,
      loadBalancers: described?.loadBalancers,
      healthCheckGracePeriodSeconds: described?.healthCheckGracePeriodSeconds,
      enableExecuteCommand: described?.enableExecuteCommand,
    };
  }

  health(): InstanceState[] {
    return (
      this.call<DescribeEndPointStateOutput>('elasticloadbalancing', 'DescribeInstanceHealth', {
        LoadBalancerName: this.id('LoadBalancer'),
      }).InstanceStates ?? []
    );
  }

  /** The running task of a slot, by its number. */
  taskOf(slot: number): Task | undefined {
    const group = `service:${this.masters[slot % this.masters.length]?.split('/').at(-1)}`;
    return this.tasks().find((task) => task.group === group && task.lastStatus === 'RUNNING');
  }

  /** Address of the host on which a slot's master runs. */
  addressOf(slot: number): string | undefined {
    const arn = this.taskOf(slot)?.containerInstanceArn;
    const id = this.containerInstances().find((one) => one.containerInstanceArn === arn)?.ec2InstanceId;
    return this.instances('host').find((instance) => instance.InstanceId === id)?.PrivateIpAddress;
  }

  /** A request of the operator to a slot's master; undefined when it has none. */
  ask(slot: number, method: 'GET' | 'POST', path: string): VirtualAnswer | undefined {
    const address = this.addressOf(slot);
    if (address === undefined) return undefined;
    let answer: VirtualAnswer | undefined;
    for (const token of this.tokens) {
      const basic = Buffer.from(`operator:11${token}`).toString('base64');
      const headers = { authorization: `Basic ${basic}` };
      answer = this.world.network.request(address, 8080, { method, path, headers, body: '' });
      if (answer.kind !== 'reply' || answer.status !== 401) break;
    }
    return answer;
  }

  /** Whether every slot serves, on its own host, and every host is there, in every source's opinion. */
  healed(): boolean {
    const inService = this.health().filter((one) => one.State === 'InService');
    const hosts = this.containerInstances();
    const group = this.group();
    return (
      inService.length === this.masters.length &&
      this.health().length === this.masters.length &&
      this.services().every((service) => service.runningCount === 1 && service.pendingCount === 0) &&
      hosts.length === this.hostCount &&
      hosts.every((one) => one.status === 'ACTIVE' && one.agentConnected) &&
      group.Instances?.length === this.hostCount &&
      group.Instances.every((one) => one.LifecycleState === 'InService' && one.HealthStatus === 'Healthy')
    );
  }
}

/** Settings of a farm under little load, so that its agents come and go too. */
export const lightLoad: Partial<Settings> = {
  load: { ...defaultSettings.load, buildsPerHour: 40, duration: [60, 240] },
};
