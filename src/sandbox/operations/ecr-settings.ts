import {
  DeleteLifecyclePolicy$,
  type DeleteLifecyclePolicyRequest,
  type DeleteLifecyclePolicyResponse,
  DeleteRepositoryPolicy$,
  type DeleteRepositoryPolicyRequest,
  type DeleteRepositoryPolicyResponse,
  DescribeImageScanFindings$,
  type DescribeImageScanFindingsRequest,
  type DescribeImageScanFindingsResponse,
  DescribePullThroughCacheRules$,
  type DescribePullThroughCacheRulesRequest,
  type DescribePullThroughCacheRulesResponse,
  DescribeRegistry$,
  type DescribeRegistryRequest,
  type DescribeRegistryResponse,
  GetLifecyclePolicy$,
  type GetLifecyclePolicyRequest,
  type GetLifecyclePolicyResponse,
  GetRegistryPolicy$,
  type GetRegistryPolicyRequest,
  type GetRegistryPolicyResponse,
  GetRegistryScanningConfiguration$,
  type GetRegistryScanningConfigurationRequest,
  type GetRegistryScanningConfigurationResponse,
  GetRepositoryPolicy$,
  type GetRepositoryPolicyRequest,
  type GetRepositoryPolicyResponse,
  type ImageIdentifier,
  ListTagsForResource$,
  type ListTagsForResourceRequest,
  type ListTagsForResourceResponse,
  PutImageScanningConfiguration$,
  type PutImageScanningConfigurationRequest,
  type PutImageScanningConfigurationResponse,
  PutImageTagMutability$,
  type PutImageTagMutabilityRequest,
  type PutImageTagMutabilityResponse,
  PutLifecyclePolicy$,
  type PutLifecyclePolicyRequest,
  type PutLifecyclePolicyResponse,
  SetRepositoryPolicy$,
  type SetRepositoryPolicyRequest,
  type SetRepositoryPolicyResponse,
  StartImageScan$,
  type StartImageScanRequest,
  type StartImageScanResponse,
  TagResource$,
  type TagResourceRequest,
  type TagResourceResponse,
  UntagResource$,
  type UntagResourceRequest,
  type UntagResourceResponse,
} from '@aws-sdk/client-ecr';
import {
  findImage,
  imageText,
  type Repository,
  type RepositoryImage,
  repositoryOf,
  type Scan,
  startScan,
} from '../world/ecr.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList, tagsFrom } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { invalidParameter, mutabilityOf } from './ecr-requests.ts';
import { type Operation, operation } from './operation.ts';

/** What is set on repositories, and what an operator reads of a registry beside its images. */
export const ecrSettings: Record<string, Operation> = {
  GetLifecyclePolicy: operation<GetLifecyclePolicyRequest, GetLifecyclePolicyResponse>(
    GetLifecyclePolicy$,
    (input, { world }) => lifecycle(world, repositoryOf(world, input.repositoryName ?? '')),
  ),
  PutLifecyclePolicy: operation<PutLifecyclePolicyRequest, PutLifecyclePolicyResponse>(
    PutLifecyclePolicy$,
    (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      repository.lifecyclePolicy = json(input.lifecyclePolicyText, 'LifecyclePolicyText');
      return named(world, repository, { lifecyclePolicyText: repository.lifecyclePolicy });
    },
  ),
  DeleteLifecyclePolicy: operation<DeleteLifecyclePolicyRequest, DeleteLifecyclePolicyResponse>(
    DeleteLifecyclePolicy$,
    (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      const answer = lifecycle(world, repository);
      delete repository.lifecyclePolicy;
      return answer;
    },
  ),
  GetRepositoryPolicy: operation<GetRepositoryPolicyRequest, GetRepositoryPolicyResponse>(
    GetRepositoryPolicy$,
    (input, { world }) => access(world, repositoryOf(world, input.repositoryName ?? '')),
  ),
  SetRepositoryPolicy: operation<SetRepositoryPolicyRequest, SetRepositoryPolicyResponse>(
    SetRepositoryPolicy$,
    (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      repository.policy = json(input.policyText, 'PolicyText');
      return access(world, repository);
    },
  ),
  DeleteRepositoryPolicy: operation<DeleteRepositoryPolicyRequest, DeleteRepositoryPolicyResponse>(
    DeleteRepositoryPolicy$,
    (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      const answer = access(world, repository);
      delete repository.policy;
      return answer;
    },
  ),
  PutImageTagMutability: operation<PutImageTagMutabilityRequest, PutImageTagMutabilityResponse>(
    PutImageTagMutability$,
    (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      repository.mutability = mutabilityOf(input.imageTagMutability);
      return named(world, repository, { imageTagMutability: repository.mutability });
    },
  ),
  PutImageScanningConfiguration: operation<PutImageScanningConfigurationRequest, PutImageScanningConfigurationResponse>(
    PutImageScanningConfiguration$,
    (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      repository.scanOnPush = input.imageScanningConfiguration?.scanOnPush ?? false;
      return named(world, repository, { imageScanningConfiguration: { scanOnPush: repository.scanOnPush } });
    },
  ),
  StartImageScan: operation<StartImageScanRequest, StartImageScanResponse>(StartImageScan$, (input, { world }) => {
    const repository = repositoryOf(world, input.repositoryName ?? '');
    const image = findImage(world, repository, input.imageId ?? {});
    const scan = startScan(world, image);
    return named(world, repository, { imageId: identifier(image, input.imageId), imageScanStatus: scanStatus(scan) });
  }),
  DescribeImageScanFindings: operation<DescribeImageScanFindingsRequest, DescribeImageScanFindingsResponse>(
    DescribeImageScanFindings$,
    (input, { world }) => {
      const repository = repositoryOf(world, input.repositoryName ?? '');
      const { imageId = {} } = input;
      const image = findImage(world, repository, imageId);
      const { scan } = image;
      if (!scan) {
        throw new ServiceError(
          'ScanNotFoundException',
          `Image scan does not exist for the image with '${imageText(imageId)}' in the repository with name '${repository.name}' in the registry with id '${world.settings.account}'`,
        );
      }
      const done = scan.completedAt === undefined ? undefined : new Date(scan.completedAt);
      return named(world, repository, {
        imageId: identifier(image, imageId),
        imageScanStatus: scanStatus(scan),
        // There is nothing in a simulated image that a scanner could find.
        ...(done
          ? {
              imageScanFindings: {
                findings: [],
                imageScanCompletedAt: done,
                vulnerabilitySourceUpdatedAt: done,
                findingSeverityCounts: {},
              },
            }
          : {}),
      });
    },
  ),
  TagResource: operation<TagResourceRequest, TagResourceResponse>(TagResource$, (input, { world }) => {
    const { tags } = repositoryAt(world, input.resourceArn);
    for (const [key, value] of tagsFrom(input.tags)) tags.set(key, value);
    return {};
  }),
  UntagResource: operation<UntagResourceRequest, UntagResourceResponse>(UntagResource$, (input, { world }) => {
    const { tags } = repositoryAt(world, input.resourceArn);
    for (const key of input.tagKeys ?? []) tags.delete(key);
    return {};
  }),
  ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>(
    ListTagsForResource$,
    (input, { world }) => ({ tags: tagList(repositoryAt(world, input.resourceArn).tags) }),
  ),
  DescribeRegistry: operation<DescribeRegistryRequest, DescribeRegistryResponse>(
    DescribeRegistry$,
    (_input, { world }) => ({ registryId: world.settings.account, replicationConfiguration: { rules: [] } }),
  ),
  GetRegistryPolicy: operation<GetRegistryPolicyRequest, GetRegistryPolicyResponse>(
    GetRegistryPolicy$,
    (_input, { world }) => {
      throw new ServiceError(
        'RegistryPolicyNotFoundException',
        `Registry policy does not exist in the registry with id '${world.settings.account}'`,
      );
    },
  ),
  GetRegistryScanningConfiguration: operation<
    GetRegistryScanningConfigurationRequest,
    GetRegistryScanningConfigurationResponse
  >(GetRegistryScanningConfiguration$, (_input, { world }) => ({
    registryId: world.settings.account,
    scanningConfiguration: { scanType: 'BASIC', rules: [] },
  })),
  DescribePullThroughCacheRules: operation<DescribePullThroughCacheRulesRequest, DescribePullThroughCacheRulesResponse>(
    DescribePullThroughCacheRules$,
    () => ({ pullThroughCacheRules: [] }),
  ),
};

function named<T>(world: World, { name }: Repository, rest: T): { registryId: string; repositoryName: string } & T {
  return { registryId: world.settings.account, repositoryName: name, ...rest };
}

function absent(world: World, { name }: Repository, code: string, what: string): ServiceError {
  return new ServiceError(
    code,
    `${what} does not exist for the repository with name '${name}' in the registry with id '${world.settings.account}'`,
  );
}

function lifecycle(world: World, repository: Repository) {
  const { lifecyclePolicy } = repository;
  if (lifecyclePolicy === undefined) {
    throw absent(world, repository, 'LifecyclePolicyNotFoundException', 'Lifecycle policy');
  }
  // The policy is kept, and never evaluated here.
  return named(world, repository, { lifecyclePolicyText: lifecyclePolicy });
}

function access(world: World, repository: Repository) {
  const { policy } = repository;
  if (policy === undefined) {
    throw absent(world, repository, 'RepositoryPolicyNotFoundException', 'Repository policy');
  }
  return named(world, repository, { policyText: policy });
}

function json(text: string | undefined, member: string): string {
  try {
    JSON.parse(text ?? '');
    return text ?? '';
  } catch {
    throw invalidParameter(member, 'Invalid JSON syntax');
  }
}

function scanStatus({ status }: Scan) {
  const description = status === 'COMPLETE' ? 'The scan was completed successfully.' : 'The scan is in progress.';
  return { status, description };
}

function identifier({ digest }: RepositoryImage, asked: ImageIdentifier | undefined): ImageIdentifier {
  return { imageDigest: digest, ...(asked?.imageTag === undefined ? {} : { imageTag: asked.imageTag }) };
}

function repositoryAt(world: World, arn: string | undefined): Repository {
  const name = /^arn:[^:]+:ecr:[^:]+:\d+:repository\/(.+)$/.exec(arn ?? '')?.[1];
  if (name === undefined) throw invalidParameter('resourceArn', 'Invalid ARN');
  return repositoryOf(world, name);
}
