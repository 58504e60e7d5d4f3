import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

/** What an instance type offers. */
export interface InstanceType {
  name: string;
  vcpus: number;
  /** MiB. */
  memory: number;
  architecture: 'x86_64' | 'arm64';
  burstable: boolean;
}

function family(
  name: string,
  architecture: InstanceType['architecture'],
  sizes: readonly (readonly [size: string, vcpus: number, gib: number])[],
): InstanceType[] {
  const burstable = name.startsWith('t');
  return sizes.map(([size, vcpus, gib]) => ({
    name: `${name}.${size}`,
    vcpus,
    memory: gib * 1024,
    architecture,
    burstable,
  }));
}

const burstableSizes = [
  ['nano', 2, 0.5],
  ['micro', 2, 1],
  ['small', 2, 2],
  ['medium', 2, 4],
  ['large', 2, 8],
  ['xlarge', 4, 16],
  ['2xlarge', 8, 32],
] as const;

function fixedSizes(gibPerCpu: number) {
  return [
    ['large', 2, 2 * gibPerCpu],
    ['xlarge', 4, 4 * gibPerCpu],
    ['2xlarge', 8, 8 * gibPerCpu],
    ['4xlarge', 16, 16 * gibPerCpu],
    ['8xlarge', 32, 32 * gibPerCpu],
  ] as const;
}

/** The instance types of the region, by name (sizes: EC2 user guide, Instance types). */
export const instanceTypes: ReadonlyMap<string, InstanceType> = new Map(
  [
    ...family('t2', 'x86_64', [
      ['micro', 1, 1],
      ['small', 1, 2],
      ['medium', 2, 4],
      ['large', 2, 8],
    ]),
    ...family('t3', 'x86_64', burstableSizes),
    ...family('t3a', 'x86_64', burstableSizes),
    ...family('t4g', 'arm64', burstableSizes),
    // There is no c5.8xlarge.
    ...family('c5', 'x86_64', fixedSizes(2).slice(0, 4)),
    ...['c6i', 'c7i'].flatMap((name) => family(name, 'x86_64', fixedSizes(2))),
    ...['m5', 'm6i', 'm7i'].flatMap((name) => family(name, 'x86_64', fixedSizes(4))),
    ...['r5', 'r6i', 'r7i'].flatMap((name) => family(name, 'x86_64', fixedSizes(8))),
    ...family('c7g', 'arm64', fixedSizes(2)),
    ...family('m7g', 'arm64', fixedSizes(4)),
  ].map((type) => [type.name, type]),
);

/** The instance type, or EC2's `InvalidParameterValue`. */
export function instanceType(name: string): InstanceType {
  const type = instanceTypes.get(name);
  if (!type) throw new ServiceError('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  return type;
}

/** A machine image. */
export interface Image {
  id: string;
  name: string;
  description: string;
  architecture: InstanceType['architecture'];
  ownerId: string;
  ownerAlias?: string;
  rootDeviceName: string;
  /** GiB of the root volume. */
  rootSize: number;
  createdAt: number;
  tags: Tags;
}

/** The images that the account can launch, by id. */
export const images = perWorld(() => new Map<string, Image>());

/** The snapshot from which an image's root volume is made; in this region it has the owner and the tags of its image. */
export function rootSnapshotId(image: Image): string {
  return `snap-${image.id.slice('ami-'.length)}`;
}

/** Adds an image. */
export function addImage(world: World, spec: Omit<Image, 'id' | 'tags'>): Image {
  const image: Image = { ...spec, id: world.id('ami'), tags: new Map() };
  images(world).set(image.id, image);
  return image;
}

/** The image, or EC2's `InvalidAMIID.Malformed` or `.NotFound`. */
export function imageOf(world: World, id: string): Image {
  if (!/^ami-[0-9a-f]+$/.test(id)) {
    throw new ServiceError('InvalidAMIID.Malformed', `Invalid id: "${id}" (expecting "ami-...")`);
  }
  const image = images(world).get(id);
  if (!image) throw new ServiceError('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
  return image;
}
