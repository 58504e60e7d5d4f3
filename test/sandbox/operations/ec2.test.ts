import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type {
  DescribeInstanceStatusResult,
  DescribeInstancesResult,
  DescribeInstanceTypesResult,
  DescribeKeyPairsResult,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsResult,
  DescribeNetworkInterfacesResult,
  DescribeRouteTablesResult,
  DescribeSecurityGroupsResult,
  DescribeSubnetsResult,
  DescribeTagsResult,
  DescribeVpcsResult,
  Instance,
  KeyPair,
  Reservation,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { runInstances } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { anyImage, caller, defaultSubnets, failure, freshRegion, minute, simpleLaunch } from '../world/fresh-region.ts';

function region() {
  const world = freshRegion();
  const aws = caller(world);
  const ec2 = <O>(name: string, input: object = {}): O => aws<O>('ec2', name, input);
  const instancesOf = (input: object = {}): Instance[] =>
    (ec2<DescribeInstancesResult>('DescribeInstances', input).Reservations ?? []).flatMap(
      ({ Instances }) => Instances ?? [],
    );
  return { world, ec2, instancesOf };
}

const ids = (list: readonly Instance[]) => list.map(({ InstanceId }) => InstanceId ?? '');

describe('DescribeInstances', () => {
  function withFarm() {
    const made = region();
    const { world } = made;
    const tagged = (role: string, slot: string) =>
      new Map([
        ['jdci:farm', 'jdci'],
        ['jdci:role', role],
        ['jdci:slot', slot],
      ]);
    const [host = ''] = runInstances(world, { ...simpleLaunch(world), tags: new Map([['jdci:role', 'host']]) }).map(
      ({ id }) => id,
    );
    const [a = ''] = runInstances(world, { ...simpleLaunch(world, 1), tags: tagged('agent', 'a') }).map(({ id }) => id);
    const [b = ''] = runInstances(world, {
      ...simpleLaunch(world, 2),
      type: 'm5.large',
      tags: tagged('agent', 'b'),
    }).map(({ id }) => id);
    world.advance(3 * minute);
    return { ...made, host, a, b };
  }

  const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

  it('has an interface for every instance that is not gone, by the filters that find its owner', () => {
    const { ec2, host, instancesOf } = withFarm();
    const own = instancesOf({ InstanceIds: [host] })[0]?.NetworkInterfaces?.[0];
    const found = (input: object) =>
      ec2<DescribeNetworkInterfacesResult>('DescribeNetworkInterfaces', input).NetworkInterfaces ?? [];
    expect(found({})).toHaveLength(3);
    expect(found(filter('attachment.instance-id', host))).toEqual([
      expect.objectContaining({
        NetworkInterfaceId: own?.NetworkInterfaceId,
        MacAddress: expect.stringMatching(/^02(:[0-9a-f]{2}){5}$/),
        PrivateIpAddress: own?.PrivateIpAddress,
        Attachment: expect.objectContaining({ InstanceId: host, Status: 'attached' }),
      }),
    ]);
    expect(failure(() => found({ NetworkInterfaceIds: ['eni-0'] })).code).toBe('InvalidNetworkInterfaceID.NotFound');
  });

  it('filters by tags, state, zone, type and more; every filter must fit, any of its values may', () => {
    const { instancesOf, ec2, host, a, b } = withFarm();
    expect(ids(instancesOf())).toEqual([host, a, b]);
    expect(ids(instancesOf(filter('tag:jdci:role', 'agent')))).toEqual([a, b]);
    expect(ids(instancesOf(filter('tag-key', 'jdci:slot')))).toEqual([a, b]);
    expect(ids(instancesOf(filter('tag-value', 'b')))).toEqual([b]);
    expect(ids(instancesOf(filter('availability-zone', 'eu-west-1a', 'eu-west-1c')))).toEqual([host, b]);
    expect(ids(instancesOf(filter('instance-type', 'm5.*')))).toEqual([b]);
    expect(ids(instancesOf(filter('instance-type', 'm?.large', 't3.nano')))).toEqual([b]);
    ec2('TerminateInstances', { InstanceIds: [a] });
    expect(ids(instancesOf(filter('instance-state-name', 'pending', 'running')))).toEqual([host, b]);
    const both = [...filter('tag:jdci:role', 'agent').Filters, ...filter('instance-state-code', '16').Filters];
    expect(ids(instancesOf({ Filters: both }))).toEqual([b]);
    expect(failure(() => instancesOf(filter('colour', 'red')))).toMatchObject({
      code: 'InvalidParameterValue',
      message: "The filter 'colour' is invalid",
    });
  });

  it('knows its own wildcards and no others', () => {
    const { instancesOf, ec2, a, b } = withFarm();
    ec2('CreateTags', { Resources: [a], Tags: [{ Key: 'v', Value: '1.2+3' }] });
    ec2('CreateTags', { Resources: [b], Tags: [{ Key: 'v', Value: '1x2223' }] });
    expect(ids(instancesOf(filter('tag:v', '1.2+?')))).toEqual([a]);
    expect(ids(instancesOf(filter('tag:v', '1?2*')))).toEqual([a, b]);
    expect(instancesOf(filter('tag:v', '1.2\\*'))).toEqual([]);
  });

  it('pages, and every instance comes once', () => {
    const { world, ec2 } = region();
    runInstances(world, { ...simpleLaunch(world), count: 12 });
    const seen: string[] = [];
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const answer: DescribeInstancesResult = ec2('DescribeInstances', { MaxResults: 5, NextToken });
      const page = (answer.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
      seen.push(...ids(page));
      sizes.push(page.length);
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([5, 5, 2]);
    expect(new Set(seen).size).toBe(12);
    expect(failure(() => ec2('DescribeInstances', { MaxResults: 4 })).code).toBe('InvalidParameterValue');
    expect(failure(() => ec2('DescribeInstances', { MaxResults: 5, NextToken: 'made up' })).code).toBe(
      'InvalidParameterValue',
    );
    expect(failure(() => ec2('DescribeInstances', { MaxResults: 5, InstanceIds: seen.slice(0, 1) })).code).toBe(
      'InvalidParameterCombination',
    );
  });

  it('says which instance it does not know', () => {
    const { instancesOf } = region();
    expect(failure(() => instancesOf({ InstanceIds: ['i-0123456789abcdef0'] }))).toMatchObject({
      code: 'InvalidInstanceID.NotFound',
      message: "The instance ID 'i-0123456789abcdef0' does not exist",
    });
    expect(failure(() => instancesOf({ InstanceIds: ['i-xyz'] })).code).toBe('InvalidInstanceID.Malformed');
  });

  it('tells addresses, groups and disk of a running instance, and none of a terminated one', () => {
    const { world, ec2, instancesOf, host } = withFarm();
    const [running] = instancesOf({ InstanceIds: [host] });
    expect(running).toMatchObject({ State: { Code: 16, Name: 'running' }, SubnetId: defaultSubnets(world)[0] });
    expect(running?.PrivateDnsName).toBe(
      `ip-${running?.PrivateIpAddress?.replaceAll('.', '-')}.eu-west-1.compute.internal`,
    );
    expect(running?.SecurityGroups?.[0]?.GroupName).toBe('default');
    const ended = ec2<TerminateInstancesResult>('TerminateInstances', { InstanceIds: [host] })
      .TerminatingInstances?.[0];
    expect([ended?.PreviousState?.Name, ended?.CurrentState?.Name]).toEqual(['running', 'shutting-down']);
    world.advance(minute);
    const [gone] = instancesOf({ InstanceIds: [host] });
    expect(gone?.PrivateIpAddress).toBeUndefined();
    expect(gone?.StateReason).toEqual({
      Code: 'Client.UserInitiatedShutdown',
      Message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    });
    expect(gone?.StateTransitionReason).toMatch(/^User initiated \(2026-01-01 00:\d\d:\d\d GMT\)$/);
  });
});

describe('changing instances', () => {
  it('launches from a template, the request over it, tags joined; the same token launches once', () => {
    const { world, ec2, instancesOf } = region();
    ec2('CreateLaunchTemplate', {
      LaunchTemplateName: 'agents',
      LaunchTemplateData: {
        ImageId: 'resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
        InstanceType: 't3.micro',
        MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: [
              { Key: 'a', Value: 'template' },
              { Key: 'b', Value: 'template' },
            ],
          },
        ],
      },
    });
    const input = {
      LaunchTemplate: { LaunchTemplateName: 'agents' },
      InstanceType: 't3.large',
      MinCount: 1,
      MaxCount: 2,
      ClientToken: 'once',
      TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'b', Value: 'request' }] }],
    };
    const launched = ec2<Reservation>('RunInstances', input);
    expect(ids(ec2<Reservation>('RunInstances', input).Instances ?? [])).toEqual(ids(launched.Instances ?? []));
    const [one, two, three] = instancesOf();
    expect(three).toBeUndefined();
    expect(two?.InstanceType).toBe('t3.large');
    expect(one).toMatchObject({
      ImageId: anyImage(world),
      MetadataOptions: { HttpPutResponseHopLimit: 1, HttpTokens: 'required' },
    });
    const tags = Object.fromEntries((one?.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    expect(tags).toMatchObject({ a: 'template', b: 'request', 'aws:ec2launchtemplate:version': '1' });
  });

  it('only says whether it would, on a dry run', () => {
    const { world, ec2, instancesOf } = region();
    const dry = (InstanceType: string) =>
      failure(() =>
        ec2('RunInstances', { ImageId: anyImage(world), InstanceType, MinCount: 1, MaxCount: 1, DryRun: true }),
      );
    expect(dry('t3.small')).toMatchObject({ code: 'DryRunOperation', status: 412 });
    expect(dry('t4g.small').message).toMatch(/^The architecture 'arm64' of the specified /);
    expect(instancesOf()).toEqual([]);
  });

  it('ends none when one of the ids is wrong', () => {
    const { world, ec2, instancesOf } = region();
    const [instance] = runInstances(world, simpleLaunch(world));
    const both = [instance?.id, 'i-0123456789abcdef0'];
    expect(failure(() => ec2('TerminateInstances', { InstanceIds: both })).code).toBe('InvalidInstanceID.NotFound');
    expect(instancesOf()[0]?.State?.Name).toBe('pending');
    expect(failure(() => ec2('StopInstances', { InstanceIds: [instance?.id] })).code).toBe('IncorrectInstanceState');
  });

  it('tells status checks of what runs, of all when asked, and the console once booted', () => {
    const { world, ec2 } = region();
    const [up] = runInstances(world, simpleLaunch(world));
    world.advance(4 * minute);
    const [fresh] = runInstances(world, simpleLaunch(world));
    const status = (input: object = {}) =>
      ec2<DescribeInstanceStatusResult>('DescribeInstanceStatus', input).InstanceStatuses?.map(
        ({ InstanceId, InstanceStatus }) => [InstanceId, InstanceStatus?.Status],
      );
    expect(status()).toEqual([[up?.id, 'ok']]);
    expect(status({ IncludeAllInstances: true })).toEqual([
      [up?.id, 'ok'],
      [fresh?.id, 'not-applicable'],
    ]);
    world.advance(30_000);
    expect(status({ InstanceIds: [fresh?.id] })).toEqual([[fresh?.id, 'initializing']]);
    const { Output = '' } = ec2<{ Output?: string }>('GetConsoleOutput', { InstanceId: up?.id });
    expect(Buffer.from(Output, 'base64').toString()).toContain('Cloud-init finished at');
  });
});

describe('tags', () => {
  it('are set, listed and removed, on all resources or on none', () => {
    const { world, ec2 } = region();
    const [instance] = runInstances(world, simpleLaunch(world));
    const [subnet = ''] = defaultSubnets(world);
    const listed = (input: object) => ec2<DescribeTagsResult>('DescribeTags', input).Tags;
    const Tags = [{ Key: 'team', Value: 'ci' }];
    expect(failure(() => ec2('CreateTags', { Resources: [subnet, 'subnet-0'], Tags })).code).toBe(
      'InvalidSubnetID.NotFound',
    );
    expect(listed({ Filters: [{ Name: 'key', Values: ['team'] }] })).toEqual([]);
    ec2('CreateTags', { Resources: [subnet, instance?.id], Tags });
    expect(listed({ Filters: [{ Name: 'resource-type', Values: ['subnet'] }] })).toEqual([
      { ResourceType: 'subnet', ResourceId: subnet, Key: 'team', Value: 'ci' },
    ]);
    ec2('DeleteTags', { Resources: [instance?.id], Tags: [{ Key: 'team', Value: 'other' }] });
    expect(instance?.tags.get('team')).toBe('ci');
    ec2('DeleteTags', { Resources: [instance?.id], Tags: [{ Key: 'team' }] });
    expect(instance?.tags.has('team')).toBe(false);
    expect(failure(() => ec2('CreateTags', { Resources: [subnet], Tags: [{ Key: 'aws:x', Value: '' }] })).code).toBe(
      'InvalidParameterValue',
    );
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    expect(failure(() => ec2('CreateTags', { Resources: [subnet], Tags: many })).code).toBe('TagLimitExceeded');
  });
});

describe('networks', () => {
  it('has the default VPC with a public subnet a zone, a route out and free addresses', () => {
    const { world, ec2 } = region();
    const [vpc, more] =
      ec2<DescribeVpcsResult>('DescribeVpcs', { Filters: [{ Name: 'is-default', Values: ['true'] }] }).Vpcs ?? [];
    expect(more).toBeUndefined();
    expect(vpc?.CidrBlock).toBe('172.31.0.0/16');
    const own = { Filters: [{ Name: 'vpc-id', Values: [vpc?.VpcId ?? ''] }] };
    const before = ec2<DescribeSubnetsResult>('DescribeSubnets', own).Subnets ?? [];
    expect(before.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(world.settings.zones);
    expect(before[0]?.AvailableIpAddressCount).toBe(4091);
    runInstances(world, { ...simpleLaunch(world), count: 3 });
    expect(ec2<DescribeSubnetsResult>('DescribeSubnets', own).Subnets?.[0]?.AvailableIpAddressCount).toBe(4088);
    const [table] = ec2<DescribeRouteTablesResult>('DescribeRouteTables', own).RouteTables ?? [];
    expect(table?.Associations?.[0]?.Main).toBe(true);
    expect(table?.Routes?.find(({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0')?.GatewayId).toMatch(
      /^igw-/,
    );
  });
});

describe('security groups', () => {
  const web = { IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080 };

  function made() {
    const { ec2, world } = region();
    const create = (GroupName: string) =>
      ec2<{ GroupId?: string }>('CreateSecurityGroup', { GroupName, Description: 'test' }).GroupId ?? '';
    const describe_ = (GroupId: string) =>
      ec2<DescribeSecurityGroupsResult>('DescribeSecurityGroups', { GroupIds: [GroupId] }).SecurityGroups?.[0];
    return { ec2, world, create, describe: describe_ };
  }

  it('lets all out and none in until told otherwise, and joins rules of one port', () => {
    const { ec2, create, describe } = made();
    const [front, hosts] = [create('front'), create('hosts')];
    expect(describe(hosts)?.IpPermissions).toEqual([]);
    expect(describe(hosts)?.IpPermissionsEgress).toMatchObject([
      { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
    ]);
    ec2('AuthorizeSecurityGroupIngress', {
      GroupId: hosts,
      IpPermissions: [{ ...web, UserIdGroupPairs: [{ GroupId: front }] }],
    });
    ec2('AuthorizeSecurityGroupIngress', {
      GroupId: hosts,
      IpPermissions: [{ ...web, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'office' }] }],
    });
    expect(describe(hosts)?.IpPermissions).toEqual([
      {
        ...web,
        IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'office' }],
        Ipv6Ranges: [],
        UserIdGroupPairs: [{ GroupId: front, UserId: '123456789012' }],
        PrefixListIds: [],
      },
    ]);
    ec2('RevokeSecurityGroupIngress', {
      GroupId: hosts,
      IpPermissions: [{ ...web, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }],
    });
    expect(describe(hosts)?.IpPermissions?.[0]?.IpRanges).toEqual([]);
  });

  it('refuses doubles, what is not there, and to be deleted while used', () => {
    const { ec2, create, world } = made();
    const [front, hosts] = [create('front'), create('hosts')];
    const rule = { GroupId: hosts, IpPermissions: [{ ...web, UserIdGroupPairs: [{ GroupId: front }] }] };
    ec2('AuthorizeSecurityGroupIngress', rule);
    expect(failure(() => ec2('AuthorizeSecurityGroupIngress', rule)).code).toBe('InvalidPermission.Duplicate');
    expect(failure(() => create('front')).code).toBe('InvalidGroup.Duplicate');
    expect(failure(() => ec2('DeleteSecurityGroup', { GroupId: front })).code).toBe('DependencyViolation');
    ec2('RevokeSecurityGroupIngress', rule);
    expect(failure(() => ec2('RevokeSecurityGroupIngress', rule)).code).toBe('InvalidPermission.NotFound');
    const [user] = runInstances(world, { ...simpleLaunch(world), securityGroupIds: [front] });
    expect(failure(() => ec2('DeleteSecurityGroup', { GroupId: front })).code).toBe('DependencyViolation');
    ec2('TerminateInstances', { InstanceIds: [user?.id] });
    world.advance(minute);
    ec2('DeleteSecurityGroup', { GroupId: front });
    expect(failure(() => ec2('DeleteSecurityGroup', { GroupId: front })).code).toBe('InvalidGroup.NotFound');
  });
});

describe('launch templates', () => {
  it('have versions, one of them the default', () => {
    const { ec2 } = region();
    const LaunchTemplateName = 'hosts';
    ec2('CreateLaunchTemplate', { LaunchTemplateName, LaunchTemplateData: { InstanceType: 't3.small', KeyName: 'k' } });
    ec2('CreateLaunchTemplateVersion', {
      LaunchTemplateName,
      SourceVersion: '1',
      LaunchTemplateData: { InstanceType: 't3.large' },
    });
    const versions = (Versions: string[]) =>
      ec2<DescribeLaunchTemplateVersionsResult>('DescribeLaunchTemplateVersions', {
        LaunchTemplateName,
        Versions,
      }).LaunchTemplateVersions?.map(({ VersionNumber, LaunchTemplateData }) => [
        VersionNumber,
        LaunchTemplateData?.InstanceType,
        LaunchTemplateData?.KeyName,
      ]);
    expect(versions(['$Default', '$Latest'])).toEqual([
      [1, 't3.small', 'k'],
      [2, 't3.large', 'k'],
    ]);
    ec2('ModifyLaunchTemplate', { LaunchTemplateName, DefaultVersion: '2' });
    expect(versions(['$Default'])).toEqual([[2, 't3.large', 'k']]);
    expect(failure(() => versions(['9'])).code).toBe('InvalidLaunchTemplateId.VersionNotFound');
    expect(
      failure(() => ec2('CreateLaunchTemplate', { LaunchTemplateName, LaunchTemplateData: { KeyName: 'k' } })).code,
    ).toBe('InvalidLaunchTemplateName.AlreadyExistsException');
    ec2('DeleteLaunchTemplate', { LaunchTemplateName });
    expect(ec2<DescribeLaunchTemplatesResult>('DescribeLaunchTemplates').LaunchTemplates).toEqual([]);
  });
});

describe('key pairs', () => {
  it('are real RSA keys, the same for the same seed', () => {
    const make = () => region().ec2<KeyPair>('CreateKeyPair', { KeyName: 'agents' });
    const { KeyMaterial = '', KeyFingerprint, KeyPairId } = make();
    expect(make().KeyMaterial).toBe(KeyMaterial);
    expect(KeyPairId).toMatch(/^key-0[0-9a-f]{16}$/);
    expect(KeyFingerprint).toMatch(/^(?:[0-9a-f]{2}:){19}[0-9a-f]{2}$/);
    const key = createPrivateKey(KeyMaterial);
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(2048);
    const signature = sign('sha256', Buffer.from('text'), key);
    expect(verify('sha256', Buffer.from('text'), createPublicKey(key), signature)).toBe(true);
  });

  it('tell the public key that belongs to the private one', () => {
    const { ec2 } = region();
    const { KeyMaterial = '' } = ec2<KeyPair>('CreateKeyPair', { KeyName: 'agents' });
    const [pair] =
      ec2<DescribeKeyPairsResult>('DescribeKeyPairs', { KeyNames: ['agents'], IncludePublicKey: true }).KeyPairs ?? [];
    const blob = Buffer.from(pair?.PublicKey?.split(' ')[1] ?? '', 'base64');
    const modulus = Buffer.from(createPublicKey(KeyMaterial).export({ format: 'jwk' }).n ?? '', 'base64url');
    expect(blob.subarray(-256).equals(modulus)).toBe(true);
    expect(failure(() => ec2('CreateKeyPair', { KeyName: 'agents' })).code).toBe('InvalidKeyPair.Duplicate');
    ec2('DeleteKeyPair', { KeyName: 'agents' });
    expect(failure(() => ec2('DescribeKeyPairs', { KeyNames: ['agents'] })).message).toBe(
      "The key pair 'agents' does not exist",
    );
  });
});

describe('the catalogue', () => {
  it('describes instance types, and refuses those it has not', () => {
    const { ec2 } = region();
    const [type] =
      ec2<DescribeInstanceTypesResult>('DescribeInstanceTypes', { InstanceTypes: ['m5.xlarge'] }).InstanceTypes ?? [];
    expect(type).toMatchObject({ VCpuInfo: { DefaultVCpus: 4 }, MemoryInfo: { SizeInMiB: 16_384 } });
    expect(failure(() => ec2('DescribeInstanceTypes', { InstanceTypes: ['x'] })).code).toBe('InvalidInstanceType');
  });
});
