import type { Activity } from './auto-scaling-activities.ts';
import type { InstanceRefresh } from './auto-scaling-refresh.ts';
import { launchTemplateOf, launchTemplateVersion } from './launch-templates.ts';
import { ServiceError } from './service-error.ts';
import { perWorld, type Timer, type World } from './world.ts';

export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed'
  | 'Detaching'
  | 'EnteringStandby'
  | 'Standby';

/** An instance in a group. */
export interface Member {
  instanceId: string;
  zone: string;
  type: string;
  lifecycle: LifecycleState;
  healthy: boolean;
  /** Who found it unhealthy: that is what the activity's cause says. */
  unhealthyBy?: 'state' | 'status-checks' | 'user';
  protectedFromScaleIn: boolean;
  templateId: string;
  templateVersion: number;
  joinedAt: number;
  inServiceAt?: number;
  /** Its launch, until it is in service. */
  arrival?: Activity;
  /** Its termination, once that has begun. */
  departure?: Activity;
  /** A lifecycle action that is waited for. */
  waiting?: {
    hook: string;
    token: string;
    timer: Timer;
    go: (result: 'CONTINUE' | 'ABANDON') => void;
    /** Begins the heartbeat anew. */
    beat: () => void;
  };
}

export interface LifecycleHook {
  name: string;
  transition: 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING';
  heartbeatSeconds: number;
  defaultResult: 'CONTINUE' | 'ABANDON';
}

/** The processes of a group that can be suspended (Auto Scaling user guide, Suspend and resume processes). */
export const processNames = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
] as const;
export type ProcessName = (typeof processNames)[number];

/** How a group chooses whom to end when it shrinks, always within its fullest zone. */
export const terminationPolicies = [
  'AllocationStrategy',
  'ClosestToNextInstanceHour',
  'Default',
  'NewestInstance',
  'OldestInstance',
  'OldestLaunchConfiguration',
  'OldestLaunchTemplate',
] as const;
export type TerminationPolicy = (typeof terminationPolicies)[number];

export interface Group {
  name: string;
  arn: string;
  createdAt: number;
  template: { id: string; version: string };
  min: number;
  max: number;
  desired: number;
  /** In the order given; each lies in one zone. */
  subnetIds: string[];
  healthCheckType: string;
  healthCheckGraceSeconds: number;
  defaultCooldownSeconds: number;
  terminationPolicies: TerminationPolicy[];
  newInstancesProtected: boolean;
  capacityRebalance: boolean;
  /** How long a new instance is in service before an instance refresh counts it, seconds. */
  defaultWarmupSeconds?: number;
  serviceLinkedRoleArn: string;
  tags: Map<string, { value: string; propagate: boolean }>;
  members: Map<string, Member>;
  hooks: Map<string, LifecycleHook>;
  suspended: Map<ProcessName, string>;
  /** What the group is to collect, once a minute. */
  enabledMetrics: Set<string>;
  /** Newest first. */
  activities: Activity[];
  /** Newest first. */
  refreshes: InstanceRefresh[];
  /** Until when a request that honours the cooldown has to wait. */
  cooldownUntil?: number;
  deleting: boolean;
  /** Decided, not launched yet. */
  launching: number;
  /** What to tell as the cause of the next activities, before their own sentence. */
  pendingCause?: string;
  timers: Timer[];
}

class AutoScalingState {
  readonly groups = new Map<string, Group>();
  /** Instance id → its group's name. */
  readonly memberOf = new Map<string, string>();
  /** Groups that are gone, newest last, for the activities they leave behind. */
  readonly deletedGroups: Group[] = [];
}

/** The groups of a world by name, and which instance is in which. */
export const autoScaling = perWorld(() => new AutoScalingState());

/** Auto Scaling words nearly everything as a ValidationError. */
export function validationError(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

/** The group, or Auto Scaling's error for a name nobody has. */
export function groupOf(world: World, name: string): Group {
  const group = autoScaling(world).groups.get(name);
  if (!group) throw validationError(`AutoScalingGroup name not found - AutoScalingGroup ${name} not found`);
  return group;
}

/** The group that an instance is in, with its member. */
export function memberOf(world: World, instanceId: string): { group: Group; member: Member } {
  const group = autoScaling(world).groups.get(autoScaling(world).memberOf.get(instanceId) ?? '');
  const member = group?.members.get(instanceId);
  if (!group || !member)
    throw validationError(`Instance Id not found - No managed instance found for instance ID: ${instanceId}`);
  return { group, member };
}

/** Members that count towards the desired capacity. */
export function activeMembers(group: Group): Member[] {
  return [...group.members.values()].filter(
    ({ lifecycle }) => lifecycle === 'InService' || lifecycle === 'Pending' || lifecycle.startsWith('Pending:'),
  );
}

/** What the group launches from now, or Auto Scaling's error when it is gone. */
export function groupTemplate(world: World, group: Group) {
  // A refresh that brings something new launches from that; the group itself follows when it has succeeded.
  const refresh = group.refreshes.find(({ status }) => status === 'Pending' || status === 'InProgress');
  const wanted = refresh?.template ?? group.template;
  const template = launchTemplateOf(world, { id: wanted.id });
  return { template, version: launchTemplateVersion(template, wanted.version) };
}

/** Puts an instance into a group. */
export function addMember(world: World, group: Group, member: Member): void {
  group.members.set(member.instanceId, member);
  autoScaling(world).memberOf.set(member.instanceId, group.name);
}

/** Takes an instance out of a group; the instance itself is untouched. */
export function removeMember(world: World, group: Group, instanceId: string): void {
  group.members.get(instanceId)?.waiting?.timer.cancel();
  group.members.delete(instanceId);
  autoScaling(world).memberOf.delete(instanceId);
}

/** Checks that min ≤ desired ≤ max, with Auto Scaling's words. */
export function checkSizes(sizes: { min: number; max: number; desired: number }): void {
  const { min, max, desired } = sizes;
  if (min < 0 || max < 0) throw validationError('Min and max size must not be negative');
  if (max < min) throw validationError('Max bound, must be greater than or equal to min bound');
  if (desired < min || desired > max) {
    throw validationError(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    );
  }
}
