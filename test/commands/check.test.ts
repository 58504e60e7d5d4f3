import { describe, expect, it } from 'vitest';
import { checkDocument, checkText, runCheck } from '../../src/commands/check.ts';
import { health } from '../../src/farm/health.ts';
import { unseen } from '../../src/farm/reading.ts';
import { serviceError } from '../aws/fake-aws.ts';
import { fakeSession } from '../farm/sessions.ts';
import { healthy, minute, noon, problem } from '../farm/snapshots.ts';

const blind = { ...healthy(), group: unseen(problem('denied', 'not allowed: autoscaling:X'), healthy().group) };

describe('check', () => {
  it('says it in one line when all is well', () => {
    expect(checkText(health(healthy(), noon), noon, false)).toBe(
      'OK 2 of 2 masters serving · 3 hosts · 2 agents · 0 queued\n',
    );
  });

  it('adds one line a finding, with how long and what to do', () => {
    const verdict = health(blind, noon + 3 * minute, health(blind, noon));
    expect(checkText(verdict, noon + 3 * minute, false).split('\n')).toEqual([
      'WARNING 2 of 2 masters serving · 3 hosts · 2 agents · 0 queued',
      'WARNING cannot see the Auto Scaling group: not allowed: autoscaling:X (for 3m); what to do about denied',
      '',
    ]);
    expect(checkText(verdict, noon, true)).toContain('\u001b[33mWARNING\u001b[0m 2 of 2');
  });

  it('makes the document of the contract', () => {
    const document = checkDocument(blind, health(blind, noon), noon + 2_500);
    expect(document).toMatchObject({
      verdict: 'WARNING',
      at: '2026-01-01T12:00:00.000Z',
      stack: 'jdci',
      region: 'eu-west-1',
      findings: [{ id: 'unseen:group', severity: 'WARNING', subject: 'group', since: '2026-01-01T12:00:00.000Z' }],
    });
    expect(document.readings).toMatchObject({
      group: { ageSeconds: 2.5, error: 'not allowed: autoscaling:X' },
      'master-a': { ageSeconds: 2.5, error: null },
    });
    const never = checkDocument({ ...blind, tasks: {} }, health(blind, noon), noon);
    expect(never.readings.tasks).toEqual({ ageSeconds: null, error: null });
  });

  const run = async (json: boolean, error: Error) => {
    const fail = () => {
      throw error;
    };
    const names = ['describeStacks', 'listStackResources', 'describeInstances'];
    const session = fakeSession(Object.fromEntries(names.map((name) => [name, fail])));
    const out: string[] = [];
    const code = await runCheck(
      session,
      { json, color: false },
      { stdout: (text) => void out.push(text), stderr: () => {} },
    );
    return { code, out: out.join('') };
  };

  it('exits 3 for a stack that does not exist', async () => {
    const { code, out } = await run(false, serviceError('ValidationError', 'Stack with id jdci does not exist'));
    expect(code).toBe(3);
    expect(out.split('\n')[0]).toBe('UNKNOWN the stack jdci does not exist');
  });

  it('exits 3 when nothing can be seen, with one finding and valid JSON', async () => {
    const { code, out } = await run(true, serviceError('ExpiredTokenException', 'expired'));
    expect(code).toBe(3);
    const document = JSON.parse(out);
    expect(document.verdict).toBe('UNKNOWN');
    expect(document.findings).toHaveLength(1);
    expect(document.readings.tasks.error).toContain('does not accept the credentials');
  });
});
