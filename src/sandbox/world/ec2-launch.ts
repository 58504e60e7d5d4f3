import { freeAddresses, type Subnet, subnetOf } from './ec2-network.ts';
import { imageOf, instanceType } from './ec2-offers.ts';
import { type BlockDevice, type Disk, disksOf } from './ec2-volumes.ts';
import { instanceProfileByArn } from './iam.ts';
import { keyPairByName } from './key-pairs.ts';
import { defaultGroupIds, securityGroupOf } from './security-groups.ts';
import { ServiceError } from './service-error.ts';
import { perWorld, type World } from './world.ts';

/** What an instance's metadata service is set to. */
export interface MetadataOptions {
  httpTokens: 'optional' | 'required';
  hopLimit: number;
  endpoint: 'enabled' | 'disabled';
  instanceTags: 'enabled' | 'disabled';
}

/** What keeps an instance from being ended or stopped by mistake. */
export interface Protection {
  termination: boolean;
  stop: boolean;
}

/** What to launch. */
export interface LaunchSpec {
  imageId: string;
  type: string;
  subnetId: string;
  /** Empty: the VPC's default group. */
  securityGroupIds: readonly string[];
  keyName?: string;
  iamInstanceProfileArn?: string;
  /** Decoded. */
  userData?: string;
  tags: ReadonlyMap<string, string>;
  count: number;
  /** Default: what the subnet says. */
  associatePublicIp?: boolean;
  shutdownBehavior?: 'stop' | 'terminate';
  metadata?: Partial<MetadataOptions>;
  /** Disks beyond the image's root, and what of that one is to be another way. */
  blockDevices?: readonly BlockDevice[];
  volumeTags?: ReadonlyMap<string, string>;
  protection?: Partial<Protection>;
  /** Detailed monitoring. */
  monitored?: boolean;
  ebsOptimized?: boolean;
  /** Of a burstable instance; default: as its type does of itself. */
  cpuCredits?: 'standard' | 'unlimited';
  /** What the caller named the request, so that it happens once. */
  clientToken?: string;
}

/** A launch with everything looked up and found in order. */
export interface ResolvedLaunch {
  imageId: string;
  type: string;
  architecture: string;
  rootDeviceName: string;
  disks: readonly Disk[];
  volumeTags: ReadonlyMap<string, string>;
  subnet: Subnet;
  securityGroupIds: string[];
  keyName?: string;
  iamInstanceProfileArn?: string;
  userData: string;
  tags: ReadonlyMap<string, string>;
  count: number;
  publicAddress: boolean;
  shutdownBehavior: 'stop' | 'terminate';
  metadata: MetadataOptions;
  protection: Protection;
  monitored: boolean;
  ebsOptimized: boolean;
  cpuCredits?: 'standard' | 'unlimited';
  clientToken: string;
}

/** Zones in which EC2 has no capacity left: launches there fail with `InsufficientInstanceCapacity`. */
export const zonesWithoutCapacity = perWorld(() => new Set<string>());

/**
 * Checks of a launch what is the same in every subnet, as a dry run does: Auto Scaling asks it of a launch template before
 * a group takes it.
 */
export function checkLaunch(world: World, spec: Omit<LaunchSpec, 'count' | 'subnetId'>) {
  const image = imageOf(world, spec.imageId);
  const type = instanceType(spec.type);
  if (image.architecture !== type.architecture) {
    throw new ServiceError(
      'InvalidParameterValue',
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.`,
    );
  }
  const groups = spec.securityGroupIds.map((id) => securityGroupOf(world, id));
  if (spec.keyName !== undefined) keyPairByName(world, spec.keyName);
  if (spec.iamInstanceProfileArn !== undefined && !instanceProfileByArn(world, spec.iamInstanceProfileArn)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${spec.iamInstanceProfileArn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN`,
    );
  }
  // The API takes 16 KiB before it is encoded in base64.
  if (Buffer.byteLength(spec.userData ?? '') > 16_384) {
    throw new ServiceError('InvalidParameterValue', 'User data is limited to 16384 bytes');
  }
  return { image, type, groups, disks: disksOf(image, spec.blockDevices ?? []) };
}

/** Checks a launch in full before anything is made, so that it happens wholly or not at all. */
export function resolveLaunch(world: World, spec: LaunchSpec): ResolvedLaunch {
  const { image, type, groups, disks } = checkLaunch(world, spec);
  const subnet = subnetOf(world, spec.subnetId);
  const stranger = groups.find((group) => group.vpcId !== subnet.vpcId);
  if (stranger) {
    throw new ServiceError(
      'InvalidParameter',
      `Security group ${stranger.id} and subnet ${subnet.id} belong to different networks.`,
    );
  }
  if (zonesWithoutCapacity(world).has(subnet.zone)) {
    const others = world.settings.zones.filter((zone) => !zonesWithoutCapacity(world).has(zone));
    throw new ServiceError(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${spec.type} capacity in the Availability Zone you requested (${subnet.zone}). Our system will be working on provisioning additional capacity. You can currently get ${spec.type} capacity by not specifying an Availability Zone in your request or choosing ${others.join(', ')}.`,
      500,
    );
  }
  if (freeAddresses(subnet) < spec.count) {
    throw new ServiceError(
      'InsufficientFreeAddressesInSubnet',
      `There are not enough free addresses in subnet '${subnet.id}' to satisfy the requested number of instances.`,
    );
  }
  return {
    imageId: image.id,
    type: type.name,
    architecture: image.architecture,
    rootDeviceName: image.rootDeviceName,
    disks,
    volumeTags: spec.volumeTags ?? new Map(),
    subnet,
    securityGroupIds: groups.length > 0 ? groups.map((group) => group.id) : defaultGroupIds(world, subnet.vpcId),
    ...(spec.keyName === undefined ? {} : { keyName: spec.keyName }),
    ...(spec.iamInstanceProfileArn === undefined ? {} : { iamInstanceProfileArn: spec.iamInstanceProfileArn }),
    userData: spec.userData ?? '',
    tags: spec.tags,
    count: spec.count,
    publicAddress: spec.associatePublicIp ?? subnet.mapPublicIp,
    shutdownBehavior: spec.shutdownBehavior ?? 'stop',
    metadata: {
      // Amazon Linux 2023 images require IMDSv2 unless the launch says otherwise (AL2023 user guide).
      httpTokens: spec.metadata?.httpTokens ?? 'required',
      hopLimit: spec.metadata?.hopLimit ?? 2,
      endpoint: spec.metadata?.endpoint ?? 'enabled',
      instanceTags: spec.metadata?.instanceTags ?? 'disabled',
    },
    protection: { termination: spec.protection?.termination ?? false, stop: spec.protection?.stop ?? false },
    monitored: spec.monitored ?? false,
    ebsOptimized: spec.ebsOptimized ?? false,
    ...(spec.cpuCredits === undefined ? {} : { cpuCredits: spec.cpuCredits }),
    clientToken: spec.clientToken ?? '',
  };
}
