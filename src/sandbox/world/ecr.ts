import { createHash } from 'node:crypto';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type World } from './world.ts';

export interface Scan {
  status: 'IN_PROGRESS' | 'COMPLETE';
  completedAt?: number;
}

export interface RepositoryImage {
  digest: string;
  tags: string[];
  pushedAt: number;
  /** Bytes of its layers, compressed. */
  size: number;
  manifest: string;
  mediaType: string;
  lastPulledAt?: number;
  /** The last basic scan. */
  scan?: Scan;
}

export interface Repository {
  name: string;
  arn: string;
  uri: string;
  createdAt: number;
  mutability: 'MUTABLE' | 'IMMUTABLE';
  encryption: { type: 'AES256' | 'KMS' | 'KMS_DSSE'; kmsKey?: string };
  scanOnPush: boolean;
  /** Policies as they were put, JSON. */
  lifecyclePolicy?: string;
  policy?: string;
  /** Oldest first. */
  images: RepositoryImage[];
  tags: Tags;
}

/** The region's private repositories, by name. */
export const repositories = perWorld(() => new Map<string, Repository>());

/** The repository, or `RepositoryNotFoundException`. */
export function repositoryOf(world: World, name: string): Repository {
  const repository = repositories(world).get(name);
  if (!repository) {
    throw new ServiceError(
      'RepositoryNotFoundException',
      `The repository with name '${name}' does not exist in the registry with id '${world.settings.account}'`,
    );
  }
  return repository;
}

/** How a client names an image: by digest, tag, or both. */
export interface ImageName {
  imageDigest?: string | undefined;
  imageTag?: string | undefined;
}

/** An image's name as error messages have it. */
export function imageText({ imageDigest, imageTag }: ImageName): string {
  return `{imageDigest:'${imageDigest ?? 'null'}', imageTag:'${imageTag ?? 'null'}'}`;
}

/** The image of a repository that has this name, if any. */
export function imageNamed(repository: Repository, { imageDigest, imageTag }: ImageName): RepositoryImage | undefined {
  return repository.images.find(
    ({ digest, tags }) =>
      (imageDigest === undefined || digest === imageDigest) && (imageTag === undefined || tags.includes(imageTag)),
  );
}

/** The image of a repository, or `ImageNotFoundException`. */
export function findImage(world: World, repository: Repository, name: ImageName): RepositoryImage {
  const image = imageNamed(repository, name);
  if (image) return image;
  throw new ServiceError(
    'ImageNotFoundException',
    `The image with imageId ${imageText(name)} does not exist within the repository with name '${repository.name}' in the registry with id '${world.settings.account}'`,
  );
}

/** Makes a repository. */
export function createRepository(
  world: World,
  spec: Pick<Repository, 'name'> & Partial<Pick<Repository, 'mutability' | 'encryption' | 'scanOnPush' | 'tags'>>,
): Repository {
  if (repositories(world).has(spec.name)) {
    throw new ServiceError(
      'RepositoryAlreadyExistsException',
      `The repository with name '${spec.name}' already exists in the registry with id '${world.settings.account}'`,
    );
  }
  const repository: Repository = {
    name: spec.name,
    arn: world.arn('ecr', `repository/${spec.name}`),
    uri: `${registryHost(world)}/${spec.name}`,
    createdAt: world.now,
    mutability: spec.mutability ?? 'MUTABLE',
    encryption: spec.encryption ?? { type: 'AES256' },
    scanOnPush: spec.scanOnPush ?? false,
    images: [],
    tags: spec.tags ?? new Map(),
  };
  repositories(world).set(spec.name, repository);
  return repository;
}

/** The account's registry: `123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
export function registryHost(world: World): string {
  return `${world.settings.account}.dkr.ecr.${world.settings.region}.amazonaws.com`;
}

/** A basic scan takes about this long, ms. */
const scanMs = 30_000;

/** Starts a basic scan of an image. */
export function startScan(world: World, image: RepositoryImage): Scan {
  const scan: Scan = { status: 'IN_PROGRESS' };
  image.scan = scan;
  world.schedule(scanMs, () => {
    scan.status = 'COMPLETE';
    scan.completedAt = world.now;
  });
  return scan;
}

/** Puts an image into a repository, as a push of its manifest does: the digest is the manifest's. */
export function putImage(
  world: World,
  repository: Repository,
  spec: { manifest: string; mediaType: string; tag?: string; size: number },
): RepositoryImage {
  const digest = `sha256:${createHash('sha256').update(spec.manifest).digest('hex')}`;
  const holder = repository.images.find((image) => spec.tag !== undefined && image.tags.includes(spec.tag));
  if (holder && holder.digest !== digest && repository.mutability === 'IMMUTABLE') {
    throw new ServiceError(
      'ImageTagAlreadyExistsException',
      `The image tag '${spec.tag}' already exists in the '${repository.name}' repository and cannot be overwritten because the repository is immutable.`,
    );
  }
  const same = repository.images.find((other) => other.digest === digest);
  if (same && (spec.tag === undefined || holder === same)) {
    throw new ServiceError(
      'ImageAlreadyExistsException',
      `Image with digest '${digest}' and tag '${spec.tag ?? ''}' already exists in the repository with name '${repository.name}' in registry with id '${world.settings.account}'`,
    );
  }
  if (holder) holder.tags = holder.tags.filter((tag) => tag !== spec.tag);
  let image = same;
  if (!image) {
    image = {
      digest,
      tags: [],
      pushedAt: world.now,
      size: spec.size,
      manifest: spec.manifest,
      mediaType: spec.mediaType,
    };
    repository.images.push(image);
    if (repository.scanOnPush) startScan(world, image);
  }
  if (spec.tag !== undefined) image.tags.push(spec.tag);
  return image;
}

/**
 * Takes an image out of its repository; given a tag, only the tag, and the image with its last one. Returns what went, by
 * digest and tag.
 */
export function deleteImage(
  repository: Repository,
  image: RepositoryImage,
  tag?: string,
): { imageDigest: string; imageTag?: string }[] {
  const gone = tag === undefined ? image.tags : [tag];
  image.tags = image.tags.filter((other) => !gone.includes(other));
  if (image.tags.length === 0) repository.images.splice(repository.images.indexOf(image), 1);
  const imageDigest = image.digest;
  return gone.length > 0 ? gone.map((imageTag) => ({ imageDigest, imageTag })) : [{ imageDigest }];
}

/**
 * What a container engine on a host finds for an image reference of this registry, by tag or digest; undefined when it
 * is another registry's, an error as the engine words it when it is not there.
 */
export function pull(world: World, reference: string): RepositoryImage | undefined {
  const host = registryHost(world);
  if (!reference.startsWith(`${host}/`)) return undefined;
  const match = /^([^@:]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference.slice(host.length + 1));
  const [, name, tag, digest] = match ?? [];
  const image = repositories(world)
    .get(name ?? '')
    ?.images.find((other) => (digest === undefined ? other.tags.includes(tag ?? 'latest') : other.digest === digest));
  if (!image) throw new ServiceError('CannotPullContainerError', `${reference}: not found`);
  image.lastPulledAt = world.now;
  return image;
}
