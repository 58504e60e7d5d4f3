import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisioned } from '../sandbox/cloudformation/farm-region.ts';
import { pythonTools } from './python.ts';

const tools = await pythonTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

const roles = ['ExecutionRole', 'MasterRole', 'HostRole', 'AgentRole'];

/** The roles' inline policies as IAM has them once the stack is there: no function of the template is left in them. */
function policies(): Record<string, unknown> {
  const t = provisioned();
  const found: Record<string, unknown> = {};
  for (const role of roles) {
    const RoleName = t.resources().get(role);
    const { PolicyNames } = t.ask<{ PolicyNames: string[] }>('iam', 'ListRolePolicies', { RoleName });
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument } = t.ask<{ PolicyDocument: string }>('iam', 'GetRolePolicy', { RoleName, PolicyName });
      found[`${role} ${PolicyName}`] = JSON.parse(decodeURIComponent(PolicyDocument));
    }
  }
  return found;
}

describe.skipIf(typeof tools === 'string')('the rights that the template gives, judged by parliament', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jdci-policies-'));
  const given = policies();
  let findings: Record<string, string[]>;
  beforeAll(async () => {
    if (typeof tools === 'string') return;
    const wrong = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'ec2:RunInstance', Resource: '*' },
        { Effect: 'Allow', Action: 'ecs:Poll', Resource: 'arn:aws:ecs:eu-west-1:123456789012:cluster/jdci' },
      ],
    };
    const file = join(folder, 'policies.json');
    writeFileSync(file, JSON.stringify({ ...given, wrong }));
    const script = fileURLToPath(new URL('policies.py', import.meta.url));
    const { code, stdout, stderr } = await tools.run('python', [script, file]);
    if (code !== 0) throw new Error(stderr);
    findings = JSON.parse(stdout) as Record<string, string[]>;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('name actions that exist, on resources and conditions that those actions know', () => {
    const judged = Object.fromEntries(Object.entries(findings).filter(([name]) => name !== 'wrong'));
    expect(judged).toEqual(Object.fromEntries(Object.keys(given).map((name) => [name, []])));
    expect(Object.keys(given)).toEqual([
      'ExecutionRole start-a-master',
      'MasterRole agents-of-this-farm',
      'HostRole ecs-agent',
      'HostRole session-manager',
      'AgentRole push-the-image',
    ]);
  });

  it('would be told of an action that does not exist, and of a resource that an action does not take', () => {
    expect(findings.wrong?.join('\n')).toMatch(/UNKNOWN_ACTION.*RunInstance/);
    expect(findings.wrong?.join('\n')).toMatch(/RESOURCE_MISMATCH: ecs:Poll .*container-instance/);
  });
});
