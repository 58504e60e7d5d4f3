import { describe, expect, it } from 'vitest';
import { awsProblem } from '../../src/aws/problems.ts';
import { serviceError } from './fake-aws.ts';

const of = (error: unknown, action = 'cloudformation:CreateChangeSet') => awsProblem(error, action, false);

describe('what AWS throws', () => {
  it('is a refusal with its words when AWS itself could not parse something', () => {
    const words = 'Template format error: unable to parse the parameter; JSON not well-formed';
    expect(of(serviceError('ValidationError', words))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('unable to parse the parameter'),
    });
    expect(of(new Error('Unexpected token < in JSON'))).toMatchObject({ kind: 'nonsense' });
  });

  it('names the action that is missing, which need not be that of the call', () => {
    const words =
      'User: arn:aws:iam::1:user/me is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1:role/x';
    expect(of(serviceError('AccessDenied', words, 403))).toMatchObject({
      kind: 'denied',
      message: 'not allowed: iam:PassRole',
      advice: 'allow iam:PassRole to this identity',
    });
    expect(of(serviceError('AccessDenied', 'no', 403)).message).toBe('not allowed: cloudformation:CreateChangeSet');
  });

  it.each(['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'])('is no bug for %s', (code) => {
    expect(of(Object.assign(new Error('certificate'), { code }))).toMatchObject({
      kind: 'unreachable',
      advice: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  it('says why none of several addresses could be reached', () => {
    const error = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' });
    expect(of(error)).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
  });
});
