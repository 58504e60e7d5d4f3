import type { RequestLaunchTemplateData, RunInstancesRequest } from '@aws-sdk/client-ec2';
import { type Instance, instances } from '../world/ec2.ts';
import { networks } from '../world/ec2-network.ts';
import { images, rootSnapshotId } from '../world/ec2-offers.ts';
import { volumes } from '../world/ec2-volumes.ts';
import { iam, instanceProfileByArn } from '../world/iam.ts';
import {
  type LaunchTemplate,
  launchSpecFrom,
  launchTemplateOf,
  launchTemplates,
  launchTemplateVersion,
} from '../world/launch-templates.ts';
import { securityGroups } from '../world/security-groups.ts';
import type { World } from '../world/world.ts';
import {
  type Demand,
  everything,
  type Fields,
  isRecord,
  passRole,
  recordsOf,
  type Target,
  tagsOf,
  textOf,
  textsOf,
} from './demand.ts';

/** What a request to EC2 demands of its caller's policies. */
export function ec2Demands(world: World, operation: string, input: Fields): readonly Demand[] {
  const action = `ec2:${operation}`;
  const on = (targets: readonly Target[]): Demand[] => [{ action, targets }];
  switch (operation) {
    case 'RunInstances':
      return runDemands(world, input, templateIn(world, input.LaunchTemplate));
    case 'TerminateInstances':
    case 'StopInstances':
    case 'StartInstances':
    case 'RebootInstances':
    case 'MonitorInstances':
    case 'UnmonitorInstances':
      return on(textsOf(input, 'InstanceIds').map((id) => existing(world, id)));
    case 'GetConsoleOutput':
    case 'DescribeInstanceAttribute':
    case 'ModifyInstanceMetadataOptions':
      return on([existing(world, textOf(input, 'InstanceId') ?? '')]);
    case 'ModifyInstanceAttribute':
      return on([
        existing(world, textOf(input, 'InstanceId') ?? ''),
        ...textsOf(input, 'Groups').map((id) => existing(world, id)),
      ]);
    case 'ModifyInstanceCreditSpecification': {
      const asked = recordsOf(input, 'InstanceCreditSpecifications').flatMap((one) => textsOf(one, 'InstanceId'));
      return on(asked.map((id) => existing(world, id)));
    }
    case 'AssociateIamInstanceProfile':
    case 'ReplaceIamInstanceProfileAssociation':
    case 'DisassociateIamInstanceProfile':
      return [...on([associatedInstance(world, input)]), ...profileDemands(world, input.IamInstanceProfile)];
    case 'DeleteVolume':
      return on([existing(world, textOf(input, 'VolumeId') ?? '*')]);
    case 'CreateTags':
    case 'DeleteTags': {
      const requestTags = tagsOf(input.Tags);
      return on(textsOf(input, 'Resources').map((id) => ({ ...existing(world, id), requestTags })));
    }
    case 'CreateSecurityGroup': {
      const vpc = textOf(input, 'VpcId');
      const targets = [created(world, 'security-group', input), ...(vpc === undefined ? [] : [existing(world, vpc)])];
      return [...on(targets), ...tagDemands(world, operation, input)];
    }
    case 'AuthorizeSecurityGroupIngress':
    case 'AuthorizeSecurityGroupEgress':
    case 'RevokeSecurityGroupIngress':
    case 'RevokeSecurityGroupEgress':
    case 'ModifySecurityGroupRules':
    case 'UpdateSecurityGroupRuleDescriptionsIngress':
    case 'UpdateSecurityGroupRuleDescriptionsEgress':
    case 'DeleteSecurityGroup':
      return on([existing(world, textOf(input, 'GroupId') ?? '*')]);
    case 'CreateLaunchTemplate':
      return [...on([created(world, 'launch-template', input)]), ...tagDemands(world, operation, input)];
    case 'CreateLaunchTemplateVersion':
    case 'ModifyLaunchTemplate':
    case 'DeleteLaunchTemplate':
    case 'DeleteLaunchTemplateVersions':
      return on([templateTarget(world, templateIn(world, input)?.template)]);
    case 'CreateKeyPair':
    case 'DeleteKeyPair': {
      const key = textOf(input, 'KeyName') ?? '*';
      return [
        ...on([{ ...created(world, 'key-pair', input), resource: arn(world, `key-pair/${key}`) }]),
        ...tagDemands(world, operation, input),
      ];
    }
    default:
      return on(everything);
  }
}

function arn(world: World, resource: string): string {
  return world.arn('ec2', resource);
}

const kinds: Readonly<Record<string, string>> = {
  i: 'instance',
  sg: 'security-group',
  sgr: 'security-group-rule',
  subnet: 'subnet',
  vpc: 'vpc',
  lt: 'launch-template',
  key: 'key-pair',
  vol: 'volume',
  eni: 'network-interface',
  ami: 'image',
};

/** A resource by its id, with what conditions may ask of it. */
function existing(world: World, id: string): Target {
  const kind = kinds[id.slice(0, Math.max(0, id.indexOf('-')))] ?? '*';
  const resource = arn(world, `${kind}/${id}`);
  switch (kind) {
    case 'instance':
      return instanceTarget(resource, instances(world).get(id));
    case 'security-group': {
      const group = securityGroups(world).get(id);
      return { resource, tags: group?.tags, keys: { 'ec2:Vpc': group && arn(world, `vpc/${group.vpcId}`) } };
    }
    case 'subnet': {
      const subnet = networks(world).subnets.get(id);
      return {
        resource,
        keys: { 'ec2:Vpc': subnet && arn(world, `vpc/${subnet.vpcId}`), 'ec2:AvailabilityZone': subnet?.zone },
      };
    }
    case 'volume':
      return { resource, tags: volumes(world).get(id)?.tags };
    case 'launch-template':
      return { resource, tags: launchTemplates(world).get(id)?.tags };
    default:
      return { resource };
  }
}

/** The instance of a profile's association, which is named by the instance or by the association. */
function associatedInstance(world: World, input: Fields): Target {
  const association = textOf(input, 'AssociationId');
  const owner = [...instances(world).values()].find((one) => one.profileAssociationId === association);
  return existing(world, textOf(input, 'InstanceId') ?? owner?.id ?? '*');
}

/** Who gives an instance a profile hands over the role in it. */
function profileDemands(world: World, specification: unknown): Demand[] {
  if (!isRecord(specification)) return [];
  const arnOf = textOf(specification, 'Arn');
  const name = textOf(specification, 'Name');
  const profile = arnOf === undefined ? iam(world).profiles.get(name ?? '') : instanceProfileByArn(world, arnOf);
  const role = profile?.roleName === undefined ? undefined : iam(world).roles.get(profile.roleName);
  return role ? [passRole(role.arn, 'ec2')] : [];
}

function instanceTarget(resource: string, instance: Instance | undefined): Target {
  return {
    resource,
    tags: instance?.tags,
    keys: {
      'ec2:InstanceType': instance?.type,
      'ec2:AvailabilityZone': instance?.zone,
      'ec2:InstanceProfile': instance?.iamInstanceProfileArn,
    },
  };
}

/** What is yet to be made has no id to name. */
function created(world: World, kind: string, input: Fields): Target {
  return { resource: arn(world, `${kind}/*`), requestTags: specifiedTags(input, kind) };
}

function specifiedTags(input: Fields, kind: string): ReadonlyMap<string, string> | undefined {
  const lists = recordsOf(input, 'TagSpecifications').filter((one) => one.ResourceType === kind);
  return tagsOf(lists.flatMap((one) => recordsOf(one, 'Tags')));
}

/** Tags that are given at creation demand the right to tag (EC2 User Guide, Grant permission to tag during creation). */
function tagDemands(world: World, operation: string, input: Fields): Demand[] {
  const given = new Set(recordsOf(input, 'TagSpecifications').map((one) => String(one.ResourceType)));
  const targets = [...given].map((kind): Target => {
    return { ...created(world, kind, input), keys: { 'ec2:CreateAction': operation } };
  });
  return targets.length > 0 ? [{ action: 'ec2:CreateTags', targets }] : [];
}

/** A launch template that a request names, with the data of the version it means. */
export interface NamedTemplate {
  readonly template: LaunchTemplate;
  readonly data: RequestLaunchTemplateData;
}

/** The launch template that a specification names; undefined when there is none, which the operation itself says. */
export function templateIn(world: World, specification: unknown): NamedTemplate | undefined {
  if (!isRecord(specification)) return undefined;
  const id = textOf(specification, 'LaunchTemplateId');
  const name = textOf(specification, 'LaunchTemplateName');
  const known = [...launchTemplates(world).values()].some((one) => one.id === id || one.name === name);
  if (!known) return undefined;
  const template = launchTemplateOf(world, { id, name });
  return { template, data: launchTemplateVersion(template, textOf(specification, 'Version')).data };
}

function templateTarget(world: World, template: LaunchTemplate | undefined): Target {
  return { resource: arn(world, `launch-template/${template?.id ?? '*'}`), tags: template?.tags };
}

/** The snapshots that a launch names for its disks. Their ARNs name no account; those of an image need not be named. */
function snapshotTargets(world: World, input: Fields): Target[] {
  return recordsOf(input, 'BlockDeviceMappings').flatMap(({ Ebs }) => {
    const id = isRecord(Ebs) ? textOf(Ebs, 'SnapshotId') : undefined;
    if (id === undefined) return [];
    const image = [...images(world).values()].find((one) => rootSnapshotId(one) === id);
    const owner = image && (image.ownerAlias ?? image.ownerId);
    const resource = `arn:aws:ec2:${world.settings.region}::snapshot/${id}`;
    return [{ resource, tags: image?.tags, keys: { 'ec2:Owner': owner } }];
  });
}

/** A launch demands the right to every part of it, and to hand over the role of its profile. */
export function runDemands(world: World, input: Fields, named: NamedTemplate | undefined): readonly Demand[] {
  const spec = launchSpecFrom(world, input as Partial<RunInstancesRequest> as RunInstancesRequest, named?.data);
  const subnet = networks(world).subnets.get(spec.subnetId);
  const vpc = subnet && arn(world, `vpc/${subnet.vpcId}`);
  const parts: Target[] = [
    {
      ...created(world, 'instance', input),
      requestTags: spec.tags,
      keys: {
        'ec2:InstanceProfile': spec.iamInstanceProfileArn,
        'ec2:InstanceType': spec.type,
        'ec2:AvailabilityZone': subnet?.zone,
        'ec2:MetadataHttpTokens': spec.metadata?.httpTokens,
      },
    },
    // Images belong to those who publish them: their ARNs name no account.
    { resource: `arn:aws:ec2:${world.settings.region}::image/${spec.imageId}` },
    ...(spec.subnetId === '' ? [] : [existing(world, spec.subnetId)]),
    { ...created(world, 'network-interface', input), keys: { 'ec2:Vpc': vpc } },
    ...spec.securityGroupIds.map((id) => existing(world, id)),
    created(world, 'volume', input),
    ...snapshotTargets(world, input),
    ...(spec.keyName === undefined ? [] : [{ resource: arn(world, `key-pair/${spec.keyName}`) }]),
    ...(named ? [templateTarget(world, named.template)] : []),
  ];
  return [
    { action: 'ec2:RunInstances', targets: parts },
    ...tagDemands(world, 'RunInstances', named ? { ...named.data, ...input } : input),
    ...profileDemands(world, spec.iamInstanceProfileArn === undefined ? {} : { Arn: spec.iamInstanceProfileArn }),
  ];
}
