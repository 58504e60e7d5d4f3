import {
  DescribeInstanceAttribute$,
  type DescribeInstanceAttributeRequest,
  type InstanceAttribute,
  type InstanceAttributeName,
  ModifyInstanceAttribute$,
  type ModifyInstanceAttributeRequest,
  ModifyInstanceMetadataOptions$,
  type ModifyInstanceMetadataOptionsRequest,
  type ModifyInstanceMetadataOptionsResult,
  MonitorInstances$,
  type MonitorInstancesRequest,
  type MonitorInstancesResult,
  UnmonitorInstances$,
  type UnmonitorInstancesRequest,
  type UnmonitorInstancesResult,
} from '@aws-sdk/client-ec2';
import { type Instance, instanceOf } from '../world/ec2.ts';
import { instanceType } from '../world/ec2-offers.ts';
import { volumesOf } from '../world/ec2-volumes.ts';
import { securityGroupOf } from '../world/security-groups.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { groupsView, mappingView, metadataView } from './ec2-instance-view.ts';
import { type Operation, operation } from './operation.ts';

/** An attribute of an instance as DescribeInstanceAttribute tells it; what instances here never have is left empty. */
function attributeView(world: World, instance: Instance, name: InstanceAttributeName): InstanceAttribute {
  switch (name) {
    case 'instanceType':
      return { InstanceType: { Value: instance.type } };
    case 'userData':
      return {
        UserData: instance.userData === '' ? {} : { Value: Buffer.from(instance.userData).toString('base64') },
      };
    case 'disableApiTermination':
      return { DisableApiTermination: { Value: instance.protection.termination } };
    case 'disableApiStop':
      return { DisableApiStop: { Value: instance.protection.stop } };
    case 'instanceInitiatedShutdownBehavior':
      return { InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior } };
    case 'rootDeviceName':
      return { RootDeviceName: { Value: instance.rootDeviceName } };
    case 'blockDeviceMapping':
      return {
        BlockDeviceMappings: volumesOf(world, instance).map(mappingView),
      };
    case 'groupSet':
      return { Groups: groupsView(world, instance).map(({ GroupId }) => ({ GroupId })) };
    case 'sourceDestCheck':
      return { SourceDestCheck: { Value: instance.sourceDestCheck } };
    case 'ebsOptimized':
      return { EbsOptimized: { Value: instance.ebsOptimized } };
    case 'enaSupport':
      return { EnaSupport: { Value: true } };
    case 'enclaveOptions':
      return { EnclaveOptions: { Enabled: false } };
    case 'sriovNetSupport':
      return { SriovNetSupport: { Value: 'simple' } };
    case 'kernel':
      return { KernelId: {} };
    case 'ramdisk':
      return { RamdiskId: {} };
    case 'productCodes':
      return { ProductCodes: [] };
    default:
      throw new ServiceError('InvalidParameterValue', `Value (${name as string}) for parameter attribute is invalid.`);
  }
}

function requireStopped(instance: Instance): void {
  if (instance.state.name === 'stopped') return;
  throw new ServiceError('IncorrectInstanceState', `The instance '${instance.id}' is not in the 'stopped' state.`);
}

function newType(instance: Instance, name: string): () => void {
  requireStopped(instance);
  const type = instanceType(name);
  if (type.architecture !== instance.architecture) {
    throw new ServiceError(
      'InvalidParameterCombination',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${instance.architecture}' of the instance.`,
    );
  }
  return () => {
    instance.type = type.name;
  };
}

function newGroups(world: World, instance: Instance, ids: readonly string[]): () => void {
  const stranger = ids.map((id) => securityGroupOf(world, id)).find((group) => group.vpcId !== instance.vpcId);
  if (stranger) {
    throw new ServiceError(
      'InvalidGroup.NotFound',
      `The security group '${stranger.id}' does not exist in VPC '${instance.vpcId}'`,
    );
  }
  return () => {
    instance.securityGroupIds = [...new Set(ids)];
  };
}

function newMappings(
  world: World,
  instance: Instance,
  mappings: NonNullable<ModifyInstanceAttributeRequest['BlockDeviceMappings']>,
): () => void {
  const changes = mappings.map(({ DeviceName: device = '', Ebs: ebs }) => {
    const volume = volumesOf(world, instance).find((one) => one.device === device);
    if (volume) return { volume, keep: ebs?.DeleteOnTermination };
    throw new ServiceError('InvalidInstanceAttributeValue', `No device is currently mapped at ${device}`);
  });
  return () => {
    for (const { volume, keep } of changes) volume.deleteOnTermination = keep ?? volume.deleteOnTermination;
  };
}

/** The members by which a request says which attribute it changes; the older way is `Attribute` with `Value`. */
function spelledOut(input: ModifyInstanceAttributeRequest): ModifyInstanceAttributeRequest {
  const { Attribute: name, Value: text } = input;
  if (name === undefined || text === undefined) return input;
  const value = { Value: text };
  const flag = { Value: text.toLowerCase() === 'true' };
  const told: Partial<Record<InstanceAttributeName, ModifyInstanceAttributeRequest>> = {
    instanceType: { InstanceId: input.InstanceId, InstanceType: value },
    userData: { InstanceId: input.InstanceId, UserData: { Value: Buffer.from(text, 'base64') } },
    instanceInitiatedShutdownBehavior: { InstanceId: input.InstanceId, InstanceInitiatedShutdownBehavior: value },
    disableApiTermination: { InstanceId: input.InstanceId, DisableApiTermination: flag },
    disableApiStop: { InstanceId: input.InstanceId, DisableApiStop: flag },
    sourceDestCheck: { InstanceId: input.InstanceId, SourceDestCheck: flag },
    ebsOptimized: { InstanceId: input.InstanceId, EbsOptimized: flag },
  };
  const found = told[name];
  if (found) return found;
  throw new ServiceError('InvalidParameterValue', `Value (${name}) for parameter attribute is invalid.`);
}

/** What each of the named attributes will do to the instance, checked but not done yet. */
function changesOf(world: World, instance: Instance, input: ModifyInstanceAttributeRequest): (() => void)[] {
  const changes: (() => void)[] = [];
  const { InstanceInitiatedShutdownBehavior: behaviour, UserData: userData } = input;
  if (input.InstanceType?.Value !== undefined) changes.push(newType(instance, input.InstanceType.Value));
  if (input.Groups !== undefined && input.Groups.length > 0) changes.push(newGroups(world, instance, input.Groups));
  if (input.BlockDeviceMappings?.length) changes.push(newMappings(world, instance, input.BlockDeviceMappings));
  if (userData !== undefined) {
    requireStopped(instance);
    changes.push(() => {
      instance.userData = Buffer.from(userData.Value ?? []).toString('utf8');
    });
  }
  if (behaviour !== undefined) {
    const value = behaviour.Value;
    if (value !== 'stop' && value !== 'terminate') {
      throw new ServiceError(
        'InvalidParameterValue',
        `Invalid value '${value}' for InstanceInitiatedShutdownBehavior.`,
      );
    }
    changes.push(() => {
      instance.shutdownBehavior = value;
    });
  }
  if (input.DisableApiTermination !== undefined) {
    changes.push(() => {
      instance.protection.termination = input.DisableApiTermination?.Value === true;
    });
  }
  if (input.DisableApiStop !== undefined) {
    changes.push(() => {
      instance.protection.stop = input.DisableApiStop?.Value === true;
    });
  }
  if (input.SourceDestCheck !== undefined) {
    changes.push(() => {
      instance.sourceDestCheck = input.SourceDestCheck?.Value !== false;
    });
  }
  if (input.EbsOptimized !== undefined) {
    requireStopped(instance);
    changes.push(() => {
      instance.ebsOptimized = input.EbsOptimized?.Value === true;
    });
  }
  // The images here support ENA already, and it cannot be taken from them.
  if (input.EnaSupport !== undefined) {
    if (input.EnaSupport.Value === false) {
      throw new ServiceError('InvalidParameterCombination', 'ENA support cannot be disabled for an instance.');
    }
    changes.push(() => undefined);
  }
  return changes;
}

function monitoring(world: World, ids: readonly string[] | undefined, on: boolean): MonitorInstancesResult {
  const wanted = [...new Set(ids ?? [])].map((id) => instanceOf(world, id));
  for (const instance of wanted) instance.monitored = on;
  return {
    InstanceMonitorings: wanted.map(({ id }) => ({
      InstanceId: id,
      Monitoring: { State: on ? 'pending' : 'disabling' },
    })),
  };
}

/** What single instances are set to. */
export const instanceAttributeOperations: Record<string, Operation> = {
  DescribeInstanceAttribute: operation<DescribeInstanceAttributeRequest, InstanceAttribute>(
    DescribeInstanceAttribute$,
    (input, { world }) => {
      const instance = instanceOf(world, input.InstanceId ?? '');
      return {
        InstanceId: instance.id,
        ...attributeView(world, instance, input.Attribute ?? 'instanceType'),
      };
    },
  ),

  ModifyInstanceAttribute: operation<ModifyInstanceAttributeRequest, Record<string, never>>(
    ModifyInstanceAttribute$,
    (input, { world }) => {
      const instance = instanceOf(world, input.InstanceId ?? '');
      const [change, ...more] = changesOf(world, instance, spelledOut(input));
      if (!change) throw new ServiceError('InvalidParameterCombination', 'No attributes specified.');
      if (more.length > 0) {
        throw new ServiceError('InvalidParameterCombination', 'Fields for multiple attribute types specified');
      }
      change();
      return {};
    },
  ),

  ModifyInstanceMetadataOptions: operation<ModifyInstanceMetadataOptionsRequest, ModifyInstanceMetadataOptionsResult>(
    ModifyInstanceMetadataOptions$,
    (input, { world }) => {
      const instance = instanceOf(world, input.InstanceId ?? '');
      if (instance.state.name !== 'running' && instance.state.name !== 'stopped') {
        throw new ServiceError(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in the 'running' or 'stopped' state.`,
        );
      }
      const { metadata } = instance;
      metadata.httpTokens = input.HttpTokens ?? metadata.httpTokens;
      metadata.hopLimit = input.HttpPutResponseHopLimit ?? metadata.hopLimit;
      metadata.endpoint = input.HttpEndpoint ?? metadata.endpoint;
      metadata.instanceTags = input.InstanceMetadataTags ?? metadata.instanceTags;
      return {
        InstanceId: instance.id,
        InstanceMetadataOptions: { State: 'pending', ...metadataView(instance) },
      };
    },
  ),

  MonitorInstances: operation<MonitorInstancesRequest, MonitorInstancesResult>(MonitorInstances$, (input, { world }) =>
    monitoring(world, input.InstanceIds, true),
  ),

  UnmonitorInstances: operation<UnmonitorInstancesRequest, UnmonitorInstancesResult>(
    UnmonitorInstances$,
    (input, { world }) => monitoring(world, input.InstanceIds, false),
  ),
};
