import type { Image } from './ec2-offers.ts';
import { rootSnapshotId } from './ec2-offers.ts';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

/** What a launch says of one disk; what it leaves out the image or EC2 decides. */
export interface BlockDevice {
  device: string;
  /** GiB. */
  size?: number;
  type?: string;
  iops?: number;
  /** MiB a second. */
  throughput?: number;
  encrypted?: boolean;
  deleteOnTermination?: boolean;
  snapshotId?: string;
}

/** A disk of a launch with everything decided. */
export type Disk = Omit<Required<BlockDevice>, 'iops' | 'throughput' | 'snapshotId'> &
  Pick<BlockDevice, 'iops' | 'throughput' | 'snapshotId'>;

/** An EBS volume. It is made with its instance; one that outlives it is `available` until it is deleted. */
export interface Volume extends Disk {
  readonly id: string;
  readonly zone: string;
  readonly createdAt: number;
  readonly tags: Tags;
  /** Undefined once the instance has ended. */
  instanceId?: string;
}

/** The region's volumes, by id. */
export const volumes = perWorld(() => new Map<string, Volume>());

/** The volume, or EC2's error for an id that is none or that nobody has. */
export function volumeOf(world: World, id: string): Volume {
  if (!/^vol-[0-9a-f]+$/.test(id)) {
    throw new ServiceError(
      'InvalidParameterValue',
      `Value (${id}) for parameter volumeId is invalid. Expected: 'vol-...'.`,
    );
  }
  const volume = volumes(world).get(id);
  if (!volume) throw new ServiceError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  return volume;
}

/** The volumes of an instance that are still there, the root volume first. */
export function volumesOf(world: World, { volumeIds }: { volumeIds: readonly string[] }): Volume[] {
  return volumeIds.flatMap((id) => volumes(world).get(id) ?? []);
}

/** The key that encrypts where no other is named: the account's `aws/ebs`. */
export function defaultEbsKey(world: World): string {
  const hex = world.random.fork('aws/ebs').hex(32);
  return world.arn(
    'kms',
    `key/${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`,
  );
}

// What gp3 gives for nothing, and gp2's three IOPS a GiB (EBS user guide, General Purpose SSD volumes).
function iopsOf(type: string, size: number, asked: number | undefined): number | undefined {
  if (type === 'gp3') return asked ?? 3000;
  if (type === 'gp2') return Math.min(16_000, Math.max(100, 3 * size));
  return asked;
}

function decide(device: BlockDevice, standard: { size: number; type: string }): Disk {
  const size = device.size ?? standard.size;
  const type = device.type ?? standard.type;
  const iops = iopsOf(type, size, device.iops);
  const throughput = type === 'gp3' ? (device.throughput ?? 125) : undefined;
  return {
    device: device.device,
    size,
    type,
    encrypted: device.encrypted ?? false,
    deleteOnTermination: device.deleteOnTermination ?? true,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
    ...(device.snapshotId === undefined ? {} : { snapshotId: device.snapshotId }),
  };
}

/** The disks of a launch, the image's root disk first, with what the launch says laid over it. */
export function disksOf(image: Image, devices: readonly BlockDevice[]): Disk[] {
  const root = devices.find(({ device }) => device === image.rootDeviceName);
  const snapshotId = rootSnapshotId(image);
  if (root?.size !== undefined && root.size < image.rootSize) {
    throw new ServiceError(
      'InvalidBlockDeviceMapping',
      `Volume of size ${root.size}GB is smaller than snapshot '${snapshotId}', expect size >= ${image.rootSize}GB`,
    );
  }
  const others = devices.filter(({ device }) => device !== image.rootDeviceName);
  const unsized = others.find(({ size }) => size === undefined);
  if (unsized) {
    throw new ServiceError('MissingParameter', 'The request must contain the parameter size or snapshotId');
  }
  return [
    decide({ snapshotId, ...root, device: image.rootDeviceName }, { size: image.rootSize, type: 'gp3' }),
    // A disk of one's own is gp2 unless it says otherwise (EC2 API reference, EbsBlockDevice).
    ...others.map((device) => decide(device, { size: 0, type: 'gp2' })),
  ];
}

/** Makes the volumes of an instance; their ids, the root volume's first. */
export function createVolumes(
  world: World,
  spec: { disks: readonly Disk[]; instanceId: string; zone: string; tags: ReadonlyMap<string, string> },
): string[] {
  return spec.disks.map((disk) => {
    const id = world.id('vol');
    const { instanceId, zone } = spec;
    volumes(world).set(id, { ...disk, id, zone, createdAt: world.now, tags: new Map(spec.tags), instanceId });
    return id;
  });
}

/** Ends the volumes of an instance that has ended, or sets them free, as each was made to. */
export function releaseVolumes(world: World, ids: readonly string[]): void {
  for (const id of ids) {
    const volume = volumes(world).get(id);
    if (volume?.deleteOnTermination) volumes(world).delete(id);
    else if (volume) delete volume.instanceId;
  }
}

/** Deletes a volume that no instance holds. */
export function deleteVolume(world: World, id: string): void {
  const volume = volumeOf(world, id);
  if (volume.instanceId !== undefined) {
    throw new ServiceError('VolumeInUse', `Volume ${id} is currently attached to ${volume.instanceId}`);
  }
  volumes(world).delete(id);
}
