import {
  DeleteVolume$,
  type DeleteVolumeRequest,
  DescribeSnapshots$,
  type DescribeSnapshotsRequest,
  type DescribeSnapshotsResult,
  DescribeVolumeStatus$,
  type DescribeVolumeStatusRequest,
  type DescribeVolumeStatusResult,
  DescribeVolumes$,
  type DescribeVolumesRequest,
  type DescribeVolumesResult,
  type VolumeType,
  type Snapshot as WireSnapshot,
  type Volume as WireVolume,
} from '@aws-sdk/client-ec2';
import { type Image, images, rootSnapshotId } from '../world/ec2-offers.ts';
import { defaultEbsKey, deleteVolume, type Volume, volumeOf, volumes } from '../world/ec2-volumes.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { byIds, type FilterFields, filtered, ownedBy } from './ec2-filters.ts';
import { ec2Page, wholeSecond } from './ec2-operation.ts';
import { type Operation, operation } from './operation.ts';

const stateOf = (volume: Volume) => (volume.instanceId === undefined ? 'available' : 'in-use');

function view(world: World, volume: Volume): WireVolume {
  return {
    VolumeId: volume.id,
    Size: volume.size,
    VolumeType: volume.type as VolumeType,
    ...(volume.iops === undefined ? {} : { Iops: volume.iops }),
    ...(volume.throughput === undefined ? {} : { Throughput: volume.throughput }),
    Encrypted: volume.encrypted,
    ...(volume.encrypted ? { KmsKeyId: defaultEbsKey(world) } : {}),
    SnapshotId: volume.snapshotId ?? '',
    AvailabilityZone: volume.zone,
    CreateTime: new Date(volume.createdAt),
    State: stateOf(volume),
    MultiAttachEnabled: false,
    Attachments:
      volume.instanceId === undefined
        ? []
        : [
            {
              VolumeId: volume.id,
              InstanceId: volume.instanceId,
              Device: volume.device,
              State: 'attached',
              AttachTime: wholeSecond(volume.createdAt),
              DeleteOnTermination: volume.deleteOnTermination,
            },
          ],
    Tags: tagList(volume.tags),
  };
}

const volumeFields: FilterFields<Volume> = (volume, name) => {
  const attached = <T>(...values: T[]) => (volume.instanceId === undefined ? [] : values);
  switch (name) {
    case 'volume-id':
      return [volume.id];
    case 'volume-type':
      return [volume.type];
    case 'size':
      return [String(volume.size)];
    case 'status':
      return [stateOf(volume)];
    case 'encrypted':
      return [String(volume.encrypted)];
    case 'snapshot-id':
      return [volume.snapshotId];
    case 'availability-zone':
      return [volume.zone];
    case 'create-time':
      return [new Date(volume.createdAt).toISOString()];
    case 'multi-attach-enabled':
    case 'fast-restored':
      return ['false'];
    case 'attachment.instance-id':
      return attached(volume.instanceId);
    case 'attachment.device':
      return attached(volume.device);
    case 'attachment.status':
      return attached('attached');
    case 'attachment.delete-on-termination':
      return attached(String(volume.deleteOnTermination));
    case 'attachment.attach-time':
      return attached(wholeSecond(volume.createdAt).toISOString());
    default:
      return undefined;
  }
};

function snapshotView(image: Image): WireSnapshot {
  return {
    SnapshotId: rootSnapshotId(image),
    // Whose volume it was is not told of a snapshot that was copied.
    VolumeId: 'vol-ffffffff',
    VolumeSize: image.rootSize,
    State: 'completed',
    Progress: '100%',
    StartTime: new Date(image.createdAt),
    Description: `Copied for DestinationAmi ${image.id}`,
    OwnerId: image.ownerId,
    ...(image.ownerAlias === undefined ? {} : { OwnerAlias: image.ownerAlias }),
    Encrypted: false,
    StorageTier: 'standard',
    Tags: tagList(image.tags),
  };
}

/** The disks of the instances, and the snapshots from which the images' disks are made. */
export const volumeOperations: Record<string, Operation> = {
  DescribeVolumes: operation<DescribeVolumesRequest, DescribeVolumesResult>(DescribeVolumes$, (input, { world }) => {
    const asked = byIds(volumes(world).values(), input.VolumeIds, (id) => volumeOf(world, id));
    const { items, rest } = ec2Page(filtered(asked, input.Filters, volumeFields), input);
    return {
      Volumes: items.map((volume) => view(world, volume)),
      ...rest,
    };
  }),

  DescribeVolumeStatus: operation<DescribeVolumeStatusRequest, DescribeVolumeStatusResult>(
    DescribeVolumeStatus$,
    (input, { world }) => {
      const asked = byIds(volumes(world).values(), input.VolumeIds, (id) => volumeOf(world, id));
      const kept = filtered(asked, input.Filters, (volume, name) => {
        if (name === 'availability-zone') return [volume.zone];
        if (name === 'volume-status.status') return ['ok'];
        if (name === 'volume-status.details-name') return ['io-enabled', 'io-performance'];
        if (name === 'volume-status.details-status') return ['passed', 'not-applicable'];
        return /^(event|action)\./.test(name) ? [] : undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        VolumeStatuses: items.map((volume) => ({
          VolumeId: volume.id,
          AvailabilityZone: volume.zone,
          VolumeStatus: {
            Status: 'ok',
            // Only volumes with provisioned IOPS have their performance watched.
            Details: [
              { Name: 'io-enabled', Status: 'passed' },
              { Name: 'io-performance', Status: 'not-applicable' },
            ],
          },
          Actions: [],
          Events: [],
        })),
        ...rest,
      };
    },
  ),

  DeleteVolume: operation<DeleteVolumeRequest, Record<string, never>>(DeleteVolume$, (input, { world }) => {
    deleteVolume(world, input.VolumeId ?? '');
    return {};
  }),

  DescribeSnapshots: operation<DescribeSnapshotsRequest, DescribeSnapshotsResult>(
    DescribeSnapshots$,
    (input, { world }) => {
      const all = [...images(world).values()];
      const asked = byIds(all, input.SnapshotIds, (id) => {
        const found = all.find((image) => rootSnapshotId(image) === id);
        if (found) return found;
        throw new ServiceError('InvalidSnapshot.NotFound', `The snapshot '${id}' does not exist.`);
      });
      const owned = ownedBy(asked, input.OwnerIds, world.settings.account);
      const kept = filtered(owned, input.Filters, (image, name) => {
        if (name === 'snapshot-id') return [rootSnapshotId(image)];
        if (name === 'status') return ['completed'];
        if (name === 'owner-id') return [image.ownerId];
        if (name === 'owner-alias') return [image.ownerAlias];
        if (name === 'volume-size') return [String(image.rootSize)];
        if (name === 'volume-id') return ['vol-ffffffff'];
        if (name === 'encrypted') return ['false'];
        if (name === 'progress') return ['100%'];
        if (name === 'storage-tier') return ['standard'];
        if (name === 'description') return [snapshotView(image).Description];
        if (name === 'start-time') return [new Date(image.createdAt).toISOString()];
        return undefined;
      });
      const { items, rest } = ec2Page(kept, input);
      return {
        Snapshots: items.map(snapshotView),
        ...rest,
      };
    },
  ),
};
