import type { DescribeInstanceRefreshesAnswer } from '@aws-sdk/client-auto-scaling';
import { type Deed, nth } from './deed.ts';
import type { WholeFarm } from './whole-farm.ts';

/** A hook that is not ECS's own. */
export const ownHook = 'a-hook-of-the-operator';

/** An id that nobody has. */
const nobody = 'i-0123456789abcdef0';

/** Any host, whatever has become of it; sometimes one that never was. */
function anyHost(farm: WholeFarm, which: number, how: number): string {
  if (how === 11) return nobody;
  return nth(farm.instances('host'), which)?.InstanceId ?? nobody;
}

/** A member of the group; sometimes a host that is none. */
function anyMember(farm: WholeFarm, which: number, how: number): string {
  if (how >= 10) return anyHost(farm, which, how);
  return nth(farm.group().Instances ?? [], which)?.InstanceId ?? nobody;
}

const processes = ['Launch', 'Terminate', 'AZRebalance', 'HealthCheck', 'InstanceRefresh', 'ReplaceUnhealthy'];
const transitions = ['autoscaling:EC2_INSTANCE_LAUNCHING', 'autoscaling:EC2_INSTANCE_TERMINATING'];
const attributes = ['DisableApiTermination', 'DisableApiStop'];

const onGroup = (farm: WholeFarm) => ({ AutoScalingGroupName: farm.id('HostGroup') });

/** What is done to the hosts and to their group. */
export const groupDeeds = {
  'start-refresh': (farm, ask, _which, how) =>
    ask('autoscaling', 'StartInstanceRefresh', {
      ...onGroup(farm),
      Preferences: {
        MinHealthyPercentage: [0, 50, 90, 100][how % 4],
        ...(how >= 8 ? { MaxHealthyPercentage: [100, 150, 120, 200][how % 4] } : {}),
        InstanceWarmup: how * 20,
        SkipMatching: how === 5,
        ScaleInProtectedInstances: ['Ignore', 'Refresh', 'Wait'][how % 3],
        StandbyInstances: ['Ignore', 'Terminate', 'Wait'][(how + 1) % 3],
      },
    }),
  'cancel-refresh': (farm, ask) => ask('autoscaling', 'CancelInstanceRefresh', onGroup(farm)),
  detach: (farm, ask, which, how) =>
    ask('autoscaling', 'DetachInstances', {
      ...onGroup(farm),
      InstanceIds: [anyMember(farm, which, how)],
      ShouldDecrementDesiredCapacity: how % 2 === 0,
    }),
  attach: (farm, ask, which, how) =>
    ask('autoscaling', 'AttachInstances', {
      ...onGroup(farm),
      InstanceIds: [nth(farm.strays(), which)?.InstanceId ?? anyHost(farm, which, how)],
    }),
  standby: (farm, ask, which, how) =>
    ask('autoscaling', 'EnterStandby', {
      ...onGroup(farm),
      InstanceIds: [anyMember(farm, which, how), ...(how === 3 ? [anyMember(farm, which + 1, how)] : [])],
      ShouldDecrementDesiredCapacity: how % 2 === 0,
    }),
  'leave-standby': (farm, ask, which, how) =>
    ask('autoscaling', 'ExitStandby', {
      ...onGroup(farm),
      InstanceIds: [
        farm.group().Instances?.find((one) => one.LifecycleState === 'Standby')?.InstanceId ??
          anyMember(farm, which, how),
      ],
    }),
  protect: (farm, ask, which, how) =>
    ask('autoscaling', 'SetInstanceProtection', {
      ...onGroup(farm),
      InstanceIds: [anyMember(farm, which, how)],
      ProtectedFromScaleIn: how % 3 !== 0,
    }),
  'put-hook': (farm, ask, which, how) =>
    ask('autoscaling', 'PutLifecycleHook', {
      ...onGroup(farm),
      LifecycleHookName: ownHook,
      LifecycleTransition: nth(transitions, which),
      HeartbeatTimeout: 30 + how * 60,
      DefaultResult: how % 2 === 0 ? 'CONTINUE' : 'ABANDON',
    }),
  'delete-hook': (farm, ask, _which, how) =>
    ask('autoscaling', 'DeleteLifecycleHook', {
      ...onGroup(farm),
      LifecycleHookName: how === 0 ? 'ecs-managed-draining-termination-hook' : ownHook,
    }),
  'complete-action': (farm, ask, which, how) =>
    ask('autoscaling', 'CompleteLifecycleAction', {
      ...onGroup(farm),
      LifecycleHookName: how % 4 === 0 ? 'ecs-managed-draining-termination-hook' : ownHook,
      InstanceId:
        farm.group().Instances?.find((one) => one.LifecycleState?.endsWith(':Wait'))?.InstanceId ??
        anyMember(farm, which, how),
      LifecycleActionResult: how % 2 === 0 ? 'CONTINUE' : 'ABANDON',
    }),
  heartbeat: (farm, ask, which, how) =>
    ask('autoscaling', 'RecordLifecycleActionHeartbeat', {
      ...onGroup(farm),
      LifecycleHookName: how % 4 === 0 ? 'ecs-managed-draining-termination-hook' : ownHook,
      InstanceId:
        farm.group().Instances?.find((one) => one.LifecycleState?.endsWith(':Wait'))?.InstanceId ??
        anyMember(farm, which, how),
    }),
  suspend: (farm, ask, which, how) =>
    ask('autoscaling', 'SuspendProcesses', {
      ...onGroup(farm),
      ScalingProcesses: how === 0 ? [] : [nth(processes, which)],
    }),
  resume: (farm, ask, which, how) =>
    ask('autoscaling', 'ResumeProcesses', {
      ...onGroup(farm),
      ScalingProcesses: how === 0 ? [] : [nth(processes, which)],
    }),
  'terminate-member': (farm, ask, which, how) =>
    ask('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
      InstanceId: anyMember(farm, which, how),
      ShouldDecrementDesiredCapacity: how % 2 === 0,
    }),
  'set-desired': (farm, ask, which, how) =>
    ask('autoscaling', 'SetDesiredCapacity', {
      ...onGroup(farm),
      DesiredCapacity: which,
      HonorCooldown: how % 4 === 0,
    }),
  'update-group': (farm, ask, which, how) =>
    ask('autoscaling', 'UpdateAutoScalingGroup', {
      ...onGroup(farm),
      MinSize: how % 4,
      MaxSize: which,
      ...(how % 2 === 0 ? { HealthCheckGracePeriod: how * 30 } : {}),
      ...(how % 3 === 0 ? { NewInstancesProtectedFromScaleIn: how > 6 } : {}),
      ...(how % 5 === 0 ? { TerminationPolicies: [how > 4 ? 'NewestInstance' : 'OldestInstance'] } : {}),
    }),
  'new-template': (farm, ask, _which, how) => {
    ask('ec2', 'CreateLaunchTemplateVersion', {
      LaunchTemplateId: farm.id('HostLaunchTemplate'),
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: how % 2 === 0 ? 'm7i.large' : 'm7i.xlarge' },
    });
    ask('autoscaling', 'UpdateAutoScalingGroup', {
      ...onGroup(farm),
      LaunchTemplate: { LaunchTemplateId: farm.id('HostLaunchTemplate'), Version: '$Latest' },
    });
  },
  'refresh-to-template': (farm, ask, _which, how) =>
    ask('autoscaling', 'StartInstanceRefresh', {
      ...onGroup(farm),
      DesiredConfiguration: {
        LaunchTemplate: { LaunchTemplateId: farm.id('HostLaunchTemplate'), Version: String(1 + (how % 3)) },
      },
    }),
  // Refused: an empty group would go, and the farm with it.
  'delete-group': (farm, ask) => {
    if (farm.group().Instances?.length) ask('autoscaling', 'DeleteAutoScalingGroup', onGroup(farm));
  },
  'forbid-end': (farm, ask, which, how) =>
    ask('ec2', 'ModifyInstanceAttribute', {
      InstanceId: anyHost(farm, which, how),
      [attributes[how % 2] ?? '']: { Value: how % 3 !== 0 },
    }),
  'start-instance': (farm, ask, which, how) =>
    ask('ec2', 'StartInstances', { InstanceIds: [anyHost(farm, which, how)] }),
  'stop-instances': (farm, ask, which, how) =>
    ask('ec2', 'StopInstances', { InstanceIds: [anyHost(farm, which, how), anyHost(farm, which + 1, how)] }),
  'terminate-instances': (farm, ask, which, how) =>
    ask('ec2', 'TerminateInstances', { InstanceIds: [anyHost(farm, which, how), anyHost(farm, which + how, 0)] }),
  'reboot-instances': (farm, ask, which, how) =>
    ask('ec2', 'RebootInstances', { InstanceIds: [anyHost(farm, which, how), anyHost(farm, which + 1, how)] }),
  'set-health': (farm, ask, which, how) =>
    ask('autoscaling', 'SetInstanceHealth', {
      InstanceId: anyMember(farm, which, how),
      HealthStatus: how % 2 === 0 ? 'Healthy' : 'Unhealthy',
      ShouldRespectGracePeriod: how > 6,
    }),
  'retag-host': (farm, ask, which, how) =>
    ask('ec2', 'CreateTags', {
      Resources: [anyHost(farm, which, how)],
      Tags: [{ Key: how === 1 ? 'aws:mine' : 'owner', Value: String(how) }],
    }),
} satisfies Record<string, Deed>;

/** The refreshes of the group, newest first. */
export function refreshes(farm: WholeFarm) {
  return (
    farm.call<DescribeInstanceRefreshesAnswer>('autoscaling', 'DescribeInstanceRefreshes', onGroup(farm))
      .InstanceRefreshes ?? []
  );
}
