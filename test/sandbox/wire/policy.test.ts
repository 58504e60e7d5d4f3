import { describe, expect, it } from 'vitest';
import { decide, type Policy, parsePolicy } from '../../../src/sandbox/wire/policy.ts';

const instance = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-1';

function policy(...Statement: object[]): Policy {
  const parsed = parsePolicy({ Version: '2012-10-17', Statement });
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

function decision(policies: Policy[], resource = instance, keys: Record<string, string | string[]> = {}) {
  const context = new Map(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value]));
  return decide(policies, { action: 'ec2:TerminateInstances', resource, context });
}

/** Whether a statement with this condition, allowing everything, allows a request with these keys. */
function allows(Condition: object, keys: Record<string, string | string[]> = {}): boolean {
  return decision([policy({ Effect: 'Allow', Action: '*', Resource: '*', Condition })], instance, keys) === 'allowed';
}

describe('decide', () => {
  const all = policy({ Effect: 'Allow', Action: '*', Resource: '*' });

  it('denies what nothing allows, and what anything denies', () => {
    expect(decision([])).toBe('implicitly denied');
    expect(decision([policy({ Effect: 'Allow', Action: 'ec2:StopInstances', Resource: '*' })])).toBe(
      'implicitly denied',
    );
    expect(decision([all])).toBe('allowed');
    expect(decision([all, policy({ Effect: 'Deny', Action: 'ec2:Term*', Resource: '*' })])).toBe('explicitly denied');
    expect(decision([all, policy({ Effect: 'Deny', NotAction: 'ec2:*', Resource: '*' })])).toBe('allowed');
    expect(decision([all, policy({ Effect: 'Deny', NotAction: 'ecs:*', Resource: '*' })])).toBe('explicitly denied');
  });

  it.each([
    ['*', true],
    [instance, true],
    ['arn:aws:ec2:*:*:instance/*', true],
    ['arn:aws:ec2:eu-west-1:123456789012:*/i-?', true],
    ['arn:aws:ec2:*', true],
    ['arn:aws:ec2:us-*:*:instance/*', false],
    ['arn:aws:ec2:*:instance/*', false],
    ['arn:aws:ec2:eu-west-1:123456789012:instance/i-', false],
    ['arn:aws:ec2:eu-west-1:123456789012:instance/${aws:username}', true],
    ['arn:aws:ec2:eu-west-1:123456789012:instance/${aws:userid}', false],
    ["arn:aws:ec2:eu-west-1:123456789012:instance/${aws:userid, 'i-1'}", true],
    ['arn:aws:ec2:eu-west-1:123456789012:instance/${*}', false],
  ])('fits the resource %s: %s', (Resource, fits) => {
    const only = policy({ Effect: 'Allow', Action: 'ec2:terminateinstances', Resource });
    expect(decision([only], instance, { 'aws:username': 'i-1' }) === 'allowed').toBe(fits);
    const others = policy({ Effect: 'Allow', Action: '*', NotResource: Resource });
    expect(decision([others], instance, { 'aws:username': 'i-1' }) === 'allowed').toBe(!fits);
  });

  it('takes a star in the name of a resource as it is', () => {
    const created = 'arn:aws:ec2:eu-west-1:123456789012:instance/*';
    const named = policy({ Effect: 'Allow', Action: '*', Resource: instance });
    expect(decision([named], created)).toBe('implicitly denied');
    expect(decision([policy({ Effect: 'Allow', Action: '*', Resource: created })], created)).toBe('allowed');
  });
});

describe('conditions', () => {
  const role = 'aws:RequestTag/jdci:role';

  it.each([
    [{ StringEquals: { [role]: ['host', 'agent'] } }, { [role]: 'agent' }, true],
    [{ StringEquals: { [role]: 'a*' } }, { [role]: 'agent' }, false],
    [{ StringLike: { [role]: 'a*' } }, { [role]: 'agent' }, true],
    [{ StringEquals: { [role]: 'agent' } }, {}, false],
    [{ StringNotEquals: { [role]: 'agent' } }, {}, true],
    [{ StringNotEquals: { [role]: ['agent', 'host'] } }, { [role]: 'host' }, false],
    [{ StringEqualsIfExists: { [role]: 'agent' } }, {}, true],
    [{ StringEqualsIfExists: { [role]: 'agent' } }, { [role]: 'host' }, false],
    [{ StringEqualsIgnoreCase: { [role]: 'AGENT' } }, { [role]: 'agent' }, true],
    [{ Null: { [role]: 'true' } }, {}, true],
    [{ Null: { [role]: 'false' } }, {}, false],
    [{ Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': 'true' }, true],
    [{ NumericLessThan: { n: 10 } }, { n: '9' }, true],
    [{ NumericGreaterThanEquals: { n: '10' } }, { n: '9' }, false],
    [{ DateLessThan: { t: '2026-02-01T00:00:00Z' } }, { t: '2026-01-01T00:00:00Z' }, true],
    [{ IpAddress: { ip: '203.0.113.0/24' } }, { ip: '203.0.113.7' }, true],
    [{ NotIpAddress: { ip: '203.0.113.0/24' } }, { ip: '203.0.113.7' }, false],
    [{ ArnLike: { c: 'arn:aws:ecs:*:*:cluster/j*' } }, { c: 'arn:aws:ecs:r:1:cluster/jdci' }, true],
    [{ ArnEquals: { c: 'arn:aws:ecs:*:cluster/jdci' } }, { c: 'arn:aws:ecs:r:1:cluster/jdci' }, false],
    [{ StringEquals: { [role]: 'agent', other: 'x' } }, { [role]: 'agent' }, false],
  ])('%j with %j: %s', (condition, keys, expected) => {
    expect(allows(condition, keys as Record<string, string>)).toBe(expected);
  });

  it('look at all values or at any', () => {
    const only = { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } };
    expect(allows(only, { 'aws:TagKeys': ['a', 'b'] })).toBe(true);
    expect(allows(only, { 'aws:TagKeys': ['a', 'c'] })).toBe(false);
    expect(allows(only)).toBe(true);
    const any = { 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['a', 'b'] } };
    expect(allows(any, { 'aws:TagKeys': ['a', 'c'] })).toBe(true);
    expect(allows(any, { 'aws:TagKeys': ['c'] })).toBe(false);
    expect(allows(any)).toBe(false);
    const none = { 'ForAllValues:StringNotEquals': { 'aws:TagKeys': ['a'] } };
    expect(allows(none, { 'aws:TagKeys': ['b', 'a'] })).toBe(false);
  });
});

describe('parsePolicy', () => {
  it.each([
    ['text', 'expected a policy document'],
    [{ Version: '2020-01-01', Statement: [] }, 'Version must be'],
    [{ Statement: [{ Effect: 'Allow', Action: '*' }] }, 'Statement 1: one of Resource and NotResource is needed'],
    [{ Statement: { Effect: 'Allow', Action: 3, NotAction: '*', Resource: '*' } }, 'one of Action and NotAction'],
    [{ Statement: { Effect: 'Allow', Action: {}, Resource: '*' } }, 'Action must be a string or a list of strings'],
    [
      { Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringAlmost: { a: 'b' } } } },
      'unknown condition operator StringAlmost',
    ],
  ])('says what is wrong with %j', (document, problem) => {
    expect(parsePolicy(document)).toContain(problem);
  });
});
