import { DescribeImagesCommand, DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ProblemError } from '../core/problem.ts';
import type { Aws } from './clients.ts';

/** Public parameter with the AMI id that AWS recommends for ECS hosts on Amazon Linux 2023, x86_64. */
export const ecsAmiParameter = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id';

/** The value of an SSM parameter that is not secret. */
export async function readParameter(aws: Aws, name: string, signal?: AbortSignal): Promise<string> {
  const answer = await aws.call(
    'ssm:GetParameter',
    (options) => aws.client(SSMClient).send(new GetParameterCommand({ Name: name }), options),
    signal,
  );
  return answer.Parameter?.Value ?? '';
}

export interface MasterImage {
  /** `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@sha256:…` */
  readonly uri: string;
  readonly tags: readonly string[];
  readonly pushedAt: number;
}

/** A repository's images by digest, newest first; empty when it has none or does not exist. */
export async function repositoryImages(aws: Aws, repository: string, signal?: AbortSignal): Promise<MasterImage[]> {
  try {
    const found = await aws.call(
      'ecr:DescribeRepositories',
      (options) =>
        aws.client(ECRClient).send(new DescribeRepositoriesCommand({ repositoryNames: [repository] }), options),
      signal,
    );
    const uri = found.repositories?.[0]?.repositoryUri;
    if (!uri) return [];
    const images: MasterImage[] = [];
    let token: string | undefined;
    do {
      const page = await aws.call(
        'ecr:DescribeImages',
        (options) =>
          aws
            .client(ECRClient)
            .send(
              new DescribeImagesCommand({ repositoryName: repository, maxResults: 1000, nextToken: token }),
              options,
            ),
        signal,
      );
      for (const image of page.imageDetails ?? []) {
        if (!image.imageDigest) continue;
        images.push({
          uri: `${uri}@${image.imageDigest}`,
          tags: image.imageTags ?? [],
          pushedAt: image.imagePushedAt?.getTime() ?? 0,
        });
      }
      token = page.nextToken;
    } while (token);
    return images.sort((a, b) => b.pushedAt - a.pushedAt);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.kind === 'not-found') return [];
    throw error;
  }
}
