import type {
  AutoScalingGroup,
  AutoScalingGroupNamesType,
  AutoScalingGroupsType,
  CreateAutoScalingGroupType,
  Instance,
  TerminateInstanceInAutoScalingGroupType,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { sameValue, type Value, type ValueMap } from '../value.ts';
import {
  HandlerError,
  map,
  maps,
  optionalBoolean,
  optionalNumber,
  optionalText,
  type ResourceContext,
  type ResourceType,
  text,
  texts,
  unlessGone,
} from './resource-type.ts';

function group(context: ResourceContext, name: string): AutoScalingGroup | undefined {
  const { AutoScalingGroups } = context.aws<AutoScalingGroupNamesType, AutoScalingGroupsType>(
    'autoscaling',
    'DescribeAutoScalingGroups',
    { AutoScalingGroupNames: [name] },
  );
  return AutoScalingGroups?.[0];
}

function inService(found: AutoScalingGroup): Instance[] {
  return (found.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === 'InService');
}

/** Every wanted instance is there and in service. */
function full(context: ResourceContext, name: string): boolean {
  const found = group(context, name);
  if (!found) throw new HandlerError('NotFound', `AutoScalingGroup ${name} does not exist`);
  return inService(found).length >= (found.DesiredCapacity ?? 0);
}

function launchTemplate(properties: ValueMap) {
  const written = map(properties.LaunchTemplate);
  const id = optionalText(written.LaunchTemplateId);
  return {
    ...(id === undefined ? { LaunchTemplateName: text(written.LaunchTemplateName) } : { LaunchTemplateId: id }),
    Version: text(written.Version),
  };
}

/** What CreateAutoScalingGroup and UpdateAutoScalingGroup share. */
function settings(properties: ValueMap): Omit<UpdateAutoScalingGroupType, 'AutoScalingGroupName'> {
  const shared: Omit<UpdateAutoScalingGroupType, 'AutoScalingGroupName'> = {
    MinSize: optionalNumber(properties.MinSize) ?? 0,
    MaxSize: optionalNumber(properties.MaxSize) ?? 0,
    DesiredCapacity: optionalNumber(properties.DesiredCapacity) ?? optionalNumber(properties.MinSize) ?? 0,
    VPCZoneIdentifier: texts(properties.VPCZoneIdentifier).join(','),
  };
  if (properties.LaunchTemplate !== undefined) shared.LaunchTemplate = launchTemplate(properties);
  if (properties.AvailabilityZones !== undefined) shared.AvailabilityZones = texts(properties.AvailabilityZones);
  if (properties.HealthCheckType !== undefined) shared.HealthCheckType = text(properties.HealthCheckType);
  const grace = optionalNumber(properties.HealthCheckGracePeriod);
  if (grace !== undefined) shared.HealthCheckGracePeriod = grace;
  const cooldown = optionalNumber(properties.Cooldown);
  if (cooldown !== undefined) shared.DefaultCooldown = cooldown;
  if (properties.TerminationPolicies !== undefined) shared.TerminationPolicies = texts(properties.TerminationPolicies);
  const isProtected = optionalBoolean(properties.NewInstancesProtectedFromScaleIn);
  if (isProtected !== undefined) shared.NewInstancesProtectedFromScaleIn = isProtected;
  return shared;
}

function groupTags(name: string, value: Value, context: ResourceContext) {
  const own = maps(value).map((tag) => ({
    ResourceId: name,
    ResourceType: 'auto-scaling-group',
    Key: text(tag.Key),
    Value: text(tag.Value),
    PropagateAtLaunch: optionalBoolean(tag.PropagateAtLaunch) ?? false,
  }));
  const inherited = context.stackTags
    .filter(({ Key }) => own.every((tag) => tag.Key !== Key))
    .map((tag) => ({ ResourceId: name, ResourceType: 'auto-scaling-group', ...tag, PropagateAtLaunch: true }));
  return [...inherited, ...own];
}

/** Seconds of an ISO 8601 duration such as PT6M: hours, minutes and seconds only, as CloudFormation takes it. */
export function durationSeconds(duration: string): number | undefined {
  const match = /^PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(duration);
  if (!match) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds;
}

/**
 * The instances that an update makes obsolete: those of another launch template or version than the group's, and all of
 * them when its subnets change (CloudFormation user guide, UpdatePolicy attribute). A rollback therefore replaces only
 * what the update had replaced already.
 */
function obsoleteIn(found: AutoScalingGroup | undefined, subnetsChanged: boolean): Set<string> {
  const { LaunchTemplateId: id, Version: version = '' } = found?.LaunchTemplate ?? {};
  // `$Latest` and `$Default` are no versions that an instance could be compared with.
  const named = /^\d+$/.test(version);
  const others = (found?.Instances ?? []).filter(
    ({ LaunchTemplate: own }) => subnetsChanged || own?.LaunchTemplateId !== id || (named && own?.Version !== version),
  );
  return new Set(others.map(({ InstanceId }) => InstanceId ?? ''));
}

/**
 * UpdatePolicy AutoScalingRollingUpdate: replaces a group's obsolete instances, a batch at a time, and pauses after each.
 * Gives what is looked at until true.
 */
function rollingUpdate(context: ResourceContext, name: string, policy: ValueMap, obsolete: Set<string>): () => boolean {
  const batch = optionalNumber(policy.MaxBatchSize) ?? 1;
  const keep = optionalNumber(policy.MinInstancesInService) ?? 0;
  const pause = durationSeconds(optionalText(policy.PauseTime) ?? 'PT0S');
  if (pause === undefined)
    throw new HandlerError('InvalidRequest', `PauseTime ${text(policy.PauseTime)} is no duration`);
  const suspended = texts(policy.SuspendProcesses);
  const processes = { AutoScalingGroupName: name, ScalingProcesses: suspended };
  if (suspended.length > 0) context.aws('autoscaling', 'SuspendProcesses', processes);
  const total = obsolete.size;
  let underWay: string[] = [];
  let pauseUntil: number | undefined;
  context.note(
    `Rolling update initiated. Terminating ${total} obsolete instance(s) in batches of ${batch}, while keeping at least ${keep} instance(s) in service.`,
  );
  return () => {
    const found = group(context, name);
    if (!found) throw new HandlerError('NotFound', `AutoScalingGroup ${name} does not exist`);
    const present = new Set((found.Instances ?? []).map(({ InstanceId }) => InstanceId ?? ''));
    const serving = inService(found);
    if (underWay.length > 0) {
      if (underWay.some((id) => present.has(id)) || serving.length < (found.DesiredCapacity ?? 0)) return false;
      for (const id of underWay) obsolete.delete(id);
      const progress = Math.round(((total - obsolete.size) / total) * 100);
      context.note(`Successfully terminated instance(s) [${underWay.join(',')}] (Progress ${progress}%).`);
      underWay = [];
      pauseUntil = context.world.now + pause * 1000;
    }
    if (pauseUntil !== undefined && context.world.now < pauseUntil) return false;
    // An obsolete instance may have been lost meanwhile; its replacement is of the new template.
    for (const id of obsolete) if (!present.has(id)) obsolete.delete(id);
    if (obsolete.size === 0) {
      if (suspended.length > 0) context.aws('autoscaling', 'ResumeProcesses', processes);
      return full(context, name);
    }
    const next = [...obsolete].slice(0, Math.max(1, Math.min(batch, serving.length - keep)));
    context.note(`Terminating instance(s) [${next.join(',')}]; replacing with ${next.length} new instance(s).`);
    for (const InstanceId of next) {
      context.aws<TerminateInstanceInAutoScalingGroupType, unknown>(
        'autoscaling',
        'TerminateInstanceInAutoScalingGroup',
        {
          InstanceId,
          ShouldDecrementDesiredCapacity: false,
        },
      );
    }
    underWay = next;
    return false;
  };
}

/** AWS::AutoScaling::AutoScalingGroup: the physical id is its name. */
const autoScalingGroup: ResourceType = {
  properties: {
    AutoScalingGroupName: 'replace',
    AvailabilityZones: 'in-place',
    Cooldown: 'in-place',
    DesiredCapacity: 'in-place',
    HealthCheckGracePeriod: 'in-place',
    HealthCheckType: 'in-place',
    LaunchTemplate: 'in-place',
    MaxSize: 'in-place',
    MinSize: 'in-place',
    NewInstancesProtectedFromScaleIn: 'in-place',
    Tags: 'in-place',
    TerminationPolicies: 'in-place',
    VPCZoneIdentifier: 'in-place',
  },
  required: ['MaxSize', 'MinSize'],
  attributes: ['AutoScalingGroupARN'],
  create: (properties, context) => {
    const name = optionalText(properties.AutoScalingGroupName) ?? context.generatedName(255);
    context.aws<CreateAutoScalingGroupType, unknown>('autoscaling', 'CreateAutoScalingGroup', {
      ...settings(properties),
      MinSize: optionalNumber(properties.MinSize) ?? 0,
      MaxSize: optionalNumber(properties.MaxSize) ?? 0,
      AutoScalingGroupName: name,
      Tags: groupTags(name, properties.Tags, context),
    });
    return {
      physicalId: name,
      attributes: { AutoScalingGroupARN: group(context, name)?.AutoScalingGroupARN },
      settled: () => full(context, name),
    };
  },
  update: (physicalId, properties, previous, context) => {
    context.aws<UpdateAutoScalingGroupType, unknown>('autoscaling', 'UpdateAutoScalingGroup', {
      ...settings(properties),
      AutoScalingGroupName: physicalId,
    });
    context.aws('autoscaling', 'CreateOrUpdateTags', { Tags: groupTags(physicalId, properties.Tags, context) });
    const policy = context.updatePolicy.AutoScalingRollingUpdate;
    if (policy !== undefined) {
      const moved = !sameValue(properties.VPCZoneIdentifier, previous.VPCZoneIdentifier);
      const obsolete = obsoleteIn(group(context, physicalId), moved);
      if (obsolete.size > 0) {
        return { physicalId, settled: rollingUpdate(context, physicalId, map(policy), obsolete) };
      }
    }
    return { physicalId, settled: () => full(context, physicalId) };
  },
  remove: (physicalId, _properties, context) => {
    unlessGone(() =>
      context.aws('autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName: physicalId, ForceDelete: true }),
    );
    return () => group(context, physicalId) === undefined;
  },
};

export const autoScalingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::AutoScaling::AutoScalingGroup': autoScalingGroup,
};
