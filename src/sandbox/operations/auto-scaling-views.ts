import type {
  AutoScalingGroup,
  AutoScalingInstanceDetails,
  LaunchTemplateSpecification,
  TagDescription,
  Activity as WireActivity,
  Instance as WireMember,
} from '@aws-sdk/client-auto-scaling';
import type { Group, Member } from '../world/auto-scaling.ts';
import type { Activity } from '../world/auto-scaling-activities.ts';
import { groupZones } from '../world/auto-scaling-members.ts';
import { instances } from '../world/ec2.ts';
import { launchTemplates } from '../world/launch-templates.ts';
import type { World } from '../world/world.ts';
import { granularity } from './auto-scaling-metrics.ts';

function templateView(world: World, id: string, version: string): LaunchTemplateSpecification {
  const name = launchTemplates(world).get(id)?.name;
  return { LaunchTemplateId: id, ...(name === undefined ? {} : { LaunchTemplateName: name }), Version: version };
}

/** A group's member as DescribeAutoScalingGroups tells it. */
function memberView(world: World, member: Member): WireMember {
  const imageId = instances(world).get(member.instanceId)?.imageId;
  return {
    InstanceId: member.instanceId,
    InstanceType: member.type,
    AvailabilityZone: member.zone,
    LifecycleState: member.lifecycle,
    HealthStatus: member.healthy ? 'Healthy' : 'Unhealthy',
    LaunchTemplate: templateView(world, member.templateId, String(member.templateVersion)),
    ...(imageId === undefined ? {} : { ImageId: imageId }),
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  };
}

/** The same for DescribeAutoScalingInstances, which shouts the health. */
export function memberDetails(world: World, group: Group, member: Member): AutoScalingInstanceDetails {
  return {
    ...memberView(world, member),
    AutoScalingGroupName: group.name,
    HealthStatus: member.healthy ? 'HEALTHY' : 'UNHEALTHY',
    AvailabilityZone: member.zone,
    LifecycleState: member.lifecycle,
    InstanceId: member.instanceId,
    ProtectedFromScaleIn: member.protectedFromScaleIn,
  };
}

/** A group's tags, in the order in which they were set. */
export function groupTags(group: Group): TagDescription[] {
  return [...group.tags].map(([Key, { value, propagate }]) => ({
    ResourceId: group.name,
    ResourceType: 'auto-scaling-group',
    Key,
    Value: value,
    PropagateAtLaunch: propagate,
  }));
}

/** A group as DescribeAutoScalingGroups tells it. */
export function groupView(world: World, group: Group, withMembers = true): AutoScalingGroup {
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    LaunchTemplate: templateView(world, group.template.id, group.template.version),
    MinSize: group.min,
    MaxSize: group.max,
    DesiredCapacity: group.desired,
    DefaultCooldown: group.defaultCooldownSeconds,
    AvailabilityZones: [...groupZones(world, group).keys()],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGraceSeconds,
    Instances: withMembers ? [...group.members.values()].map((member) => memberView(world, member)) : [],
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: [...group.suspended].map(([ProcessName, SuspensionReason]) => ({
      ProcessName,
      SuspensionReason,
    })),
    VPCZoneIdentifier: group.subnetIds.join(','),
    EnabledMetrics: [...group.enabledMetrics].map((Metric) => ({ Metric, Granularity: granularity })),
    ...(group.deleting ? { Status: 'Delete in progress' } : {}),
    Tags: groupTags(group),
    TerminationPolicies: group.terminationPolicies,
    NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
    ServiceLinkedRoleARN: group.serviceLinkedRoleArn,
    CapacityRebalance: group.capacityRebalance,
    ...(group.defaultWarmupSeconds === undefined ? {} : { DefaultInstanceWarmup: group.defaultWarmupSeconds }),
    TrafficSources: [],
  };
}

/** Ends are told in whole seconds, beginnings to the millisecond; none lies before its beginning. */
function wholeSecond({ startedAt, endedAt = startedAt }: Activity): Date {
  return new Date(Math.max(startedAt, Math.floor(endedAt / 1000) * 1000));
}

/** An activity as DescribeScalingActivities tells it. */
export function activityView(group: Group, activity: Activity): WireActivity {
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAt),
    ...(activity.endedAt === undefined ? {} : { EndTime: wholeSecond(activity) }),
    StatusCode: activity.status,
    ...(activity.message === undefined ? {} : { StatusMessage: activity.message }),
    Progress: activity.progress,
    Details: JSON.stringify({ 'Subnet ID': activity.subnetId, 'Availability Zone': activity.zone }),
  };
}
