import { describe, expect, it } from 'vitest';
import { createRepository, digestOfTag, findRepository, registryCredentials } from '../../src/aws/ecr.ts';
import { FakeAws, serviceError } from './fake-aws.ts';

const found = {
  repositoryName: 'jdci-master',
  repositoryUri: '1.dkr.ecr.eu-west-1.amazonaws.com/jdci-master',
  imageTagMutability: 'IMMUTABLE',
};
const throwing = (name: string) => () => {
  throw serviceError(name);
};

describe('ECR', () => {
  it('makes a repository whose tags stay, which are scanned', async () => {
    const aws = new FakeAws({ createRepository: () => ({ repository: found }) });
    expect(await createRepository(aws, 'jdci-master')).toEqual({
      name: 'jdci-master',
      uri: found.repositoryUri,
      immutable: true,
    });
    expect(aws.sent).toEqual([
      {
        name: 'CreateRepository',
        input: {
          repositoryName: 'jdci-master',
          imageTagMutability: 'IMMUTABLE',
          imageScanningConfiguration: { scanOnPush: true },
        },
      },
    ]);
  });

  it('takes the repository that another made at the same moment', async () => {
    const aws = new FakeAws({
      createRepository: throwing('RepositoryAlreadyExistsException'),
      describeRepositories: () => ({ repositories: [{ ...found, imageTagMutability: 'MUTABLE' }] }),
    });
    expect(await createRepository(aws, 'jdci-master')).toMatchObject({ immutable: false });
  });

  it('tells what is not there from what could not be seen', async () => {
    const aws = new FakeAws({
      describeRepositories: throwing('RepositoryNotFoundException'),
      describeImages: throwing('ImageNotFoundException'),
    });
    expect(await findRepository(aws, 'x')).toBeUndefined();
    expect(await digestOfTag(aws, 'x', 't')).toBeUndefined();
    aws.answers = {
      describeRepositories: throwing('AccessDeniedException'),
      describeImages: throwing('ThrottlingException'),
      createRepository: throwing('LimitExceededException'),
    };
    await expect(findRepository(aws, 'x')).rejects.toMatchObject({ problem: { kind: 'denied' } });
    await expect(digestOfTag(aws, 'x', 't')).rejects.toMatchObject({ problem: { kind: 'throttled' } });
    await expect(createRepository(aws, 'x')).rejects.toMatchObject({ problem: { kind: 'refused' } });
  });

  it('asks for one image by its tag', async () => {
    const aws = new FakeAws({ describeImages: () => ({ imageDetails: [{ imageDigest: 'sha256:0' }] }) });
    expect(await digestOfTag(aws, 'x', 't')).toBe('sha256:0');
    expect(aws.sent[0]?.input).toEqual({ repositoryName: 'x', imageIds: [{ imageTag: 't' }] });
  });

  it('reads user and password from the token, and nothing from what is none', async () => {
    const answering = (token?: string) =>
      new FakeAws({ getAuthorizationToken: () => ({ authorizationData: [{ authorizationToken: token }] }) });
    const token = Buffer.from('AWS:a:b').toString('base64');
    expect(await registryCredentials(answering(token))).toEqual({ user: 'AWS', password: 'a:b' });
    for (const wrong of [undefined, '', Buffer.from('AWS').toString('base64')]) {
      await expect(registryCredentials(answering(wrong))).rejects.toMatchObject({ problem: { kind: 'nonsense' } });
    }
  });
});
