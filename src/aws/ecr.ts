import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  type Repository,
} from '@aws-sdk/client-ecr';
import { ProblemError } from '../core/problem.ts';
import type { Aws } from './clients.ts';

/** The repository of the masters' images, which provisioning looks into; images on the operator's machine share its name. */
export const masterRepository = 'jdci-master';

export interface ImageRepository {
  readonly name: string;
  /** `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master` */
  readonly uri: string;
  /** Whether a tag, once given, stays on its image. */
  readonly immutable: boolean;
}

/** The repository of that name; undefined when there is none. */
export async function findRepository(
  aws: Aws,
  name: string,
  signal?: AbortSignal,
): Promise<ImageRepository | undefined> {
  try {
    const answer = await aws.call(
      'ecr:DescribeRepositories',
      (options) => aws.client(ECRClient).send(new DescribeRepositoriesCommand({ repositoryNames: [name] }), options),
      signal,
    );
    return repositoryFrom(answer.repositories?.[0], 'ecr:DescribeRepositories');
  } catch (error) {
    if (hasCode(error, 'RepositoryNotFoundException')) return undefined;
    throw error;
  }
}

/**
 * Makes the repository, with tags that cannot be moved and a scan of what is pushed. It belongs to no stack, so that
 * destroying a farm keeps it. One that somebody made at the same moment is as good.
 */
export async function createRepository(aws: Aws, name: string, signal?: AbortSignal): Promise<ImageRepository> {
  try {
    const answer = await aws.call(
      'ecr:CreateRepository',
      (options) =>
        aws.client(ECRClient).send(
          new CreateRepositoryCommand({
            repositoryName: name,
            imageTagMutability: 'IMMUTABLE',
            imageScanningConfiguration: { scanOnPush: true },
          }),
          options,
        ),
      signal,
    );
    return repositoryFrom(answer.repository, 'ecr:CreateRepository');
  } catch (error) {
    const existing = hasCode(error, 'RepositoryAlreadyExistsException')
      ? await findRepository(aws, name, signal)
      : undefined;
    if (existing) return existing;
    throw error;
  }
}

/** The digest (`sha256:…`) of the image that has this tag; undefined when no image or no repository has it. */
export async function digestOfTag(
  aws: Aws,
  repository: string,
  tag: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    const answer = await aws.call(
      'ecr:DescribeImages',
      (options) =>
        aws
          .client(ECRClient)
          .send(new DescribeImagesCommand({ repositoryName: repository, imageIds: [{ imageTag: tag }] }), options),
      signal,
    );
    return answer.imageDetails?.[0]?.imageDigest;
  } catch (error) {
    if (hasCode(error, 'ImageNotFoundException') || hasCode(error, 'RepositoryNotFoundException')) return undefined;
    throw error;
  }
}

export interface RegistryCredentials {
  readonly user: string;
  /** Good for twelve hours; never to be logged or put on a command line. */
  readonly password: string;
}

/** What signs in to the account's registry; ECR hands it out as base64 of `AWS:password`. */
export async function registryCredentials(aws: Aws, signal?: AbortSignal): Promise<RegistryCredentials> {
  const answer = await aws.call(
    'ecr:GetAuthorizationToken',
    (options) => aws.client(ECRClient).send(new GetAuthorizationTokenCommand({}), options),
    signal,
  );
  const token = answer.authorizationData?.[0]?.authorizationToken ?? '';
  const [, user, password] = /^([^:]+):(.+)$/s.exec(Buffer.from(token, 'base64').toString('utf8')) ?? [];
  if (user === undefined || password === undefined) throw unreadable('ecr:GetAuthorizationToken');
  return { user, password };
}

function repositoryFrom(found: Repository | undefined, action: string): ImageRepository {
  if (!found?.repositoryName || !found.repositoryUri) throw unreadable(action);
  return {
    name: found.repositoryName,
    uri: found.repositoryUri,
    immutable: found.imageTagMutability === 'IMMUTABLE',
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof ProblemError && error.problem.code === code;
}

function unreadable(action: string): ProblemError {
  return new ProblemError({
    kind: 'nonsense',
    source: action,
    message: `the answer to ${action} could not be read`,
    advice: 'something between here and AWS answers for it: check proxies and AWS_ENDPOINT_URL',
  });
}
