import type {
  DescribeIamInstanceProfileAssociationsResult,
  DescribeInstanceCreditSpecificationsResult,
  DescribeInstanceStatusResult,
  DescribeInstancesResult,
  GetLaunchTemplateDataResult,
  InstanceAttribute,
  ModifyInstanceMetadataOptionsResult,
  Reservation,
  RunInstancesRequest,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { impairInstance, shutDownFromInside } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { anyImage, caller, defaultSubnets, failure, freshRegion, minute } from '../world/fresh-region.ts';

function region() {
  const world = freshRegion();
  const aws = caller(world);
  const ec2 = <O>(name: string, input: object = {}): O => aws<O>('ec2', name, input);
  const launch = (more: Partial<RunInstancesRequest> = {}) =>
    ec2<Reservation>('RunInstances', {
      ImageId: anyImage(world),
      InstanceType: 't3.small',
      SubnetId: defaultSubnets(world)[0],
      MinCount: 1,
      MaxCount: 1,
      ...more,
    }).Instances ?? [];
  const running = (more: Partial<RunInstancesRequest> = {}) => {
    const id = launch(more)[0]?.InstanceId ?? '';
    world.advance(3 * minute);
    return id;
  };
  const described = (input: object = {}) =>
    (ec2<DescribeInstancesResult>('DescribeInstances', input).Reservations ?? []).flatMap(
      ({ Instances }) => Instances ?? [],
    );
  const attribute = (InstanceId: string, Attribute: string) =>
    ec2<InstanceAttribute>('DescribeInstanceAttribute', { InstanceId, Attribute });
  return { world, aws, ec2, launch, running, described, attribute };
}

const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

describe('RunInstances', () => {
  it('answers before there is a public address or a disk, and says pending for a reason', () => {
    const { launch, described } = region();
    const [first, second] = launch({ MinCount: 2, MaxCount: 2, ClientToken: 'once' });
    expect(first).toMatchObject({
      BlockDeviceMappings: [],
      PublicDnsName: '',
      StateReason: { Code: 'pending', Message: 'pending' },
      AmiLaunchIndex: 0,
      ClientToken: 'once',
    });
    expect(first?.PublicIpAddress).toBeUndefined();
    expect(second?.AmiLaunchIndex).toBe(1);
    const [now] = described({ InstanceIds: [first?.InstanceId] });
    expect(now?.BlockDeviceMappings).toHaveLength(1);
    expect(now?.PublicIpAddress).toMatch(/^198\.18\./);
    expect(launch({ MinCount: 2, MaxCount: 2, ClientToken: 'once' }).map(({ InstanceId }) => InstanceId)).toEqual([
      first?.InstanceId,
      second?.InstanceId,
    ]);
  });

  it('tells times in whole seconds', () => {
    const { world, running, described } = region();
    world.advance(400);
    running();
    expect(described()[0]?.LaunchTime?.getUTCMilliseconds()).toBe(0);
  });
});

describe('the filters of DescribeInstances', () => {
  it('find an instance by its disk, its interface, its profile and its metadata service', () => {
    const { running, described } = region();
    const id = running({ MetadataOptions: { HttpTokens: 'optional' } });
    const [one] = described();
    const found = (name: string, value: string | undefined) =>
      described(filter(name, value ?? 'nothing')).map(({ InstanceId }) => InstanceId);
    expect(found('block-device-mapping.volume-id', one?.BlockDeviceMappings?.[0]?.Ebs?.VolumeId)).toEqual([id]);
    expect(found('network-interface.network-interface-id', one?.NetworkInterfaces?.[0]?.NetworkInterfaceId)).toEqual([
      id,
    ]);
    expect(found('metadata-options.http-tokens', 'optional')).toEqual([id]);
    expect(found('metadata-options.http-tokens', 'required')).toEqual([]);
    expect(found('instance.group-name', 'default')).toEqual([id]);
    expect(found('platform', 'windows')).toEqual([]);
    expect(failure(() => found('ram', '1')).message).toBe("The filter 'ram' is invalid");
  });

  it('find what is ill, and it is told since when', () => {
    const { world, ec2, running } = region();
    const id = running();
    const ill = () =>
      ec2<DescribeInstanceStatusResult>('DescribeInstanceStatus', filter('instance-status.reachability', 'failed'))
        .InstanceStatuses ?? [];
    expect(ill()).toEqual([]);
    impairInstance(world, id, true);
    expect(ill()[0]?.InstanceStatus?.Details).toEqual([
      { Name: 'reachability', Status: 'failed', ImpairedSince: world.date() },
    ]);
    impairInstance(world, id, false);
    expect(ill()).toEqual([]);
  });
});

describe('DryRun', () => {
  it('only asks, for operations that read too', () => {
    const { ec2, described, running } = region();
    const InstanceId = running();
    for (const [name, input] of [
      ['DescribeInstances', {}],
      ['TerminateInstances', { InstanceIds: [InstanceId] }],
      ['ModifyInstanceAttribute', { InstanceId, DisableApiStop: { Value: true } }],
    ] as const) {
      expect(failure(() => ec2(name, { ...input, DryRun: true }))).toMatchObject({
        code: 'DryRunOperation',
        status: 412,
      });
    }
    expect(described()[0]?.State?.Name).toBe('running');
  });
});

describe('instances that are not there', () => {
  it('are named all together', () => {
    const { ec2, described } = region();
    const InstanceIds = ['i-0123456789abcdef0', 'i-0123456789abcdef1'];
    const message = `The instance IDs '${InstanceIds.join(', ')}' do not exist`;
    expect(failure(() => described({ InstanceIds })).message).toBe(message);
    expect(failure(() => ec2('TerminateInstances', { InstanceIds })).message).toBe(message);
    expect(failure(() => described({ InstanceIds: ['host'] })).message).toBe('Invalid id: "host" (expecting "i-...")');
  });
});

describe('the attributes of an instance', () => {
  it('protect it from being ended or stopped by mistake, but not from itself', () => {
    const { world, ec2, running, described, attribute } = region();
    const InstanceId = running({ DisableApiStop: true });
    ec2('ModifyInstanceAttribute', { InstanceId, DisableApiTermination: { Value: true } });
    expect(attribute(InstanceId, 'disableApiTermination').DisableApiTermination).toEqual({ Value: true });
    expect(failure(() => ec2('TerminateInstances', { InstanceIds: [InstanceId] }))).toMatchObject({
      code: 'OperationNotPermitted',
      message: `The instance '${InstanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    });
    expect(failure(() => ec2('StopInstances', { InstanceIds: [InstanceId] })).code).toBe('OperationNotPermitted');
    ec2('ModifyInstanceAttribute', { InstanceId, Attribute: 'disableApiStop', Value: 'false' });
    shutDownFromInside(world, InstanceId);
    expect(described()[0]?.State?.Name).toBe('stopping');
  });

  it('change one at a time, the type and the user data only while it is stopped', () => {
    const { world, ec2, running, described, attribute } = region();
    const InstanceId = running();
    const change = (input: object) => ec2('ModifyInstanceAttribute', { InstanceId, ...input });
    const larger = { InstanceType: { Value: 't3.large' } };
    expect(failure(() => change(larger))).toMatchObject({
      code: 'IncorrectInstanceState',
      message: `The instance '${InstanceId}' is not in the 'stopped' state.`,
    });
    ec2('StopInstances', { InstanceIds: [InstanceId] });
    world.advance(minute);
    expect(failure(() => change({ ...larger, SourceDestCheck: { Value: false } })).code).toBe(
      'InvalidParameterCombination',
    );
    expect(failure(() => change({ InstanceType: { Value: 't4g.large' } })).code).toBe('InvalidParameterCombination');
    expect(failure(() => change({})).code).toBe('InvalidParameterCombination');
    expect(described()[0]).toMatchObject({ InstanceType: 't3.small', SourceDestCheck: true });
    change(larger);
    change({ UserData: { Value: new TextEncoder().encode('#!/bin/sh\n') } });
    expect(described()[0]?.InstanceType).toBe('t3.large');
    expect(attribute(InstanceId, 'userData').UserData?.Value).toBe(Buffer.from('#!/bin/sh\n').toString('base64'));
  });

  it('change its groups, to groups of its own network', () => {
    const { ec2, running, described, attribute } = region();
    const InstanceId = running();
    const { GroupId = '' } = ec2<{ GroupId?: string }>('CreateSecurityGroup', { GroupName: 'g', Description: 'g' });
    expect(failure(() => ec2('ModifyInstanceAttribute', { InstanceId, Groups: ['sg-0123456789abcdef0'] })).code).toBe(
      'InvalidGroup.NotFound',
    );
    ec2('ModifyInstanceAttribute', { InstanceId, Groups: [GroupId] });
    expect(attribute(InstanceId, 'groupSet').Groups).toEqual([{ GroupId }]);
    expect(described()[0]?.SecurityGroups).toEqual([{ GroupId, GroupName: 'g' }]);
  });

  it('set how its metadata service answers, and how it uses its credits', () => {
    const { ec2, running, described } = region();
    const InstanceId = running();
    const { InstanceMetadataOptions } = ec2<ModifyInstanceMetadataOptionsResult>('ModifyInstanceMetadataOptions', {
      InstanceId,
      HttpTokens: 'optional',
    });
    expect(InstanceMetadataOptions).toMatchObject({ State: 'pending', HttpTokens: 'optional' });
    expect(described()[0]?.MetadataOptions).toMatchObject({ State: 'applied', HttpTokens: 'optional' });
    const credits = (input: object = {}) =>
      ec2<DescribeInstanceCreditSpecificationsResult>('DescribeInstanceCreditSpecifications', input)
        .InstanceCreditSpecifications;
    expect(credits()).toEqual([{ InstanceId, CpuCredits: 'unlimited' }]);
    ec2('ModifyInstanceCreditSpecification', {
      InstanceCreditSpecifications: [{ InstanceId, CpuCredits: 'standard' }],
    });
    expect(credits()).toEqual([]);
    expect(credits({ InstanceIds: [InstanceId] })).toEqual([{ InstanceId, CpuCredits: 'standard' }]);
  });

  it('tell what a launch template would have to say', () => {
    const { ec2, running } = region();
    const InstanceId = running({ InstanceInitiatedShutdownBehavior: 'terminate' });
    const { LaunchTemplateData } = ec2<GetLaunchTemplateDataResult>('GetLaunchTemplateData', { InstanceId });
    expect(LaunchTemplateData).toMatchObject({
      InstanceType: 't3.small',
      InstanceInitiatedShutdownBehavior: 'terminate',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeSize: 30, VolumeType: 'gp3' } }],
      CreditSpecification: { CpuCredits: 'unlimited' },
    });
  });
});

describe('the profile of an instance', () => {
  it('is associated once, replaced and taken away by the id of the association', () => {
    const { aws, ec2, running, described } = region();
    const InstanceId = running();
    for (const name of ['one', 'two']) aws('iam', 'CreateInstanceProfile', { InstanceProfileName: name });
    const associations = () =>
      ec2<DescribeIamInstanceProfileAssociationsResult>(
        'DescribeIamInstanceProfileAssociations',
        filter('instance-id', InstanceId),
      ).IamInstanceProfileAssociations ?? [];
    const associate = (Name: string) =>
      ec2('AssociateIamInstanceProfile', { InstanceId, IamInstanceProfile: { Name } });
    expect(failure(() => associate('three')).code).toBe('InvalidParameterValue');
    associate('one');
    expect(failure(() => associate('two'))).toMatchObject({
      code: 'IncorrectState',
      message: `There is an existing association for instance ${InstanceId}`,
    });
    const [{ AssociationId } = {}] = associations();
    ec2('ReplaceIamInstanceProfileAssociation', { AssociationId, IamInstanceProfile: { Name: 'two' } });
    expect(described()[0]?.IamInstanceProfile?.Arn).toMatch(/instance-profile\/two$/);
    const [now] = associations();
    expect(now?.State).toBe('associated');
    expect(now?.AssociationId).not.toBe(AssociationId);
    expect(failure(() => ec2('DisassociateIamInstanceProfile', { AssociationId })).code).toBe('NoSuchAssociation');
    ec2('DisassociateIamInstanceProfile', { AssociationId: now?.AssociationId });
    expect(associations()).toEqual([]);
  });
});

describe('a launch', () => {
  it('heeds the zone, the credits and the EBS optimisation that it names', () => {
    const { ec2, running, described, launch } = region();
    const id = running({
      SubnetId: undefined,
      Placement: { AvailabilityZone: 'eu-west-1b' },
      CreditSpecification: { CpuCredits: 'standard' },
      EbsOptimized: true,
    });
    expect(described({ InstanceIds: [id] })).toMatchObject([
      { Placement: { AvailabilityZone: 'eu-west-1b' }, EbsOptimized: true },
    ]);
    expect(
      ec2<DescribeInstanceCreditSpecificationsResult>('DescribeInstanceCreditSpecifications', { InstanceIds: [id] })
        .InstanceCreditSpecifications,
    ).toEqual([{ InstanceId: id, CpuCredits: 'standard' }]);
    const elsewhere = { SubnetId: undefined, Placement: { AvailabilityZone: 'eu-west-1z' } };
    expect(failure(() => launch(elsewhere)).message).toBe('Invalid availability zone: [eu-west-1z]');
    expect(failure(() => launch({ InstanceMarketOptions: { MarketType: 'spot' } })).code).toBe('UnsupportedOperation');
  });

  it('can be changed to be EBS-optimised or not while the instance is stopped', () => {
    const { world, ec2, running, attribute } = region();
    const InstanceId = running();
    const optimise = () => ec2('ModifyInstanceAttribute', { InstanceId, EbsOptimized: { Value: true } });
    expect(failure(optimise).code).toBe('IncorrectInstanceState');
    ec2('StopInstances', { InstanceIds: [InstanceId] });
    world.advance(2 * minute);
    optimise();
    expect(attribute(InstanceId, 'ebsOptimized').EbsOptimized).toEqual({ Value: true });
  });
});
