import type {
  DescribeSnapshotsResult,
  DescribeTagsResult,
  DescribeVolumeStatusResult,
  DescribeVolumesResult,
  Reservation,
} from '@aws-sdk/client-ec2';
import { describe, expect, it } from 'vitest';
import { anyImage, caller, defaultSubnets, failure, freshRegion, minute } from '../world/fresh-region.ts';

function region() {
  const world = freshRegion();
  const aws = caller(world);
  const ec2 = <O>(name: string, input: object = {}): O => aws<O>('ec2', name, input);
  const launch = (more: object = {}) => {
    const { Instances } = ec2<Reservation>('RunInstances', {
      ImageId: anyImage(world),
      InstanceType: 't3.small',
      SubnetId: defaultSubnets(world)[0],
      MinCount: 1,
      MaxCount: 1,
      ...more,
    });
    return Instances?.[0]?.InstanceId ?? '';
  };
  const volumes = (input: object = {}) => ec2<DescribeVolumesResult>('DescribeVolumes', input).Volumes ?? [];
  return { world, ec2, launch, volumes };
}

const ebs = (DeviceName: string, Ebs: object) => ({ BlockDeviceMappings: [{ DeviceName, Ebs }] });
const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

describe('volumes', () => {
  it('come with their instance as the image says, and end with it', () => {
    const { world, ec2, launch, volumes } = region();
    const id = launch();
    const [snapshot] =
      ec2<DescribeSnapshotsResult>('DescribeSnapshots', {
        SnapshotIds: [`snap-${anyImage(world).slice(4)}`],
      }).Snapshots ?? [];
    expect(snapshot).toMatchObject({ State: 'completed', VolumeSize: 30, OwnerAlias: 'amazon' });
    const [volume, ...more] = volumes(filter('attachment.instance-id', id));
    expect(more).toEqual([]);
    expect(volume).toMatchObject({
      Size: 30,
      VolumeType: 'gp3',
      Iops: 3000,
      Throughput: 125,
      Encrypted: false,
      SnapshotId: snapshot?.SnapshotId,
      State: 'in-use',
      AvailabilityZone: 'eu-west-1a',
      Attachments: [{ InstanceId: id, Device: '/dev/xvda', State: 'attached', DeleteOnTermination: true }],
    });
    const status = ec2<DescribeVolumeStatusResult>('DescribeVolumeStatus').VolumeStatuses ?? [];
    expect(status.map(({ VolumeId, VolumeStatus }) => [VolumeId, VolumeStatus?.Status])).toEqual([
      [volume?.VolumeId, 'ok'],
    ]);
    ec2('TerminateInstances', { InstanceIds: [id] });
    expect(volumes()).toHaveLength(1);
    world.advance(2 * minute);
    expect(volumes()).toEqual([]);
  });

  it('are as the launch template and the request lay it over the image, with the tags of volumes', () => {
    const { world, ec2, launch, volumes } = region();
    ec2('CreateLaunchTemplate', {
      LaunchTemplateName: 'hosts',
      LaunchTemplateData: {
        ImageId: anyImage(world),
        InstanceType: 't3.small',
        ...ebs('/dev/xvda', { VolumeSize: 50, VolumeType: 'gp2', Encrypted: true }),
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'from', Value: 'template' }] }],
      },
    });
    const id = launch({ LaunchTemplate: { LaunchTemplateName: 'hosts' }, ImageId: undefined, InstanceType: undefined });
    const [volume] = volumes(filter('encrypted', 'true'));
    expect(volume).toMatchObject({
      Size: 50,
      VolumeType: 'gp2',
      Iops: 150,
      Tags: [{ Key: 'from', Value: 'template' }],
    });
    expect(volume?.Throughput).toBeUndefined();
    expect(volume?.KmsKeyId).toMatch(/^arn:aws:kms:eu-west-1:123456789012:key\//);
    expect(volumes(filter('attachment.instance-id', id))).toHaveLength(1);
    expect(ec2<DescribeTagsResult>('DescribeTags', filter('resource-type', 'volume')).Tags).toHaveLength(1);
  });

  it('outlive their instance when they are told to, and then can be deleted', () => {
    const { world, ec2, launch, volumes } = region();
    const id = launch(ebs('/dev/xvdb', { VolumeSize: 8, DeleteOnTermination: false }));
    const [kept] = volumes(filter('attachment.delete-on-termination', 'false'));
    const deletion = () => ec2('DeleteVolume', { VolumeId: kept?.VolumeId });
    expect(kept).toMatchObject({ Size: 8, VolumeType: 'gp2', Iops: 100, SnapshotId: '' });
    expect(failure(deletion)).toMatchObject({
      code: 'VolumeInUse',
      message: `Volume ${kept?.VolumeId} is currently attached to ${id}`,
    });
    ec2('TerminateInstances', { InstanceIds: [id] });
    world.advance(2 * minute);
    expect(volumes().map(({ VolumeId, State, Attachments }) => [VolumeId, State, Attachments])).toEqual([
      [kept?.VolumeId, 'available', []],
    ]);
    deletion();
    expect(failure(() => volumes({ VolumeIds: [kept?.VolumeId] }))).toMatchObject({
      code: 'InvalidVolume.NotFound',
      message: `The volume '${kept?.VolumeId}' does not exist.`,
    });
  });

  it('cannot be smaller than the snapshot they come from, and then nothing is launched', () => {
    const { launch, volumes } = region();
    expect(failure(() => launch(ebs('/dev/xvda', { VolumeSize: 8 })))).toMatchObject({
      code: 'InvalidBlockDeviceMapping',
      message: expect.stringMatching(/^Volume of size 8GB is smaller than snapshot 'snap-\w+', expect size >= 30GB$/),
    });
    expect(volumes()).toEqual([]);
  });
});
