import { describe, expect, it } from 'vitest';
import { bench } from './fakes.ts';

const A = { Type: 'Test::Thing', Properties: { Name: 'a' } };
const good = { Resources: { A } };
const thing = (size: unknown, more: object = {}) => ({
  ...more,
  Resources: { A: { Type: 'Test::Thing', Properties: { Name: 'a', Size: size } } },
});
const output = (Value: unknown) => ({ ...good, Outputs: { MyOutput: { Value } } });

// What AWS was recorded to answer; the sentences are its own, but for the names in them.
describe('CreateStack refuses', () => {
  it.each<[string, unknown]>([
    ["[/Outputs/MyOutput/Value] 'null' values are not allowed in templates", output(null)],
    ["Invalid template resource property 'Invalid'", { Resources: { A: { ...A, Invalid: 1 } } }],
    ["Parameter 'Value' must be a number.", { ...good, Parameters: { Value: { Type: 'Number', Default: 'x' } } }],
    [
      'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
      thing({ 'Fn::Select': ['x', ['a', 'b']] }),
    ],
    [
      'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
      thing({ 'Fn::Select': '0' }),
    ],
    [
      'Template error: Unable to get mapping for TopicSuffixMap::C::Suffix',
      thing(
        { 'Fn::FindInMap': ['TopicSuffixMap', 'C', 'Suffix'] },
        { Mappings: { TopicSuffixMap: { A: { Suffix: 'a' } } } },
      ),
    ],
    [
      'Template error: every Fn::Equals object requires a list of 2 string parameters.',
      { ...good, Conditions: { Unused: { 'Fn::Equals': ['a'] } } },
    ],
    [
      'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
      output({ 'Fn::GetAtt': ['A', ''] }),
    ],
    [
      'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
      output({ 'Fn::GetAtt': 'A' }),
    ],
    [
      'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
      thing({ 'Fn::Split': ['a-b'] }),
    ],
    [
      'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
      thing({ 'Fn::Join': ['-', { Ref: 'AWS::Region' }] }),
    ],
    [
      'Template error: unresolved condition dependency MissingCondition in Fn::If',
      thing({ 'Fn::If': ['MissingCondition', 1, 2] }),
    ],
    ['Template format error: Any Resources member must be an object.', { Resources: { A: 'text' } }],
    ['Template format error: At least one Resources member must be defined.', { Resources: {} }],
    ['Template format error: At least one Resources member must be defined.', { Description: 'nothing' }],
    [
      'Template format error: Every Mappings attribute must be a String or a List.',
      { ...good, Mappings: { M: { A: { k: { deep: 1 } } } } },
    ],
    ['Template format error: Every Mappings member A must be a map', { ...good, Mappings: { M: { A: 'text' } } }],
    ['Template format error: Every Outputs member must contain a Value object', { ...good, Outputs: { X: {} } }],
    ['Template format error: JSON not well-formed. (line 1, column 25)', '{"Resources": {"A": {"B"}}'],
    ['Template format error: JSON not well-formed. (line 2, column 17)', '{\n  "Resources": {,\n}'],
    [
      'Template format error: Parameter name AWS::NoValue is non alphanumeric.',
      { ...good, Parameters: { 'AWS::NoValue': { Type: 'String' } } },
    ],
    ['Template format error: Resource name AWS::NoValue is non alphanumeric.', { Resources: { 'AWS::NoValue': A } }],
    [
      'Template format error: Unresolved resource dependencies [InvalidRef] in the Resources block of the template',
      thing({ Ref: 'InvalidRef' }),
    ],
    [
      'Template format error: Unresolved resource dependencies [NonExistingResource] in the Resources block of the template',
      { Resources: { A: { ...A, DependsOn: 'NonExistingResource' } } },
    ],
    [
      'Template format error: [/Resources/A] Every Resources object must contain a Type member.',
      { Resources: { A: { Properties: {} } } },
    ],
    ['Unresolved resource dependencies [MyTopic] in the Outputs block of the template', output({ Ref: 'MyTopic' })],
    ['Template format error: YAML not well-formed. (line 5, column 13)', yaml('Size: !Reff A')],
  ])('%s', (message, template) => {
    const t = bench();
    const TemplateBody = typeof template === 'string' ? template : JSON.stringify(template);
    const error = t.fails('CreateStack', { StackName: 'farm', TemplateBody });
    expect([error.code, error.message, error.status]).toEqual(['ValidationError', message, 400]);
    expect(t.fails('DescribeStacks', { StackName: 'farm' }).message).toBe('Stack with id farm does not exist');
  });
});

function yaml(property: string): string {
  return `Resources:\n  A:\n    Type: Test::Thing\n    Properties:\n      ${property}\n`;
}

const TemplateBody = JSON.stringify(good);
const body = { StackName: 'farm', TemplateBody };
const changes = { ...body, ChangeSetName: 'c' };
const role = 'arn:aws:iam::123456789012:role/nobody';

describe('a request is refused', () => {
  it.each<[string, string, string, object]>([
    ['AlreadyExistsException', 'Stack [farm] already exists', 'CreateStack', body],
    ['ChangeSetNotFound', 'ChangeSet [c] does not exist', 'DescribeChangeSet', changes],
    [
      'ValidationError',
      "1 validation error detected: Value '*@da591fa3_$' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*",
      'CreateStack',
      { ...body, StackName: '*@da591fa3_$' },
    ],
    [
      'ValidationError',
      `1 validation error detected: Value '${'{'.padEnd(51_201)}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200`,
      'ValidateTemplate',
      { TemplateBody: '{'.padEnd(51_201) },
    ],
    [
      'ValidationError',
      'Either Template URL or Template Body must be specified.',
      'UpdateStack',
      { StackName: 'farm' },
    ],
    ['ValidationError', 'TemplateURL must be a supported URL.', 'ValidateTemplate', { TemplateURL: 'https://x' }],
    ['ValidationError', 'Error validating stack policy: Invalid stack policy', 'UpdateStack', policy('[]')],
    ['ValidationError', 'Error validating stack policy: Invalid stack policy', 'SetStackPolicy', policy('{')],
    [
      'ValidationError',
      'You cannot specify both StackPolicyURL and StackPolicyBody',
      'SetStackPolicy',
      { ...policy('{"Statement":[]}'), StackPolicyURL: 'https://x' },
    ],
    [
      'ValidationError',
      'GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.',
      'GetTemplateSummary',
      { StackName: 'review' },
    ],
    ['ValidationError', 'No updates are to be performed.', 'UpdateStack', body],
    [
      'ValidationError',
      'Resource NonExistentResource does not exist for stack farm',
      'DescribeStackResource',
      { StackName: 'farm', LogicalResourceId: 'NonExistentResource' },
    ],
    [
      'ValidationError',
      'Resource type Test::Thing is not allowed by parameter ResourceTypes [AWS::EC2::*]',
      'CreateChangeSet',
      { ...changes, ResourceTypes: ['AWS::EC2::*'] },
    ],
    [
      'ValidationError',
      `Role ${role} is invalid or cannot be assumed`,
      'CreateChangeSet',
      { ...changes, RoleARN: role },
    ],
    ['ValidationError', 'Rollback Trigger Type not supported', 'CreateChangeSet', triggers('x', 'AWS::SNS::Topic')],
    [
      'ValidationError',
      "RelativeId of a Rollback Trigger's ARN is incorrect",
      'CreateChangeSet',
      triggers('arn:aws:cloudwatch:eu-west-1:123456789012:x', 'AWS::CloudWatch::Alarm'),
    ],
    [
      'ValidationError',
      'Stack [farm] already exists and cannot be created again with the changeSet [c].',
      'CreateChangeSet',
      { ...changes, ChangeSetType: 'CREATE' },
    ],
    ['ValidationError', 'Stack [nostack] does not exist', 'UpdateStack', { ...body, StackName: 'nostack' }],
    ['ValidationError', 'Stack [nostack] does not exist', 'DescribeStackEvents', { StackName: 'nostack' }],
    ['ValidationError', 'Stack with id nostack does not exist', 'DescribeStacks', { StackName: 'nostack' }],
    ['ValidationError', 'Stack with id nostack does not exist', 'GetTemplate', { StackName: 'nostack' }],
    ['ValidationError', 'StackName is a required parameter.', 'CreateStack', { TemplateBody }],
    ['ValidationError', 'StackName is required if ChangeSetName is not specified.', 'GetTemplate', {}],
    [
      'ValidationError',
      'StackName must be specified if ChangeSetName is not specified as an ARN.',
      'DescribeChangeSet',
      { ChangeSetName: 'c' },
    ],
  ])('%s %s by %s', (code, message, operation, input) => {
    const t = bench();
    t.run('CreateStack', body);
    t.settle('farm');
    t.run('CreateChangeSet', { ...changes, StackName: 'review', ChangeSetType: 'CREATE' });
    const error = t.fails(operation, input);
    expect([error.code, error.message]).toEqual([code, message]);
  });

  it('for a stack that is gone', () => {
    const t = bench();
    t.run('CreateStack', body);
    t.settle('farm');
    const StackName = t.stack('farm').StackId ?? '';
    t.run('DeleteStack', { StackName });
    const goes = t.fails('UpdateStack', { StackName, TemplateBody });
    expect(goes.message).toBe(`Stack:${StackName} is in DELETE_IN_PROGRESS state and can not be updated.`);
    t.world.advance(600_000);
    const gone = t.fails('UpdateStack', { StackName, TemplateBody });
    expect(gone.message).toBe(`Stack:${StackName} is in DELETE_COMPLETE state and can not be updated.`);
    const revived = t.fails('CreateChangeSet', {
      StackName,
      TemplateBody,
      ChangeSetName: 'revived',
      ChangeSetType: 'CREATE',
    });
    expect(revived.message).toBe(
      `Stack [${StackName}] already exists and cannot be created again with the changeSet [revived].`,
    );
  });
});

function policy(StackPolicyBody: string) {
  return { ...body, StackPolicyBody };
}

function triggers(Arn: string, Type: string) {
  return { ...changes, RollbackConfiguration: { RollbackTriggers: [{ Arn, Type }] } };
}
