import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { services } from '../../../src/sandbox/services.ts';
import { registerCaller } from '../../../src/sandbox/wire/callers.ts';
import table from '../../../src/sandbox/wire/constraints.json' with { type: 'json' };
import { compilePattern } from '../../../src/sandbox/wire/constraints.ts';
import { profiles } from '../../../src/sandbox/wire/profile.ts';
import { serve } from './serving.ts';

describe('the table', () => {
  it('has a pattern that JavaScript reads and an enumeration for every number', () => {
    const numbers = JSON.stringify(table.services);
    for (const [, at] of numbers.matchAll(/\/(\d+)/g))
      expect(compilePattern(table.patterns[Number(at)] ?? '')).toBeDefined();
    for (const [, at] of numbers.matchAll(/=(\d+)/g)) expect(table.enums[Number(at)]).toBeDefined();
    expect(Object.keys(table.services)).toEqual(services.map(({ signingName }) => signingName));
  });

  it.each(table.patterns)('takes no stranger’s time: %s', (pattern) => {
    const whole = compilePattern(pattern);
    const started = performance.now();
    for (const piece of ['a', 'a-', 'a_b', 'a/', '/a', '-', 'arn:', '0', '.']) {
      whole?.test(`${piece.repeat(2048 / piece.length)}\u0000`);
    }
    // A pattern that backtracks badly takes minutes for these; the others take a millisecond.
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

let sandbox: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  sandbox = await serve(services);
});
afterAll(() => sandbox.close());

/** Sends an input to a service in its protocol; the code and the sentence of the answer. */
async function refusal(service: string, operation: string, input: string, key = 'SANDBOX000000000000') {
  const profile = profiles[service];
  const json = profile?.protocol === 'json';
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const response = await fetch(sandbox.url, {
    method: 'POST',
    headers: {
      authorization,
      'content-type': json ? 'application/x-amz-json-1.1' : 'application/x-www-form-urlencoded',
      ...(json ? { 'x-amz-target': `${profile.target}.${operation}` } : {}),
    },
    body: json ? input : `Action=${operation}&Version=${profile?.version}&${input}`,
  });
  const text = await response.text();
  if (json) {
    const { __type, message, Message } = JSON.parse(text) as Record<string, string>;
    return `${__type}: ${message ?? Message}`;
  }
  const found = /<Code>(.*)<\/Code><Message>(.*)<\/Message>/s.exec(text);
  return `${found?.[1]}: ${found?.[2]?.replaceAll('&apos;', "'")}`;
}

describe('a value that the model does not allow', () => {
  // The sentences that have a source are those that clients of AWS reported.
  it.each([
    [
      'logs',
      'DescribeLogGroups',
      '{"logGroupNamePrefix":""}',
      "InvalidParameterException: 2 validation errors detected: Value '' at 'logGroupNamePrefix' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+; Value '' at 'logGroupNamePrefix' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'logs',
      'CreateLogGroup',
      '{"logGroupName":"g","tags":{"!":"v"}}',
      "InvalidParameterException: 1 validation error detected: Value '{!=v}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$]",
    ],
    [
      'iam',
      'CreateRole',
      `RoleName=${'x'.repeat(65)}&AssumeRolePolicyDocument=%7B%7D`,
      `ValidationError: 1 validation error detected: Value '${'x'.repeat(65)}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    ],
    [
      'iam',
      'CreateRole',
      'RoleName=a%20b&AssumeRolePolicyDocument=%7B%7D',
      'ValidationError: The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    ],
    [
      'cloudformation',
      'CreateChangeSet',
      'StackName=a_b&ChangeSetName=c',
      "ValidationError: 1 validation error detected: Value 'a_b' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
    ],
    [
      'cloudformation',
      'ListStacks',
      'StackStatusFilter.member.1=GONE',
      /^ValidationError: 1 validation error detected: Value '\[GONE\]' at 'stackStatusFilter' failed to satisfy constraint: Member must satisfy constraint: \[Member must satisfy enum value set: \[CREATE_IN_PROGRESS, /,
    ],
    [
      'autoscaling',
      'CompleteLifecycleAction',
      'LifecycleHookName=h&AutoScalingGroupName=g&LifecycleActionResult=CONTINUE&LifecycleActionToken=short',
      "ValidationError: 1 validation error detected: Value 'short' at 'lifecycleActionToken' failed to satisfy constraint: Member must have length greater than or equal to 36",
    ],
    [
      'elasticloadbalancing',
      'ConfigureHealthCheck',
      'LoadBalancerName=x&HealthCheck.Target=TCP:80&HealthCheck.Interval=301&HealthCheck.Timeout=2&HealthCheck.UnhealthyThreshold=2&HealthCheck.HealthyThreshold=2',
      "ValidationError: 1 validation error detected: Value '301' at 'healthCheck.interval' failed to satisfy constraint: Member must have value less than or equal to 300",
    ],
    [
      'ecr',
      'CreateRepository',
      '{"repositoryName":"a"}',
      "InvalidParameterException: Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length greater than or equal to 2'",
    ],
    [
      'ecr',
      'DescribeRepositories',
      '{"repositoryNames":["Not/Lower"]}',
      /^InvalidParameterException: Invalid parameter at 'repositoryNames' failed to satisfy constraint: 'must satisfy regular expression '\[a-z0-9\]\+.*''$/,
    ],
    [
      'ecs',
      'ListTasks',
      '{"launchType":"CLOUD"}',
      "InvalidParameterException: 1 validation error detected: Value 'CLOUD' at 'launchType' failed to satisfy constraint: Member must satisfy enum value set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]",
    ],
    [
      'ecs',
      'RegisterTaskDefinition',
      '{"family":"f","containerDefinitions":[{"name":"c","image":"i","firelensConfiguration":{"type":"x"}}]}',
      "ClientException: 1 validation error detected: Value 'x' at 'containerDefinitions.1.member.firelensConfiguration.type' failed to satisfy constraint: Member must satisfy enum value set: [fluentd, fluentbit]",
    ],
    [
      'secretsmanager',
      'CreateSecret',
      '{"Name":"n","SecretString":"","ClientRequestToken":"x"}',
      /Value '?x?'? ?at 'clientRequestToken' failed to satisfy constraint: Member must have length greater than or equal to 32/,
    ],
    [
      'ssm',
      'GetParameters',
      `{"Names":[${Array.from({ length: 11 }, (_, at) => `"n${at}"`)}]}`,
      "ValidationException: 1 validation error detected: Value '[n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 10",
    ],
    [
      'ec2',
      'CreateKeyPair',
      'KeyName=k&KeyType=dsa',
      'InvalidParameterValue: Value (dsa) for parameter keyType is invalid.',
    ],
  ])('is refused in the words of %s: %s', async (service, operation, input, words) => {
    const told = await refusal(service, operation, input);
    if (typeof words === 'string') expect(told).toBe(words);
    else expect(told).toMatch(words);
  });

  it('is told together with what is missing', async () => {
    expect(await refusal('autoscaling', 'PutLifecycleHook', `LifecycleHookName=${'x'.repeat(256)}`)).toBe(
      `ValidationError: 2 validation errors detected: Value '${'x'.repeat(256)}' at 'lifecycleHookName' failed to satisfy constraint: Member must have length less than or equal to 255; Value null at 'autoScalingGroupName' failed to satisfy constraint: Member must not be null`,
    );
  });

  it('is not repeated where it is a secret', async () => {
    const told = await refusal('secretsmanager', 'CreateSecret', `{"Name":"n","SecretString":"${'s'.repeat(65_537)}"}`);
    expect(told).toBe(
      "ValidationException: 1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
    );
  });

  it('is told only to those who may do what they ask for', async () => {
    registerCaller(sandbox.world, {
      accessKeyId: 'NOBODY',
      arn: 'arn:aws:iam::123456789012:user/nobody',
      policies: [],
    });
    expect(await refusal('ecs', 'ListTasks', '{"launchType":"CLOUD"}', 'NOBODY')).toMatch(/^AccessDeniedException: /);
  });

  it.each([
    ['ecs', 'DescribeTasks', '{"tasks":[null]}', /Value null at 'tasks\.1\.member' failed/],
    ['ecs', 'UpdateService', '{"service":"s","desiredCount":1.5}', /^SerializationException: NUMBER_VALUE/],
    ['ecs', 'UpdateService', '{"service":"s","desiredCount":1e999}', /^SerializationException: NUMBER_VALUE/],
    ['autoscaling', 'SetDesiredCapacity', 'AutoScalingGroupName=x&DesiredCapacity=1.5', /^MalformedInput: /],
    ['ecs', 'ListTasks', '{"cluster":true}', /TRUE_VALUE can not be converted to a String$/],
    ['ecs', 'DescribeTasks', '{"tasks":"t"}', /^SerializationException: Unexpected field type$/],
    ['ecs', 'DescribeTasks', '{"tasks":{"a":1}}', /Start of structure or map found where not expected\.$/],
    ['autoscaling', 'DescribeAutoScalingGroups', 'AutoScalingGroupNames=x', /Unexpected list element termination$/],
    ['elasticloadbalancing', 'ConfigureHealthCheck', 'LoadBalancerName=x&HealthCheck=y', /Unexpected complex element/],
    ['cloudformation', 'DescribeStacks', 'StackName.1=x', /^MalformedInput: Start of structure or map/],
  ])('or that is none of its type: %s %s %s', async (service, operation, input, words) => {
    expect(await refusal(service, operation, input)).toMatch(words);
  });
});
