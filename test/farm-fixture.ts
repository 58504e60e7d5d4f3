import { Aws } from '../src/aws/clients.ts';
import { type Clock, ManualClock } from '../src/core/clock.ts';
import { silentLog } from '../src/core/debug-log.ts';
import type { Problem } from '../src/core/problem.ts';
import { seededRandom } from '../src/core/random.ts';
import type { Change, Verdict } from '../src/farm/finding.ts';
import { seen, unseen } from '../src/farm/reading.ts';
import type { Session } from '../src/farm/session.ts';
import type {
  ContainerInstanceFacts,
  InstanceFacts,
  MasterFacts,
  ServiceFacts,
  Snapshot,
  TaskFacts,
} from '../src/farm/snapshot.ts';
import type { FarmStore, FarmView } from '../src/farm/view.ts';

/** Farm time of every fixture: 2026-01-01T14:02:41Z. */
export const now = Date.UTC(2026, 0, 1, 14, 2, 41);
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

export const hostIds = ['i-07f1a2b3c4d5e63ab', 'i-0c2d4e6f8a1b3c91f', 'i-0d8e7f6a5b4c3d002'] as const;
export const agentIds = [
  'i-0aa1b2c3d4e5f61f3',
  'i-0ab2c3d4e5f607771',
  'i-0ac3d4e5f607189d0',
  'i-09b4c5d6e7f809c41',
] as const;
export const taskIds = ['91ac0000000000000000000000000001', '44e00000000000000000000000000002'] as const;
const agentAges = [18 * minute, 6 * minute, 34 * second, 52 * minute] as const;
const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] as const;

function instanceArn(index: number): string {
  return `arn:aws:ecs:eu-west-1:123456789012:container-instance/jdci/${index}`;
}

export function host(index: 0 | 1 | 2, more: Partial<InstanceFacts> = {}): InstanceFacts {
  return {
    id: hostIds[index],
    role: 'host',
    state: 'running',
    zone: zones[index],
    type: 't3.large',
    privateIp: `172.31.${index * 16}.10`,
    launchedAt: now - 5 * hour,
    tags: {},
    ...more,
  };
}

export function agent(index: 0 | 1 | 2 | 3, more: Partial<InstanceFacts> = {}): InstanceFacts {
  return {
    id: agentIds[index],
    role: 'agent',
    state: 'running',
    zone: 'eu-west-1a',
    type: 'm6i.xlarge',
    privateIp: `172.31.1.${index + 20}`,
    launchedAt: now - agentAges[index],
    slot: index === 3 ? 'b' : 'a',
    tags: {},
    ...more,
  };
}

export function service(slot: 'a' | 'b', more: Partial<ServiceFacts> = {}): ServiceFacts {
  return {
    name: `jdci-master-${slot}`,
    arn: `arn:aws:ecs:eu-west-1:123456789012:service/jdci/jdci-master-${slot}`,
    slot,
    status: 'ACTIVE',
    desired: 1,
    running: 1,
    pending: 0,
    events: [
      { id: `steady-${slot}`, at: now - hour, message: `(service jdci-master-${slot}) has reached a steady state.` },
    ],
    ...more,
  };
}

export function task(slot: 'a' | 'b', more: Partial<TaskFacts> = {}): TaskFacts {
  const index = slot === 'a' ? 0 : 1;
  return {
    arn: `arn:aws:ecs:eu-west-1:123456789012:task/jdci/${taskIds[index]}`,
    id: taskIds[index],
    slot,
    serviceName: `jdci-master-${slot}`,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    health: 'HEALTHY',
    containerInstanceArn: instanceArn(index),
    createdAt: now - 3 * hour - minute,
    startedAt: now - 3 * hour,
    ...more,
  };
}

export function containerInstance(
  index: 0 | 1 | 2,
  more: Partial<ContainerInstanceFacts> = {},
): ContainerInstanceFacts {
  return {
    arn: instanceArn(index),
    instanceId: hostIds[index],
    status: 'ACTIVE',
    agentConnected: true,
    runningTasks: index === 2 ? 0 : 1,
    pendingTasks: 0,
    ...more,
  };
}

function computer(index: 0 | 1 | 2, build?: string, progress = -1): MasterFacts['computers'][number] {
  return {
    name: `EC2 (jdci-a) - docker (${agentIds[index]})`,
    instanceId: agentIds[index],
    builtIn: false,
    offline: index === 2,
    temporarilyOffline: false,
    idle: build === undefined,
    labels: ['docker'],
    executors: [
      {
        ...(build
          ? { build: { name: build, url: `http://jenkins.build.example/job/${build.replace(' #', '/')}/` } }
          : {}),
        progress,
        likelyStuck: false,
      },
    ],
  };
}

export function master(slot: 'a' | 'b', more: Partial<MasterFacts> = {}): MasterFacts {
  const a = slot === 'a';
  return {
    slot,
    url: `http://172.31.${a ? 0 : 16}.10:8080`,
    version: '2.580.1',
    session: `session-${slot}`,
    quietingDown: false,
    jobs: ['Seed', 'build-jenkins-master', 'jdci-drill', 'web-image'].map((name) => ({ name, color: 'blue' })),
    busyExecutors: a ? 2 : 0,
    totalExecutors: a ? 3 : 0,
    computers: a ? [computer(0, 'build-jenkins-master #41', 78), computer(1, 'web-image #207', 33), computer(2)] : [],
    queue: a
      ? [
          {
            id: 208,
            job: 'web-image',
            label: 'docker',
            why: 'Waiting for next available executor on ‘docker’',
            since: now - 38 * second,
            buildableSince: now - 38 * second,
            stuck: false,
            kind: 'buildable',
          },
        ]
      : [],
    ...more,
  };
}

/** A steady farm: two masters on three hosts, four agents (busy, busy, launching, orphan), one build waiting. */
export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    farm: { stack: 'jdci', region: 'eu-west-1' },
    at: now,
    stack: seen(
      {
        id: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/jdci/00000000-0000-0000-0000-000000000001',
        status: 'CREATE_COMPLETE',
        createdAt: now - 6 * hour,
        parameters: { AgentCap: '10', MasterCount: '2' },
        outputs: { FrontDoorUrl: 'http://jenkins.build.example' },
        resources: {},
      },
      now,
    ),
    balancer: seen(
      {
        name: 'jdci-lb',
        dnsName: 'jdci-lb-1.eu-west-1.elb.amazonaws.com',
        frontDoorUrl: 'http://jenkins.build.example',
        zones: [...zones],
        healthCheck: {
          target: 'HTTP:8080/health/',
          intervalSeconds: 30,
          timeoutSeconds: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        instances: hostIds.slice(0, 2).map((instanceId) => ({
          instanceId,
          state: 'InService' as const,
          reasonCode: 'N/A',
          description: 'N/A',
        })),
      },
      now,
    ),
    probe: seen(
      {
        requests: 214,
        failures: 0,
        recent: Array.from({ length: 60 }, (_, at) => ({
          at: now - (60 - at) * second,
          ok: true,
          ms: 12,
          outcome: '200',
        })),
        p50Ms: 12,
        p95Ms: 31,
        longestOutageSeconds: 0,
      },
      now,
    ),
    group: seen(
      {
        name: 'jdci-hosts',
        desired: 3,
        min: 2,
        max: 4,
        instances: hostIds.map((instanceId, index) => ({
          instanceId,
          zone: zones[index] ?? '',
          lifecycle: 'InService',
          health: 'Healthy',
        })),
        activities: [],
      },
      now,
    ),
    services: seen([service('a'), service('b')], now),
    tasks: seen([task('a'), task('b')], now),
    containerInstances: seen([containerInstance(0), containerInstance(1), containerInstance(2)], now),
    instances: seen([host(0), host(1), host(2), agent(0), agent(1), agent(2), agent(3)], now),
    masters: { a: seen(master('a'), now), b: seen(master('b'), now) },
    ...more,
  };
}

export const unreachable: Problem = {
  kind: 'unreachable',
  source: 'jenkins b /api/json',
  message: 'unreachable',
  advice: 'check the road to the masters (--proxy)',
};

/** Slot b was stopped 14 s ago: its replacement is PENDING on its host, which the balancer has taken out. */
export function slotDown(): Snapshot {
  const steadyBalancer = snapshot().balancer.value;
  if (!steadyBalancer) throw new Error('the steady farm has a balancer');
  return snapshot({
    balancer: seen(
      {
        ...steadyBalancer,
        instances: [
          { instanceId: hostIds[0], state: 'InService', reasonCode: 'N/A', description: 'N/A' },
          {
            instanceId: hostIds[1],
            state: 'OutOfService',
            reasonCode: 'Instance',
            description: 'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
          },
        ],
      },
      now,
    ),
    services: seen([service('a'), service('b', { running: 0, pending: 1 })], now),
    tasks: seen(
      [
        task('a'),
        task('b', {
          lastStatus: 'STOPPED',
          desiredStatus: 'STOPPED',
          stoppedAt: now - 14 * second,
          stopCode: 'UserInitiated',
          stoppedReason: 'Task stopped by operator',
        }),
        task('b', {
          arn: 'arn:aws:ecs:eu-west-1:123456789012:task/jdci/77aa0000000000000000000000000003',
          id: '77aa0000000000000000000000000003',
          lastStatus: 'PENDING',
          health: 'UNKNOWN',
          createdAt: now - 12 * second,
          startedAt: undefined,
        }),
      ],
      now,
    ),
    masters: { a: seen(master('a'), now), b: unseen(unreachable, seen(master('b'), now - 14 * second)) },
  });
}

export const fine: Verdict = { severity: 'ok', summary: '2 of 2 masters serving, 3 hosts, 4 agents', findings: [] };

export const slotDownVerdict: Verdict = {
  severity: 'warning',
  summary: '1 of 2 masters serving',
  findings: [
    {
      id: 'slot-down:b',
      severity: 'warning',
      subject: 'slot b',
      message: 'slot b has no serving master: task stopped by operator, its replacement is PENDING',
      since: now - 14 * second,
      advice: 'expected back in 1m40s; the front door is served by slot a',
    },
  ],
};

export const someChanges: readonly Change[] = [
  { at: now - 30 * second, source: 'drill', event: 'task 44e0 stopped by operator', severity: 'warning' },
  { at: now - 28 * second, source: 'ECS', event: 'started 1 task', severity: 'ok' },
  { at: now, source: 'ELB', event: 'i-0c2…91f out of service', severity: 'warning' },
];

/** What a store publishes for a snapshot. */
export function view(more: Partial<FarmView> = {}): FarmView {
  return {
    presence: 'present',
    snapshot: snapshot(),
    verdict: fine,
    changes: someChanges,
    history: { doorMs: [12, 12, 14, 12, null, 12, 31, 12], agents: [1, 1, 2, 3, 4, 4], queue: [0, 0, 1, 2, 1, 1] },
    pace: { intervalMs: 2000, rounds: 12, lastRoundMs: 210, lastRoundCalls: 14 },
    ...more,
  };
}

/** A store that publishes what a test gives it. */
export class FakeStore implements FarmStore {
  refreshes = 0;
  #view: FarmView;
  readonly #listeners = new Set<() => void>();

  constructor(first: FarmView = view()) {
    this.#view = first;
  }

  current(): FarmView {
    return this.#view;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(next: FarmView): void {
    this.#view = next;
    for (const listener of [...this.#listeners]) listener();
  }

  record(change: Change): void {
    this.publish({ ...this.#view, changes: [...this.#view.changes, change] });
  }

  refresh(): void {
    this.refreshes++;
  }

  watchClosely(): () => void {
    return () => {};
  }
}

/** A session that reaches nothing: its clock stands at `now`, its roads lead nowhere. */
export function fakeSession(more: Partial<Session> = {}): Session {
  const clock: Clock = more.clock ?? new ManualClock(now);
  const nowhere: Session['mastersRoad'] = { agentFor: () => undefined, description: 'nowhere' };
  return {
    farm: { stack: 'jdci', region: 'eu-west-1' },
    aws: new Aws({ region: 'eu-west-1', clock, log: silentLog }),
    clock,
    random: seededRandom(1),
    log: silentLog,
    mastersRoad: nowhere,
    doorRoad: nowhere,
    identity: 'SANDBOX ×10',
    sandbox: true,
    readOnly: false,
    refreshSeconds: 2,
    close: async () => {},
    ...more,
  };
}
