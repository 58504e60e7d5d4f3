import type {
  ContainerInstance,
  DescribeContainerInstancesResponse,
  ListContainerInstancesResponse,
} from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { masters } from '../../../src/sandbox/jenkins/master.ts';
import { startInstance, stopInstance, terminateInstance } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import {
  clusterNameIn,
  containerInstanceOf,
  setAgentConnected,
} from '../../../src/sandbox/world/ecs-container-instances.ts';
import { secrets } from '../../../src/sandbox/world/secrets-manager.ts';
import { quietSettings, type SmallFarm, servingFarm, smallFarm } from './small-farm.ts';

const minute = 60_000;

function messages(farm: SmallFarm, slot: string): string[] {
  return (farm.serviceOf(slot).events ?? []).map((event) =>
    (event.message ?? '').replace(`(service jdci-master-${slot}) `, ''),
  );
}

function containerInstances(farm: SmallFarm): ContainerInstance[] {
  const { containerInstanceArns = [] } = farm.ecs<unknown, ListContainerInstancesResponse>('ListContainerInstances', {
    cluster: 'jdci',
  });
  return (
    farm.ecs<unknown, DescribeContainerInstancesResponse>('DescribeContainerInstances', {
      cluster: 'jdci',
      containerInstances: containerInstanceArns,
    }).containerInstances ?? []
  );
}

function onlyTask(farm: SmallFarm, slot: string) {
  const [task, ...others] = farm.tasksOf(slot);
  if (!task || others.length > 0) throw new Error(`slot ${slot} has ${others.length + (task ? 1 : 0)} tasks`);
  return task;
}

function hostOf(farm: SmallFarm, slot: string): string {
  const arn = onlyTask(farm, slot).containerInstanceArn;
  return containerInstances(farm).find((one) => one.containerInstanceArn === arn)?.ec2InstanceId ?? '';
}

describe('a farm that comes up', () => {
  const farm = servingFarm();
  farm.world.advance(minute);

  it('registers each host that names the cluster, with its zone and reserved ports', () => {
    const all = containerInstances(farm);
    expect(all.map((one) => one.ec2InstanceId).sort()).toEqual(farm.hosts.map((host) => host.id).sort());
    expect(all[0]?.registeredResources?.find((one) => one.name === 'PORTS')?.stringSetValue).toEqual([
      '22',
      '2375',
      '2376',
      '51678',
      '51679',
    ]);
    const zones = all.map(
      (one) => one.attributes?.find((attribute) => attribute.name === 'ecs.availability-zone')?.value,
    );
    expect(new Set(zones).size).toBe(3);
  });

  it('puts the masters on different hosts in different zones', () => {
    const [a, b] = [onlyTask(farm, 'a'), onlyTask(farm, 'b')];
    expect(a.availabilityZone).not.toBe(b.availabilityZone);
    expect(a.healthStatus).toBe('HEALTHY');
    expect(a.tags).toContainEqual({ key: 'jdci:slot', value: 'a' });
  });

  it('says so in its events, newest first, in the recorded words', () => {
    const said = messages(farm, 'a');
    expect(said[0]).toBe('has reached a steady state.');
    expect(said[1]).toBe('registered 1 instances in (elb jdci)');
    expect(said[2]).toMatch(/^has started 1 tasks: \(task [0-9a-f]{32}\)\.$/);
    expect(said.at(-1)).toContain('Reason: No Container Instances were found in your cluster.');
  });

  it('shows no rollout state behind a classic balancer', () => {
    const [deployment, ...others] = farm.serviceOf('a').deployments ?? [];
    expect(deployment).toMatchObject({ status: 'PRIMARY', runningCount: 1, pendingCount: 0, failedTasks: 0 });
    expect(deployment?.rolloutState).toBeUndefined();
    expect(others).toEqual([]);
  });
});

describe('StopTask', () => {
  it('ends the task by the user and has it replaced, while the other master serves', () => {
    const farm = servingFarm();
    farm.world.advance(minute);
    const before = onlyTask(farm, 'a');
    farm.ecs('StopTask', { cluster: 'jdci', task: before.taskArn, reason: 'drill' });
    expect(farm.tasksOf('a', 'STOPPED')[0]).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'drill' });
    expect(farm.world.advanceUntil(() => farm.tasksOf('a', 'STOPPED')[0]?.lastStatus === 'STOPPED', minute)).toBe(true);
    const stopped = farm.tasksOf('a', 'STOPPED')[0];
    expect(stopped?.containers?.[0]?.exitCode).toBe(143);
    // Deregistered at once or a few seconds ago, its host is still there as one that drains.
    expect(farm.world.advanceUntil(() => farm.inService(1), 6000)).toBe(true);
    expect(farm.world.advanceUntil(() => farm.inService(2), 5 * minute)).toBe(true);
    const after = onlyTask(farm, 'a');
    expect(after.taskArn).not.toBe(before.taskArn);
    // The host chosen is the one that was idle, or the same with its image still there: then nothing is pulled.
    if (after.containerInstanceArn === before.containerInstanceArn) expect(after.pullStartedAt).toBeUndefined();
    expect(messages(farm, 'a')).toContain('deregistered 1 instances in (elb jdci)');
  });

  it('loses requests for a few seconds, because the balancer hears of it late', () => {
    const farm = servingFarm();
    farm.world.advance(minute);
    farm.ecs('StopTask', { cluster: 'jdci', task: onlyTask(farm, 'a').taskArn });
    let failures = 0;
    for (let second = 0; second < 20; second++) {
      farm.world.advance(1000);
      const answer = farm.world.network.request(farm.dnsName, 80, {
        method: 'GET',
        path: '/health/',
        headers: {},
        body: '',
      });
      if (answer.kind !== 'reply' || answer.status !== 200) failures += 1;
    }
    expect(failures).toBeGreaterThan(0);
    expect(failures).toBeLessThanOrEqual(4);
  });

  it('forgets the stopped task after stoppedVisible', () => {
    const farm = servingFarm();
    farm.ecs('StopTask', { cluster: 'jdci', task: onlyTask(farm, 'a').taskArn });
    farm.world.advance(59 * minute);
    expect(farm.tasksOf('a', 'STOPPED')).toHaveLength(1);
    farm.world.advance(3 * minute);
    expect(farm.tasksOf('a', 'STOPPED')).toHaveLength(0);
  });
});

describe('a master that fails', () => {
  it('ends its task when its JVM exits', () => {
    const farm = servingFarm();
    const [master] = [...masters(farm.world)];
    master?.context.exit(3);
    farm.world.advance(5000);
    const slot = master?.identity.slot ?? '';
    expect(farm.tasksOf(slot, 'STOPPED')[0]).toMatchObject({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
      containers: [{ exitCode: 3 }],
    });
    expect(farm.world.advanceUntil(() => farm.inService(2), 4 * minute)).toBe(true);
  });

  it('is replaced when it is unhealthy for its balancer or its container, once the grace period is over', () => {
    const farm = servingFarm();
    farm.world.advance(10 * minute);
    const [master] = [...masters(farm.world)];
    if (!master) throw new Error('no master');
    master.healthFailsUntil = farm.world.now + 60 * minute;
    const { slot } = master.identity;
    expect(farm.world.advanceUntil(() => farm.inService(1), minute)).toBe(true);
    expect(farm.world.advanceUntil(() => farm.tasksOf(slot, 'STOPPED').length === 1, 2 * minute)).toBe(true);
    expect(farm.tasksOf(slot, 'STOPPED')[0]).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task failed ELB health checks in (elb jdci)',
    });
    expect(messages(farm, slot).join('\n')).toContain(
      'is unhealthy in (elb jdci) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)',
    );
    expect(farm.world.advanceUntil(() => farm.inService(2), 4 * minute)).toBe(true);
  });

  it('is left alone during the grace period', () => {
    const farm = servingFarm();
    const [master] = [...masters(farm.world)];
    if (!master) throw new Error('no master');
    master.healthFailsUntil = farm.world.now + 60 * minute;
    const startedAt = onlyTask(farm, master.identity.slot).startedAt?.getTime() ?? 0;
    farm.world.advanceTo(startedAt + 299_000);
    expect(farm.tasksOf(master.identity.slot, 'STOPPED')).toHaveLength(0);
    expect(farm.world.advanceUntil(() => farm.tasksOf(master.identity.slot, 'STOPPED').length === 1, minute)).toBe(
      true,
    );
  });
});

describe('a host that ends', () => {
  it('takes its container instance and task away, and the slot comes back on the spare host', () => {
    const farm = servingFarm();
    farm.world.advance(minute);
    const host = hostOf(farm, 'a');
    const at = farm.world.now;
    terminateInstance(farm.world, host);
    expect(farm.world.advanceUntil(() => farm.tasksOf('a', 'STOPPED').length === 1, minute)).toBe(true);
    expect((farm.world.now - at) / 1000).toBeLessThanOrEqual(10);
    expect(farm.tasksOf('a', 'STOPPED')[0]?.stoppedReason).toBe(`Host EC2 (instance ${host}) terminated.`);
    expect(containerInstances(farm).map((one) => one.ec2InstanceId)).not.toContain(host);
    expect(farm.world.advanceUntil(() => farm.inService(2), 4 * minute)).toBe(true);
    expect(hostOf(farm, 'a')).not.toBe(host);
  });

  it('leaves the slot without a place when no other host has the port free', () => {
    const farm = servingFarm({ zones: [0, 1] });
    terminateInstance(farm.world, hostOf(farm, 'a'));
    farm.world.advance(minute);
    expect(messages(farm, 'a')[0]).toMatch(
      /^was unable to place a task because no container instance met all of its requirements\. The closest matching \(container-instance [0-9a-f]{32}\) is already using a port required by your task\./,
    );
    farm.startHost(0);
    expect(farm.world.advanceUntil(() => farm.inService(2), 6 * minute)).toBe(true);
  });

  it('keeps its tasks RUNNING for ECS while it is only stopped, and ends them when it is back', () => {
    const farm = servingFarm();
    const host = hostOf(farm, 'a');
    stopInstance(farm.world, host);
    farm.world.advance(20 * minute);
    expect(onlyTask(farm, 'a')).toMatchObject({ lastStatus: 'RUNNING', connectivity: 'DISCONNECTED' });
    expect(farm.inService(1)).toBe(true);
    startInstance(farm.world, host);
    expect(farm.world.advanceUntil(() => farm.tasksOf('a', 'STOPPED').length === 1, 3 * minute)).toBe(true);
    expect(farm.tasksOf('a', 'STOPPED')[0]?.stoppedReason).toBe('Essential container in task exited');
    expect(farm.world.advanceUntil(() => farm.inService(2), 4 * minute)).toBe(true);
  });
});

describe('a disconnected agent', () => {
  it('is not rescheduled, and tells what happened when it is back', () => {
    const farm = servingFarm();
    farm.world.advance(10 * minute);
    const one = containerInstanceOf(farm.world, hostOf(farm, 'a'));
    if (!one) throw new Error('no container instance');
    setAgentConnected(farm.world, one, false);
    [...masters(farm.world)].find((master) => master.identity.slot === 'a')?.context.exit(1);
    farm.world.advance(30 * minute);
    expect(onlyTask(farm, 'a')).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' });
    expect(
      containerInstances(farm).find(({ ec2InstanceId }) => ec2InstanceId === one.instance.id)?.agentConnected,
    ).toBe(false);
    setAgentConnected(farm.world, one, true);
    farm.world.advance(5000);
    expect(farm.tasksOf('a', 'STOPPED')[0]?.stopCode).toBe('EssentialContainerExited');
  });
});

describe('draining', () => {
  const drain = (farm: SmallFarm, host: string) =>
    farm.ecs('UpdateContainerInstancesState', {
      cluster: 'jdci',
      containerInstances: [containerInstanceOf(farm.world, host)?.arn],
      status: 'DRAINING',
    });

  it('moves the master to the spare host and nothing comes back until the host is ACTIVE', () => {
    const farm = servingFarm();
    const host = hostOf(farm, 'a');
    drain(farm, host);
    expect(farm.world.advanceUntil(() => farm.tasksOf('a', 'STOPPED')[0]?.lastStatus === 'STOPPED', minute)).toBe(true);
    expect(farm.tasksOf('a', 'STOPPED')[0]?.stoppedReason).toMatch(
      /^Scaling activity initiated by \(deployment ecs-svc\/\d{19}\)$/,
    );
    expect(farm.world.advanceUntil(() => farm.inService(2), 4 * minute)).toBe(true);
    expect(hostOf(farm, 'a')).not.toBe(host);
    expect(containerInstances(farm).find((one) => one.ec2InstanceId === host)).toMatchObject({
      status: 'DRAINING',
      runningTasksCount: 0,
    });
  });

  it('deregisters before it stops: the front door stays whole', () => {
    const farm = servingFarm();
    farm.world.advance(minute);
    drain(farm, hostOf(farm, 'a'));
    for (let second = 0; second < 180; second++) {
      farm.world.advance(1000);
      const answer = farm.world.network.request(farm.dnsName, 80, {
        method: 'GET',
        path: '/health/',
        headers: {},
        body: '',
      });
      expect(answer).toMatchObject({ kind: 'reply', status: 200 });
    }
  });
});

describe('deployments', () => {
  it('stop the old task before the new one with 0 and 100 percent', () => {
    const farm = servingFarm();
    farm.ecs('UpdateService', { cluster: 'jdci', service: 'jdci-master-a', forceNewDeployment: true });
    expect(farm.serviceOf('a').deployments?.map((one) => one.status)).toEqual(['PRIMARY', 'ACTIVE']);
    let both = 0;
    const done = () => {
      both = Math.max(both, farm.tasksOf('a').length);
      return farm.serviceOf('a').deployments?.length === 1;
    };
    expect(farm.world.advanceUntil(done, 5 * minute)).toBe(true);
    expect(both).toBe(1);
    expect(farm.inService(2)).toBe(true);
  });

  it('start the new task first with 100 and 200 percent, when another host is free', () => {
    const farm = servingFarm();
    farm.ecs('UpdateService', {
      cluster: 'jdci',
      service: 'jdci-master-a',
      forceNewDeployment: true,
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
    });
    let least = 9;
    const done = () => {
      least = Math.min(least, [...farm.health().values()].filter((one) => one.state === 'InService').length);
      return farm.serviceOf('a').deployments?.length === 1 && farm.tasksOf('a').length === 1;
    };
    expect(farm.world.advanceUntil(done, 8 * minute)).toBe(true);
    expect(least).toBe(2);
  });

  it('scale to nothing and away', () => {
    const farm = servingFarm();
    expect(() => farm.ecs('DeleteService', { cluster: 'jdci', service: 'jdci-master-a' })).toThrow(
      'The service cannot be stopped while it is scaled above 0.',
    );
    farm.ecs('UpdateService', { cluster: 'jdci', service: 'jdci-master-a', desiredCount: 0 });
    expect(farm.world.advanceUntil(() => farm.inService(1) && farm.tasksOf('a').length === 0, minute)).toBe(true);
    farm.ecs('DeleteService', { cluster: 'jdci', service: 'jdci-master-a' });
    expect(farm.world.advanceUntil(() => farm.serviceOf('a').status === 'INACTIVE', minute)).toBe(true);
  });
});

describe('a task that cannot start', () => {
  it('says which secret is missing, and its service waits longer and longer', () => {
    const farm = smallFarm({ slots: ['a'] });
    secrets(farm.world).delete('viewer');
    farm.world.advance(30 * minute);
    const stopped = farm.tasksOf('a', 'STOPPED');
    expect(stopped[0]).toMatchObject({ stopCode: 'TaskFailedToStart' });
    expect(stopped[0]?.stoppedReason).toBe(
      `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${farm.viewerSecretArn} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.`,
    );
    expect(farm.serviceOf('a').deployments?.[0]?.failedTasks).toBe(stopped.length);
    const starts = stopped.map((task) => task.createdAt?.getTime() ?? 0).sort((x, y) => x - y);
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(5);
    expect(gaps.length).toBeLessThan(12);
    expect(gaps.at(-1)).toBeGreaterThan(2 * (gaps[2] ?? 0));
    expect(messages(farm, 'a')[0]).toContain('is unable to consistently start tasks successfully.');
  });

  it('says that its image is not there', () => {
    const farm = smallFarm({ slots: [] });
    farm.ecs('RegisterTaskDefinition', {
      family: 'other',
      containerDefinitions: [
        { name: 'x', image: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master:none', memory: 64 },
      ],
    });
    farm.world.advance(2 * minute);
    const { tasks } = farm.ecs<unknown, { tasks: { taskArn: string }[] }>('RunTask', {
      cluster: 'jdci',
      taskDefinition: 'other',
    });
    farm.world.advance(minute);
    const described = farm.ecs<unknown, { tasks: unknown[] }>('DescribeTasks', {
      cluster: 'jdci',
      tasks: [tasks[0]?.taskArn],
    });
    expect(described.tasks[0]).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' });
    expect(JSON.stringify(described.tasks[0])).toContain('CannotPullContainerError');
  });
});

describe('the whole', () => {
  it('gives the same history for the same seed', () => {
    const run = () => {
      const farm = servingFarm({ settings: { ...quietSettings, load: { ...quietSettings.load, buildsPerHour: 120 } } });
      farm.world.advance(20 * minute);
      return JSON.stringify([farm.serviceOf('a').events, farm.tasksOf('b'), [...farm.health()]]);
    };
    expect(run()).toBe(run());
  });

  it('reads the cluster out of user data as a shell would', () => {
    expect(clusterNameIn('#!/bin/bash\necho "ECS_CLUSTER=jdci" >> /etc/ecs/ecs.config')).toBe('jdci');
    expect(clusterNameIn('cat <<E\nECS_CLUSTER="my-farm"\nE')).toBe('my-farm');
    expect(clusterNameIn('# ECS_CLUSTER=no\n')).toBeUndefined();
    expect(clusterNameIn('systemctl disable --now ecs')).toBeUndefined();
  });
});
