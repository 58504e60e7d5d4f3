import { describe, expect, it } from 'vitest';
import { masters } from '../../../src/sandbox/jenkins/master.ts';
import { containerInstanceOf, setAgentConnected } from '../../../src/sandbox/world/ecs-container-instances.ts';
import type { Step } from './faults.ts';
import { run } from './run.ts';
import { WholeFarm } from './whole-farm.ts';

/** Schedules that broke an invariant once, as fast-check shrank them. */
const found: readonly [what: string, seed: number, steps: readonly Step[]][] = [
  [
    'a host that is stopped and then drained by its capacity provider',
    0,
    [
      { kind: 'stop-host', host: 0 },
      { kind: 'mark-unhealthy', host: 0 },
      { kind: 'wait', seconds: 1 },
    ],
  ],
  [
    'a stopped host that is terminated: not in service again',
    2,
    [
      { kind: 'stop-host', host: 0 },
      { kind: 'wait', seconds: 1 },
      { kind: 'terminate-host', host: 0 },
      { kind: 'wait', seconds: 1 },
    ],
  ],
  [
    'an instance out of service that is deregistered: not in service while it drains',
    0,
    [
      { kind: 'reboot-host', host: 0 },
      { kind: 'wait', seconds: 1 },
      { kind: 'wait', seconds: 52 },
      { kind: 'stop-task', slot: 0 },
    ],
  ],
  [
    'a host that is ill while an update of the stack replaces it: ended once',
    1,
    [
      { kind: 'operate', deed: 'make-change-set', which: 5, how: 11 },
      { kind: 'mark-unhealthy', host: 0 },
      { kind: 'wait', seconds: 56 },
      { kind: 'operate', deed: 'execute-change-set', which: 1, how: 4 },
    ],
  ],
];

describe('what broke a farm once', { timeout: 30_000 }, () => {
  it.each(found)('%s', (_, seed, steps) => run(seed, steps));

  it('a stop that a rebooted host hears of after its task has ended', () => {
    const farm = new WholeFarm(1);
    const cluster = farm.id('Cluster');
    const old = farm.taskOf(0);
    farm.call('ecs', 'StopTask', { cluster, task: old?.taskArn });
    const coming = () => farm.tasks().find((task) => task.group === old?.group && task.lastStatus === 'PENDING');
    expect(farm.world.advanceUntil(() => coming() !== undefined, 60_000)).toBe(true);
    const task = coming();
    const host = farm.containerInstances().find((one) => one.containerInstanceArn === task?.containerInstanceArn);
    farm.call('ec2', 'RebootInstances', { InstanceIds: [host?.ec2InstanceId] });
    farm.call('ecs', 'StopTask', { cluster, task: task?.taskArn, reason: 'while its host is away' });
    farm.world.advance(90_000);
    expect(farm.tasks().find((one) => one.taskArn === task?.taskArn)).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
      stoppedReason: 'while its host is away',
    });
    farm.world.advance(180_000);
    expect(farm.healed()).toBe(true);
  });

  it('a task that starts while ECS does not hear of its host', () => {
    const farm = new WholeFarm(1);
    const cluster = farm.id('Cluster');
    const old = farm.taskOf(0);
    // To the spare host, which has to pull the image first.
    const containerInstances = [old?.containerInstanceArn];
    farm.call('ecs', 'UpdateContainerInstancesState', { cluster, containerInstances, status: 'DRAINING' });
    const pulling = () =>
      farm.tasks().find((task) => task.group === old?.group && task.pullStartedAt && !task.startedAt);
    expect(farm.world.advanceUntil(() => pulling() !== undefined, 60_000)).toBe(true);
    const { taskArn, containerInstanceArn } = pulling() ?? {};
    const task = () => farm.tasks().find((one) => one.taskArn === taskArn);
    const id = farm
      .containerInstances()
      .find((one) => one.containerInstanceArn === containerInstanceArn)?.ec2InstanceId;
    const host = containerInstanceOf(farm.world, id ?? '');
    if (!host) throw new Error('no host');
    setAgentConnected(farm.world, host, false);
    farm.world.advance(60_000);
    expect(task()).toMatchObject({ lastStatus: 'PENDING', startedAt: undefined });
    farm.call('ecs', 'StopTask', { cluster, task: taskArn, reason: 'unheard of' });
    farm.world.advance(60_000);
    setAgentConnected(farm.world, host, true);
    farm.world.advance(20_000);
    // Its container had started, so it is stopped as any other, and leaves nothing behind.
    expect(task()).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: 'unheard of', startedAt: undefined });
    expect([...masters(farm.world)].filter((master) => master.context.task.arn === taskArn)).toHaveLength(0);
    farm.call('ecs', 'UpdateContainerInstancesState', { cluster, containerInstances, status: 'ACTIVE' });
    farm.world.advance(180_000);
    expect(farm.healed()).toBe(true);
  });
});
