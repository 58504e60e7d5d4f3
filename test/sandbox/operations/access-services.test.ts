import type { GetPolicyResponse, ListPoliciesResponse, SimulatePolicyResponse } from '@aws-sdk/client-iam';
import type { ListTagsForResourceResponse, TestDNSAnswerResponse } from '@aws-sdk/client-route-53';
import type { BatchGetSecretValueResponse, GetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import type {
  DescribeParametersResult,
  GetParameterHistoryResult,
  GetParameterResult,
  LabelParameterVersionResult,
} from '@aws-sdk/client-ssm';
import type {
  AssumeRoleResponse,
  DecodeAuthorizationMessageResponse,
  GetCallerIdentityResponse,
} from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { type Call, invoke } from '../../../src/sandbox/operations/operation.ts';
import { services } from '../../../src/sandbox/services.ts';
import { authorisation } from '../../../src/sandbox/wire/access.ts';
import { authenticate, registeredCallers } from '../../../src/sandbox/wire/callers.ts';
import { trusts } from '../../../src/sandbox/wire/trust-policy.ts';
import { failure, freshRegion } from '../world/fresh-region.ts';

const user = 'arn:aws:iam::123456789012:user/sandbox';

function region() {
  const world = freshRegion();
  const call: Call = { world, caller: { accessKeyId: 'SANDBOX000000000000', arn: user } };
  const ask = <O>(service: string, operation: string, input: object = {}): O => {
    const found = services.find(({ signingName }) => signingName === service);
    if (!found) throw new Error(`no service ${service}`);
    return invoke(found, operation, input, call);
  };
  return { world, ask };
}

const statement = (more: object) => JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', ...more } });
const everything = statement({ Action: '*', Resource: '*' });
const trustOf = (Principal: object, more: object = {}) => statement({ Principal, Action: 'sts:AssumeRole', ...more });

describe('managed policies', () => {
  it('have versions, and stay while something has them', () => {
    const { ask } = region();
    const PolicyArn = ask<GetPolicyResponse>('iam', 'CreatePolicy', { PolicyName: 'p', PolicyDocument: everything })
      .Policy?.Arn;
    expect(PolicyArn).toBe('arn:aws:iam::123456789012:policy/p');
    for (let count = 2; count <= 5; count++)
      ask('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: everything });
    expect(failure(() => ask('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument: everything })).code).toBe(
      'LimitExceeded',
    );
    expect(failure(() => ask('iam', 'DeletePolicyVersion', { PolicyArn, VersionId: 'v1' })).code).toBe(
      'DeleteConflict',
    );
    expect(failure(() => ask('iam', 'DeletePolicy', { PolicyArn })).message).toContain('more than one version');
    ask('iam', 'SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v3' });
    for (const VersionId of ['v1', 'v2', 'v4', 'v5']) ask('iam', 'DeletePolicyVersion', { PolicyArn, VersionId });
    ask('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustOf({ AWS: '*' }) });
    ask('iam', 'AttachRolePolicy', { RoleName: 'r', PolicyArn });
    expect(failure(() => ask('iam', 'DeletePolicy', { PolicyArn })).message).toBe(
      'Cannot delete a policy attached to entities.',
    );
    const attached = ask<ListPoliciesResponse>('iam', 'ListPolicies', { OnlyAttached: true }).Policies;
    // The account's user has the other one, which every reading of it says.
    expect(attached?.map(({ PolicyName, AttachmentCount }) => [PolicyName, AttachmentCount])).toEqual([
      ['p', 1],
      ['AdministratorAccess', 1],
    ]);
    const administrator = { PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
    expect(ask('iam', 'ListEntitiesForPolicy', administrator)).toMatchObject({
      PolicyUsers: [{ UserName: 'sandbox' }],
      PolicyRoles: [],
    });
    expect(ask('iam', 'ListEntitiesForPolicy', { ...administrator, EntityFilter: 'Role' })).toMatchObject({
      PolicyUsers: [],
    });
    ask('iam', 'DetachRolePolicy', { RoleName: 'r', PolicyArn });
    ask('iam', 'DeletePolicy', { PolicyArn });
    expect(failure(() => ask('iam', 'GetPolicy', { PolicyArn })).message).toBe(`Policy ${PolicyArn} was not found.`);
  });

  it('of AWS are known as far as a farm has them, and count when a role is judged', () => {
    const { world, ask } = region();
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
    expect(ask<GetPolicyResponse>('iam', 'GetPolicy', { PolicyArn }).Policy?.DefaultVersionId).toBe('v2');
    expect(failure(() => ask('iam', 'DeletePolicy', { PolicyArn })).code).toBe('AccessDenied');
    ask('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustOf({ AWS: '*' }) });
    const arn = 'arn:aws:sts::123456789012:assumed-role/r/s';
    const judge = () => authorisation(world, { accessKeyId: 'k', arn })?.('ssm', 'GetParameter', { Name: '/x' });
    expect(failure(judge).code).toBe('AccessDeniedException');
    ask('iam', 'AttachRolePolicy', { RoleName: 'r', PolicyArn });
    judge();
  });

  it('are what the simulator answers by', () => {
    const { ask } = region();
    ask('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustOf({ AWS: '*' }) });
    const PolicyDocument = statement({ Action: 'ecs:*', Resource: 'arn:aws:ecs:*:*:cluster/a' });
    ask('iam', 'PutRolePolicy', { RoleName: 'r', PolicyName: 'inline', PolicyDocument });
    const { EvaluationResults } = ask<SimulatePolicyResponse>('iam', 'SimulatePrincipalPolicy', {
      PolicySourceArn: 'arn:aws:iam::123456789012:role/r',
      ActionNames: ['ecs:DescribeClusters', 'ec2:RunInstances'],
      ResourceArns: ['arn:aws:ecs:eu-west-1:123456789012:cluster/a'],
    });
    expect(EvaluationResults?.map(({ EvalDecision, MatchedStatements }) => [EvalDecision, MatchedStatements])).toEqual([
      ['allowed', [{ SourcePolicyId: 'role_r_inline', SourcePolicyType: 'IAM Policy' }]],
      ['implicitDeny', []],
    ]);
    const unknown = { PolicySourceArn: 'arn:aws:iam::123456789012:role/none', ActionNames: ['ecs:X'] };
    expect(failure(() => ask('iam', 'SimulatePrincipalPolicy', unknown)).code).toBe('NoSuchEntity');
  });
});

describe('sessions of roles', () => {
  it.each([
    [trustOf({ AWS: '123456789012' }), undefined, true],
    [trustOf({ AWS: ['arn:aws:iam::123456789012:root'] }), undefined, true],
    [trustOf({ AWS: user }), undefined, true],
    [trustOf({ AWS: 'arn:aws:iam::123456789012:user/other' }), undefined, false],
    [trustOf({ Service: 'ec2.amazonaws.com' }), undefined, false],
    [trustOf({ AWS: '*' }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }), 'x', true],
    [trustOf({ AWS: '*' }, { Condition: { StringEquals: { 'sts:ExternalId': 'x' } } }), undefined, false],
  ])('%s with the external id %s: %s', (document, externalId, expected) => {
    expect(trusts(document, user, externalId)).toBe(expected);
  });

  it('are let in until they end', () => {
    const { world, ask } = region();
    const RoleArn = 'arn:aws:iam::123456789012:role/r';
    const assume = (more: object = {}) =>
      ask<AssumeRoleResponse>('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'me', ...more });
    expect(failure(assume).message).toBe(
      `User: ${user} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
    );
    ask('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustOf({ AWS: user }) });
    expect(failure(() => assume({ DurationSeconds: 7200 })).message).toContain('exceeds the MaxSessionDuration');
    const { Credentials, AssumedRoleUser } = assume({ DurationSeconds: 900 });
    const accessKeyId = Credentials?.AccessKeyId ?? '';
    expect(accessKeyId).not.toMatch(/^A[KS]IA/);
    const scope = { accessKeyId, region: 'eu-west-1', service: 'sts' };
    expect(authenticate(world, scope).arn).toBe(AssumedRoleUser?.Arn);
    world.advance(899_000);
    authenticate(world, scope);
    world.advance(1_000);
    expect(failure(() => authenticate(world, scope)).code).toBe('ExpiredToken');
    expect(registeredCallers(world).length).toBe(2);
  });

  it('may do what their role and the policies that they were made with both allow', () => {
    const { world, ask } = region();
    ask('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustOf({ AWS: user }) });
    ask('iam', 'PutRolePolicy', { RoleName: 'r', PolicyName: 'all', PolicyDocument: everything });
    const assume = (more: object) =>
      ask<AssumeRoleResponse>('sts', 'AssumeRole', {
        RoleArn: 'arn:aws:iam::123456789012:role/r',
        RoleSessionName: 'me',
        ...more,
      });
    const may = (more: object, service: string, operation: string) => {
      const accessKeyId = assume(more).Credentials?.AccessKeyId ?? '';
      const session = authenticate(world, { accessKeyId, region: 'eu-west-1', service });
      return () => authorisation(world, session)?.(service, operation, {});
    };
    const Policy = statement({ Action: 'ecs:List*', Resource: '*' });
    may({}, 'ecs', 'CreateCluster')();
    may({ Policy }, 'ecs', 'ListClusters')();
    expect(failure(may({ Policy }, 'ecs', 'CreateCluster')).code).toBe('AccessDeniedException');
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly' }];
    may({ PolicyArns }, 'ecr', 'DescribeRepositories')();
    expect(failure(may({ PolicyArns }, 'ecs', 'ListClusters')).code).toBe('AccessDeniedException');
    for (const wrong of [
      { Policy: '{' },
      { Policy: '{}' },
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/None' }] },
    ]) {
      expect(failure(() => assume(wrong)).code).toBe('MalformedPolicyDocument');
    }
  });

  it('say who they are, and read what a denial of EC2 holds', () => {
    const { world, ask } = region();
    ask('iam', 'CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trustOf({ AWS: user }) });
    const arn = 'arn:aws:sts::123456789012:assumed-role/r/me';
    const sts = services.find(({ signingName }) => signingName === 'sts');
    if (!sts) throw new Error('no sts');
    const call: Call = { world, caller: { accessKeyId: 'k', arn } };
    expect(invoke<object, GetCallerIdentityResponse>(sts, 'GetCallerIdentity', {}, call).UserId).toMatch(
      /^AROA\w+:me$/,
    );
    const InstanceIds = ['i-0123456789abcdef0'];
    const denied = failure(() => authorisation(world, call.caller)?.('ec2', 'TerminateInstances', { InstanceIds }));
    const EncodedMessage = denied.message.split('failure message: ')[1];
    const { DecodedMessage } = ask<DecodeAuthorizationMessageResponse>('sts', 'DecodeAuthorizationMessage', {
      EncodedMessage,
    });
    expect(JSON.parse(DecodedMessage ?? '')).toMatchObject({
      allowed: false,
      explicitDeny: false,
      context: { action: 'ec2:TerminateInstances' },
    });
    expect(failure(() => ask('sts', 'DecodeAuthorizationMessage', { EncodedMessage: 'x' })).message).toBe(
      'Message is not valid.',
    );
  });
});

describe('parameters', () => {
  const put = (ask: ReturnType<typeof region>['ask'], Value: string, more: object = {}) =>
    ask('ssm', 'PutParameter', { Name: '/a/b', Value, Type: 'String', ...more });

  it('keep their versions, which labels name', () => {
    const { ask } = region();
    put(ask, '1');
    put(ask, '2', { Overwrite: true });
    const label = (ParameterVersion: number) =>
      ask<LabelParameterVersionResult>('ssm', 'LabelParameterVersion', {
        Name: '/a/b',
        ParameterVersion,
        Labels: ['live', '1st'],
      });
    expect(label(1)).toEqual({ InvalidLabels: ['1st'], ParameterVersion: 1 });
    const get = (Name: string) => ask<GetParameterResult>('ssm', 'GetParameter', { Name }).Parameter;
    expect(get('/a/b:live')).toMatchObject({ Value: '1', Selector: ':live' });
    label(2);
    expect(get('/a/b:live')?.Value).toBe('2');
    expect(get('/a/b:1')?.Value).toBe('1');
    expect(failure(() => get('/a/b:old')).code).toBe('ParameterVersionNotFound');
    const { Parameters } = ask<GetParameterHistoryResult>('ssm', 'GetParameterHistory', { Name: '/a/b' });
    expect(Parameters?.map(({ Value, Labels, LastModifiedUser }) => [Value, Labels, LastModifiedUser])).toEqual([
      ['1', [], user],
      ['2', ['live'], user],
    ]);
  });

  it('keep a hundred versions, unless the oldest has a label', () => {
    const { ask } = region();
    put(ask, '1');
    for (let count = 2; count <= 101; count++) put(ask, String(count), { Overwrite: true });
    expect(failure(() => ask('ssm', 'GetParameter', { Name: '/a/b:1' })).code).toBe('ParameterVersionNotFound');
    ask('ssm', 'LabelParameterVersion', { Name: '/a/b', ParameterVersion: 2, Labels: ['kept'] });
    expect(failure(() => put(ask, 'x', { Overwrite: true })).code).toBe('ParameterMaxVersionLimitExceeded');
  });

  it('are found by their filters, AWS’s own ones not among them', () => {
    const { ask } = region();
    put(ask, '1', { Tags: [{ Key: 'k', Value: 'v' }] });
    ask('ssm', 'PutParameter', { Name: '/a/c/d', Value: 'x,y', Type: 'StringList' });
    const names = (Key: string, Option: string, ...Values: string[]) =>
      ask<DescribeParametersResult>('ssm', 'DescribeParameters', {
        ParameterFilters: [{ Key, Option, Values }],
      }).Parameters?.map(({ Name }) => Name);
    expect(ask<DescribeParametersResult>('ssm', 'DescribeParameters').Parameters?.length).toBe(2);
    expect(names('Name', 'Equals', 'a/b')).toEqual(['/a/b']);
    expect(names('Name', 'Contains', 'c')).toEqual(['/a/c/d']);
    expect(names('Path', 'OneLevel', '/a')).toEqual(['/a/b']);
    expect(names('Path', 'Recursive', '/a')).toEqual(['/a/b', '/a/c/d']);
    expect(names('tag:k', 'Equals', 'v')).toEqual(['/a/b']);
    expect(names('Type', 'Equals', 'StringList')).toEqual(['/a/c/d']);
    expect(failure(() => names('Nope', 'Equals', 'x')).code).toBe('InvalidFilterKey');
    expect(failure(() => names('Path', 'Equals', '/a')).code).toBe('InvalidFilterOption');
  });
});

describe('secrets', () => {
  it('have their stages moved only from where they are', () => {
    const { ask } = region();
    ask('secretsmanager', 'CreateSecret', { Name: 's', SecretString: '1', ClientRequestToken: 'a'.repeat(32) });
    ask('secretsmanager', 'UpdateSecret', { SecretId: 's', SecretString: '2', ClientRequestToken: 'b'.repeat(32) });
    const move = (more: object) =>
      ask('secretsmanager', 'UpdateSecretVersionStage', { SecretId: 's', VersionStage: 'AWSCURRENT', ...more });
    expect(failure(() => move({ MoveToVersionId: 'a'.repeat(32) })).message).toContain(
      `currently attached to version ${'b'.repeat(32)}`,
    );
    expect(failure(() => move({ RemoveFromVersionId: 'b'.repeat(32) })).code).toBe('InvalidParameterException');
    move({ MoveToVersionId: 'a'.repeat(32), RemoveFromVersionId: 'b'.repeat(32) });
    const value = (VersionStage: string) =>
      ask<GetSecretValueResponse>('secretsmanager', 'GetSecretValue', { SecretId: 's', VersionStage }).SecretString;
    expect([value('AWSCURRENT'), value('AWSPREVIOUS')]).toEqual(['1', '2']);
  });

  it('come in batches, with what is wrong with each', () => {
    const { ask } = region();
    ask('secretsmanager', 'CreateSecret', { Name: 's', SecretString: '1' });
    const batch = ask<BatchGetSecretValueResponse>('secretsmanager', 'BatchGetSecretValue', {
      SecretIdList: ['s', 'n'],
    });
    expect(batch.SecretValues?.map(({ SecretString }) => SecretString)).toEqual(['1']);
    expect(batch.Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode])).toEqual([
      ['n', 'ResourceNotFoundException'],
    ]);
    expect(failure(() => ask('secretsmanager', 'BatchGetSecretValue')).code).toBe('InvalidParameterException');
  });
});

describe('hosted zones', () => {
  it('are made, tagged, asked and taken away', () => {
    const { ask } = region();
    const create = () =>
      ask<{ HostedZone: { Id: string } }>('route53', 'CreateHostedZone', { Name: 'x.example', CallerReference: '1' });
    const { Id } = create().HostedZone;
    expect(failure(create).code).toBe('HostedZoneAlreadyExists');
    const tagged = { ResourceType: 'hostedzone', ResourceId: Id.split('/')[2] };
    ask('route53', 'ChangeTagsForResource', { ...tagged, AddTags: [{ Key: 'k', Value: 'v' }] });
    const tags = ask<ListTagsForResourceResponse>('route53', 'ListTagsForResource', tagged);
    expect(tags.ResourceTagSet?.Tags).toEqual([{ Key: 'k', Value: 'v' }]);
    const { ResourceType, ResourceId } = tagged;
    expect(ask('route53', 'ListTagsForResources', { ResourceType, ResourceIds: [ResourceId] })).toEqual({
      ResourceTagSets: [tags.ResourceTagSet],
    });
    const change = (Action: string) => {
      const ResourceRecordSet = { Name: 'a.x.example', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] };
      ask('route53', 'ChangeResourceRecordSets', {
        HostedZoneId: Id,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
      });
    };
    change('CREATE');
    const answer = (RecordName: string) =>
      ask<TestDNSAnswerResponse>('route53', 'TestDNSAnswer', { HostedZoneId: Id, RecordName, RecordType: 'A' });
    expect(answer('a.x.example')).toMatchObject({ RecordData: ['192.0.2.1'], ResponseCode: 'NOERROR' });
    expect(answer('b.x.example')).toMatchObject({ RecordData: [], ResponseCode: 'NXDOMAIN' });
    expect(failure(() => ask('route53', 'DeleteHostedZone', { Id })).code).toBe('HostedZoneNotEmpty');
    change('DELETE');
    ask('route53', 'DeleteHostedZone', { Id });
    expect(failure(() => ask('route53', 'GetHostedZone', { Id })).code).toBe('NoSuchHostedZone');
  });
});
