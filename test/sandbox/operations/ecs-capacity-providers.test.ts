import type { AutoScalingGroupsType, DescribeLifecycleHooksAnswer } from '@aws-sdk/client-auto-scaling';
import type { DescribeInstancesResult } from '@aws-sdk/client-ec2';
import type {
  DescribeCapacityProvidersResponse,
  DescribeClustersResponse,
  DescribeContainerInstancesResponse,
  DescribeTasksResponse,
  ListContainerInstancesResponse,
  ListTasksResponse,
} from '@aws-sdk/client-ecs';
import { beforeEach, describe, expect, it } from 'vitest';
import { setAgentConnected } from '../../../src/sandbox/world/ecs-container-instances.ts';
import { ecs } from '../../../src/sandbox/world/ecs-state.ts';
import { provisioned, refusal } from '../cloudformation/farm-region.ts';

const minute = 60_000;
const hour = 60 * minute;
const hookName = 'ecs-managed-draining-termination-hook';

type Farm = ReturnType<typeof provisioned>;

function group(t: Farm) {
  const AutoScalingGroupNames = [t.resources().get('HostGroup') ?? ''];
  const { AutoScalingGroups } = t.ask<AutoScalingGroupsType>('autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames,
  });
  const found = AutoScalingGroups?.[0];
  if (!found) throw new Error('no group');
  return found;
}

function hooks(t: Farm): (string | undefined)[] {
  const answer = t.ask<DescribeLifecycleHooksAnswer>('autoscaling', 'DescribeLifecycleHooks', {
    AutoScalingGroupName: t.resources().get('HostGroup'),
  });
  return (answer.LifecycleHooks ?? []).map(({ LifecycleHookName }) => LifecycleHookName);
}

function containerInstances(t: Farm) {
  const { containerInstanceArns } = t.ask<ListContainerInstancesResponse>('ecs', 'ListContainerInstances', {
    cluster: 'jdci',
  });
  return (
    t.ask<DescribeContainerInstancesResponse>('ecs', 'DescribeContainerInstances', {
      cluster: 'jdci',
      containerInstances: containerInstanceArns,
    }).containerInstances ?? []
  );
}

function tasks(t: Farm) {
  const list = { cluster: 'jdci' };
  const { taskArns } = t.ask<ListTasksResponse>('ecs', 'ListTasks', list);
  return t.ask<DescribeTasksResponse>('ecs', 'DescribeTasks', { ...list, tasks: taskArns }).tasks ?? [];
}

/** The host of slot a's master. */
function busyHost(t: Farm): string {
  const task = tasks(t).find((one) => one.group?.endsWith('master-a'));
  const host = containerInstances(t).find((one) => one.containerInstanceArn === task?.containerInstanceArn);
  return host?.ec2InstanceId ?? '';
}

function end(t: Farm, InstanceId: string): void {
  t.ask('autoscaling', 'TerminateInstanceInAutoScalingGroup', { InstanceId, ShouldDecrementDesiredCapacity: false });
}

function state(t: Farm, id: string): string | undefined {
  const answer = t.ask<DescribeInstancesResult>('ec2', 'DescribeInstances', { InstanceIds: [id] });
  return answer.Reservations?.[0]?.Instances?.[0]?.State?.Name;
}

const lifecycle = (t: Farm, id: string) =>
  group(t).Instances?.find(({ InstanceId }) => InstanceId === id)?.LifecycleState;

describe('managed draining', () => {
  let t: Farm;
  beforeEach(() => {
    t = provisioned();
    t.world.advance(10 * minute);
  });

  it('is what the stack sets up: a provider, its hook and its tag on the group, and hosts that belong to it', () => {
    expect(hooks(t)).toEqual([hookName]);
    expect(group(t).Tags?.map(({ Key }) => Key)).toContain('AmazonECSManaged');
    expect(containerInstances(t).map(({ capacityProviderName }) => capacityProviderName)).toEqual([
      'jdci-jdci',
      'jdci-jdci',
      'jdci-jdci',
    ]);
    const { clusters } = t.ask<DescribeClustersResponse>('ecs', 'DescribeClusters', {
      clusters: ['jdci'],
      include: ['ATTACHMENTS'],
    });
    expect(clusters?.[0]).toMatchObject({
      capacityProviders: ['jdci-jdci'],
      attachmentsStatus: 'UPDATE_COMPLETE',
      attachments: [{ type: 'managed_draining', status: 'CREATED' }],
    });
  });

  it('moves a master before its host is ended', () => {
    const host = busyHost(t);
    end(t, host);
    expect(t.world.advanceUntil(() => lifecycle(t, host) === 'Terminating:Wait', minute)).toBe(true);
    t.world.advance(5000);
    expect(containerInstances(t).find((one) => one.ec2InstanceId === host)?.status).toBe('DRAINING');
    expect(state(t, host)).toBe('running');
    expect(t.world.advanceUntil(() => state(t, host) === 'shutting-down', 5 * minute)).toBe(true);
    // The container was stopped in good order; it did not vanish with its host.
    const stopped = [...(ecs(t.world).clusters.get('jdci')?.tasks.values() ?? [])].filter(
      (task) => task.lastStatus === 'STOPPED' && task.containerInstance.instance.id === host,
    );
    expect(stopped.map(({ stopCode }) => stopCode)).toEqual(['ServiceSchedulerInitiated']);
    t.world.advance(10 * minute);
    expect(busyHost(t)).not.toBe(host);
    expect(t.health().filter(({ State }) => State === 'InService')).toHaveLength(2);
    expect(group(t).Instances).toHaveLength(3);
  });

  it('lets an empty host go at once', () => {
    const used = new Set(tasks(t).map(({ containerInstanceArn }) => containerInstanceArn));
    const spare = containerInstances(t).find((one) => !used.has(one.containerInstanceArn))?.ec2InstanceId ?? '';
    end(t, spare);
    expect(t.world.advanceUntil(() => state(t, spare) === 'shutting-down', 15_000)).toBe(true);
  });

  it('waits 48 hours for a host whose agent is cut off, and no longer', () => {
    const host = busyHost(t);
    const agent = [...(ecs(t.world).clusters.get('jdci')?.containerInstances.values() ?? [])].find(
      ({ instance }) => instance.id === host,
    );
    if (!agent) throw new Error('no container instance');
    setAgentConnected(t.world, agent, false);
    end(t, host);
    t.world.advance(47 * hour);
    expect(lifecycle(t, host)).toBe('Terminating:Wait');
    // The group does not count it any more: its replacement came long ago.
    expect(group(t).Instances?.filter(({ LifecycleState }) => LifecycleState === 'InService')).toHaveLength(3);
    t.world.advance(1 * hour + 5 * minute);
    expect(lifecycle(t, host)).toBeUndefined();
    expect(state(t, host)).not.toBe('running');
  });

  it('is off when the provider says so', () => {
    t.ask('ecs', 'UpdateCapacityProvider', {
      name: 'jdci-jdci',
      autoScalingGroupProvider: { managedDraining: 'DISABLED' },
    });
    expect(hooks(t)).toEqual([]);
    const host = busyHost(t);
    end(t, host);
    expect(state(t, host)).toBe('shutting-down');
  });

  it('releases what waits when the provider leaves the cluster', () => {
    const host = busyHost(t);
    end(t, host);
    expect(state(t, host)).toBe('running');
    t.ask('ecs', 'PutClusterCapacityProviders', {
      cluster: 'jdci',
      capacityProviders: [],
      defaultCapacityProviderStrategy: [],
    });
    expect(t.world.advanceUntil(() => state(t, host) === 'shutting-down', 10_000)).toBe(true);
    expect(hooks(t)).toEqual([]);
  });
});

describe('capacity providers', () => {
  const create = (t: Farm, name: string, autoScalingGroupArn: string, more: object = {}) =>
    t.ask('ecs', 'CreateCapacityProvider', {
      name,
      autoScalingGroupProvider: { autoScalingGroupArn, managedScaling: { status: 'DISABLED' }, ...more },
    });

  it('are refused with a name of AWS, a second time, on a group that is not there or has one', () => {
    const t = provisioned();
    const arn = group(t).AutoScalingGroupARN ?? '';
    expect(refusal(() => create(t, 'ecs-mine', arn))).toContain('cannot start with');
    expect(refusal(() => create(t, 'jdci-jdci', arn))).toContain('already exists');
    expect(refusal(() => create(t, 'other', 'nobody'))).toContain('does not exist');
    expect(refusal(() => create(t, 'other', arn))).toContain('already being used by another capacity provider');
    expect(refusal(() => create(t, 'other', arn, { managedScaling: { status: 'ENABLED' } }))).not.toBe('not refused');
  });

  it('cannot be deleted while a cluster has them, and say so in their status', () => {
    const t = provisioned();
    const shown = () =>
      t.ask<DescribeCapacityProvidersResponse>('ecs', 'DescribeCapacityProviders', {
        capacityProviders: ['jdci-jdci'],
      });
    t.ask('ecs', 'DeleteCapacityProvider', { capacityProvider: 'jdci-jdci' });
    expect(shown().capacityProviders?.[0]).toMatchObject({ status: 'ACTIVE', updateStatus: 'DELETE_FAILED' });
    expect(shown().capacityProviders?.[0]?.updateStatusReason).toContain('associated with cluster: jdci');
    t.ask('ecs', 'PutClusterCapacityProviders', { cluster: 'jdci', capacityProviders: [] });
    expect(refusal(() => t.ask('ecs', 'PutClusterCapacityProviders', { cluster: 'jdci' }))).toContain('busy state');
    t.ask('ecs', 'DeleteCapacityProvider', { capacityProvider: 'jdci-jdci' });
    expect(shown()).toMatchObject({ capacityProviders: [], failures: [{ reason: 'MISSING' }] });
  });
});

describe('a cluster that is made with capacity providers', () => {
  it('has them, as one has that gets them later', () => {
    const t = provisioned();
    const before = t.ask<DescribeClustersResponse>('ecs', 'DescribeClusters', { clusters: ['jdci'] }).clusters?.[0];
    const capacityProviders = before?.capacityProviders ?? [];
    expect(capacityProviders).toHaveLength(1);
    t.ask('ecs', 'CreateCluster', { clusterName: 'other', capacityProviders });
    const made = () =>
      t.ask<DescribeClustersResponse>('ecs', 'DescribeClusters', { clusters: ['other'], include: ['ATTACHMENTS'] })
        .clusters?.[0];
    expect(made()).toMatchObject({ capacityProviders, attachmentsStatus: 'UPDATE_IN_PROGRESS' });
    t.world.advance(minute);
    expect(made()).toMatchObject({ attachmentsStatus: 'UPDATE_COMPLETE', attachments: [{ type: 'managed_draining' }] });
  });
});
