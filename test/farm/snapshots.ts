import type { Problem } from '../../src/core/problem.ts';
import { type Reading, seen } from '../../src/farm/reading.ts';
import type {
  BalancerFacts,
  ComputerFacts,
  ContainerInstanceFacts,
  InstanceFacts,
  MasterFacts,
  ServiceFacts,
  Snapshot,
  StackFacts,
  TaskFacts,
} from '../../src/farm/snapshot.ts';

/** The time of every snapshot here, unless it says otherwise. */
export const noon = Date.UTC(2026, 0, 1, 12);
export const minute = 60_000;

export const problem = (kind: Problem['kind'], message = `it is ${kind}`): Problem => ({
  kind,
  source: 'test',
  message,
  advice: `what to do about ${kind}`,
});

export const hostA = 'i-0a00000000000000a';
export const hostB = 'i-0b00000000000000b';
export const hostSpare = 'i-0c00000000000000c';
export const agentOne = 'i-0100000000000001';
export const agentTwo = 'i-0200000000000002';

export const stack = (over: Partial<StackFacts> = {}): StackFacts => ({
  id: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/jdci/1',
  status: 'CREATE_COMPLETE',
  createdAt: noon - 300 * minute,
  parameters: { AgentCap: '4' },
  outputs: {},
  resources: { Cluster: 'jdci-cluster', ServiceA: 'arn:service/a', ServiceB: 'arn:service/b' },
  ...over,
});

export const service = (slot: string, over: Partial<ServiceFacts> = {}): ServiceFacts => ({
  name: `jdci-master-${slot}`,
  arn: `arn:service/${slot}`,
  slot,
  status: 'ACTIVE',
  desired: 1,
  running: 1,
  pending: 0,
  events: [],
  ...over,
});

export const task = (slot: string, id: string, host: string | undefined, over: Partial<TaskFacts> = {}): TaskFacts => ({
  arn: `arn:task/${id}`,
  id,
  slot,
  serviceName: `jdci-master-${slot}`,
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  health: 'HEALTHY',
  createdAt: noon - 121 * minute,
  startedAt: noon - 120 * minute,
  ...(host === undefined ? {} : { containerInstanceArn: `arn:host/${host}` }),
  ...over,
});

export const containerInstance = (id: string, over: Partial<ContainerInstanceFacts> = {}): ContainerInstanceFacts => ({
  arn: `arn:host/${id}`,
  instanceId: id,
  status: 'ACTIVE',
  agentConnected: true,
  runningTasks: 1,
  pendingTasks: 0,
  ...over,
});

export const host = (id: string, zone: string, over: Partial<InstanceFacts> = {}): InstanceFacts => ({
  id,
  role: 'host',
  state: 'running',
  zone,
  type: 't3.medium',
  privateIp: '10.0.0.1',
  launchedAt: noon - 200 * minute,
  tags: {},
  ...over,
});

export const agent = (id: string, slot: string, over: Partial<InstanceFacts> = {}): InstanceFacts => ({
  id,
  role: 'agent',
  state: 'running',
  zone: 'eu-west-1a',
  type: 't3.large',
  launchedAt: noon - 30 * minute,
  slot,
  tags: {},
  ...over,
});

export const computer = (
  id: string,
  slot: string,
  build?: string,
  over: Partial<ComputerFacts> = {},
): ComputerFacts => ({
  name: `EC2 (jdci-${slot}) - docker (${id})`,
  instanceId: id,
  builtIn: false,
  offline: false,
  temporarilyOffline: false,
  idle: build === undefined,
  labels: ['docker'],
  executors: [
    { progress: build ? 40 : -1, likelyStuck: false, ...(build ? { build: { name: build, url: 'http://x/' } } : {}) },
  ],
  ...over,
});

export const master = (slot: string, over: Partial<MasterFacts> = {}): MasterFacts => ({
  slot,
  url: 'http://10.0.0.1:8080',
  version: '2.580.1',
  session: `session-${slot}`,
  quietingDown: false,
  jobs: [],
  busyExecutors: 0,
  totalExecutors: 2,
  computers: [],
  queue: [],
  ...over,
});

export const balancer = (states: Readonly<Record<string, string>>): BalancerFacts => ({
  name: 'jdci-lb',
  dnsName: 'jdci-lb-1.eu-west-1.elb.amazonaws.com',
  frontDoorUrl: 'http://jdci-lb-1.eu-west-1.elb.amazonaws.com',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  healthCheck: {
    target: 'HTTP:8080/health/',
    intervalSeconds: 10,
    timeoutSeconds: 5,
    healthyThreshold: 2,
    unhealthyThreshold: 2,
  },
  instances: Object.entries(states).map(([instanceId, description]) => ({
    instanceId,
    state: description === 'in' ? 'InService' : 'OutOfService',
    reasonCode: description === 'in' ? 'N/A' : 'Instance',
    description: description === 'in' ? 'N/A' : description,
  })),
});

const door = (ok: boolean) => ({
  requests: 1,
  failures: ok ? 0 : 1,
  recent: [{ at: noon, ok, ms: 12, outcome: ok ? '200' : '503' }],
  p50Ms: 12,
  p95Ms: 12,
  longestOutageSeconds: 0,
});

/** Two masters serving, a spare host, one busy and one idle agent of slot a. Everything seen, everything fine. */
export function healthy(over: Partial<Snapshot> = {}): Snapshot {
  return {
    farm: { stack: 'jdci', region: 'eu-west-1' },
    at: noon,
    stack: seen(stack(), noon),
    balancer: seen(balancer({ [hostA]: 'in', [hostB]: 'in' }), noon),
    probe: seen(door(true), noon),
    group: seen(
      {
        name: 'jdci-hosts',
        desired: 3,
        min: 3,
        max: 3,
        instances: [hostA, hostB, hostSpare].map((instanceId, index) => ({
          instanceId,
          zone: `eu-west-1${'abc'[index] ?? 'a'}`,
          lifecycle: 'InService',
          health: 'Healthy',
        })),
        activities: [],
      },
      noon,
    ),
    services: seen([service('a'), service('b')], noon),
    tasks: seen([task('a', '91ac', hostA), task('b', '44e0', hostB)], noon),
    containerInstances: seen(
      [hostA, hostB, hostSpare].map((id) => containerInstance(id)),
      noon,
    ),
    instances: seen(
      [
        host(hostA, 'eu-west-1a'),
        host(hostB, 'eu-west-1b'),
        host(hostSpare, 'eu-west-1c'),
        agent(agentOne, 'a'),
        agent(agentTwo, 'a'),
      ],
      noon,
    ),
    masters: {
      a: seen(master('a', { computers: [computer(agentOne, 'a', 'web-image #207'), computer(agentTwo, 'a')] }), noon),
      b: seen(master('b'), noon),
    },
    ...over,
  };
}

/** A copy of a reading's value with one change. */
export function changed<T>(reading: Reading<T>, change: (value: T) => T): Reading<T> {
  if (reading.value === undefined || reading.at === undefined) throw new Error('nothing to change');
  return seen(change(reading.value), reading.at);
}
