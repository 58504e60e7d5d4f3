import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services } from '../../../src/sandbox/services.ts';
import { maximumBody } from '../../../src/sandbox/wire/body.ts';
import { profiles } from '../../../src/sandbox/wire/profile.ts';
import { startFarm } from './started.ts';

describe('bad input', { timeout: 60_000 }, () => {
  let farm: Awaited<ReturnType<typeof startFarm>>;
  let before: string;
  const state = async () => JSON.stringify((await farm.control('state')).value);
  beforeAll(async () => {
    farm = await startFarm(33);
    before = await state();
  }, 60_000);
  afterAll(async () => {
    expect(await state()).toBe(before);
    expect(farm.reports).toEqual([]);
    await farm.close();
  });

  /** Sends a body to a service as its protocol carries it; the operation goes where the protocol puts it. */
  const send = async (service: string, operation: string, body: string, path = '/') => {
    const profile = profiles[service];
    const headers: Record<string, string> = {
      authorization: `AWS4-HMAC-SHA256 Credential=SANDBOX000000000000/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    };
    if (profile?.protocol === 'json') headers['x-amz-target'] = `${profile.target}.${operation}`;
    if (profile?.protocol === 'json') headers['content-type'] = 'application/x-amz-json-1.1';
    const form = profile?.protocol === 'query' || profile?.protocol === 'ec2';
    const text = form ? `Action=${operation}&Version=${profile.version}&${body}` : body;
    const response = await fetch(`${farm.url}${path}`, { method: 'POST', headers, body: text });
    const answer = await response.text();
    const code = /"__type":"(\w+)"/.exec(answer)?.[1] ?? /<Code>([\w.]+)<\/Code>/.exec(answer)?.[1];
    return { status: response.status, code, answer };
  };

  it.each(services.map(({ signingName }) => signingName).filter((name) => name !== 'route53'))(
    'an operation that %s does not have',
    async (service) => {
      const { status, code } = await send(
        service,
        'ExplodeEverything',
        profiles[service]?.protocol === 'json' ? '{}' : '',
      );
      expect([status, code]).toEqual(
        profiles[service]?.protocol === 'json' ? [400, 'UnknownOperationException'] : [400, 'InvalidAction'],
      );
    },
  );

  it.each([
    ['ecs', 'StopTask', '{', 'SerializationException'],
    ['ecs', 'StopTask', '[1]', 'SerializationException'],
    ['ecs', 'StopTask', '{"task":{"a":1}}', 'SerializationException'],
    ['ecs', 'UpdateService', '{"service":"jdci-master-a","desiredCount":"none"}', 'SerializationException'],
    ['ssm', 'PutParameter', 'null', 'SerializationException'],
    ['ec2', 'TerminateInstances', 'InstanceId.x=i-1', 'InvalidParameterValue'],
    ['autoscaling', 'DetachInstances', 'AutoScalingGroupName=x&InstanceIds.1=i-1', 'MalformedInput'],
    ['ec2', 'RunInstances', 'MinCount=lots&MaxCount=1', 'InvalidParameterValue'],
    ['autoscaling', 'SetDesiredCapacity', 'AutoScalingGroupName=x&DesiredCapacity=many', 'MalformedInput'],
  ])('a malformed request: %s %s %s', async (service, operation, body, expected) => {
    const { status, code } = await send(service, operation, body);
    expect([status, code]).toEqual([400, expected]);
  });

  it.each([
    ['ecs', 'StopTask', '{}', 'InvalidParameterException'],
    ['secretsmanager', 'GetSecretValue', '{}', 'ValidationException'],
    ['ec2', 'TerminateInstances', '', 'MissingParameter'],
    ['elasticloadbalancing', 'DeregisterInstancesFromLoadBalancer', 'LoadBalancerName=x', 'ValidationError'],
    ['autoscaling', 'SetInstanceHealth', 'InstanceId=i-1', 'ValidationError'],
    ['cloudformation', 'DeleteStack', '', 'ValidationError'],
    ['iam', 'DeleteRole', '', 'ValidationError'],
  ])('a missing parameter: %s %s', async (service, operation, body, expected) => {
    const { status, code } = await send(service, operation, body);
    expect([status, code]).toEqual([400, expected]);
  });

  it('a template that is too long', async () => {
    const TemplateBody = encodeURIComponent(`Description: ${'x'.repeat(51_200)}`);
    const body = `StackName=other&ChangeSetName=first&ChangeSetType=CREATE&TemplateBody=${TemplateBody}`;
    const { status, code, answer } = await send('cloudformation', 'CreateChangeSet', body);
    expect([status, code]).toEqual([400, 'ValidationError']);
    expect(answer).toContain('length less than or equal to 51200');
  });

  it.each([
    ['ecs', 'StopTask', 'RequestEntityTooLargeException'],
    ['ec2', 'TerminateInstances', 'RequestEntityTooLarge'],
  ])('a body that is too large: %s', async (service, operation, expected) => {
    const answer = await send(service, operation, 'x'.repeat(maximumBody + 1));
    expect([answer.status, answer.code]).toEqual([413, expected]);
  });
});
