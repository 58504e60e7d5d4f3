import { seen } from '../../src/farm/reading.ts';
import type { BalancedInstance, ProbeSample, Snapshot, TaskFacts } from '../../src/farm/snapshot.ts';

const taskIds = { a: 'a'.repeat(32), b: 'b'.repeat(32) } as const;

export function taskArn(id: string): string {
  return `arn:aws:ecs:eu-west-1:123456789012:task/jdci-Cluster/${id}`;
}

export function task(slot: string, id: string, host: string, more: Partial<TaskFacts> = {}): TaskFacts {
  return {
    arn: taskArn(id),
    id,
    slot,
    serviceName: `jdci-master-${slot}`,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    health: 'HEALTHY',
    containerInstanceArn: `arn:${host}`,
    createdAt: 1,
    ...more,
  };
}

export function balanced(instanceId: string, state: BalancedInstance['state'] = 'InService'): BalancedInstance {
  return { instanceId, state, reasonCode: 'N/A', description: 'N/A' };
}

export function sample(at: number, ok = true): ProbeSample {
  return { at, ok, ms: 12, outcome: ok ? '200' : '503' };
}

/** Two slots on hosts i-1 and i-2 and a spare host i-3, all well. */
export function farm(at: number): Snapshot {
  const hosts = ['i-1', 'i-2', 'i-3'];
  const zones = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'];
  return {
    farm: { stack: 'jdci', region: 'eu-west-1' },
    at,
    stack: seen(
      { id: 'arn:stack', status: 'CREATE_COMPLETE', createdAt: 1, parameters: {}, outputs: {}, resources: {} },
      at,
    ),
    balancer: seen(
      {
        name: 'jdci-lb',
        dnsName: 'jdci-lb.elb.amazonaws.com',
        frontDoorUrl: 'http://jdci-lb.elb.amazonaws.com',
        zones,
        healthCheck: {
          target: 'HTTP:8080/health/',
          intervalSeconds: 10,
          timeoutSeconds: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
        instances: [balanced('i-1'), balanced('i-2')],
      },
      at,
    ),
    probe: seen({ requests: 1, failures: 0, recent: [sample(at)], p50Ms: 12, p95Ms: 12, longestOutageSeconds: 0 }, at),
    group: seen(
      {
        name: 'jdci-hosts',
        desired: 3,
        min: 3,
        max: 3,
        instances: hosts.map((instanceId, index) => ({
          instanceId,
          zone: zones[index] ?? '',
          lifecycle: 'InService',
          health: 'Healthy',
        })),
        activities: [],
      },
      at,
    ),
    services: seen(
      ['a', 'b'].map((slot) => ({
        name: `jdci-master-${slot}`,
        arn: `arn:service:${slot}`,
        slot,
        status: 'ACTIVE',
        desired: 1,
        running: 1,
        pending: 0,
        events: [],
      })),
      at,
    ),
    tasks: seen([task('a', taskIds.a, 'i-1'), task('b', taskIds.b, 'i-2')], at),
    containerInstances: seen(
      hosts.map((instanceId) => ({
        arn: `arn:${instanceId}`,
        instanceId,
        status: 'ACTIVE',
        agentConnected: true,
        runningTasks: 1,
        pendingTasks: 0,
      })),
      at,
    ),
    instances: seen(
      hosts.map((id, index) => ({
        id,
        role: 'host' as const,
        state: 'running',
        zone: zones[index] ?? '',
        type: 't3.medium',
        launchedAt: 1,
        tags: {},
      })),
      at,
    ),
    masters: {},
  };
}

/** Changes one reading's value. */
export function withValue<K extends 'stack' | 'balancer' | 'probe' | 'group' | 'services' | 'tasks'>(
  snapshot: Snapshot,
  name: K,
  change: (value: NonNullable<Snapshot[K]['value']>) => NonNullable<Snapshot[K]['value']>,
): Snapshot {
  const reading = snapshot[name];
  if (reading.value === undefined) throw new Error(`${name} has no value to change`);
  return { ...snapshot, [name]: { ...reading, value: change(reading.value as NonNullable<Snapshot[K]['value']>) } };
}

/** A reading of this round becomes one that failed. */
export function blinded(snapshot: Snapshot, name: 'balancer' | 'probe' | 'tasks' | 'services'): Snapshot {
  const problem = { kind: 'throttled', source: 'test', message: 'throttled', advice: 'wait' } as const;
  return { ...snapshot, [name]: { ...snapshot[name], problem } };
}
