import { describe, expect, it } from 'vitest';
import { redact } from '../../src/core/debug-log.ts';
import { didYouMean, nearest } from '../../src/core/nearest.ts';
import { ProblemError, problemOf } from '../../src/core/problem.ts';

describe('nearest', () => {
  it('finds a slip of the fingers and nothing else', () => {
    const regions = ['eu-west-1', 'eu-central-1', 'us-east-1'];
    expect(nearest('eu-wets-1', regions)).toBe('eu-west-1');
    expect(nearest('EU-WEST-1', regions)).toBe('eu-west-1');
    expect(nearest('mars', regions)).toBeUndefined();
    expect(didYouMean('us-eats-1', regions)).toBe('; did you mean us-east-1?');
    expect(didYouMean('x', [])).toBe('');
  });
});

describe('redact', () => {
  it('takes tokens and credentials out of a line', () => {
    const token = '0123456789abcdef0123456789abcdef';
    for (const line of [
      `token 11${token} used`,
      `{"username":"viewer","token":"${token}"}`,
      `Authorization: Basic dmlld2VyOjExMDEyMw==`,
      `AWS_SECRET_ACCESS_KEY=abc/def+ghi`,
    ]) {
      expect(redact(line)).not.toMatch(new RegExp(`${token}|dmlld2|abc/def`));
    }
    expect(redact('ecs:ListTasks ok 12ms')).toBe('ecs:ListTasks ok 12ms');
  });
});

describe('problemOf', () => {
  it('keeps a problem and calls everything else a bug', () => {
    const problem = { kind: 'denied', source: 's', message: 'm', advice: 'a' } as const;
    expect(problemOf(new ProblemError(problem))).toBe(problem);
    expect(problemOf(new TypeError('x is not a function')).kind).toBe('bug');
  });
});
