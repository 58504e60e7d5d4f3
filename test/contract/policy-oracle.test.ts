import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { type Decision, decide, type Policy, parsePolicy } from '../../src/sandbox/wire/policy.ts';
import { type IamSimulator, iamSimulator } from './iam-simulator.ts';

/*
 * Not drawn, because the other evaluator is not what the IAM User Guide says there, or the guide leaves it open:
 * - a star for a resource's type (`arn:aws:ecs:*:*:*\/jdci/x`), which it does not take;
 * - the block 0.0.0.0/0, which holds nothing for it;
 * - variables in policies of 2008-10-17, which it fills in although that version has none;
 * - `${*}` in StringEquals and its like, where it means nothing to it;
 * - IfExists with a set operator, a variable without a value in NotEquals or NotResource, and a key without values.
 */

/**
 * The sandbox's policy evaluator against one of other people, on random policies and requests. They are drawn from so
 * few names that statements often apply, and both answers come up.
 */
const account = '123456789012';
const principal = `arn:aws:iam::${account}:user/bob`;
const cases = 6000;
/** Differences that are looked for before the test gives up. */
const shown = 5;

const actions = [
  'ec2:RunInstances',
  'ec2:TerminateInstances',
  'ec2:DescribeInstances',
  'ecs:UpdateService',
  'ecs:StopTask',
  'secretsmanager:GetSecretValue',
];
const actionPatterns = [
  ...actions,
  '*',
  'ec2:*',
  'ecs:*',
  'ec2:Describe*',
  'ec2:*Instances',
  'EC2:runinstances',
  'ecs:?topTask',
  'ec2:R*s',
  'ec2:Run',
];
const resources = [
  `arn:aws:ec2:eu-west-1:${account}:instance/i-1`,
  `arn:aws:ec2:eu-west-1:${account}:instance/bob`,
  `arn:aws:ec2:us-east-1:${account}:volume/vol-1`,
  `arn:aws:ecs:eu-west-1:${account}:service/jdci/jdci-master-a`,
  `arn:aws:ecs:eu-west-1:${account}:task/jdci/0123456789abcdef`,
  `arn:aws:secretsmanager:eu-west-1:${account}:secret:jdci/jdci/viewer-abcdef`,
];
const resourcePatterns = [
  ...resources,
  '*',
  `arn:aws:ec2:eu-west-1:${account}:instance/*`,
  `arn:aws:ec2:*:${account}:*`,
  'arn:aws:ec2:*:*:instance/*',
  `arn:aws:ecs:eu-west-1:${account}:service/jdci/*`,
  'arn:aws:ecs:*:*:service/jdci/jdci-master-?',
  `arn:aws:secretsmanager:eu-west-1:${account}:secret:jdci/*/viewer-??????`,
  `arn:aws:secretsmanager:*:*:secret:jdci/jdci/viewer-*`,
  `arn:aws:ec2:eu-west-1:${account}:instance/\${aws:username}`,
  `arn:aws:ec2:eu-west-1:${account}:instance/\${aws:PrincipalTag/team}`,
  `arn:aws:ec2:eu-west-1:${account}:instance/\${aws:PrincipalTag/team, 'i-1'}`,
  `arn:aws:ec2:eu-west-1:${account}:instance/\${*}`,
  `arn:aws:ec2:eu-west-1:${account}:instance`,
];

/** Keys of requests, and the values that they have where they are there at all. */
const keys: Readonly<Record<string, readonly (string | string[])[]>> = {
  'aws:username': ['bob'],
  'aws:PrincipalTag/team': ['bob', 'i-1', 'red', 'a*b'],
  'aws:ResourceTag/jdci:farm': ['jdci', 'Jdci', 'other', ''],
  'aws:RequestTag/jdci:role': ['agent', 'host', 'a*'],
  'aws:TagKeys': [['jdci:farm'], ['jdci:farm', 'jdci:role'], ['Name', 'jdci:role']],
  'aws:SourceIp': ['203.0.113.7', '10.0.0.1', '198.51.100.255'],
  'aws:SecureTransport': ['true', 'false'],
  'aws:CurrentTime': ['2026-01-01T00:00:00Z', '2026-06-30T12:00:00Z'],
  'aws:MultiFactorAuthAge': ['0', '3599', '3600', '7200'],
  'ecs:cluster': [`arn:aws:ecs:eu-west-1:${account}:cluster/jdci`, `arn:aws:ecs:eu-west-1:${account}:cluster/other`],
};

const strings = ['jdci', 'Jdci', 'j*', 'agent', 'a*', 'a?ent', 'host', 'bob', 'red', '', '*', '${aws:username}'];
const tagKeys = ['jdci:farm', 'jdci:role', 'Name', 'jdci:*', 'Owner'];
const texts = [
  'aws:PrincipalTag/team',
  'aws:ResourceTag/jdci:farm',
  'aws:RequestTag/jdci:role',
  'aws:resourcetag/jdci:farm',
];

/** Condition operators, the keys they are asked of, and the values that a policy may give. */
const families: readonly {
  operators: readonly string[];
  keys: readonly string[];
  values: readonly string[];
  sets?: boolean;
}[] = [
  {
    operators: [
      'StringEquals',
      'StringNotEquals',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
      'StringLike',
      'StringNotLike',
    ],
    keys: texts,
    values: strings,
  },
  {
    operators: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'],
    keys: ['aws:TagKeys'],
    values: tagKeys,
    sets: true,
  },
  {
    operators: [
      'NumericEquals',
      'NumericNotEquals',
      'NumericLessThan',
      'NumericLessThanEquals',
      'NumericGreaterThan',
      'NumericGreaterThanEquals',
    ],
    keys: ['aws:MultiFactorAuthAge'],
    values: ['0', '3600', '7200', '3599.5'],
  },
  {
    operators: [
      'DateEquals',
      'DateNotEquals',
      'DateLessThan',
      'DateLessThanEquals',
      'DateGreaterThan',
      'DateGreaterThanEquals',
    ],
    keys: ['aws:CurrentTime'],
    values: ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', '2026-06-30T12:00:00Z', '2026-12-31T23:59:59Z'],
  },
  { operators: ['StringLike', 'StringNotLike'], keys: texts, values: ['a${*}b', 'a*b', 'a${?}b', '?*'] },
  { operators: ['Bool'], keys: ['aws:SecureTransport'], values: ['true', 'false', 'True'] },
  {
    operators: ['IpAddress', 'NotIpAddress'],
    keys: ['aws:SourceIp'],
    values: ['203.0.113.0/24', '203.0.113.7', '10.0.0.0/8', '198.51.100.128/25'],
  },
  {
    operators: ['ArnEquals', 'ArnNotEquals', 'ArnLike', 'ArnNotLike'],
    keys: ['ecs:cluster'],
    values: [
      `arn:aws:ecs:eu-west-1:${account}:cluster/jdci`,
      'arn:aws:ecs:*:*:cluster/j*',
      'arn:aws:ecs:*:*:cluster/?????',
      'arn:aws:ecs:eu-west-1:*:*',
      'arn:*:ecs:*:*:cluster/jdci',
    ],
  },
];

function some<T>(random: Random, list: readonly T[], most: number): T[] {
  return Array.from({ length: random.int(1, most) }, () => random.pick(list));
}

/** A list, or sometimes its only item, as IAM lets one write it. */
function oneOrMany<T>(random: Random, list: T[]): T | T[] {
  const [first] = list;
  return list.length === 1 && first !== undefined && random.next() < 0.5 ? first : list;
}

function condition(random: Random, variables: boolean): Record<string, Record<string, string | string[]>> {
  if (random.next() < 0.1) {
    return { Null: { [random.pick(Object.keys(keys))]: random.pick(['true', 'false']) } };
  }
  const family = random.pick(families);
  const set = family.sets ? random.pick(['ForAllValues:', 'ForAnyValue:']) : '';
  const ifExists = set === '' && random.next() < 0.25 ? 'IfExists' : '';
  const values = oneOrMany(random, some(random, without(family.values, variables), 2));
  return { [`${set}${random.pick(family.operators)}${ifExists}`]: { [random.pick(family.keys)]: values } };
}

/** The old version of the language has no variables. */
function without(list: readonly string[], variables: boolean): readonly string[] {
  return variables ? list : list.filter((text) => !text.includes('${'));
}

function statement(random: Random, variables: boolean): object {
  const conditions = Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => condition(random, variables));
  const except = random.next() < 0.15;
  const patterns = without(resourcePatterns, variables).filter((text) => !except || !text.endsWith('/team}'));
  return {
    Effect: random.next() < 0.7 ? 'Allow' : 'Deny',
    [random.next() < 0.85 ? 'Action' : 'NotAction']: oneOrMany(random, some(random, actionPatterns, 3)),
    [except ? 'NotResource' : 'Resource']: oneOrMany(random, some(random, patterns, 3)),
    ...(conditions.length > 0 ? { Condition: Object.assign({}, ...conditions) } : {}),
  };
}

function document(random: Random): Document {
  const Version = random.next() < 0.9 ? '2012-10-17' : '2008-10-17';
  return {
    Version,
    Statement: Array.from({ length: random.int(1, 3) }, () => statement(random, Version === '2012-10-17')),
  };
}

interface Document {
  Version: string;
  Statement: object[];
}

interface Case {
  policies: Document[];
  action: string;
  resource: string;
  context: Record<string, string | string[]>;
}

function draw(random: Random): Case {
  const context: Case['context'] = {};
  for (const [key, values] of Object.entries(keys))
    if (key === 'aws:username' || random.next() < 0.6) context[key] = random.pick(values);
  return {
    policies: Array.from({ length: random.int(1, 2) }, () => document(random)),
    action: random.pick(actions),
    resource: random.pick(resources),
    context,
  };
}

function ours({ policies, action, resource, context }: Case): Decision {
  const parsed = policies.map((policy): Policy => {
    const read = parsePolicy(policy);
    if (typeof read === 'string') throw new Error(`${read}: ${JSON.stringify(policy)}`);
    return read;
  });
  const lower = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  return decide(parsed, { action, resource, context: lower });
}

const words = {
  Allowed: 'allowed',
  ExplicitlyDenied: 'explicitly denied',
  ImplicitlyDenied: 'implicitly denied',
  Unknown: 'unknown',
} as const;

function theirs(simulator: IamSimulator, { policies, action, resource, context }: Case) {
  return words[
    simulator.runUnsafeSimulation(
      {
        request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
        identityPolicies: policies.map((policy, index) => ({ name: `p${index}`, policy })),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      { simulationMode: 'Strict' },
    )
  ];
}

/** The same question with a single statement, when that is enough to tell the two apart. */
function smaller(one: Case, differ: (candidate: Case) => boolean): Case {
  for (const { Version, Statement } of one.policies) {
    for (const alone of Statement) {
      const candidate = { ...one, policies: [{ Version, Statement: [alone] }] };
      if (differ(candidate)) return candidate;
    }
  }
  return one;
}

const simulator = await iamSimulator();
if (typeof simulator === 'string') console.warn(`skipped: ${simulator}`);

describe.skipIf(typeof simulator === 'string')('the policy evaluator', () => {
  it(`decides ${cases} random requests as an evaluator from elsewhere does`, () => {
    if (typeof simulator === 'string') return;
    const seed = Number(process.env.JDCI_SEED ?? 1);
    const random = seededRandom(seed);
    const counts = new Map<Decision, number>();
    const differences: object[] = [];
    for (let index = 0; index < cases; index++) {
      const one = draw(random);
      const decision = ours(one);
      counts.set(decision, (counts.get(decision) ?? 0) + 1);
      const differ = (candidate: Case) => ours(candidate) !== theirs(simulator, candidate);
      if (differences.length < shown && differ(one)) {
        const found = smaller(one, differ);
        differences.push({ index, ours: ours(found), theirs: theirs(simulator, found), ...found });
      }
    }
    expect(differences.map((one) => JSON.stringify(one))).toEqual([]);
    // Otherwise the requests would say little: every decision must come up often.
    for (const decision of ['allowed', 'implicitly denied', 'explicitly denied'] as const) {
      expect(counts.get(decision) ?? 0, decision).toBeGreaterThan(cases / 20);
    }
  });
});
