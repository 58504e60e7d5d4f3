import type {
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  LaunchTemplateSpecification,
  PutLifecycleHookType,
  Tag,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import {
  autoScaling,
  checkSizes,
  type Group,
  groupOf,
  type LifecycleHook,
  type TerminationPolicy,
  terminationPolicies,
  validationError,
} from '../world/auto-scaling.ts';
import { at } from '../world/auto-scaling-activities.ts';
import { dropGroup, retireMember } from '../world/auto-scaling-members.ts';
import { soon, startGroup } from '../world/auto-scaling-processes.ts';
import { checkLaunch } from '../world/ec2-launch.ts';
import { networks, subnetOf } from '../world/ec2-network.ts';
import { launchSpecFrom, launchTemplateOf, launchTemplateVersion } from '../world/launch-templates.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';

type Change = CreateAutoScalingGroupType | UpdateAutoScalingGroupType;

/** Refuses in one clear line what the simulated region does not do, rather than to accept it and leave it undone. */
function refuseUnsupported(input: Change): void {
  if (input.LaunchConfigurationName !== undefined) {
    throw validationError(
      'The Launch Configuration creation operation is not available in your account. Use launch templates to create configuration templates for your Auto Scaling groups.',
    );
  }
  const balanced =
    'LoadBalancerNames' in input ? [...(input.LoadBalancerNames ?? []), ...(input.TargetGroupARNs ?? [])] : [];
  if (balanced.length > 0) {
    throw validationError(
      `This sandbox registers hosts with load balancers by ECS services only: leave out ${balanced.join(', ')}.`,
    );
  }
  if (input.MaxInstanceLifetime) {
    throw validationError('This sandbox does not end instances for their age: leave MaxInstanceLifetime out.');
  }
  if (input.MixedInstancesPolicy !== undefined) {
    throw validationError('This sandbox launches from one launch template only: leave MixedInstancesPolicy out.');
  }
}

/** The template of a request, or Auto Scaling's words for why it cannot be launched from. */
export function templateFrom(world: World, spec: LaunchTemplateSpecification): Group['template'] {
  try {
    const template = launchTemplateOf(world, { id: spec.LaunchTemplateId, name: spec.LaunchTemplateName });
    const version = spec.Version ?? '$Default';
    checkLaunch(world, launchSpecFrom(world, {}, launchTemplateVersion(template, version).data));
    return { id: template.id, version };
  } catch (error) {
    throw asValidation(error, 'You must use a valid fully-formed launch template. ');
  }
}

/** Auto Scaling hands on what EC2 says, as an error of its own. */
function asValidation(error: unknown, before = ''): unknown {
  return error instanceof ServiceError ? validationError(before + error.message) : error;
}

/** The subnets of a request: named, or the default ones of the zones named. */
function subnetsFrom(world: World, input: Change): string[] | undefined {
  if (input.VPCZoneIdentifier !== undefined && input.VPCZoneIdentifier !== '') {
    const ids = input.VPCZoneIdentifier.split(',').map((id) => id.trim());
    try {
      const vpcs = new Set(ids.map((id) => subnetOf(world, id).vpcId));
      if (vpcs.size > 1) throw validationError('The subnets must be in the same VPC.');
    } catch (error) {
      throw asValidation(error);
    }
    const zones = new Set(ids.map((id) => subnetOf(world, id).zone));
    const stray = input.AvailabilityZones?.find((zone) => !zones.has(zone));
    if (stray !== undefined) {
      throw validationError('The availability zones of the specified subnets and the Auto Scaling group do not match');
    }
    return ids;
  }
  if (!input.AvailabilityZones?.length) return undefined;
  return input.AvailabilityZones.map((zone) => {
    const subnet = [...networks(world).subnets.values()].find((other) => other.isDefault && other.zone === zone);
    if (!subnet) throw validationError(`Invalid availability zone: [${zone}]`);
    return subnet.id;
  });
}

function policiesFrom(names: readonly string[] | undefined): TerminationPolicy[] | undefined {
  return names?.map((name) => {
    const known = terminationPolicies.find((other) => other === name);
    if (known) return known;
    throw validationError(
      `This sandbox knows the termination policies ${terminationPolicies.join(', ')}, not ${name}.`,
    );
  });
}

/** A group's tags out of a request; they are propagated unless it says otherwise. */
export function groupTagsFrom(tags: readonly Tag[] | undefined): Group['tags'] {
  return new Map(
    (tags ?? []).map((tag) => [tag.Key ?? '', { value: tag.Value ?? '', propagate: tag.PropagateAtLaunch ?? true }]),
  );
}

/** A group's lifecycle hook out of a request, over what it was before. */
export function hookFrom(
  input: Omit<PutLifecycleHookType, 'AutoScalingGroupName'>,
  before?: LifecycleHook,
): LifecycleHook {
  const transition = input.LifecycleTransition ?? before?.transition;
  if (transition !== 'autoscaling:EC2_INSTANCE_LAUNCHING' && transition !== 'autoscaling:EC2_INSTANCE_TERMINATING') {
    throw validationError(
      'Lifecycle transition must be one of autoscaling:EC2_INSTANCE_LAUNCHING, autoscaling:EC2_INSTANCE_TERMINATING.',
    );
  }
  return {
    name: input.LifecycleHookName ?? '',
    transition,
    heartbeatSeconds: input.HeartbeatTimeout ?? before?.heartbeatSeconds ?? 3600,
    defaultResult: (input.DefaultResult ?? before?.defaultResult) === 'CONTINUE' ? 'CONTINUE' : 'ABANDON',
  };
}

/** CreateAutoScalingGroup. */
export function createGroup(world: World, input: CreateAutoScalingGroupType): void {
  refuseUnsupported(input);
  const name = input.AutoScalingGroupName ?? '';
  if (autoScaling(world).groups.has(name)) {
    throw new ServiceError(
      'AlreadyExists',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  }
  if (!input.LaunchTemplate) {
    throw validationError(
      'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
    );
  }
  const sizes = {
    min: input.MinSize ?? 0,
    max: input.MaxSize ?? 0,
    desired: input.DesiredCapacity ?? input.MinSize ?? 0,
  };
  checkSizes(sizes);
  const subnetIds = subnetsFrom(world, input);
  if (!subnetIds) throw validationError('At least one Availability Zone or VPC Subnet is required.');
  const group: Group = {
    name,
    arn: world.arn('autoscaling', `autoScalingGroup:${world.uuid()}:autoScalingGroupName/${name}`),
    createdAt: world.now,
    template: templateFrom(world, input.LaunchTemplate),
    ...sizes,
    subnetIds,
    healthCheckType: input.HealthCheckType ?? 'EC2',
    healthCheckGraceSeconds: input.HealthCheckGracePeriod ?? 0,
    defaultCooldownSeconds: input.DefaultCooldown ?? 300,
    terminationPolicies: policiesFrom(input.TerminationPolicies) ?? ['Default'],
    newInstancesProtected: input.NewInstancesProtectedFromScaleIn ?? false,
    capacityRebalance: input.CapacityRebalance ?? false,
    ...(input.DefaultInstanceWarmup === undefined ? {} : { defaultWarmupSeconds: input.DefaultInstanceWarmup }),
    serviceLinkedRoleArn:
      input.ServiceLinkedRoleARN ??
      world.arn('iam', 'role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling', ''),
    tags: groupTagsFrom(input.Tags),
    members: new Map(),
    hooks: new Map(
      (input.LifecycleHookSpecificationList ?? []).map((hook) => hookFrom(hook)).map((hook) => [hook.name, hook]),
    ),
    suspended: new Map(),
    enabledMetrics: new Set(),
    activities: [],
    refreshes: [],
    deleting: false,
    launching: 0,
    timers: [],
    ...(sizes.desired > 0
      ? {
          pendingCause: at(
            world,
            `a user request created an AutoScalingGroup changing the desired capacity from 0 to ${sizes.desired}.`,
          ),
        }
      : {}),
  };
  autoScaling(world).groups.set(name, group);
  startGroup(world, group);
}

/** UpdateAutoScalingGroup: what is not given stays; instances follow in their own time. */
export function updateGroup(world: World, input: UpdateAutoScalingGroupType): void {
  refuseUnsupported(input);
  const group = groupOf(world, input.AutoScalingGroupName ?? '');
  if (group.deleting)
    throw new ServiceError(
      'ScalingActivityInProgress',
      `You cannot update the AutoScalingGroup ${group.name} while it is being deleted`,
    );
  const min = input.MinSize ?? group.min;
  const max = input.MaxSize ?? group.max;
  // A desired capacity that is not given follows the bounds.
  const desired = input.DesiredCapacity ?? Math.min(Math.max(group.desired, min), max);
  checkSizes({ min, max, desired });
  const policies = policiesFrom(input.TerminationPolicies);
  const subnetIds = subnetsFrom(world, input) ?? group.subnetIds;
  const template = input.LaunchTemplate ? templateFrom(world, input.LaunchTemplate) : group.template;
  if (desired !== group.desired) {
    group.pendingCause = at(
      world,
      `a user request update of AutoScalingGroup constraints to min: ${min}, max: ${max}, desired: ${desired} changing the desired capacity from ${group.desired} to ${desired}.`,
    );
  }
  Object.assign(group, { min, max, desired, subnetIds, template });
  group.healthCheckType = input.HealthCheckType ?? group.healthCheckType;
  group.healthCheckGraceSeconds = input.HealthCheckGracePeriod ?? group.healthCheckGraceSeconds;
  group.defaultCooldownSeconds = input.DefaultCooldown ?? group.defaultCooldownSeconds;
  group.terminationPolicies = policies ?? group.terminationPolicies;
  group.newInstancesProtected = input.NewInstancesProtectedFromScaleIn ?? group.newInstancesProtected;
  group.capacityRebalance = input.CapacityRebalance ?? group.capacityRebalance;
  // −1 takes it away again (Auto Scaling API, UpdateAutoScalingGroup).
  if (input.DefaultInstanceWarmup === -1) delete group.defaultWarmupSeconds;
  else if (input.DefaultInstanceWarmup !== undefined) group.defaultWarmupSeconds = input.DefaultInstanceWarmup;
  soon(world, group);
}

/** DeleteAutoScalingGroup: at once when it is empty, with `ForceDelete` once its instances have ended. */
export function deleteGroup(world: World, input: DeleteAutoScalingGroupType): void {
  const group = groupOf(world, input.AutoScalingGroupName ?? '');
  if (!input.ForceDelete && group.members.size + group.launching > 0) {
    throw new ServiceError(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    );
  }
  group.deleting = true;
  // Deletion waits for no hook (Auto Scaling API, DeleteAutoScalingGroup, ForceDelete).
  group.hooks.clear();
  const cause = at(world, 'an instance was taken out of service in response to a user request.');
  for (const member of [...group.members.values()]) {
    if (!member.lifecycle.startsWith('Terminating')) retireMember(world, group, member, cause);
    else member.waiting?.go('CONTINUE');
  }
  if (group.members.size === 0) dropGroup(world, group);
}
