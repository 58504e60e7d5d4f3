import type {
  AuthorizeSecurityGroupIngressRequest,
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  IpPermission,
} from '@aws-sdk/client-ec2';
import { sameValue, type ValueMap } from '../value.ts';
import {
  maps,
  optionalNumber,
  optionalText,
  type ResourceContext,
  type ResourceType,
  tags,
  text,
  unlessGone,
} from './resource-type.ts';

/** One rule of the template as EC2 has it. */
function permission(rule: ValueMap): IpPermission {
  const description = optionalText(rule.Description);
  const said = description === undefined ? {} : { Description: description };
  const group = optionalText(rule.SourceSecurityGroupId) ?? optionalText(rule.DestinationSecurityGroupId);
  const shaped: IpPermission = { IpProtocol: text(rule.IpProtocol) };
  const from = optionalNumber(rule.FromPort);
  const to = optionalNumber(rule.ToPort);
  if (from !== undefined) shaped.FromPort = from;
  if (to !== undefined) shaped.ToPort = to;
  if (rule.CidrIp !== undefined) shaped.IpRanges = [{ CidrIp: text(rule.CidrIp), ...said }];
  if (rule.CidrIpv6 !== undefined) shaped.Ipv6Ranges = [{ CidrIpv6: text(rule.CidrIpv6), ...said }];
  if (group !== undefined) shaped.UserIdGroupPairs = [{ GroupId: group, ...said }];
  return shaped;
}

type Direction = 'Ingress' | 'Egress';

function authorize(context: ResourceContext, groupId: string, direction: Direction, rules: readonly ValueMap[]): void {
  if (rules.length === 0) return;
  context.aws<AuthorizeSecurityGroupIngressRequest, unknown>('ec2', `AuthorizeSecurityGroup${direction}`, {
    GroupId: groupId,
    IpPermissions: rules.map(permission),
  });
}

function revoke(context: ResourceContext, groupId: string, direction: Direction, rules: readonly ValueMap[]): void {
  for (const rule of rules) {
    unlessGone(() =>
      context.aws<AuthorizeSecurityGroupIngressRequest, unknown>('ec2', `RevokeSecurityGroup${direction}`, {
        GroupId: groupId,
        IpPermissions: [permission(rule)],
      }),
    );
  }
}

const everywhere: ValueMap = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' };

/** AWS::EC2::SecurityGroup: the physical id is the group's id (every group is in a VPC). */
const securityGroup: ResourceType = {
  properties: {
    GroupDescription: 'replace',
    GroupName: 'replace',
    SecurityGroupEgress: 'in-place',
    SecurityGroupIngress: 'in-place',
    Tags: 'in-place',
    VpcId: 'replace',
  },
  required: ['GroupDescription'],
  attributes: ['GroupId', 'Id', 'VpcId'],
  create: (properties, context) => {
    const input: CreateSecurityGroupRequest = {
      GroupName: optionalText(properties.GroupName) ?? context.generatedName(255),
      Description: text(properties.GroupDescription),
      VpcId: optionalText(properties.VpcId),
      TagSpecifications: [{ ResourceType: 'security-group', Tags: tags(properties.Tags, context) }],
    };
    const { GroupId: id = '' } = context.aws<CreateSecurityGroupRequest, CreateSecurityGroupResult>(
      'ec2',
      'CreateSecurityGroup',
      input,
    );
    authorize(context, id, 'Ingress', maps(properties.SecurityGroupIngress));
    const egress = maps(properties.SecurityGroupEgress);
    if (egress.length > 0) {
      // A new group lets everything out; rules of one's own take the place of that.
      revoke(context, id, 'Egress', [everywhere]);
      authorize(context, id, 'Egress', egress);
    }
    const { SecurityGroups } = context.aws<DescribeSecurityGroupsRequest, DescribeSecurityGroupsResult>(
      'ec2',
      'DescribeSecurityGroups',
      { GroupIds: [id] },
    );
    return {
      physicalId: id,
      attributes: { GroupId: id, Id: id, VpcId: SecurityGroups?.[0]?.VpcId ?? text(properties.VpcId) },
    };
  },
  update: (physicalId, properties, previous, context) => {
    for (const direction of ['Ingress', 'Egress'] as const) {
      const before = maps(previous[`SecurityGroup${direction}`]);
      const after = maps(properties[`SecurityGroup${direction}`]);
      // New rules first: traffic that both sets let through is never cut.
      authorize(
        context,
        physicalId,
        direction,
        after.filter((rule) => !before.some((other) => sameValue(rule, other))),
      );
      revoke(
        context,
        physicalId,
        direction,
        before.filter((rule) => !after.some((other) => sameValue(rule, other))),
      );
    }
    context.aws('ec2', 'CreateTags', { Resources: [physicalId], Tags: tags(properties.Tags, context) });
    return { physicalId };
  },
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws('ec2', 'DeleteSecurityGroup', { GroupId: physicalId }));
    return undefined;
  },
};

/** AWS::EC2::SecurityGroupIngress and Egress: one rule; EC2 knows it by the group and what it says. */
function rule(direction: Direction, target: string): ResourceType {
  return {
    properties: Object.fromEntries(
      ['GroupId', 'IpProtocol', 'FromPort', 'ToPort', 'CidrIp', 'CidrIpv6', 'Description', target].map((name) => [
        name,
        'replace' as const,
      ]),
    ),
    required: ['IpProtocol', 'GroupId'],
    attributes: ['Id'],
    create: (properties, context) => {
      authorize(context, text(properties.GroupId), direction, [properties]);
      const id = context.world.id('sgr');
      return { physicalId: id, attributes: { Id: id } };
    },
    remove: (_physicalId, properties, context) => {
      revoke(context, text(properties.GroupId), direction, [properties]);
      return undefined;
    },
  };
}

export const securityGroupTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::EC2::SecurityGroup': securityGroup,
  'AWS::EC2::SecurityGroupIngress': rule('Ingress', 'SourceSecurityGroupId'),
  'AWS::EC2::SecurityGroupEgress': rule('Egress', 'DestinationSecurityGroupId'),
};
