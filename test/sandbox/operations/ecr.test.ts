import { describe, expect, it } from 'vitest';
import { caller, failure, freshRegion } from '../world/fresh-region.ts';

const repositoryName = 'jdci-master';

function registry() {
  const world = freshRegion();
  const aws = caller(world);
  const ask = <O>(operation: string, input: object = {}): O => aws<O>('ecr', operation, { repositoryName, ...input });
  return { world, ask };
}

describe('a repository', () => {
  it.each([
    ['LifecyclePolicy', 'PutLifecyclePolicy', 'lifecyclePolicyText'],
    ['RepositoryPolicy', 'SetRepositoryPolicy', 'policyText'],
  ])('has no %s until one is put', (name, put, member) => {
    const { ask } = registry();
    expect(failure(() => ask(`Get${name}`)).code).toBe(`${name}NotFoundException`);
    expect(failure(() => ask(put, { [member]: '{' })).code).toBe('InvalidParameterException');
    ask(put, { [member]: '{"rules":[]}' });
    expect(ask(`Get${name}`)).toEqual({
      registryId: '123456789012',
      repositoryName,
      [member]: '{"rules":[]}',
    });
    ask(`Delete${name}`);
    expect(failure(() => ask(`Delete${name}`)).code).toBe(`${name}NotFoundException`);
  });

  it('changes its settings and tags', () => {
    const { ask } = registry();
    ask('PutImageTagMutability', { imageTagMutability: 'MUTABLE' });
    ask('PutImageScanningConfiguration', { imageScanningConfiguration: { scanOnPush: false } });
    expect(ask('DescribeRepositories', { repositoryNames: [repositoryName] })).toMatchObject({
      repositories: [{ imageTagMutability: 'MUTABLE', imageScanningConfiguration: { scanOnPush: false } }],
    });
    const resourceArn = `arn:aws:ecr:eu-west-1:123456789012:repository/${repositoryName}`;
    ask('TagResource', {
      resourceArn,
      tags: [
        { Key: 'a', Value: 'b' },
        { Key: 'c', Value: 'd' },
      ],
    });
    ask('UntagResource', { resourceArn, tagKeys: ['c'] });
    expect(ask('ListTagsForResource', { resourceArn })).toEqual({ tags: [{ Key: 'a', Value: 'b' }] });
    expect(failure(() => ask('ListTagsForResource', { resourceArn: 'x' })).code).toBe('InvalidParameterException');
    expect(failure(() => ask('GetRegistryPolicy')).code).toBe('RegistryPolicyNotFoundException');
    expect(ask('DescribeRegistry')).toMatchObject({ replicationConfiguration: { rules: [] } });
  });

  it('scans images on push and on demand', () => {
    const { world, ask } = registry();
    ask('PutImageScanningConfiguration', { imageScanningConfiguration: { scanOnPush: false } });
    ask('PutImage', { imageTag: 'plain', imageManifest: '{"schemaVersion":2}' });
    const findings = (imageTag: string) => ask('DescribeImageScanFindings', { imageId: { imageTag } });
    expect(failure(() => findings('plain'))).toMatchObject({
      code: 'ScanNotFoundException',
      message: `Image scan does not exist for the image with '{imageDigest:'null', imageTag:'plain'}' in the repository with name '${repositoryName}' in the registry with id '123456789012'`,
    });
    ask('StartImageScan', { imageId: { imageTag: 'plain' } });
    expect(findings('plain')).toMatchObject({ imageScanStatus: { status: 'IN_PROGRESS' } });
    world.advance(60_000);
    expect(findings('plain')).toMatchObject({
      imageScanStatus: { status: 'COMPLETE' },
      imageScanFindings: { findings: [] },
    });
    ask('PutImageScanningConfiguration', { imageScanningConfiguration: { scanOnPush: true } });
    ask('PutImage', { imageTag: 'pushed', imageManifest: '{"schemaVersion":2,"layers":[]}' });
    expect(findings('pushed')).toMatchObject({ imageScanStatus: { status: 'IN_PROGRESS' } });
    expect(failure(() => findings('none')).code).toBe('ImageNotFoundException');
  });
});

describe('a repository that is made', () => {
  it('keeps how it is encrypted, and is not made with exceptions that nobody would heed', () => {
    const { ask } = registry();
    const encryptionConfiguration = { encryptionType: 'KMS', kmsKey: 'alias/images' };
    ask('CreateRepository', { repositoryName: 'other', encryptionConfiguration });
    expect(ask('DescribeRepositories', { repositoryNames: ['other'] })).toMatchObject({
      repositories: [{ encryptionConfiguration, imageTagMutability: 'MUTABLE' }],
    });
    const imageTagMutability = 'IMMUTABLE_WITH_EXCLUSION';
    const third = { repositoryName: 'third', imageTagMutability };
    expect(failure(() => ask('CreateRepository', third)).message).toContain('exclusion');
    expect(failure(() => ask('PutImageTagMutability', { imageTagMutability })).message).toContain('exclusion');
  });
});
