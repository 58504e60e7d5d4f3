import type { FilterLogEventsResponse, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { BatchGetImageResponse, DescribeImagesResponse } from '@aws-sdk/client-ecr';
import type { GetRoleResponse } from '@aws-sdk/client-iam';
import type { ListHostedZonesResponse, ListResourceRecordSetsResponse } from '@aws-sdk/client-route-53';
import type {
  CreateSecretResponse,
  GetSecretValueResponse,
  ListSecretVersionIdsResponse,
} from '@aws-sdk/client-secrets-manager';
import type { GetParameterResult, GetParametersByPathResult, GetParametersResult } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { append } from '../../../src/sandbox/world/cloudwatch-logs.ts';
import { pull, registryHost } from '../../../src/sandbox/world/ecr.ts';
import { anyImage, caller, failure, freshRegion, minute } from '../world/fresh-region.ts';

function serviceOf(name: string) {
  const world = freshRegion();
  const aws = caller(world);
  return { world, ask: <O>(operation: string, input: object = {}): O => aws<O>(name, operation, input) };
}

describe('IAM', () => {
  const trust = JSON.stringify({
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  const read = JSON.stringify({ Statement: { Effect: 'Allow', Action: 'ecs:Describe*', Resource: '*' } });

  it('keeps roles with their policies, and lets none go while something hangs on it', () => {
    const { ask } = serviceOf('iam');
    const RoleName = 'host';
    const managed = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
    ask('CreateRole', { RoleName, AssumeRolePolicyDocument: trust, Path: '/jdci/' });
    ask('PutRolePolicy', { RoleName, PolicyName: 'read', PolicyDocument: read });
    ask('AttachRolePolicy', { RoleName, PolicyArn: managed });
    ask('CreateInstanceProfile', { InstanceProfileName: 'host' });
    ask('AddRoleToInstanceProfile', { InstanceProfileName: 'host', RoleName });
    const { Role } = ask<GetRoleResponse>('GetRole', { RoleName });
    expect(Role?.Arn).toBe('arn:aws:iam::123456789012:role/jdci/host');
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toBe(trust);
    const remove = () => ask('DeleteRole', { RoleName });
    expect(failure(remove)).toMatchObject({ code: 'DeleteConflict', status: 409 });
    ask('DetachRolePolicy', { RoleName, PolicyArn: managed });
    expect(failure(remove).message).toContain('delete policies');
    ask('DeleteRolePolicy', { RoleName, PolicyName: 'read' });
    expect(failure(remove).message).toContain('remove roles from instance profile');
    ask('RemoveRoleFromInstanceProfile', { InstanceProfileName: 'host', RoleName });
    remove();
    expect(failure(() => ask('GetRole', { RoleName }))).toEqual({
      code: 'NoSuchEntity',
      message: 'The role with name host cannot be found.',
      status: 404,
    });
  });

  it.each(['no json', '{}', '{"Statement":[{"Effect":"Perhaps","Action":"*"}]}', '{"Statement":[{"Effect":"Allow"}]}'])(
    'refuses the policy %s',
    (PolicyDocument) => {
      const { ask } = serviceOf('iam');
      ask('CreateRole', { RoleName: 'host', AssumeRolePolicyDocument: trust });
      const put = () => ask('PutRolePolicy', { RoleName: 'host', PolicyName: 'x', PolicyDocument });
      expect(failure(put).code).toBe('MalformedPolicyDocument');
    },
  );
});

describe('Parameter Store', () => {
  const root = '/aws/service/ecs/optimized-ami/amazon-linux-2023';

  it('names the image of the region', () => {
    const { world, ask } = serviceOf('ssm');
    const { Parameter } = ask<GetParameterResult>('GetParameter', { Name: `${root}/recommended/image_id` });
    expect(Parameter?.Value).toBe(anyImage(world));
    expect(Parameter?.ARN).toBe(`arn:aws:ssm:eu-west-1::parameter${root}/recommended/image_id`);
  });

  it('is a lock: of two who put without overwriting, one wins', () => {
    const { ask } = serviceOf('ssm');
    const lock = (Value: string) => ask('PutParameter', { Name: '/jdci/farm/lock/1', Value, Type: 'String' });
    lock('first');
    expect(failure(() => lock('second')).code).toBe('ParameterAlreadyExists');
    const { Parameter } = ask<GetParameterResult>('GetParameter', { Name: '/jdci/farm/lock/1' });
    expect([Parameter?.Value, Parameter?.Version]).toEqual(['first', 1]);
    expect(ask('PutParameter', { Name: '/jdci/farm/lock/1', Value: 'third', Overwrite: true })).toMatchObject({
      Version: 2,
    });
    ask('DeleteParameter', { Name: '/jdci/farm/lock/1' });
    expect(failure(() => ask('GetParameter', { Name: '/jdci/farm/lock/1' }))).toMatchObject({
      code: 'ParameterNotFound',
      message: '',
    });
  });

  it('hides what is secure until asked to decrypt it', () => {
    const { ask } = serviceOf('ssm');
    ask('PutParameter', { Name: '/s', Value: 'hush', Type: 'SecureString' });
    const value = (WithDecryption: boolean) =>
      ask<GetParameterResult>('GetParameter', { Name: '/s', WithDecryption }).Parameter?.Value;
    expect(value(false)).not.toContain('hush');
    expect(value(true)).toBe('hush');
  });

  it('reads below a path, one level or all of them, by pages', () => {
    const { ask } = serviceOf('ssm');
    for (const Name of ['/a/1', '/a/2', '/a/b/3', '/ab/4']) ask('PutParameter', { Name, Value: 'x', Type: 'String' });
    const names = (input: object) =>
      ask<GetParametersByPathResult>('GetParametersByPath', input).Parameters?.map(({ Name }) => Name);
    expect(names({ Path: '/a' })).toEqual(['/a/1', '/a/2']);
    expect(names({ Path: '/a/', Recursive: true })).toEqual(['/a/1', '/a/2', '/a/b/3']);
    const first = ask<GetParametersByPathResult>('GetParametersByPath', { Path: '/a', MaxResults: 1 });
    expect(names({ Path: '/a', MaxResults: 1, NextToken: first.NextToken })).toEqual(['/a/2']);
    const several = ask<GetParametersResult>('GetParameters', { Names: ['/a/1', '/none'] });
    expect([several.Parameters?.length, several.InvalidParameters]).toEqual([1, ['/none']]);
  });

  it('keeps reserved names', () => {
    const { ask } = serviceOf('ssm');
    const put = (Name: string) => failure(() => ask('PutParameter', { Name, Value: 'x', Type: 'String' })).code;
    expect(put('/aws/service/mine')).toBe('AccessDeniedException');
    expect(put('ssm-mine')).toBe('ValidationException');
    expect(put('a/b')).toBe('ValidationException');
    expect(put('sp ace')).toBe('ValidationException');
  });
});

describe('Secrets Manager', () => {
  it('makes the tokens that the masters are given', () => {
    const { ask } = serviceOf('secretsmanager');
    const rules = {
      PasswordLength: 32,
      ExcludeCharacters: 'ghijklmnopqrstuvwxyz',
      ExcludeUppercase: true,
      ExcludePunctuation: true,
    };
    const make = () => ask<{ RandomPassword?: string }>('GetRandomPassword', rules).RandomPassword;
    expect(make()).toMatch(/^[0-9a-f]{32}$/);
    expect(make()).not.toBe(make());
  });

  it('has every kind of character in a password unless told otherwise', () => {
    const { ask } = serviceOf('secretsmanager');
    for (let round = 0; round < 50; round++) {
      const { RandomPassword = '' } = ask<{ RandomPassword?: string }>('GetRandomPassword', { PasswordLength: 4 });
      for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(RandomPassword).toMatch(kind);
    }
    expect(failure(() => ask('GetRandomPassword', { PasswordLength: 3 })).code).toBe('InvalidParameterException');
  });

  it('keeps the version before as AWSPREVIOUS, and drops the one before that', () => {
    const { world, ask } = serviceOf('secretsmanager');
    ask('CreateSecret', { Name: 's', SecretString: 'one' });
    ask('PutSecretValue', { SecretId: 's', SecretString: 'two' });
    ask('PutSecretValue', { SecretId: 's', SecretString: 'three' });
    const value = (VersionStage?: string) =>
      ask<GetSecretValueResponse>('GetSecretValue', { SecretId: 's', VersionStage }).SecretString;
    expect([value(), value('AWSPREVIOUS')]).toEqual(['three', 'two']);
    expect(failure(() => value('AWSPENDING')).message).toBe(
      "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    );
    const { Versions } = ask<ListSecretVersionIdsResponse>('ListSecretVersionIds', { SecretId: 's' });
    expect(Versions?.map(({ VersionStages }) => VersionStages)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
    const day = new Date(Math.floor(world.now / 86_400_000) * 86_400_000);
    for (const version of Versions ?? []) {
      expect(version).toMatchObject({ LastAccessedDate: day, KmsKeyIds: ['DefaultEncryptionKey'] });
    }
    const { VersionIdsToStages = {} } = ask<{ VersionIdsToStages?: object }>('DescribeSecret', { SecretId: 's' });
    expect(Object.values(VersionIdsToStages)).toEqual([['AWSPREVIOUS'], ['AWSCURRENT']]);
  });

  it('finds a secret by name, ARN and ARN without its suffix; after its deletion by none', () => {
    const { world, ask } = serviceOf('secretsmanager');
    const { ARN = '' } = ask<CreateSecretResponse>('CreateSecret', { Name: 's', SecretString: 'x' });
    expect(ARN).toMatch(/:secret:s-[A-Za-z0-9]{6}$/);
    const get = (SecretId: string) => ask<GetSecretValueResponse>('GetSecretValue', { SecretId }).SecretString;
    expect([get('s'), get(ARN), get(ARN.slice(0, -7))]).toEqual(['x', 'x', 'x']);
    ask('DeleteSecret', { SecretId: 's', RecoveryWindowInDays: 7 });
    expect(failure(() => get('s')).code).toBe('InvalidRequestException');
    expect(failure(() => ask('CreateSecret', { Name: 's' })).message).toContain('already scheduled for deletion');
    world.advance(8 * 86_400_000);
    expect(failure(() => get('s'))).toMatchObject({
      code: 'ResourceNotFoundException',
      message: "Secrets Manager can't find the specified secret.",
    });
    expect(ask<CreateSecretResponse>('CreateSecret', { Name: 's' }).ARN).not.toBe(ARN);
  });
});

describe('CloudWatch Logs', () => {
  function withLines(count: number) {
    const made = serviceOf('logs');
    made.ask('CreateLogGroup', { logGroupName: 'farm' });
    for (let line = 0; line < count; line++) {
      append(made.world, 'farm', 'master/a', `line ${line}${line % 10 === 0 ? ' ERROR disk "full"' : ''}`);
      made.world.advance(1000);
    }
    const get = (input: object = {}) =>
      made.ask<GetLogEventsResponse>('GetLogEvents', { logGroupName: 'farm', logStreamName: 'master/a', ...input });
    const messages = (answer: GetLogEventsResponse) =>
      (answer.events ?? []).map(({ message }) => message?.split(' ')[1]);
    return { ...made, get, messages };
  }

  it('gives the newest first page, goes back to the beginning, and stays at the ends', () => {
    const { get, messages } = withLines(25);
    const newest = get({ limit: 10 });
    expect(messages(newest)).toEqual(Array.from({ length: 10 }, (_, index) => String(index + 15)));
    const older = get({ limit: 10, nextToken: newest.nextBackwardToken });
    expect(messages(older)[0]).toBe('5');
    const oldest = get({ limit: 10, nextToken: older.nextBackwardToken });
    expect(messages(oldest)).toEqual(['0', '1', '2', '3', '4']);
    const end = get({ limit: 10, nextToken: oldest.nextBackwardToken });
    expect([end.events, end.nextBackwardToken]).toEqual([[], oldest.nextBackwardToken]);
    const again = get({ nextToken: newest.nextForwardToken });
    expect([again.events, again.nextForwardToken]).toEqual([[], newest.nextForwardToken]);
  });

  it('follows: a forward token gives what came since', () => {
    const { world, get, messages } = withLines(3);
    const head = get({ startFromHead: true });
    append(world, 'farm', 'master/a', 'line 3');
    append(world, 'farm', 'master/a', 'line 4');
    expect(messages(get({ nextToken: head.nextForwardToken }))).toEqual(['3', '4']);
    expect(failure(() => get({ nextToken: 'x' })).code).toBe('InvalidParameterException');
  });

  it('follows past the lines that were dropped', () => {
    const { world, get, messages } = withLines(1);
    const write = (from: number, to: number) => {
      for (let line = from; line < to; line++) append(world, 'farm', 'master/a', `line ${line}`);
    };
    const beginning = get().nextForwardToken;
    write(1, 4_000);
    const late = get().nextForwardToken;
    write(4_000, 6_000);
    expect(messages(get({ nextToken: late, limit: 10_000 }))[0]).toBe('4000');
    const kept = messages(get({ nextToken: beginning, limit: 10_000 }));
    expect(kept.length).toBeLessThan(6_000);
    expect(kept.length).toBeGreaterThanOrEqual(5_000);
    expect(kept.at(-1)).toBe('5999');
  });

  it('filters by terms, phrases, options and exclusions, over all streams in order', () => {
    const { world, ask } = withLines(25);
    append(world, 'farm', 'master/b', 'line x ERROR net');
    const found = (filterPattern: string) =>
      ask<FilterLogEventsResponse>('FilterLogEvents', { logGroupName: 'farm', filterPattern }).events?.map(
        ({ logStreamName, message }) => `${logStreamName} ${message?.split(' ')[1]}`,
      );
    expect(found('ERROR')).toEqual(['master/a 0', 'master/a 10', 'master/a 20', 'master/b x']);
    expect(found('ERROR -disk')).toEqual(['master/b x']);
    expect(found('"disk \\"full\\""')).toHaveLength(3);
    expect(found('?net ?"line 1 "')).toEqual(['master/b x']);
    expect(failure(() => found('{ $.a = 1 }')).code).toBe('InvalidParameterException');
  });

  it('forgets what is older than its retention, and takes nothing for a group that is gone', () => {
    const { world, ask, get } = withLines(5);
    ask('PutRetentionPolicy', { logGroupName: 'farm', retentionInDays: 1 });
    expect(failure(() => ask('PutRetentionPolicy', { logGroupName: 'farm', retentionInDays: 2 })).code).toBe(
      'InvalidParameterException',
    );
    world.advance(2 * 86_400_000);
    append(world, 'farm', 'master/a', 'line new');
    expect(get().events).toHaveLength(1);
    ask('DeleteLogGroup', { logGroupName: 'farm' });
    append(world, 'farm', 'master/a', 'lost');
    expect(failure(() => get()).message).toBe('The specified log group does not exist.');
  });
});

describe('ECR', () => {
  it('holds a master image, whose digest is its manifest’s', () => {
    const { world, ask } = serviceOf('ecr');
    const [image] = ask<DescribeImagesResponse>('DescribeImages', { repositoryName: 'jdci-master' }).imageDetails ?? [];
    expect(image?.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(image?.imageSizeInBytes).toBeGreaterThan(100e6);
    const byDigest = ask<BatchGetImageResponse>('BatchGetImage', {
      repositoryName: 'jdci-master',
      imageIds: [{ imageDigest: image?.imageDigest }, { imageTag: 'none' }],
    });
    expect([byDigest.images?.length, byDigest.failures?.[0]?.failureCode]).toEqual([1, 'ImageNotFound']);
    const base = `${registryHost(world)}/jdci-master`;
    expect(pull(world, `${base}@${image?.imageDigest}`)?.digest).toBe(image?.imageDigest);
    expect(pull(world, `${base}:1.0.0`)?.digest).toBe(image?.imageDigest);
    expect(failure(() => pull(world, `${base}:2`)).code).toBe('CannotPullContainerError');
    expect(pull(world, 'docker.io/library/busybox')).toBeUndefined();
  });

  it('keeps a tag on its image where tags are immutable', () => {
    const { ask } = serviceOf('ecr');
    const put = (layer: number) =>
      ask('PutImage', {
        repositoryName: 'jdci-master',
        imageManifest: JSON.stringify({ layers: [{ size: layer }] }),
        imageTag: '2',
      });
    put(1);
    expect(failure(() => put(1)).code).toBe('ImageAlreadyExistsException');
    expect(failure(() => put(2)).code).toBe('ImageTagAlreadyExistsException');
    expect(failure(() => ask('CreateRepository', { repositoryName: 'jdci-master' })).code).toBe(
      'RepositoryAlreadyExistsException',
    );
    expect(failure(() => ask('DescribeImages', { repositoryName: 'none' })).code).toBe('RepositoryNotFoundException');
  });

  it('deletes images by tag and digest, and a repository once it is empty or when forced', () => {
    const { ask } = serviceOf('ecr');
    const repositoryName = 'jdci-master';
    const [image] = ask<DescribeImagesResponse>('DescribeImages', { repositoryName }).imageDetails ?? [];
    const again = { repositoryName, imageManifest: JSON.stringify({ layers: [] }) };
    for (const imageTag of ['x', 'y']) ask('PutImage', { ...again, imageTag });
    expect(failure(() => ask('DeleteRepository', { repositoryName })).code).toBe('RepositoryNotEmptyException');
    const remove = (...imageIds: object[]) => ask('BatchDeleteImage', { repositoryName, imageIds });
    expect(remove({ imageTag: 'x' }, { imageTag: 'none' })).toMatchObject({
      imageIds: [{ imageTag: 'x' }],
      failures: [{ imageId: { imageTag: 'none' }, failureCode: 'ImageNotFound' }],
    });
    expect(ask<DescribeImagesResponse>('DescribeImages', { repositoryName }).imageDetails).toHaveLength(2);
    remove({ imageTag: 'y' }, { imageDigest: image?.imageDigest });
    expect(ask('DescribeImages', { repositoryName })).toEqual({ imageDetails: [] });
    ask('PutImage', { ...again, imageTag: 'x' });
    ask('DeleteRepository', { repositoryName, force: true });
    expect(failure(() => ask('ListImages', { repositoryName })).code).toBe('RepositoryNotFoundException');
  });
});

describe('Route 53', () => {
  const get = { method: 'GET', path: '/', headers: {}, body: '' };

  function withZone() {
    const made = serviceOf('route53');
    const [zone] = made.ask<ListHostedZonesResponse>('ListHostedZones').HostedZones ?? [];
    const change = (Action: string, ResourceRecordSet: object) =>
      made.ask<{ ChangeInfo: { Id: string; Status: string } }>('ChangeResourceRecordSets', {
        HostedZoneId: zone?.Id,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
      }).ChangeInfo;
    const alias = (DNSName: string) => ({
      Name: 'ci.build.example',
      Type: 'A',
      AliasTarget: { HostedZoneId: 'Z32O12XQLNTSW2', DNSName, EvaluateTargetHealth: false },
    });
    return { ...made, zone, change, alias };
  }

  it('brings a name to its balancer once the change is in sync, and takes it away again', () => {
    const { world, ask, change, alias } = withZone();
    world.network.listen('lb-1.eu-west-1.elb.amazonaws.com', 80, () => ({
      kind: 'reply',
      status: 200,
      headers: {},
      body: 'hello',
    }));
    const submitted = change('UPSERT', alias('dualstack.lb-1.eu-west-1.elb.amazonaws.com'));
    const status = () => ask<{ ChangeInfo: { Status: string } }>('GetChange', { Id: submitted.Id }).ChangeInfo.Status;
    expect(status()).toBe('PENDING');
    expect(world.network.request('ci.build.example', 80, get)).toEqual({ kind: 'unknown-host' });
    world.advance(minute);
    expect(status()).toBe('INSYNC');
    expect(world.network.request('ci.build.example', 80, get)).toMatchObject({ body: 'hello' });
    change('DELETE', alias('dualstack.lb-1.eu-west-1.elb.amazonaws.com'));
    world.advance(minute);
    expect(world.network.request('ci.build.example', 80, get)).toEqual({ kind: 'unknown-host' });
  });

  it('refuses a batch as a whole, with its reasons', () => {
    const { ask, zone, change, alias } = withZone();
    expect(failure(() => change('DELETE', alias('x'))).code).toBe('InvalidChangeBatch');
    expect(failure(() => change('CREATE', { ...alias('x'), Name: 'ci.other.example' })).message).toContain(
      'is not permitted in zone build.example.',
    );
    change('CREATE', alias('x'));
    expect(failure(() => change('CREATE', alias('y'))).message).toContain('it already exists');
    expect(failure(() => change('DELETE', alias('y'))).message).toContain('do not match the current values');
    const cname = { Name: 'ci.build.example', Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'z' }] };
    expect(failure(() => change('CREATE', cname)).message).toContain('conflicts with other records');
    const records = ask<ListResourceRecordSetsResponse>('ListResourceRecordSets', {
      HostedZoneId: zone?.Id,
    }).ResourceRecordSets;
    expect(records?.map(({ Name, Type }) => `${Name} ${Type}`)).toEqual([
      'build.example. NS',
      'build.example. SOA',
      'ci.build.example. A',
    ]);
    expect(failure(() => ask('GetHostedZone', { Id: 'Z0' }))).toMatchObject({ code: 'NoSuchHostedZone', status: 404 });
  });
});

describe('STS', () => {
  it('says who calls', () => {
    const { ask } = serviceOf('sts');
    expect(ask('GetCallerIdentity')).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/sandbox',
    });
  });
});

describe('a parameter', () => {
  it('keeps its key and its tier from version to version', () => {
    const { ask } = serviceOf('ssm');
    const put = (more: object) => ask('PutParameter', { Name: '/farm/key', Value: 'x', Overwrite: true, ...more });
    const facts = () =>
      ask<{ Parameters: { KeyId?: string; Tier?: string }[] }>('DescribeParameters').Parameters.map(
        ({ KeyId, Tier }) => [KeyId, Tier],
      );
    put({ Type: 'SecureString', KeyId: 'alias/farm', Tier: 'Advanced' });
    put({});
    expect(facts()).toEqual([['alias/farm', 'Advanced']]);
    ask('PutParameter', { Name: 'plain', Value: 'x'.repeat(5000), Type: 'String', Tier: 'Intelligent-Tiering' });
    expect(facts()).toContainEqual([undefined, 'Advanced']);
    expect(failure(() => put({ Policies: '[{"Type":"Expiration"}]' })).message).toContain('leave Policies out');
  });
});
