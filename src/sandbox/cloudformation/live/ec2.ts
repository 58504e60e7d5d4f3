import type {
  DescribeKeyPairsResult,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsResult,
  DescribeSecurityGroupsResult,
  IpPermission,
} from '@aws-sdk/client-ec2';
import { maps, type ResourceContext, tags } from '../resources/resource-type.ts';
import type { Value, ValueMap } from '../value.ts';
import { found, given, type LiveType, ownTags, values } from './live-type.ts';

/** The rules of a group as a template writes them: one for each block or group they name. */
function rules(permissions: readonly IpPermission[] | undefined, groupProperty: string): Value {
  return (permissions ?? []).flatMap(({ IpProtocol, FromPort, ToPort, IpRanges, Ipv6Ranges, UserIdGroupPairs }) => {
    const ports = { IpProtocol, FromPort, ToPort };
    return [
      ...(IpRanges ?? []).map(({ CidrIp, Description }) => given({ ...ports, CidrIp, Description })),
      ...(Ipv6Ranges ?? []).map(({ CidrIpv6, Description }) => given({ ...ports, CidrIpv6, Description })),
      ...(UserIdGroupPairs ?? []).map(({ GroupId, Description }) =>
        given({ ...ports, [groupProperty]: GroupId, Description }),
      ),
    ];
  });
}

const securityGroup: LiveType = {
  read: (physicalId, expected, context) => {
    const answer = found(() =>
      context.aws<object, DescribeSecurityGroupsResult>('ec2', 'DescribeSecurityGroups', { GroupIds: [physicalId] }),
    );
    const group = answer?.SecurityGroups?.[0];
    if (!group) return undefined;
    return {
      GroupDescription: group.Description,
      GroupName: group.GroupName,
      VpcId: group.VpcId,
      SecurityGroupIngress: rules(group.IpPermissions, 'SourceSecurityGroupId'),
      SecurityGroupEgress: rules(group.IpPermissionsEgress, 'DestinationSecurityGroupId'),
      Tags: ownTags(expected.Tags, group.Tags, context),
    };
  },
  tag: tagResource,
};

/** Tags what EC2 knows by its id. */
function tagResource(
  physicalId: string,
  properties: ValueMap,
  removed: readonly string[],
  context: ResourceContext,
): void {
  const resources = { Resources: [physicalId] };
  const Tags = tags(properties.Tags, context);
  if (Tags.length > 0) context.aws('ec2', 'CreateTags', { ...resources, Tags });
  if (removed.length > 0) context.aws('ec2', 'DeleteTags', { ...resources, Tags: removed.map((Key) => ({ Key })) });
}

const launchTemplate: LiveType = {
  read: (physicalId, expected, context) => {
    const template = found(() =>
      context.aws<object, DescribeLaunchTemplatesResult>('ec2', 'DescribeLaunchTemplates', {
        LaunchTemplateIds: [physicalId],
      }),
    )?.LaunchTemplates?.[0];
    if (!template) return undefined;
    // The newest version: it is what the attribute LatestVersionNumber stands for.
    const { LaunchTemplateVersions } = context.aws<object, DescribeLaunchTemplateVersionsResult>(
      'ec2',
      'DescribeLaunchTemplateVersions',
      { LaunchTemplateId: physicalId, Versions: ['$Latest'] },
    );
    const stated = maps(expected.TagSpecifications).find(({ ResourceType }) => ResourceType === 'launch-template');
    return {
      LaunchTemplateName: template.LaunchTemplateName,
      LaunchTemplateData: values(LaunchTemplateVersions?.[0]?.LaunchTemplateData),
      VersionDescription: LaunchTemplateVersions?.[0]?.VersionDescription,
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: ownTags(stated?.Tags, template.Tags, context) }],
    };
  },
};

const keyPair: LiveType = {
  read: (physicalId, expected, context) => {
    const pair = found(() =>
      context.aws<object, DescribeKeyPairsResult>('ec2', 'DescribeKeyPairs', { KeyNames: [physicalId] }),
    )?.KeyPairs?.[0];
    if (!pair) return undefined;
    return { KeyName: pair.KeyName, KeyType: pair.KeyType, Tags: ownTags(expected.Tags, pair.Tags, context) };
  },
};

export const ec2Live: Readonly<Record<string, LiveType>> = {
  'AWS::EC2::KeyPair': keyPair,
  'AWS::EC2::LaunchTemplate': launchTemplate,
  'AWS::EC2::SecurityGroup': securityGroup,
};
