import { describe, expect, it } from 'vitest';
import { evaluation } from '../../../src/sandbox/cloudformation/evaluation.ts';
import { bindParameters, type ParameterLookups } from '../../../src/sandbox/cloudformation/parameters.ts';
import { durationSeconds } from '../../../src/sandbox/cloudformation/resources/auto-scaling.ts';
import { apiShape } from '../../../src/sandbox/cloudformation/resources/ecs.ts';
import { checkRules } from '../../../src/sandbox/cloudformation/rules.ts';
import { parseTemplate } from '../../../src/sandbox/cloudformation/template.ts';
import type { Value } from '../../../src/sandbox/cloudformation/value.ts';

const lookups: ParameterLookups = {
  exists: (_type, id) => !id.includes('gone'),
  ssm: (name) => (name === '/ami' ? 'ami-1' : undefined),
};
const names = {
  stackName: 'farm',
  stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/farm/1',
  region: 'eu-west-1',
  account: '123456789012',
  notificationArns: [],
};
const zones = (region: string) => (region === 'eu-west-1' ? ['eu-west-1a', 'eu-west-1b'] : []);

function message(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no problem';
}

function bound(definitions: object, given: Record<string, string> = {}, more: object = {}) {
  const template = parseTemplate(
    JSON.stringify({ Parameters: definitions, Resources: { A: { Type: 'Test::Thing' } }, ...more }),
  );
  const inputs = Object.entries(given).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
  return { template, values: bindParameters(template, inputs, lookups) };
}

function evaluated(value: Value, more: object = {}): Value {
  const { template, values } = bound({ P: { Type: 'String', Default: 'p' } }, {}, more);
  return evaluation(template, values, names, { zones, exported: () => undefined }).evaluate(value, {
    reference: (id) => `${id}-id`,
    attribute: (id, attribute) => `${id}.${attribute}`,
  });
}

describe('intrinsic functions', () => {
  it.each<[Value, Value]>([
    [{ Ref: 'P' }, 'p'],
    [{ Ref: 'A' }, 'A-id'],
    [{ Ref: 'AWS::Region' }, 'eu-west-1'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
    [{ 'Fn::GetAtt': 'A.Arn' }, 'A.Arn'],
    [{ 'Fn::Sub': '${AWS::StackName}/${P}/${A}/${A.Arn}/${!P}' }, 'farm/p/A-id/A.Arn/${P}'],
    [{ 'Fn::Sub': ['${X}-${P}', { X: { Ref: 'A' } }] }, 'A-id-p'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'P' }]] }, 'a-p'],
    [{ 'Fn::Select': ['1', { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    [{ 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b']],
    [{ 'Fn::Base64': 'hé' }, 'aMOp'],
    [{ 'Fn::FindInMap': ['M', { Ref: 'P' }, 'k'] }, 'v'],
    [{ 'Fn::Cidr': ['10.0.0.0/16', 2, 8] }, ['10.0.0.0/24', '10.0.1.0/24']],
    [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['Either', { Ref: 'P' }, 'no'] }, 'p'],
    [{ Condition: { StringEquals: { a: 'b' } } }, { Condition: { StringEquals: { a: 'b' } } }],
  ])('evaluates %j', (value, expected) => {
    const conditions = {
      IsP: { 'Fn::Equals': [{ Ref: 'P' }, 'p'] },
      IsQ: { 'Fn::Not': [{ Condition: 'IsP' }] },
      Both: { 'Fn::And': [{ Condition: 'IsP' }, { Condition: 'IsQ' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsP' }, { Condition: 'IsQ' }] },
    };
    expect(evaluated(value, { Conditions: conditions, Mappings: { M: { p: { k: 'v' } } } })).toEqual(expected);
  });

  it.each<[Value, string]>([
    [
      { 'Fn::Select': ['x', ['a']] },
      'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
    ],
    [{ 'Fn::Select': [3, ['a']] }, 'Template error: Fn::Select cannot select nonexistent value at index 3'],
    [{ 'Fn::FindInMap': ['M', 'p', 'x'] }, 'Template error: Unable to get mapping for M::p::x'],
    [{ 'Fn::ImportValue': 'x' }, 'No export named x found.'],
    [
      { 'Fn::Nope': 'x' },
      'Template error: Encountered unsupported function: Fn::Nope Supported functions are: [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr]',
    ],
    [
      { 'Fn::Split': [',', ['a']] },
      'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
    ],
  ])('refuses %j', (value, expected) => {
    expect(message(() => evaluated(value, { Mappings: { M: { p: { k: 'v' } } } }))).toBe(expected);
  });

  it('finds conditions that refer to each other in a circle', () => {
    const conditions = { X: { 'Fn::Not': [{ Condition: 'Y' }] }, Y: { 'Fn::Not': [{ Condition: 'X' }] } };
    expect(message(() => evaluated({ 'Fn::If': ['X', 1, 2] }, { Conditions: conditions }))).toContain(
      'Circular dependency',
    );
  });
});

describe('parameters', () => {
  it('names all that are missing at once, and what does not exist', () => {
    const definitions = { A1: { Type: 'String' }, B1: { Type: 'String' }, C1: { Type: 'String', Default: '' } };
    expect(message(() => bound(definitions))).toBe('Parameters: [A1, B1] must have values');
    expect(message(() => bound(definitions, { D1: '' }))).toBe('Parameters: [D1] do not exist in the template');
  });

  it('splits lists and looks Parameter Store values up', () => {
    const { values } = bound(
      {
        Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' },
        Ami: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: '/ami' },
      },
      { Subnets: 'subnet-1, subnet-2' },
    );
    expect(values.get('Subnets')?.value).toEqual(['subnet-1', 'subnet-2']);
    expect(values.get('Ami')).toMatchObject({ given: '/ami', value: 'ami-1', resolved: 'ami-1' });
  });

  it.each([
    [{ Type: 'Number' }, 'many', "Parameter 'P' must be a number."],
    [{ Type: 'Number', MinValue: 1 }, '0', "Parameter 'P' must be a number not less than 1"],
    [{ Type: 'Number', MaxValue: '9' }, '10', "Parameter 'P' must be a number not greater than 9"],
    [{ Type: 'Number', AllowedValues: [2, 3] }, '4', "Parameter 'P' must be one of AllowedValues"],
    [{ Type: 'String', MinLength: 2 }, 'x', "Parameter 'P' must contain at least 2 characters"],
    [{ Type: 'String', AllowedPattern: '[a-z]+' }, 'ab1', "Parameter 'P' must match pattern [a-z]+"],
    [
      { Type: 'String', AllowedPattern: '[a-z]+', ConstraintDescription: 'must be small' },
      'ab1',
      'Parameter P failed to satisfy constraint: must be small',
    ],
    [
      { Type: 'AWS::EC2::VPC::Id' },
      'vpc-gone',
      'Parameter validation failed: parameter value vpc-gone for parameter name P does not exist',
    ],
    [
      { Type: 'List<AWS::EC2::Subnet::Id>' },
      'subnet-1,subnet-gone',
      'Parameter validation failed: parameter value subnet-gone for parameter name P does not exist',
    ],
    [{ Type: 'Strin' }, 'x', 'Template format error: Unrecognized parameter type: Strin'],
  ])('refuses for %j the value %s', (definition, value, expected) => {
    expect(message(() => bound({ P: definition }, { P: value }))).toBe(expected);
  });
});

describe('rules', () => {
  const definitions = {
    Vpc: { Type: 'AWS::EC2::VPC::Id' },
    Subnets: { Type: 'List<AWS::EC2::Subnet::Id>' },
    Size: { Type: 'String', Default: 'small' },
  };
  const check = (rule: object, given: Record<string, string>) => {
    const { template, values } = bound(definitions, given, { Rules: { R: rule } });
    return message(() =>
      checkRules(evaluation(template, values, names, { zones, exported: () => undefined }), (_type, id) =>
        id.endsWith('1') ? 'vpc-1' : 'vpc-2',
      ),
    );
  };
  const inVpc = {
    Assertions: [
      {
        Assert: { 'Fn::EachMemberEquals': [{ 'Fn::ValueOfAll': ['AWS::EC2::Subnet::Id', 'VpcId'] }, { Ref: 'Vpc' }] },
        AssertDescription: 'in the VPC',
      },
    ],
  };

  it('holds and refuses by attributes of what parameters name', () => {
    expect(check(inVpc, { Vpc: 'vpc-1', Subnets: 'subnet-1' })).toBe('no problem');
    expect(check(inVpc, { Vpc: 'vpc-1', Subnets: 'subnet-1,subnet-2' })).toContain('in the VPC');
  });

  it('is left alone where its condition does not hold', () => {
    const rule = {
      RuleCondition: { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] },
      Assertions: [{ Assert: { 'Fn::Contains': [['a'], 'b'] }, AssertDescription: 'never' }],
    };
    expect(check(rule, { Vpc: 'vpc-1', Subnets: 'subnet-1' })).toBe('no problem');
    expect(check(rule, { Vpc: 'vpc-1', Subnets: 'subnet-1', Size: 'large' })).toContain('never');
  });
});

describe('shapes for other services', () => {
  it('gives ECS its own names and types', () => {
    expect(
      apiShape({
        Cpu: '256',
        ContainerDefinitions: [
          {
            Name: 'm',
            Cpu: '512',
            Environment: [{ Name: 'N', Value: 10 }],
            LogConfiguration: { Options: { 'Max-Size': 1 } },
          },
        ],
        EnableECSManagedTags: 'true',
      }),
    ).toEqual({
      cpu: '256',
      containerDefinitions: [
        {
          name: 'm',
          cpu: 512,
          environment: [{ name: 'N', value: '10' }],
          logConfiguration: { options: { 'Max-Size': '1' } },
        },
      ],
      enableECSManagedTags: true,
    });
  });

  it.each([
    ['PT6M', 360],
    ['PT1H30S', 3630],
    ['PT', undefined],
    ['6M', undefined],
  ])('reads the duration %s', (duration, seconds) => {
    expect(durationSeconds(duration)).toBe(seconds);
  });
});
