import type {
  DescribeAccountAttributesResult,
  DescribeAddressesResult,
  DescribeDhcpOptionsResult,
  DescribeLaunchTemplateVersionsResult,
  DescribeNetworkAclsResult,
  DescribeVpcAttributeResult,
  DescribeVpcsResult,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { addNatGateway, addVpcEndpoint } from '../../../src/sandbox/world/ec2-network.ts';
import { anyImage, caller, defaultSubnets, failure, freshRegion } from '../world/fresh-region.ts';

function region() {
  const world = freshRegion();
  const aws = caller(world);
  return { world, ec2: <O>(name: string, input: object = {}): O => aws<O>('ec2', name, input) };
}

describe('a VPC', () => {
  it('has DNS, the set of DHCP options and a network ACL that lets all pass', () => {
    const { world, ec2 } = region();
    const [vpc] = ec2<DescribeVpcsResult>('DescribeVpcs').Vpcs ?? [];
    const attribute = (Attribute: string) =>
      ec2<DescribeVpcAttributeResult>('DescribeVpcAttribute', { VpcId: vpc?.VpcId, Attribute });
    expect(attribute('enableDnsSupport').EnableDnsSupport).toEqual({ Value: true });
    expect(attribute('enableDnsHostnames').EnableDnsHostnames).toEqual({ Value: true });
    const options = ec2<DescribeDhcpOptionsResult>('DescribeDhcpOptions').DhcpOptions ?? [];
    expect(options.map(({ DhcpOptionsId }) => DhcpOptionsId)).toEqual([vpc?.DhcpOptionsId]);
    const [acl] =
      ec2<DescribeNetworkAclsResult>('DescribeNetworkAcls', {
        Filters: [{ Name: 'association.subnet-id', Values: [defaultSubnets(world)[0]] }],
      }).NetworkAcls ?? [];
    expect(acl?.IsDefault).toBe(true);
    expect(acl?.Associations?.map(({ SubnetId }) => SubnetId)).toEqual(defaultSubnets(world));
    expect(acl?.Entries?.map(({ RuleNumber, RuleAction }) => [RuleNumber, RuleAction])).toEqual([
      [100, 'allow'],
      [32_767, 'deny'],
      [100, 'allow'],
      [32_767, 'deny'],
    ]);
  });
});

describe('an account', () => {
  it('has the limits of a new one, and elastic addresses only at its NAT gateways', () => {
    const { world, ec2 } = region();
    const { AccountAttributes } = ec2<DescribeAccountAttributesResult>('DescribeAccountAttributes', {
      AttributeNames: ['supported-platforms'],
    });
    expect(AccountAttributes).toEqual([
      { AttributeName: 'supported-platforms', AttributeValues: [{ AttributeValue: 'VPC' }] },
    ]);
    const addresses = (input: object = {}) => ec2<DescribeAddressesResult>('DescribeAddresses', input).Addresses;
    expect(addresses()).toEqual([]);
    const gateway = addNatGateway(world, defaultSubnets(world)[0] ?? '');
    expect(addresses()?.map(({ PublicIp, Domain }) => [PublicIp, Domain])).toEqual([[gateway.publicIp, 'vpc']]);
    expect(failure(() => addresses({ PublicIps: ['192.0.2.1'] })).code).toBe('InvalidAddress.NotFound');
  });

  it.each([
    ['DescribeVpcPeeringConnections', 'VpcPeeringConnections', { VpcPeeringConnectionIds: ['pcx-1'] }],
    ['DescribeFlowLogs', 'FlowLogs', { FlowLogIds: ['fl-1'] }],
    ['DescribeReservedInstances', 'ReservedInstances', { ReservedInstancesIds: ['x'] }],
    ['DescribeTransitGateways', 'TransitGateways', { TransitGatewayIds: ['tgw-1'] }],
  ])('%s: has none, and knows no id', (name, list, named) => {
    const { ec2 } = region();
    expect(ec2(name)).toEqual({ [list]: [] });
    expect(failure(() => ec2(name, named)).code).toMatch(/^Invalid/);
  });
});

describe('launch template versions', () => {
  it('are deleted but for the default, and their numbers do not come again', () => {
    const { world, ec2 } = region();
    const LaunchTemplateName = 'hosts';
    const LaunchTemplateData = { ImageId: anyImage(world), InstanceType: 't3.small' };
    ec2('CreateLaunchTemplate', { LaunchTemplateName, LaunchTemplateData });
    const add = () => ec2('CreateLaunchTemplateVersion', { LaunchTemplateName, LaunchTemplateData });
    const numbers = (input: object) =>
      ec2<DescribeLaunchTemplateVersionsResult>('DescribeLaunchTemplateVersions', input).LaunchTemplateVersions?.map(
        ({ VersionNumber }) => VersionNumber,
      );
    add();
    const remove = (...Versions: string[]) => ec2('DeleteLaunchTemplateVersions', { LaunchTemplateName, Versions });
    expect(failure(() => remove('1', '2')).code).toBe('InvalidParameterValue');
    expect(remove('2', '7')).toMatchObject({
      SuccessfullyDeletedLaunchTemplateVersions: [{ VersionNumber: 2 }],
      UnsuccessfullyDeletedLaunchTemplateVersions: [
        { VersionNumber: 7, ResponseError: { Code: 'launchTemplateVersionDoesNotExist' } },
      ],
    });
    add();
    expect(numbers({ LaunchTemplateName })).toEqual([3, 1]);
    expect(numbers({ Versions: ['$Latest'] })).toEqual([3]);
    expect(failure(() => numbers({ Versions: ['1'] })).code).toBe('MissingParameter');
  });
});

describe('the endpoints of a VPC', () => {
  it('are told with what they are for, and found by that', () => {
    const { world, ec2 } = region();
    const [VpcId = ''] = ec2<DescribeVpcsResult>('DescribeVpcs').Vpcs?.map((vpc) => vpc.VpcId ?? '') ?? [];
    const serviceName = 'com.amazonaws.eu-west-1.ecr.api';
    const { id } = addVpcEndpoint(world, {
      vpcId: VpcId,
      serviceName,
      type: 'Interface',
      subnetIds: defaultSubnets(world),
    });
    const found = (...Values: string[]) => ec2('DescribeVpcEndpoints', { Filters: [{ Name: 'service-name', Values }] });
    expect(found(serviceName)).toMatchObject({
      VpcEndpoints: [{ VpcEndpointId: id, VpcId, ServiceName: serviceName, PrivateDnsEnabled: true }],
    });
    expect(found('com.amazonaws.eu-west-1.s3')).toEqual({ VpcEndpoints: [] });
  });
});
