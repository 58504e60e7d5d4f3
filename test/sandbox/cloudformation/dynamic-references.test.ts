import { describe, expect, it } from 'vitest';
import { withReferences } from '../../../src/sandbox/cloudformation/dynamic-references.ts';
import type { Aws } from '../../../src/sandbox/cloudformation/resources/resource-type.ts';
import { caller, freshRegion } from '../world/fresh-region.ts';

describe('dynamic references', () => {
  const ask = caller(freshRegion());
  const aws: Aws = <I, O>(service: string, operation: string, input: I) =>
    ask<O>(service, operation, Object(input) as object);
  ask('ssm', 'PutParameter', { Name: '/a', Value: 'one', Type: 'String' });
  ask('ssm', 'PutParameter', { Name: '/a', Value: 'two', Overwrite: true });
  ask('ssm', 'PutParameter', { Name: 'hidden', Value: 'x', Type: 'SecureString' });
  ask('secretsmanager', 'CreateSecret', { Name: 's', SecretString: '{"k":"v","n":3}' });
  ask('secretsmanager', 'CreateSecret', { Name: 'plain', SecretString: 'text' });
  const { ARN } = ask<{ ARN: string }>('secretsmanager', 'DescribeSecret', { SecretId: 's' });

  it.each([
    ['{{resolve:ssm:/a}}', 'two'],
    ['a{{resolve:ssm:/a:1}}-{{resolve:ssm:/a:2}}', 'aone-two'],
    ['{{resolve:ssm-secure:hidden}}', 'x'],
    ['{{resolve:secretsmanager:s:SecretString:k}}', 'v'],
    [`{{resolve:secretsmanager:${ARN}:SecretString:n}}`, '3'],
    ['{{resolve:secretsmanager:plain}}', 'text'],
    ['{{resolve:other:x}}', '{{resolve:other:x}}'],
  ])('%s is %s', (written, expected) => {
    expect(withReferences({ P: [{ Q: written }] }, aws)).toEqual({ P: [{ Q: expected }] });
  });

  it.each([
    ['{{resolve:ssm:/none}}', 'Parameters: [ssm:/none] cannot be found.'],
    ['{{resolve:ssm:hidden}}', 'Non-secure ssm prefix was used for secure parameter: [hidden]'],
    [
      '{{resolve:secretsmanager:s:SecretString:none}}',
      'Could not find a value associated with JSONKey in SecretString',
    ],
    ['{{resolve:secretsmanager:plain:SecretString:k}}', 'Could not parse SecretString JSON'],
    ['{{resolve:secretsmanager:none}}', "Secrets Manager can't find the specified secret."],
  ])('%s fails: %s', (written, message) => {
    expect(() => withReferences({ P: written }, aws)).toThrow(message);
  });
});
