import type {
  AuthorizeSecurityGroupIngressResult,
  DescribeSecurityGroupRulesResult,
  DescribeSecurityGroupsResult,
  RevokeSecurityGroupIngressResult,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { caller, failure, freshRegion } from '../world/fresh-region.ts';

function made() {
  const aws = caller(freshRegion());
  const ec2 = <O>(name: string, input: object = {}): O => aws<O>('ec2', name, input);
  const { GroupId = '' } = ec2<{ GroupId?: string }>('CreateSecurityGroup', { GroupName: 'g', Description: 'g' });
  const rules = (input: object = { Filters: [{ Name: 'group-id', Values: [GroupId] }] }) =>
    ec2<DescribeSecurityGroupRulesResult>('DescribeSecurityGroupRules', input).SecurityGroupRules ?? [];
  const authorize = (CidrIp: string, more: object = {}) =>
    ec2<AuthorizeSecurityGroupIngressResult>('AuthorizeSecurityGroupIngress', {
      GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp }] }],
      ...more,
    }).SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '';
  return { ec2, GroupId, rules, authorize };
}

const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 };

describe('the rules of a security group', () => {
  it('are told one by one, with their direction', () => {
    const { GroupId, rules, authorize } = made();
    const id = authorize('192.0.2.0/24');
    expect(rules().map(({ IsEgress, CidrIpv4, FromPort }) => [IsEgress, CidrIpv4, FromPort])).toEqual([
      [false, '192.0.2.0/24', 22],
      [true, '0.0.0.0/0', -1],
    ]);
    expect(rules({ SecurityGroupRuleIds: [id] })).toEqual([
      expect.objectContaining({ SecurityGroupRuleId: id, GroupId, GroupOwnerId: '123456789012', Tags: [] }),
    ]);
    expect(failure(() => rules({ SecurityGroupRuleIds: ['sgr-0123456789abcdef0'] })).code).toBe(
      'InvalidSecurityGroupRuleId.NotFound',
    );
  });

  it('have tags of their own', () => {
    const { ec2, rules, authorize } = made();
    const id = authorize('192.0.2.0/24', {
      TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: [{ Key: 'who', Value: 'ci' }] }],
    });
    ec2('CreateTags', { Resources: [id], Tags: [{ Key: 'until', Value: 'monday' }] });
    const tagged = rules({ Filters: [{ Name: 'tag:until', Values: ['monday'] }] });
    expect(tagged.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId)).toEqual([id]);
    expect(tagged[0]?.Tags).toHaveLength(2);
  });

  it('are changed as a whole under the same id, unless another says the same', () => {
    const { ec2, GroupId, rules, authorize } = made();
    const [one, two] = [authorize('192.0.2.0/24'), authorize('198.51.100.0/24')];
    const change = (id: string, SecurityGroupRule: object) =>
      ec2('ModifySecurityGroupRules', {
        GroupId,
        SecurityGroupRules: [{ SecurityGroupRuleId: id, SecurityGroupRule }],
      });
    expect(failure(() => change(one, { ...ssh, CidrIpv4: '198.51.100.0/24' })).code).toBe(
      'InvalidPermission.Duplicate',
    );
    expect(failure(() => change(one, ssh)).code).toBe('InvalidParameterCombination');
    change(one, { ...ssh, CidrIpv4: '203.0.113.7/32', Description: 'me' });
    expect(
      rules({ SecurityGroupRuleIds: [one, two] }).map(({ CidrIpv4, Description }) => [CidrIpv4, Description]),
    ).toEqual([
      ['203.0.113.7/32', 'me'],
      ['198.51.100.0/24', undefined],
    ]);
  });

  it('are described anew by what they say, and by their id', () => {
    const { ec2, GroupId, rules, authorize } = made();
    const id = authorize('192.0.2.0/24');
    const told = () => rules({ SecurityGroupRuleIds: [id] })[0]?.Description;
    const update = (input: object) => ec2('UpdateSecurityGroupRuleDescriptionsIngress', { GroupId, ...input });
    update({ IpPermissions: [{ ...ssh, IpRanges: [{ CidrIp: '192.0.2.0/24', Description: 'office' }] }] });
    expect(told()).toBe('office');
    update({ SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId: id, Description: '' }] });
    expect(told()).toBeUndefined();
    const other = [{ ...ssh, IpRanges: [{ CidrIp: '192.0.2.0/25' }] }];
    expect(failure(() => update({ IpPermissions: other })).code).toBe('InvalidPermission.NotFound');
    expect(failure(() => update({})).code).toBe('MissingParameter');
  });

  it('lose the host bits of their block, and are refused a block that is none', () => {
    const { rules, authorize } = made();
    const id = authorize('192.0.2.77/24');
    expect(rules({ SecurityGroupRuleIds: [id] })[0]?.CidrIpv4).toBe('192.0.2.0/24');
    for (const cidr of ['192.0.2.1', '192.0.2.1/33', '192.0.2/24', '192.0.2.256/32']) {
      expect(failure(() => authorize(cidr)).message).toBe(`CIDR block ${cidr} is malformed`);
    }
  });

  it('are named when they are taken away', () => {
    const { ec2, GroupId, authorize } = made();
    const id = authorize('192.0.2.0/24');
    const { RevokedSecurityGroupRules } = ec2<RevokeSecurityGroupIngressResult>('RevokeSecurityGroupIngress', {
      GroupId,
      SecurityGroupRuleIds: [id],
    });
    expect(RevokedSecurityGroupRules).toEqual([
      expect.objectContaining({ SecurityGroupRuleId: id, GroupId, CidrIpv4: '192.0.2.0/24' }),
    ]);
  });
});

describe('security groups', () => {
  it('are found by what their rules let pass, and by name in the default VPC only', () => {
    const { ec2, GroupId, authorize } = made();
    authorize('192.0.2.0/24');
    const found = (input: object) =>
      ec2<DescribeSecurityGroupsResult>('DescribeSecurityGroups', input).SecurityGroups?.map((one) => one.GroupId);
    expect(found({ Filters: [{ Name: 'ip-permission.from-port', Values: ['22'] }] })).toEqual([GroupId]);
    expect(found({ Filters: [{ Name: 'ip-permission.cidr', Values: ['192.0.2.*'] }] })).toEqual([GroupId]);
    expect(found({ Filters: [{ Name: 'egress.ip-permission.protocol', Values: ['tcp'] }] })).toEqual([]);
    expect(found({ GroupNames: ['g'] })).toEqual([GroupId]);
    expect(failure(() => found({ GroupNames: ['none'] }))).toMatchObject({
      code: 'InvalidGroup.NotFound',
      message: expect.stringMatching(/^The security group 'none' does not exist in default VPC 'vpc-/),
    });
  });
});
