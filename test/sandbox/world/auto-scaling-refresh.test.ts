import type {
  ActivitiesType,
  AutoScalingGroupsType,
  DescribeInstanceRefreshesAnswer,
  StartInstanceRefreshAnswer,
} from '@aws-sdk/client-auto-scaling';
import { describe, expect, it } from 'vitest';
import { anyImage, caller, defaultSubnets, failure, freshRegion, minute, second } from './fresh-region.ts';

const AutoScalingGroupName = 'hosts';

function withGroup(size = 3) {
  const world = freshRegion();
  const aws = caller(world);
  aws('ec2', 'CreateLaunchTemplate', {
    LaunchTemplateName: 'hosts',
    LaunchTemplateData: { ImageId: anyImage(world), InstanceType: 't3.medium' },
  });
  const asg = <O>(name: string, input: object = {}): O =>
    aws<O>('autoscaling', name, { AutoScalingGroupName, ...input });
  asg('CreateAutoScalingGroup', {
    LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '$Default' },
    VPCZoneIdentifier: defaultSubnets(world).join(','),
    MinSize: size,
    MaxSize: size,
    HealthCheckGracePeriod: 60,
  });
  const group = () => {
    const [found] =
      aws<AutoScalingGroupsType>('autoscaling', 'DescribeAutoScalingGroups', {
        AutoScalingGroupNames: [AutoScalingGroupName],
      }).AutoScalingGroups ?? [];
    return found;
  };
  const members = () => group()?.Instances ?? [];
  const ids = () => members().map(({ InstanceId }) => InstanceId ?? '');
  const serving = () => members().filter(({ LifecycleState }) => LifecycleState === 'InService').length;
  const settle = () => world.advanceUntil(() => serving() === size && members().length === size, 10 * minute);
  const start = (input: object = {}) =>
    asg<StartInstanceRefreshAnswer>('StartInstanceRefresh', input).InstanceRefreshId;
  const refresh = () => {
    const [latest] = asg<DescribeInstanceRefreshesAnswer>('DescribeInstanceRefreshes').InstanceRefreshes ?? [];
    if (!latest) throw new Error('no refresh');
    return latest;
  };
  const until = (status: string) => world.advanceUntil(() => refresh().Status === status, 120 * minute);
  settle();
  return { world, aws, asg, group, members, ids, serving, settle, start, refresh, until };
}

describe('an instance refresh', () => {
  it("waits for the group's own warm-up, where the request names none", () => {
    const { world, asg, group, start, until } = withGroup();
    asg('UpdateAutoScalingGroup', { DefaultInstanceWarmup: 900 });
    expect(group()?.DefaultInstanceWarmup).toBe(900);
    const began = world.now;
    start();
    until('Successful');
    expect(world.now - began).toBeGreaterThan(3 * 15 * minute);
    asg('UpdateAutoScalingGroup', { DefaultInstanceWarmup: -1 });
    expect(group()?.DefaultInstanceWarmup).toBeUndefined();
  });

  it('replaces every instance, one at a time in a small group, and waits for each to be warm', () => {
    const { world, asg, ids, serving, settle, start, refresh } = withGroup();
    const before = ids();
    const id = start();
    expect(refresh()).toMatchObject({
      InstanceRefreshId: id,
      Status: 'Pending',
      PercentageComplete: 0,
      Preferences: { MinHealthyPercentage: 90, SkipMatching: false },
    });
    const reasons = new Set<string>();
    const percentages = new Set<number>();
    let least = 3;
    while (refresh().Status !== 'Successful') {
      world.advance(second);
      const { StatusReason, PercentageComplete } = refresh();
      if (StatusReason) reasons.add(StatusReason.replace(/i-\w+/, 'i-'));
      percentages.add(PercentageComplete ?? -1);
      least = Math.min(least, serving());
    }
    expect([...percentages]).toEqual([0, 33, 66, 100]);
    expect(least).toBe(2);
    expect([...reasons]).toEqual(
      expect.arrayContaining([
        'Waiting for instances to warm up before continuing. For example: i- is warming up.',
        'Waiting for remaining instances to be available. For example: i- has insufficient data to evaluate its health with Amazon EC2.',
      ]),
    );
    const { StartTime, EndTime, InstancesToUpdate } = refresh();
    expect(InstancesToUpdate).toBe(0);
    // Three times a launch and the grace period, which is the warm-up unless another is said.
    expect((EndTime?.getTime() ?? 0) - (StartTime?.getTime() ?? 0)).toBeGreaterThan(3 * minute);
    settle();
    expect(ids().filter((one) => before.includes(one))).toEqual([]);
    const causes = (asg<ActivitiesType>('DescribeScalingActivities').Activities ?? []).map(({ Cause }) => Cause);
    expect(causes.filter((cause) => cause?.includes('launched in response to an instance refresh.'))).toHaveLength(3);
    expect(
      causes.filter((cause) =>
        /taken out of service in response to an instance refresh\. {2}At \S+ instance i-\w+ was selected for termination\.$/.test(
          cause ?? '',
        ),
      ),
    ).toHaveLength(3);
  });

  it('launches first where more than all may run', () => {
    const { world, ids, serving, start, refresh, settle } = withGroup();
    const before = ids();
    start({ Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 134, InstanceWarmup: 0 } });
    let [least, most] = [3, 3];
    while (refresh().Status !== 'Successful') {
      world.advance(second);
      least = Math.min(least, serving());
      most = Math.max(most, serving());
    }
    expect([least, most]).toEqual([3, 4]);
    settle();
    expect(ids().filter((one) => before.includes(one))).toEqual([]);
  });

  it('lets the group get smaller meanwhile', () => {
    const { world, asg, ids, start, until } = withGroup();
    asg('UpdateAutoScalingGroup', { MinSize: 1 });
    start({ Preferences: { InstanceWarmup: 600 } });
    world.advance(2 * minute);
    asg('SetDesiredCapacity', { DesiredCapacity: 1 });
    world.advance(2 * minute);
    expect(ids()).toHaveLength(1);
    expect(until('Successful')).toBe(true);
  });

  it('leaves out what already is as it should be, and what is protected', () => {
    const { asg, aws, ids, start, refresh, until, settle } = withGroup();
    const before = ids();
    start({ Preferences: { SkipMatching: true } });
    until('Successful');
    expect([refresh().PercentageComplete, ids()]).toEqual([100, before]);
    asg('SetInstanceProtection', { InstanceIds: before.slice(0, 2), ProtectedFromScaleIn: true });
    aws('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateName: 'hosts',
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.large' },
    });
    aws('ec2', 'ModifyLaunchTemplate', { LaunchTemplateName: 'hosts', DefaultVersion: '2' });
    start({ Preferences: { SkipMatching: true, InstanceWarmup: 0 } });
    until('Successful');
    settle();
    expect(ids().filter((one) => before.includes(one))).toEqual(before.slice(0, 2));
  });

  it('brings a template of its own, which is the group’s when it has succeeded', () => {
    const { world, aws, group, members, start, refresh, settle } = withGroup(1);
    aws('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateName: 'hosts',
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.large' },
    });
    start({
      DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'hosts', Version: '2' } },
      Preferences: { InstanceWarmup: 0 },
    });
    world.advance(10 * second);
    expect([refresh().Status, group()?.LaunchTemplate?.Version]).toEqual(['InProgress', '$Default']);
    world.advanceUntil(() => refresh().Status === 'Successful', 10 * minute);
    settle();
    expect(group()?.LaunchTemplate?.Version).toBe('2');
    expect(members().map(({ InstanceType }) => InstanceType)).toEqual(['t3.large']);
  });

  it('is one at a time, and ends what it has begun when it is cancelled', () => {
    const { world, asg, ids, start, refresh, until, settle } = withGroup();
    const before = ids();
    expect(failure(() => asg('CancelInstanceRefresh'))).toEqual({
      code: 'ActiveInstanceRefreshNotFound',
      message: 'No in progress or pending Instance Refresh found for Auto Scaling group hosts',
      status: 400,
    });
    start();
    expect(failure(() => start()).code).toBe('InstanceRefreshInProgress');
    world.advance(20 * second);
    asg('CancelInstanceRefresh');
    expect(refresh().Status).toBe('Cancelling');
    until('Cancelled');
    settle();
    expect(ids().filter((one) => before.includes(one))).toHaveLength(2);
    expect(refresh().PercentageComplete).toBe(33);
    world.advance(10 * minute);
    expect(refresh().PercentageComplete).toBe(33);
  });

  it('fails when for an hour nothing moves', () => {
    const { asg, start, refresh, until, world } = withGroup();
    asg('SuspendProcesses', { ScalingProcesses: ['Launch'] });
    start();
    world.advance(30 * minute);
    expect(refresh().Status).toBe('InProgress');
    until('Failed');
    expect(refresh().StatusReason).toContain('Launch');
  });

  it('refuses what it would not do', () => {
    const { start } = withGroup();
    const refused = (Preferences: object) => failure(() => start({ Preferences })).message;
    expect(refused({ CheckpointPercentages: [50] })).toContain('without CheckpointPercentages');
    expect(refused({ AutoRollback: true })).toContain('without AutoRollback');
    expect(refused({ MinHealthyPercentage: 101 })).toContain('between 0 and 100');
    expect(refused({ MaxHealthyPercentage: 150 })).toContain('MinHealthyPercentage');
    expect(refused({ MinHealthyPercentage: 0, MaxHealthyPercentage: 150 })).toContain('greater than 100');
  });
});

describe('instances that come to a group', () => {
  it('are attached, and counted', () => {
    const { world, asg, members, ids, settle } = withGroup();
    const [id = ''] = ids();
    asg('UpdateAutoScalingGroup', { MinSize: 2 });
    expect(failure(() => asg('AttachInstances', { InstanceIds: [id] })).message).toContain('already part of');
    asg('DetachInstances', { InstanceIds: [id], ShouldDecrementDesiredCapacity: true });
    world.advance(minute);
    expect(ids()).not.toContain(id);
    asg('AttachInstances', { InstanceIds: [id] });
    expect(members().find(({ InstanceId }) => InstanceId === id)?.LifecycleState).toBe('Pending');
    settle();
    const [activity] = asg<ActivitiesType>('DescribeScalingActivities').Activities ?? [];
    expect(activity).toMatchObject({
      Description: `Attaching an existing EC2 instance: ${id}`,
      Cause: expect.stringMatching(
        / an instance was added in response to user request\. Keeping the capacity at the new 3\.$/,
      ),
      StatusCode: 'Successful',
    });
    expect(activity?.EndTime?.getUTCMilliseconds()).toBe(0);
  });
});

describe('protection', () => {
  it('is also given to what stands aside, and to nothing on its way out', () => {
    const { world, asg, ids, members } = withGroup();
    const [id = ''] = ids();
    asg('EnterStandby', { InstanceIds: [id], ShouldDecrementDesiredCapacity: false });
    world.advance(minute);
    const protect = () => asg('SetInstanceProtection', { InstanceIds: [id], ProtectedFromScaleIn: true });
    protect();
    expect(members().find(({ InstanceId }) => InstanceId === id)).toMatchObject({
      LifecycleState: 'Standby',
      ProtectedFromScaleIn: true,
    });
    asg('TerminateInstanceInAutoScalingGroup', { InstanceId: id, ShouldDecrementDesiredCapacity: false });
    expect(failure(protect).message).toBe(`The instance ${id} is not in InService or EnteringStandby or Standby.`);
  });
});

describe('lifecycle hooks', () => {
  it('are answered one after the other, and a heartbeat gives more time', () => {
    const { world, asg, ids, members } = withGroup(1);
    const [id = ''] = ids();
    for (const LifecycleHookName of ['one', 'two']) {
      asg('PutLifecycleHook', {
        LifecycleHookName,
        LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        HeartbeatTimeout: 120,
        DefaultResult: 'CONTINUE',
      });
    }
    asg('TerminateInstanceInAutoScalingGroup', { InstanceId: id, ShouldDecrementDesiredCapacity: false });
    const state = () => members().find(({ InstanceId }) => InstanceId === id)?.LifecycleState;
    const beat = (LifecycleHookName: string) =>
      asg('RecordLifecycleActionHeartbeat', { LifecycleHookName, InstanceId: id });
    world.advance(100 * second);
    beat('one');
    world.advance(100 * second);
    expect(state()).toBe('Terminating:Wait');
    expect(failure(() => beat('two')).message).toContain('No active Lifecycle Action');
    asg('CompleteLifecycleAction', { LifecycleHookName: 'one', InstanceId: id, LifecycleActionResult: 'CONTINUE' });
    expect(state()).toBe('Terminating:Wait');
    beat('two');
    world.advance(121 * second);
    expect(state()).toBe('Terminating:Proceed');
  });
});

describe('HonorCooldown', () => {
  it('refuses while an activity runs, and until the cooldown is over', () => {
    const { world, asg, settle } = withGroup();
    asg('UpdateAutoScalingGroup', { MinSize: 2 });
    const set = (DesiredCapacity: number) => asg('SetDesiredCapacity', { DesiredCapacity, HonorCooldown: true });
    set(2);
    world.advance(10 * second);
    expect(failure(() => set(3))).toMatchObject({
      code: 'ScalingActivityInProgress',
      message: expect.stringMatching(/^Scaling activity [\w-]{36} is in progress and blocking this action$/),
    });
    world.advance(2 * minute);
    expect(failure(() => set(3)).code).toBe('ScalingActivityInProgress');
    world.advance(5 * minute);
    set(3);
    expect(settle()).toBe(true);
  });
});

describe('what the service knows', () => {
  it('has the limits of an account and empty lists of what is not here', () => {
    const { asg, aws } = withGroup();
    expect(aws('autoscaling', 'DescribeAccountLimits')).toMatchObject({ NumberOfAutoScalingGroups: 1 });
    expect(asg('DescribePolicies')).toEqual({ ScalingPolicies: [] });
    expect(failure(() => aws('autoscaling', 'DescribeWarmPool', { AutoScalingGroupName: 'none' })).message).toContain(
      'name not found',
    );
  });
});
