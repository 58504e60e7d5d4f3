import {
  BatchDeleteImage$,
  type BatchDeleteImageRequest,
  type BatchDeleteImageResponse,
  BatchGetImage$,
  type BatchGetImageRequest,
  type BatchGetImageResponse,
  CreateRepository$,
  type CreateRepositoryRequest,
  type CreateRepositoryResponse,
  DeleteRepository$,
  type DeleteRepositoryRequest,
  type DeleteRepositoryResponse,
  DescribeImages$,
  type DescribeImagesRequest,
  type DescribeImagesResponse,
  DescribeRepositories$,
  type DescribeRepositoriesRequest,
  type DescribeRepositoriesResponse,
  GetAuthorizationToken$,
  type GetAuthorizationTokenRequest,
  type GetAuthorizationTokenResponse,
  type ImageIdentifier,
  ListImages$,
  type ListImagesRequest,
  type ListImagesResponse,
  PutImage$,
  type PutImageRequest,
  type PutImageResponse,
  type Repository as WireRepository,
} from '@aws-sdk/client-ecr';
import {
  createRepository,
  deleteImage,
  findImage,
  imageNamed,
  putImage,
  type Repository,
  type RepositoryImage,
  registryHost,
  repositories,
  repositoryOf,
} from '../world/ecr.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { invalidParameter, mutabilityOf } from './ecr-requests.ts';
import { ecrSettings } from './ecr-settings.ts';
import { operation, type Service } from './operation.ts';
import { page } from './paging.ts';

function repositoryView(world: World, repository: Repository): WireRepository {
  const { encryption } = repository;
  return {
    repositoryArn: repository.arn,
    registryId: world.settings.account,
    repositoryName: repository.name,
    repositoryUri: repository.uri,
    createdAt: new Date(repository.createdAt),
    imageTagMutability: repository.mutability,
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: { encryptionType: encryption.type, kmsKey: encryption.kmsKey },
  };
}

function byStatus(images: readonly RepositoryImage[], status: string | undefined): RepositoryImage[] {
  return images.filter(
    ({ tags }) => status === undefined || status === 'ANY' || (status === 'TAGGED') === tags.length > 0,
  );
}

function pageOf<T>(all: readonly T[], input: { maxResults?: number | undefined; nextToken?: string | undefined }) {
  return page(
    all,
    input.maxResults ?? 100,
    input.nextToken,
    () => new ServiceError('InvalidParameterException', "Invalid parameter at 'nextToken'"),
  );
}

/** Amazon Elastic Container Registry. */
export const ecr: Service = {
  signingName: 'ecr',
  operations: {
    ...ecrSettings,

    CreateRepository: operation<CreateRepositoryRequest, CreateRepositoryResponse>(
      CreateRepository$,
      (input, { world }) => {
        const name = input.repositoryName ?? '';
        if (!/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(name) || name.length < 2) {
          throw invalidParameter(
            'repositoryName',
            "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'",
          );
        }
        const asked = input.encryptionConfiguration;
        const repository = createRepository(world, {
          name,
          mutability: mutabilityOf(input.imageTagMutability),
          encryption: {
            type: asked?.encryptionType ?? 'AES256',
            ...(asked?.kmsKey === undefined ? {} : { kmsKey: asked.kmsKey }),
          },
          scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
          tags: tagsFrom(input.tags),
        });
        return { repository: repositoryView(world, repository) };
      },
    ),

    DescribeRepositories: operation<DescribeRepositoriesRequest, DescribeRepositoriesResponse>(
      DescribeRepositories$,
      (input, { world }) => {
        const names = input.repositoryNames;
        const kept = names?.length ? names.map((name) => repositoryOf(world, name)) : [...repositories(world).values()];
        const { items, ...next } = pageOf(kept, input);
        return { repositories: items.map((repository) => repositoryView(world, repository)), ...next };
      },
    ),

    DeleteRepository: operation<DeleteRepositoryRequest, DeleteRepositoryResponse>(
      DeleteRepository$,
      (input, { world }) => {
        const repository = repositoryOf(world, input.repositoryName ?? '');
        if (repository.images.length > 0 && !input.force) {
          throw new ServiceError(
            'RepositoryNotEmptyException',
            `The repository with name '${repository.name}' in registry with id '${world.settings.account}' cannot be deleted because it still contains images`,
          );
        }
        repositories(world).delete(repository.name);
        return { repository: repositoryView(world, repository) };
      },
    ),

    BatchDeleteImage: operation<BatchDeleteImageRequest, BatchDeleteImageResponse>(
      BatchDeleteImage$,
      (input, { world }) => {
        const repository = repositoryOf(world, input.repositoryName ?? '');
        const imageIds: ImageIdentifier[] = [];
        const failures: BatchDeleteImageResponse['failures'] = [];
        for (const id of input.imageIds ?? []) {
          const image = imageNamed(repository, id);
          if (image) imageIds.push(...deleteImage(repository, image, id.imageDigest ? undefined : id.imageTag));
          else failures.push({ imageId: id, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' });
        }
        return { imageIds, failures };
      },
    ),

    ListImages: operation<ListImagesRequest, ListImagesResponse>(ListImages$, (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      const ids = byStatus(repository.images, input.filter?.tagStatus).flatMap(({ digest, tags }) =>
        tags.length > 0 ? tags.map((imageTag) => ({ imageDigest: digest, imageTag })) : [{ imageDigest: digest }],
      );
      const { items, ...next } = pageOf(ids, input);
      return { imageIds: items, ...next };
    }),

    DescribeImages: operation<DescribeImagesRequest, DescribeImagesResponse>(DescribeImages$, (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      const asked = input.imageIds?.map((id) => findImage(world, repository, id));
      const { items, ...next } = pageOf(asked ?? byStatus(repository.images, input.filter?.tagStatus), input);
      return {
        imageDetails: items.map((image) => ({
          registryId: world.settings.account,
          repositoryName: repository.name,
          imageDigest: image.digest,
          ...(image.tags.length > 0 ? { imageTags: [...image.tags] } : {}),
          imageSizeInBytes: image.size,
          imagePushedAt: new Date(image.pushedAt),
          imageManifestMediaType: image.mediaType,
          ...(image.scan ? { imageScanStatus: { status: image.scan.status } } : {}),
          ...(image.lastPulledAt === undefined ? {} : { lastRecordedPullTime: new Date(image.lastPulledAt) }),
        })),
        ...next,
      };
    }),

    BatchGetImage: operation<BatchGetImageRequest, BatchGetImageResponse>(BatchGetImage$, (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      const found = (input.imageIds ?? []).map((id) => ({ id, image: imageNamed(repository, id) }));
      return {
        images: found.flatMap(({ id, image }) =>
          image
            ? [
                {
                  registryId: world.settings.account,
                  repositoryName: repository.name,
                  imageId: {
                    imageDigest: image.digest,
                    ...(id.imageTag === undefined ? {} : { imageTag: id.imageTag }),
                  },
                  imageManifest: image.manifest,
                  imageManifestMediaType: image.mediaType,
                },
              ]
            : [],
        ),
        failures: found.flatMap(({ id, image }) =>
          image ? [] : [{ imageId: id, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }],
        ),
      };
    }),

    PutImage: operation<PutImageRequest, PutImageResponse>(PutImage$, (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      const manifest = input.imageManifest ?? '';
      const image = putImage(world, repository, {
        manifest,
        mediaType: input.imageManifestMediaType ?? 'application/vnd.docker.distribution.manifest.v2+json',
        ...(input.imageTag === undefined ? {} : { tag: input.imageTag }),
        size: layersSize(manifest),
      });
      return {
        image: {
          registryId: world.settings.account,
          repositoryName: repository.name,
          imageId: {
            imageDigest: image.digest,
            ...(input.imageTag === undefined ? {} : { imageTag: input.imageTag }),
          },
          imageManifest: manifest,
        },
      };
    }),

    GetAuthorizationToken: operation<GetAuthorizationTokenRequest, GetAuthorizationTokenResponse>(
      GetAuthorizationToken$,
      (_input, { world }) => ({
        authorizationData: [
          {
            authorizationToken: Buffer.from(`AWS:${world.hex(64)}`).toString('base64'),
            // Tokens are good for twelve hours.
            expiresAt: new Date(world.now + 12 * 3_600_000),
            proxyEndpoint: `https://${registryHost(world)}`,
          },
        ],
      }),
    ),
  },
};

/** Bytes of a manifest's layers; refuses what is no manifest. */
function layersSize(manifest: string): number {
  let parsed: unknown;
  try {
    parsed = JSON.parse(manifest);
  } catch {
    throw invalidParameter('imageManifest', 'Invalid JSON syntax');
  }
  const layers = parsed !== null && typeof parsed === 'object' && 'layers' in parsed ? parsed.layers : [];
  return (Array.isArray(layers) ? layers : []).reduce(
    (sum: number, layer: { size?: unknown }) => sum + (typeof layer.size === 'number' ? layer.size : 0),
    0,
  );
}
