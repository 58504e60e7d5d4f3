import { describe, expect, it } from 'vitest';
import { parametersIn } from '../../src/provision/given-file.ts';

describe('a file of parameters', () => {
  it('is plain YAML', () => {
    expect(parametersIn('MasterCount: 3\nStickiness: true\nHostSubnets: [subnet-1, subnet-2]\nDnsName:\n')).toEqual({
      MasterCount: '3',
      Stickiness: 'true',
      HostSubnets: 'subnet-1,subnet-2',
      DnsName: '',
    });
  });

  it('is either of the forms that the aws command line takes', () => {
    const expected = { MasterCount: '3' };
    expect(parametersIn('[{"ParameterKey": "MasterCount", "ParameterValue": "3"}]')).toEqual(expected);
    expect(parametersIn('{"Parameters": {"MasterCount": "3"}}')).toEqual(expected);
  });

  it.each(['', 'just words', '[1, 2]', 'VpcId: { a: b }', 'a: [b', 'Parameters: 3'])('is not %j', (text) => {
    expect(() => parametersIn(text)).toThrow();
  });
});
