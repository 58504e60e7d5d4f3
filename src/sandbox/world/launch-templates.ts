import type { RequestLaunchTemplateData, RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { LaunchSpec } from './ec2-launch.ts';
import type { BlockDevice } from './ec2-volumes.ts';
import { instanceProfileOf } from './iam.ts';
import { securityGroups } from './security-groups.ts';
import { ServiceError } from './service-error.ts';
import { parameters } from './ssm.ts';
import { type Tags, tagsFrom } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface LaunchTemplateVersion {
  number: number;
  description?: string;
  createdAt: number;
  data: RequestLaunchTemplateData;
}

export interface LaunchTemplate {
  id: string;
  name: string;
  createdAt: number;
  createdBy: string;
  defaultVersion: number;
  /** The highest number ever given; those of deleted versions do not come again. */
  lastNumber: number;
  /** Oldest first; the last is `$Latest`. */
  versions: LaunchTemplateVersion[];
  tags: Tags;
}

/** The region's launch templates, by id. */
export const launchTemplates = perWorld(() => new Map<string, LaunchTemplate>());

/** The launch template named one way or the other, or EC2's error for it. */
export function launchTemplateOf(
  world: World,
  by: { id?: string | undefined; name?: string | undefined },
): LaunchTemplate {
  if (by.id !== undefined) {
    const template = launchTemplates(world).get(by.id);
    if (template) return template;
    throw new ServiceError(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${by.id}, does not exist.`,
    );
  }
  const template = [...launchTemplates(world).values()].find((other) => other.name === by.name);
  if (template) return template;
  throw new ServiceError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${by.name ?? ''}, does not exist.`,
  );
}

/** The version a text names: a number, `$Latest`, or `$Default`, which is also what no text means. */
export function launchTemplateVersion(template: LaunchTemplate, version: string | undefined): LaunchTemplateVersion {
  const latest = template.versions.at(-1)?.number ?? 0;
  const wanted =
    version === '$Latest'
      ? latest
      : version === undefined || version === '$Default'
        ? template.defaultVersion
        : Number(version);
  const found = template.versions.find((other) => other.number === wanted);
  if (found) return found;
  throw new ServiceError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${version ?? '$Default'} for the launch template with ID ${template.id}.`,
  );
}

/** What RunInstances and launch templates have in common. */
type LaunchData = RequestLaunchTemplateData &
  Pick<RunInstancesRequest, 'SubnetId' | 'UserData' | 'TagSpecifications' | 'SecurityGroups'>;

/**
 * Reads a launch out of a request, its launch template's data laid below it: what the request says wins, whole member by
 * whole member, except tags, which are joined.
 */
export function launchSpecFrom(
  world: World,
  request: LaunchData,
  template: RequestLaunchTemplateData = {},
): Omit<LaunchSpec, 'count'> {
  const said = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
  const data: LaunchData = { ...template, ...said };
  const nic = data.NetworkInterfaces?.find((other) => (other.DeviceIndex ?? 0) === 0);
  const subnetId = data.SubnetId ?? nic?.SubnetId;
  if (data.InstanceMarketOptions?.MarketType === 'spot') {
    throw new ServiceError(
      'UnsupportedOperation',
      'This sandbox has no Spot Instances: leave InstanceMarketOptions out.',
    );
  }
  const credits = data.CreditSpecification?.CpuCredits;
  const profile = data.IamInstanceProfile;
  const profileArn = profile?.Arn ?? (profile?.Name === undefined ? undefined : profileNamed(world, profile.Name));
  const metadata = data.MetadataOptions;
  return {
    imageId: imageIdFrom(world, data.ImageId),
    type: data.InstanceType ?? 'm1.small',
    subnetId: subnetId ?? '',
    securityGroupIds: [...(nic?.Groups ?? data.SecurityGroupIds ?? []), ...namedGroups(world, data.SecurityGroups)],
    ...(data.KeyName === undefined ? {} : { keyName: data.KeyName }),
    ...(profileArn === undefined ? {} : { iamInstanceProfileArn: profileArn }),
    userData: decodeUserData(data.UserData ?? ''),
    tags: new Map([...tagsOf(template, 'instance'), ...tagsOf(request, 'instance')]),
    volumeTags: new Map([...tagsOf(template, 'volume'), ...tagsOf(request, 'volume')]),
    blockDevices: blockDevicesFrom(data.BlockDeviceMappings),
    ...(nic?.AssociatePublicIpAddress === undefined ? {} : { associatePublicIp: nic.AssociatePublicIpAddress }),
    shutdownBehavior: data.InstanceInitiatedShutdownBehavior === 'terminate' ? 'terminate' : 'stop',
    metadata: {
      ...(metadata?.HttpTokens === undefined
        ? {}
        : { httpTokens: metadata.HttpTokens === 'optional' ? 'optional' : 'required' }),
      ...(metadata?.HttpEndpoint === undefined ? {} : { endpoint: metadata.HttpEndpoint }),
      ...(metadata?.InstanceMetadataTags === undefined ? {} : { instanceTags: metadata.InstanceMetadataTags }),
      ...(metadata?.HttpPutResponseHopLimit === undefined ? {} : { hopLimit: metadata.HttpPutResponseHopLimit }),
    },
    protection: {
      ...(data.DisableApiTermination === undefined ? {} : { termination: data.DisableApiTermination }),
      ...(data.DisableApiStop === undefined ? {} : { stop: data.DisableApiStop }),
    },
    ...(data.Monitoring?.Enabled === undefined ? {} : { monitored: data.Monitoring.Enabled }),
    ...(data.EbsOptimized === undefined ? {} : { ebsOptimized: data.EbsOptimized }),
    ...(credits === undefined ? {} : { cpuCredits: credits === 'standard' ? 'standard' : 'unlimited' }),
  };
}

/** The disks of a launch; a mapping of instance storage (`VirtualName`, `NoDevice`) is none. */
function blockDevicesFrom(mappings: LaunchData['BlockDeviceMappings']): BlockDevice[] {
  return (mappings ?? []).flatMap(({ DeviceName: device, Ebs: ebs }) => {
    if (device === undefined || ebs === undefined) return [];
    return [
      {
        device,
        ...(ebs.VolumeSize === undefined ? {} : { size: ebs.VolumeSize }),
        ...(ebs.VolumeType === undefined ? {} : { type: ebs.VolumeType }),
        ...(ebs.Iops === undefined ? {} : { iops: ebs.Iops }),
        ...(ebs.Throughput === undefined ? {} : { throughput: ebs.Throughput }),
        ...(ebs.Encrypted === undefined ? {} : { encrypted: ebs.Encrypted }),
        ...(ebs.DeleteOnTermination === undefined ? {} : { deleteOnTermination: ebs.DeleteOnTermination }),
        ...(ebs.SnapshotId === undefined ? {} : { snapshotId: ebs.SnapshotId }),
      },
    ];
  });
}

function tagsOf({ TagSpecifications }: Pick<LaunchData, 'TagSpecifications'>, kind: 'instance' | 'volume'): Tags {
  const tags: Tags = new Map();
  for (const specification of TagSpecifications ?? []) {
    if (specification.ResourceType !== kind) continue;
    for (const [key, value] of tagsFrom(specification.Tags)) tags.set(key, value);
  }
  return tags;
}

/** An image id, or `resolve:ssm:NAME` as launch templates may give it. */
function imageIdFrom(world: World, text: string | undefined): string {
  if (text === undefined) throw new ServiceError('MissingParameter', 'The request must contain the parameter ImageId');
  if (!text.startsWith('resolve:ssm:')) return text;
  const name = text.slice('resolve:ssm:'.length).replace(/:\d+$/, '');
  const parameter = parameters(world).get(name);
  if (!parameter) {
    throw new ServiceError(
      'InvalidParameterValue',
      `The parameter ${name} was not found in Systems Manager Parameter Store.`,
    );
  }
  return parameter.value();
}

/** ARN of the profile of a name, or EC2's error for it. */
export function profileNamed(world: World, name: string): string {
  try {
    return instanceProfileOf(world, name).arn;
  } catch {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    );
  }
}

function namedGroups(world: World, names: readonly string[] | undefined): string[] {
  return (names ?? []).map((name) => {
    const group = [...securityGroups(world).values()].find((other) => other.name === name);
    if (!group)
      throw new ServiceError('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC`);
    return group.id;
  });
}

function decodeUserData(text: string): string {
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) {
    throw new ServiceError('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data');
  }
  return Buffer.from(text, 'base64').toString('utf8');
}
