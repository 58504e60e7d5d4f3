import type {
  CreateKeyPairRequest,
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  KeyPair,
  RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { isMap, type Value, type ValueMap } from '../value.ts';
import {
  map,
  maps,
  optionalText,
  type ResourceContext,
  type ResourceType,
  tags,
  text,
  unlessGone,
} from './resource-type.ts';

const numbers = ['DeviceIndex', 'HttpPutResponseHopLimit', 'Iops', 'Throughput', 'VolumeSize', 'NetworkCardIndex'];
const truths = [
  'AssociatePublicIpAddress',
  'DeleteOnTermination',
  'DisableApiTermination',
  'EbsOptimized',
  'Enabled',
  'Encrypted',
];

function launchData(value: Value): Value {
  if (Array.isArray(value)) return value.map(launchData);
  if (!isMap(value)) return value;
  const shaped: ValueMap = {};
  for (const [name, item] of Object.entries(value)) {
    if (numbers.includes(name)) shaped[name] = Number(item);
    else if (truths.includes(name)) shaped[name] = String(item) === 'true';
    else shaped[name] = launchData(item);
  }
  return shaped;
}

function templateData(properties: ValueMap): RequestLaunchTemplateData {
  return map(launchData(properties.LaunchTemplateData)) as unknown as RequestLaunchTemplateData;
}

/** AWS::EC2::LaunchTemplate: the physical id is its id; a change makes a new version. */
const launchTemplate: ResourceType = {
  properties: {
    LaunchTemplateData: 'in-place',
    LaunchTemplateName: 'replace',
    TagSpecifications: 'replace',
    VersionDescription: 'in-place',
  },
  required: ['LaunchTemplateData'],
  attributes: ['DefaultVersionNumber', 'LatestVersionNumber', 'LaunchTemplateId'],
  volatile: ['LatestVersionNumber'],
  create: (properties, context) => {
    const own = maps(properties.TagSpecifications).find((entry) => entry.ResourceType === 'launch-template');
    const made = context.aws<CreateLaunchTemplateRequest, CreateLaunchTemplateResult>('ec2', 'CreateLaunchTemplate', {
      // The stack's name is no part of the name that CloudFormation makes for a launch template.
      LaunchTemplateName:
        optionalText(properties.LaunchTemplateName) ?? `${context.logicalId.slice(0, 115)}_${context.world.hex(12)}`,
      VersionDescription: optionalText(properties.VersionDescription),
      LaunchTemplateData: templateData(properties),
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: tags(own?.Tags, context) }],
    });
    const id = made.LaunchTemplate?.LaunchTemplateId ?? '';
    return {
      physicalId: id,
      attributes: {
        LaunchTemplateId: id,
        DefaultVersionNumber: text(made.LaunchTemplate?.DefaultVersionNumber ?? 1),
        LatestVersionNumber: text(made.LaunchTemplate?.LatestVersionNumber ?? 1),
      },
    };
  },
  update: (physicalId, properties, _previous, context) => {
    const made = context.aws<CreateLaunchTemplateVersionRequest, CreateLaunchTemplateVersionResult>(
      'ec2',
      'CreateLaunchTemplateVersion',
      {
        LaunchTemplateId: physicalId,
        VersionDescription: optionalText(properties.VersionDescription),
        LaunchTemplateData: templateData(properties),
      },
    );
    const latest = made.LaunchTemplateVersion?.VersionNumber ?? 1;
    return {
      physicalId,
      attributes: { LaunchTemplateId: physicalId, DefaultVersionNumber: '1', LatestVersionNumber: text(latest) },
    };
  },
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws('ec2', 'DeleteLaunchTemplate', { LaunchTemplateId: physicalId }));
    return undefined;
  },
};

function keyPairRequest(properties: ValueMap, context: ResourceContext): CreateKeyPairRequest {
  return {
    KeyName: text(properties.KeyName),
    KeyType: (optionalText(properties.KeyType) ?? 'rsa') as CreateKeyPairRequest['KeyType'],
    KeyFormat: (optionalText(properties.KeyFormat) ?? 'pem') as CreateKeyPairRequest['KeyFormat'],
    TagSpecifications: [{ ResourceType: 'key-pair', Tags: tags(properties.Tags, context) }],
  };
}

/**
 * AWS::EC2::KeyPair: the physical id is its name. CloudFormation keeps the private key as the SecureString
 * `/ec2/keypair/{key pair id}` in the Parameter Store, and deletes it with the pair.
 */
const keyPair: ResourceType = {
  properties: {
    KeyFormat: 'replace',
    KeyName: 'replace',
    KeyType: 'replace',
    PublicKeyMaterial: 'replace',
    Tags: 'replace',
  },
  required: ['KeyName'],
  attributes: ['KeyFingerprint', 'KeyPairId'],
  create: (properties, context) => {
    const made = context.aws<CreateKeyPairRequest, KeyPair>(
      'ec2',
      'CreateKeyPair',
      keyPairRequest(properties, context),
    );
    const id = made.KeyPairId ?? '';
    context.aws('ssm', 'PutParameter', {
      Name: `/ec2/keypair/${id}`,
      Value: made.KeyMaterial ?? '',
      Type: 'SecureString',
      Overwrite: true,
    });
    return {
      physicalId: text(properties.KeyName),
      attributes: { KeyPairId: id, KeyFingerprint: made.KeyFingerprint ?? '' },
    };
  },
  remove: (physicalId, _properties, { aws }) => {
    let id: string | undefined;
    unlessGone(() => {
      const { KeyPairs } = aws<{ KeyNames: string[] }, { KeyPairs?: { KeyPairId?: string }[] }>(
        'ec2',
        'DescribeKeyPairs',
        {
          KeyNames: [physicalId],
        },
      );
      id = KeyPairs?.[0]?.KeyPairId;
    });
    unlessGone(() => aws('ec2', 'DeleteKeyPair', { KeyName: physicalId }));
    if (id !== undefined) unlessGone(() => aws('ssm', 'DeleteParameter', { Name: `/ec2/keypair/${id}` }));
    return undefined;
  },
};

export const ec2Types: Readonly<Record<string, ResourceType>> = {
  'AWS::EC2::LaunchTemplate': launchTemplate,
  'AWS::EC2::KeyPair': keyPair,
};
