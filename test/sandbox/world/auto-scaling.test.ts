import type { Activity, AutoScalingGroup, AutoScalingGroupsType } from '@aws-sdk/client-auto-scaling';
import { describe, expect, it } from 'vitest';
import { instances } from '../../../src/sandbox/world/ec2.ts';
import { zonesWithoutCapacity } from '../../../src/sandbox/world/ec2-launch.ts';
import { impairInstance, stopInstance, terminateInstance } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { defaultSettings, type Range } from '../../../src/sandbox/world/settings.ts';
import type { World } from '../../../src/sandbox/world/world.ts';
import { anyImage, caller, defaultSubnets, failure, freshRegion, minute, second } from './fresh-region.ts';

const name = 'hosts';

function withGroup(
  sizes = { MinSize: 3, MaxSize: 6, DesiredCapacity: 3 },
  more: object = {},
  seed = 1,
  pending?: Range,
) {
  const instance = { ...defaultSettings.instance, ...(pending ? { pending } : {}) };
  const world = freshRegion(seed, { instance });
  const aws = caller(world);
  aws('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: 'hosts',
    LaunchTemplateData: {
      ImageId: anyImage(world),
      InstanceType: 't3.medium',
      UserData: Buffer.from('#!/bin/sh\necho ECS_CLUSTER=jdci').toString('base64'),
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'from', Value: 'template' }] }],
    },
  });
  aws('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName: name,
    LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '$Latest' },
    VPCZoneIdentifier: defaultSubnets(world).join(','),
    Tags: [
      { Key: 'jdci:role', Value: 'host', PropagateAtLaunch: true },
      { Key: 'private', Value: 'yes', PropagateAtLaunch: false },
    ],
    ...sizes,
    ...more,
  });
  const group = (): AutoScalingGroup => {
    const [found] =
      aws<AutoScalingGroupsType>('autoscaling', 'DescribeAutoScalingGroups', {
        AutoScalingGroupNames: [name],
      }).AutoScalingGroups ?? [];
    if (!found) throw new Error('no group');
    return found;
  };
  const inService = () => (group().Instances ?? []).filter(({ LifecycleState }) => LifecycleState === 'InService');
  const activities = () =>
    aws<{ Activities: Activity[] }>('autoscaling', 'DescribeScalingActivities', { AutoScalingGroupName: name })
      .Activities;
  const settled = (count: number) => world.advanceUntil(() => inService().length === count, 10 * minute);
  return { world, aws, group, inService, activities, settled };
}

function zonesOf(members: readonly { AvailabilityZone?: string | undefined }[]): string[] {
  return members.map(({ AvailabilityZone }) => AvailabilityZone ?? '').sort();
}

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error('the list is empty');
  return item;
}

function idOf(member: { InstanceId?: string | undefined }): string {
  return member.InstanceId ?? '';
}

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

describe('a new group', () => {
  it('launches its desired capacity over the zones, with the tags that are propagated', () => {
    const { world, inService, settled, activities } = withGroup();
    expect(settled(3)).toBe(true);
    expect(zonesOf(inService())).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
    for (const member of inService()) {
      const instance = instances(world).get(idOf(member));
      expect(Object.fromEntries(instance?.tags ?? [])).toMatchObject({
        from: 'template',
        'jdci:role': 'host',
        'aws:autoscaling:groupName': name,
      });
      expect(instance?.tags.has('private')).toBe(false);
      expect(instance?.userData).toContain('ECS_CLUSTER=jdci');
    }
    expect(activities()).toHaveLength(3);
    expect(first(activities())).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
    expect(first(activities()).Cause).toMatch(
      new RegExp(
        `^At ${time} a user request created an AutoScalingGroup changing the desired capacity from 0 to 3\\.  At ${time} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 3\\.$`,
      ),
    );
  });

  it('is refused with what Auto Scaling says', () => {
    const { aws, world } = withGroup();
    const create = (more: object) =>
      failure(() =>
        aws('autoscaling', 'CreateAutoScalingGroup', {
          AutoScalingGroupName: 'other',
          LaunchTemplate: { LaunchTemplateName: 'hosts' },
          VPCZoneIdentifier: first(defaultSubnets(world)),
          MinSize: 1,
          MaxSize: 1,
          ...more,
        }),
      );
    expect(create({ AutoScalingGroupName: name }).code).toBe('AlreadyExists');
    expect(create({ VPCZoneIdentifier: 'subnet-0' })).toMatchObject({ code: 'ValidationError' });
    expect(create({ MinSize: 2 }).message).toBe('Max bound, must be greater than or equal to min bound');
    expect(create({ LaunchTemplate: { LaunchTemplateName: 'none' } }).message).toMatch(
      /^You must use a valid fully-formed launch template\. .*none, does not exist\.$/,
    );
    expect(create({ LaunchConfigurationName: 'old' }).message).toContain('launch template');
    const ofAnotherKind = { ImageId: anyImage(world), InstanceType: 't4g.medium' };
    const noKey = { ImageId: anyImage(world), InstanceType: 't3.medium', KeyName: 'none' };
    for (const [LaunchTemplateName, LaunchTemplateData, words] of [
      ['arm', ofAnotherKind, /^You must use a valid fully-formed launch template\. The architecture 'arm64' of the /],
      ['key', noKey, /^You must use a valid fully-formed launch template\. The key pair 'none' does not exist$/],
    ] as const) {
      aws('ec2', 'CreateLaunchTemplate', { LaunchTemplateName, LaunchTemplateData });
      expect(create({ LaunchTemplate: { LaunchTemplateName } })).toMatchObject({
        code: 'ValidationError',
        message: expect.stringMatching(words),
      });
    }
  });
});

describe('a lost instance', () => {
  it('is noticed within the health check interval and replaced in its zone', () => {
    const { world, inService, activities, settled } = withGroup();
    settled(3);
    const lost = first(inService());
    world.advance(17 * second);
    const lostAt = world.now;
    terminateInstance(world, idOf(lost));
    expect(inService()).toHaveLength(3);
    expect(settled(2)).toBe(true);
    expect(world.now - lostAt).toBeLessThanOrEqual(defaultSettings.autoScaling.healthCheckSeconds * second);
    expect(settled(3)).toBe(true);
    expect(zonesOf(inService())).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);

    world.advance(5 * minute);
    const [launched, ended] = activities();
    expect(ended?.Description).toBe(`Terminating EC2 instance: ${idOf(lost)}`);
    expect(ended?.StatusCode).toBe('Successful');
    expect(ended?.Cause).toMatch(
      new RegExp(
        `^At ${time} an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped\\.$`,
      ),
    );
    expect(launched?.Cause).toMatch(
      new RegExp(
        `^At ${time} an instance was launched in response to an unhealthy instance needing to be replaced\\.$`,
      ),
    );
  });

  it('is noticed at different moments for different groups', () => {
    const delays = new Set<number>();
    for (const seed of [1, 2, 3, 4]) {
      const { world, inService, settled } = withGroup(undefined, {}, seed);
      settled(3);
      world.advanceTo(Date.UTC(2026, 0, 1, 0, 10));
      const lostAt = world.now;
      terminateInstance(world, idOf(first(inService())));
      settled(2);
      delays.add(world.now - lostAt);
    }
    expect(delays.size).toBeGreaterThan(1);
  });

  it('is replaced as well when it was stopped, and ended', () => {
    const { world, inService, settled } = withGroup();
    settled(3);
    world.advance(minute);
    const stopped = idOf(first(inService()));
    stopInstance(world, stopped);
    world.advance(10 * minute);
    expect(inService()).toHaveLength(3);
    expect(inService().map(idOf)).not.toContain(stopped);
    expect(instances(world).get(stopped)?.state.name).toBe('terminated');
  });

  it('is replaced when its status checks fail after the grace period', () => {
    const { world, inService, settled, activities } = withGroup(undefined, { HealthCheckGracePeriod: 300 });
    settled(3);
    const ill = idOf(first(inService()));
    impairInstance(world, ill, true);
    world.advance(4 * minute);
    expect(inService().map(idOf)).toContain(ill);
    world.advance(5 * minute);
    expect(inService().map(idOf)).not.toContain(ill);
    expect(activities().some(({ Cause }) => Cause?.includes('an EC2 instance status checks failure.'))).toBe(true);
  });

  it('is not looked for while HealthCheck is suspended, nor replaced while ReplaceUnhealthy or Launch is', () => {
    for (const process of ['HealthCheck', 'ReplaceUnhealthy', 'Launch']) {
      const { world, aws, inService, settled } = withGroup();
      settled(3);
      const lost = idOf(first(inService()));
      aws('autoscaling', 'SuspendProcesses', { AutoScalingGroupName: name, ScalingProcesses: [process] });
      terminateInstance(world, lost);
      world.advance(10 * minute);
      expect(inService().map(idOf).includes(lost), process).toBe(process !== 'Launch');
      expect(inService()).toHaveLength(process === 'Launch' ? 2 : 3);
      aws('autoscaling', 'ResumeProcesses', { AutoScalingGroupName: name });
      world.advance(5 * minute);
      expect(inService()).toHaveLength(3);
      expect(inService().map(idOf)).not.toContain(lost);
    }
  });
});

describe('what an operator asks of a group', () => {
  it('sets the desired capacity, up and down, within the bounds', () => {
    const { aws, inService, settled, activities, world } = withGroup();
    settled(3);
    const set = (DesiredCapacity: number) =>
      aws('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: name, DesiredCapacity });
    set(5);
    expect(settled(5)).toBe(true);
    expect(first(activities()).Cause).toMatch(
      /explicitly set group desired capacity changing the desired capacity from 3 to 5\. {2}At/,
    );
    set(3);
    expect(settled(3)).toBe(true);
    expect(zonesOf(inService())).toEqual(['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
    world.advance(3 * minute);
    expect(first(activities()).Cause).toMatch(
      /shrinking the capacity from 5 to 3\. {2}At .* was selected for termination\./,
    );
    expect(failure(() => set(7)).message).toBe(
      'New SetDesiredCapacity value 7 is above max value 6 for the AutoScalingGroup.',
    );
    expect(failure(() => set(2)).message).toBe(
      'New SetDesiredCapacity value 2 is below min value 3 for the AutoScalingGroup.',
    );
  });

  it('ends an instance, with or without another in its place', () => {
    const { aws, world, inService, settled, group } = withGroup({ MinSize: 2, MaxSize: 3, DesiredCapacity: 3 });
    settled(3);
    const end = (ShouldDecrementDesiredCapacity: boolean) => {
      const InstanceId = idOf(first(inService()));
      const answer = aws<{ Activity: Activity }>('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId,
        ShouldDecrementDesiredCapacity,
      });
      return { InstanceId, cause: answer.Activity.Cause ?? '' };
    };
    const replaced = end(false);
    expect(replaced.cause).toMatch(
      new RegExp(
        `^At ${time} instance ${replaced.InstanceId} was taken out of service in response to a user request\\.$`,
      ),
    );
    world.advance(5 * minute);
    expect(inService()).toHaveLength(3);
    expect(inService().map(idOf)).not.toContain(replaced.InstanceId);
    expect(end(true).cause).toMatch(/, shrinking the capacity from 3 to 2\.$/);
    world.advance(5 * minute);
    expect(group().DesiredCapacity).toBe(2);
    expect(inService()).toHaveLength(2);
    expect(failure(() => end(true)).message).toContain("will violate group's min size constraint");
    expect(
      failure(() => aws('autoscaling', 'TerminateInstanceInAutoScalingGroup', { InstanceId: 'i-0123456789abcdef0' }))
        .code,
    ).toBe('ValidationError');
  });

  it('ends an instance once, however often it is told to', () => {
    const { aws, world, group, inService, settled, activities } = withGroup({
      MinSize: 0,
      MaxSize: 6,
      DesiredCapacity: 3,
    });
    settled(3);
    const InstanceId = idOf(first(inService()));
    const end = () =>
      aws<{ Activity: Activity }>('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId,
        ShouldDecrementDesiredCapacity: true,
      }).Activity.ActivityId;
    expect([end(), end()]).toEqual(Array(2).fill(activities()[0]?.ActivityId));
    expect(group().DesiredCapacity).toBe(2);
    world.advance(5 * minute);
    expect(activities().filter(({ Description }) => Description?.includes(InstanceId))).toHaveLength(2);
    expect(activities().map(({ StatusCode }) => StatusCode)).toEqual(Array(4).fill('Successful'));
  });

  it('cancels the launch of what is ended before it serves', () => {
    const { aws, world, group, settled, activities } = withGroup(undefined, {}, 1, [60, 60]);
    world.advanceUntil(() => (group().Instances ?? []).length === 3, minute);
    const InstanceId = idOf(first(group().Instances ?? []));
    aws('autoscaling', 'TerminateInstanceInAutoScalingGroup', { InstanceId, ShouldDecrementDesiredCapacity: false });
    settled(3);
    world.advance(5 * minute);
    const own = activities().filter(({ Description }) => Description?.includes(InstanceId));
    expect(own.map(({ StatusCode }) => StatusCode)).toEqual(['Successful', 'Cancelled']);
    expect(activities().every(({ EndTime }) => EndTime !== undefined)).toBe(true);
  });

  it('ends an instance that is told to end while it is detached', () => {
    const { aws, world, group, inService, settled, activities } = withGroup();
    aws('autoscaling', 'PutLifecycleHook', {
      AutoScalingGroupName: name,
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 60,
      DefaultResult: 'CONTINUE',
    });
    settled(3);
    const InstanceId = idOf(first(inService()));
    const decrement = { ShouldDecrementDesiredCapacity: false };
    aws('autoscaling', 'DetachInstances', { AutoScalingGroupName: name, InstanceIds: [InstanceId], ...decrement });
    aws('autoscaling', 'TerminateInstanceInAutoScalingGroup', { InstanceId, ...decrement });
    world.advance(5 * minute);
    expect(group().Instances?.map(idOf)).not.toContain(InstanceId);
    expect(instances(world).get(InstanceId)?.state.name).toBe('terminated');
    expect(activities().every(({ EndTime }) => EndTime !== undefined)).toBe(true);
  });

  it('marks an instance unhealthy, unless the grace period is respected', () => {
    const { aws, world, inService, settled, activities } = withGroup(undefined, { HealthCheckGracePeriod: 600 });
    settled(3);
    const ill = idOf(first(inService()));
    aws('autoscaling', 'SetInstanceHealth', { InstanceId: ill, HealthStatus: 'Unhealthy' });
    world.advance(2 * minute);
    expect(inService().map(idOf)).toContain(ill);
    aws('autoscaling', 'SetInstanceHealth', {
      InstanceId: ill,
      HealthStatus: 'Unhealthy',
      ShouldRespectGracePeriod: false,
    });
    world.advance(5 * minute);
    expect(inService().map(idOf)).not.toContain(ill);
    expect(inService()).toHaveLength(3);
    expect(activities().some(({ Cause }) => Cause?.includes('in response to a user health-check.'))).toBe(true);
  });

  it('puts an instance on standby and brings it back', () => {
    const { aws, world, group, inService, settled } = withGroup({ MinSize: 2, MaxSize: 3, DesiredCapacity: 3 });
    settled(3);
    const InstanceIds = [idOf(first(inService()))];
    const ask = (verb: string, more: object = {}) =>
      aws('autoscaling', verb, { AutoScalingGroupName: name, InstanceIds, ...more });
    ask('EnterStandby', { ShouldDecrementDesiredCapacity: true });
    world.advance(minute);
    expect(group().DesiredCapacity).toBe(2);
    expect(group().Instances?.find((member) => idOf(member) === InstanceIds[0])?.LifecycleState).toBe('Standby');
    ask('ExitStandby');
    world.advance(minute);
    expect(group().DesiredCapacity).toBe(3);
    expect(inService()).toHaveLength(3);
  });

  it('detaches an instance, which lives on', () => {
    const { aws, world, inService, settled } = withGroup();
    settled(3);
    const detached = idOf(first(inService()));
    aws('autoscaling', 'DetachInstances', {
      AutoScalingGroupName: name,
      InstanceIds: [detached],
      ShouldDecrementDesiredCapacity: false,
    });
    world.advance(5 * minute);
    expect(inService()).toHaveLength(3);
    expect(inService().map(idOf)).not.toContain(detached);
    expect(instances(world).get(detached)?.state.name).toBe('running');
  });

  it('holds a terminating instance at a lifecycle hook until it is answered', () => {
    const { aws, world, group, inService, settled } = withGroup();
    aws('autoscaling', 'PutLifecycleHook', {
      AutoScalingGroupName: name,
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 900,
    });
    settled(3);
    const leaving = idOf(first(inService()));
    aws('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
      InstanceId: leaving,
      ShouldDecrementDesiredCapacity: false,
    });
    world.advance(5 * minute);
    const state = () => group().Instances?.find((member) => idOf(member) === leaving)?.LifecycleState;
    expect(state()).toBe('Terminating:Wait');
    expect(instances(world).get(leaving)?.state.name).toBe('running');
    aws('autoscaling', 'CompleteLifecycleAction', {
      AutoScalingGroupName: name,
      LifecycleHookName: 'drain',
      InstanceId: leaving,
      LifecycleActionResult: 'CONTINUE',
    });
    world.advance(2 * minute);
    expect(state()).toBeUndefined();
    expect(instances(world).get(leaving)?.state.name).toBe('terminated');
  });
});

describe('zones', () => {
  function counts(world: World, members: readonly { AvailabilityZone?: string | undefined }[]): number[] {
    return world.settings.zones.map(
      (zone) => members.filter(({ AvailabilityZone }) => AvailabilityZone === zone).length,
    );
  }

  it('are left when their subnets leave the group, and filled again when they return', () => {
    const { aws, world, inService, settled, activities } = withGroup({ MinSize: 3, MaxSize: 3, DesiredCapacity: 3 });
    settled(3);
    const [a, b, c] = defaultSubnets(world);
    const use = (subnets: (string | undefined)[]) =>
      aws('autoscaling', 'UpdateAutoScalingGroup', {
        AutoScalingGroupName: name,
        VPCZoneIdentifier: subnets.join(','),
      });
    use([b, c]);
    // What the drill does besides: every instance there ends at once.
    for (const member of inService())
      if (member.AvailabilityZone === 'eu-west-1a') terminateInstance(world, idOf(member));
    world.advance(10 * minute);
    expect(counts(world, inService())).toEqual([0, expect.any(Number), expect.any(Number)]);
    expect(inService()).toHaveLength(3);
    use([a, b, c]);
    world.advance(20 * minute);
    expect(counts(world, inService())).toEqual([1, 1, 1]);
    expect(activities().some(({ Cause }) => Cause?.includes("to aid in balancing the group's zones."))).toBe(true);
  });

  it('are left by instances that still run, one by one, a newcomer first', () => {
    // Instances that come up so slowly that the group looks at itself in between.
    const sizes = { MinSize: 4, MaxSize: 4, DesiredCapacity: 4 };
    const { aws, world, inService, settled } = withGroup(sizes, {}, 1, [100, 120]);
    settled(4);
    const [, b, c] = defaultSubnets(world);
    aws('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: name, VPCZoneIdentifier: `${b},${c}` });
    let fewest = 4;
    for (let step = 0; step < 120; step++) {
      world.advance(15 * second);
      fewest = Math.min(fewest, inService().length);
    }
    expect(counts(world, inService())).toEqual([0, 2, 2]);
    expect(fewest).toBe(4);
  });

  it('without capacity are passed over, and the failure of all of them is told and tried again', () => {
    const { world, inService, settled, aws, activities } = withGroup();
    settled(3);
    const grow = (DesiredCapacity: number) =>
      aws('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: name, DesiredCapacity });
    zonesWithoutCapacity(world).add('eu-west-1a').add('eu-west-1b');
    grow(4);
    expect(settled(4)).toBe(true);
    expect(counts(world, inService())).toEqual([1, 1, 2]);
    zonesWithoutCapacity(world).add('eu-west-1c');
    grow(5);
    world.advance(minute);
    const failed = activities().find(({ StatusCode }) => StatusCode === 'Failed');
    expect(failed?.StatusMessage).toMatch(
      /^We currently do not have sufficient t3\.medium capacity.* Launching EC2 instance failed\.$/,
    );
    zonesWithoutCapacity(world).clear();
    expect(settled(5)).toBe(true);
  });
});

describe('a group that shrinks', () => {
  it.each([
    ['OldestInstance', 0],
    ['NewestInstance', 2],
  ])('ends by the policy %s', (policy, victim) => {
    const sizes = { MinSize: 1, MaxSize: 3, DesiredCapacity: 1 };
    const { aws, world, inService, settled } = withGroup(sizes, { TerminationPolicies: [policy] });
    const want = (DesiredCapacity: number) =>
      aws('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: name, DesiredCapacity });
    for (const count of [1, 2, 3]) {
      want(count);
      settled(count);
      world.advance(minute);
    }
    const members = inService().map(idOf);
    want(2);
    world.advance(minute);
    expect(inService().map(idOf)).toEqual(members.filter((_, index) => index !== victim));
  });

  it('leaves what is protected alone', () => {
    const { aws, world, inService, settled } = withGroup({ MinSize: 1, MaxSize: 3, DesiredCapacity: 3 });
    settled(3);
    const members = inService().map(idOf);
    const InstanceIds = members.slice(0, 2);
    aws('autoscaling', 'SetInstanceProtection', {
      AutoScalingGroupName: name,
      InstanceIds,
      ProtectedFromScaleIn: true,
    });
    aws('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: name, DesiredCapacity: 1 });
    world.advance(5 * minute);
    expect(inService().map(idOf)).toEqual(InstanceIds);
  });
});

describe('the end of a group', () => {
  it('wants an empty group, or force', () => {
    const { aws, world, settled } = withGroup();
    settled(3);
    const remove = (more: object = {}) =>
      aws('autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: name, ...more });
    expect(failure(remove).code).toBe('ResourceInUse');
    remove({ ForceDelete: true });
    const groups = () => aws<AutoScalingGroupsType>('autoscaling', 'DescribeAutoScalingGroups').AutoScalingGroups ?? [];
    expect(first(groups()).Status).toBe('Delete in progress');
    world.advance(2 * minute);
    expect(groups()).toEqual([]);
    expect([...instances(world).values()].map(({ state }) => state.name)).toEqual([
      'terminated',
      'terminated',
      'terminated',
    ]);
    const left = aws<{ Activities: Activity[] }>('autoscaling', 'DescribeScalingActivities', {
      IncludeDeletedGroups: true,
    });
    expect(left.Activities.length).toBeGreaterThan(0);
    world.advance(10 * minute);
    expect([...instances(world).values()].every(({ state }) => state.name === 'terminated')).toBe(true);
  });
});

describe('determinism', () => {
  it('gives the same history for the same seed', () => {
    const history = (seed: number) => {
      const { world, inService, settled, activities } = withGroup(undefined, {}, seed);
      settled(3);
      terminateInstance(world, idOf(first(inService())));
      world.advance(10 * minute);
      return JSON.stringify(activities());
    };
    expect(history(5)).toBe(history(5));
    expect(history(5)).not.toBe(history(6));
  });
});

describe('the metrics of a group', () => {
  it('are those that are enabled, and enabling or disabling none means all', () => {
    const { world, group } = withGroup();
    const ask = (operation: string, more: object = {}) =>
      caller(world)('autoscaling', operation, { AutoScalingGroupName: name, ...more });
    const enabled = () => (group().EnabledMetrics ?? []).map(({ Metric, Granularity }) => `${Metric} ${Granularity}`);
    ask('DisableMetricsCollection');
    expect(enabled()).toEqual([]);
    ask('EnableMetricsCollection', { Granularity: '1Minute', Metrics: ['GroupMinSize', 'GroupMaxSize'] });
    ask('DisableMetricsCollection', { Metrics: ['GroupMinSize'] });
    expect(enabled()).toEqual(['GroupMaxSize 1Minute']);
    ask('EnableMetricsCollection', { Granularity: '1Minute' });
    expect(enabled().length).toBeGreaterThan(10);
    expect(failure(() => ask('EnableMetricsCollection', { Granularity: '5Minutes' })).code).toBe('ValidationError');
    expect(failure(() => ask('DisableMetricsCollection', { Metrics: ['None'] })).code).toBe('ValidationError');
    ask('DisableMetricsCollection');
    expect(enabled()).toEqual([]);
  });
});
