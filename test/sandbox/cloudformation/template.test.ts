import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../../src/sandbox/cloudformation/graph.ts';
import { parseTemplate } from '../../../src/sandbox/cloudformation/template.ts';

const types: Record<string, { attributes: string[] }> = { 'Test::Thing': { attributes: ['Arn'] } };

function problem(body: string): string {
  try {
    checkTemplate(parseTemplate(body), (type) => types[type]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no problem';
}

const thing = (properties: object, more: object = {}) => ({ Type: 'Test::Thing', Properties: properties, ...more });
const json = (resources: object, more: object = {}) => JSON.stringify({ Resources: resources, ...more });

describe('parseTemplate', () => {
  it('reads the short forms of YAML as the long ones', () => {
    const template = parseTemplate(`
Resources:
  A:
    Type: Test::Thing
    Properties:
      Ref: !Ref B
      Att: !GetAtt B.Outputs.X
      List: !GetAtt [B, Arn]
      Sub: !Sub 'a-\${B}'
      Nested: !Join [',', [!Ref B, !Select [0, !GetAZs '']]]
      If: !If [Yes1, 080, !Ref 'AWS::NoValue']
      Date: 2012-10-17
`);
    expect(template.resources.get('A')?.properties).toEqual({
      Ref: { Ref: 'B' },
      Att: { 'Fn::GetAtt': ['B', 'Outputs.X'] },
      List: { 'Fn::GetAtt': ['B', 'Arn'] },
      Sub: { 'Fn::Sub': 'a-${B}' },
      Nested: { 'Fn::Join': [',', [{ Ref: 'B' }, { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }]] },
      If: { 'Fn::If': ['Yes1', 80, { Ref: 'AWS::NoValue' }] },
      Date: '2012-10-17',
    });
  });

  // The sentences are CloudFormation's own, as recorded.
  it.each([
    ['{"Resources": ', 'Template format error: JSON not well-formed. (line 1, column 15)'],
    ['Resources: [', 'Template format error: YAML not well-formed. (line 1, column 13)'],
    ['just words', 'Template format error: unsupported structure.'],
    ['{}', 'Template format error: At least one Resources member must be defined.'],
    [json({ A: 'x' }), 'Template format error: Any Resources member must be an object.'],
    [json({ A: {} }), 'Template format error: [/Resources/A] Every Resources object must contain a Type member.'],
    [json({ 'a-b': thing({}) }), 'Template format error: Resource name a-b is non alphanumeric.'],
    [json({ A: thing({}, { Invalid: 1 }) }), "Invalid template resource property 'Invalid'"],
    [json({ A: thing({}) }, { Output: {} }), 'Invalid template property or properties [Output]'],
    [
      json({ A: thing({}) }, { Outputs: { X: {} } }),
      'Template format error: Every Outputs member must contain a Value object',
    ],
    [
      json({ A: thing({}) }, { Outputs: { X: { Value: null } } }),
      "[/Outputs/X/Value] 'null' values are not allowed in templates",
    ],
    [
      json({ A: thing({}) }, { Mappings: { M: { A: 'x' } } }),
      'Template format error: Every Mappings member A must be a map',
    ],
    [
      json({ A: { Type: 'AWS::Nowhere::Thing' } }),
      'Template format error: Unrecognized resource types: [AWS::Nowhere::Thing]',
    ],
    [
      json({ A: thing({ X: { Ref: 'Nope' } }) }),
      'Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template',
    ],
    [
      json({ A: thing({ X: { 'Fn::Sub': '${Nope.Arn}' } }) }),
      'Template format error: Unresolved resource dependencies [Nope] in the Resources block of the template',
    ],
    [
      json({ A: thing({}) }, { Outputs: { X: { Value: { Ref: 'Nope' } } } }),
      'Unresolved resource dependencies [Nope] in the Outputs block of the template',
    ],
    [
      json({ A: thing({ X: { 'Fn::If': ['Nope', 1, 2] } }) }),
      'Template error: unresolved condition dependency Nope in Fn::If',
    ],
    [
      json({ A: thing({ X: { Ref: 'B' } }), B: thing({}, { DependsOn: 'A' }), C: thing({}) }),
      'Circular dependency between resources: [A, B]',
    ],
    [
      json({ A: thing({}), B: thing({ X: { 'Fn::GetAtt': ['A', 'Nope'] } }) }),
      'Template error: resource A does not support attribute type Nope in Fn::GetAtt',
    ],
    [json({ A: thing({ X: { 'Fn::Sub': '${!Literal}' } }) }), 'no problem'],
  ])('says what is wrong with %s', (body, message) => {
    expect(problem(body)).toBe(message);
  });
});
