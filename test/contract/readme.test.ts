import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedSandbox, serveSandbox } from '../e2e/sandbox-process.ts';
import { type CheckedTools, checkedTools } from './checked-tools.ts';
import { freePort } from './free-port.ts';

const checked = await checkedTools();
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

interface Check {
  exit: number;
  verdict: string;
  summary: string;
  findings: { subject: string; severity: string }[];
}

/** What the README says of two terminals, done: the program and the aws command line on one sandbox. */
describe.skipIf(typeof checked === 'string')('the two terminals of the README', () => {
  let sandbox: ServedSandbox;
  let tools: CheckedTools;
  let port: number;

  beforeAll(async () => {
    if (typeof checked === 'string') return;
    port = await freePort();
    sandbox = await serveSandbox(['--farm', '--port', String(port), '--speed', '60']);
    tools = checked(sandbox.environment);
  });
  afterAll(async () => {
    tools?.close();
    await sandbox?.close();
  });

  function check(): Promise<Check> {
    return new Promise((resolve, reject) => {
      const env = { ...process.env, ...sandbox.environment };
      execFile(process.execPath, [cli, 'check', '--json'], { env }, (error, stdout, stderr) => {
        if (error && typeof error.code !== 'number') reject(error);
        else if (stdout === '') reject(new Error(stderr));
        else resolve({ ...(JSON.parse(stdout) as Omit<Check, 'exit'>), exit: Number(error?.code ?? 0) });
      });
    });
  }

  const allRight = () =>
    expect.poll(async () => (await check()).verdict, { timeout: 60_000, interval: 500 }).toBe('OK');

  it('serves on the port it was given and says how to work on it', () => {
    expect(sandbox.environment).toMatchObject({
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'eu-west-1',
      JDCI_STACK: 'jdci',
      AWS_PROFILE: '',
    });
  });

  it('is all right, and both see the same tasks', async () => {
    const result = await check();
    expect(result).toMatchObject({ exit: 0, verdict: 'OK' });
    const tasks = await tools.query<string[]>('taskArns', 'ecs', 'list-tasks', '--cluster', 'jdci');
    expect(tasks).toHaveLength(2);
    expect(result.summary).toContain('2 of 2 masters serving');
  });

  it('warns after a task was stopped, and is all right again later', async () => {
    let worse: Check | undefined;
    let victim = '';
    // At 60 times real time another master serves after little more than a second: where this machine is too slow to
    // look in that second, it tries again.
    for (let attempt = 0; attempt < 4 && worse?.verdict !== 'WARNING'; attempt++) {
      await allRight();
      [victim = ''] = await tools.query<string[]>('taskArns', 'ecs', 'list-tasks', '--cluster', 'jdci');
      await tools.json('ecs', 'stop-task', '--cluster', 'jdci', '--task', victim);
      worse = await check();
    }
    expect(worse).toMatchObject({ exit: 1, verdict: 'WARNING' });
    expect(worse?.findings.length).toBeGreaterThan(0);
    await allRight();
    const after = await tools.query<string[]>('taskArns', 'ecs', 'list-tasks', '--cluster', 'jdci');
    expect(after).toHaveLength(2);
    expect(after).not.toContain(victim);
    expect((await check()).exit).toBe(0);
  });

  it('has met nothing in any answer that botocore’s models do not have', () => {
    expect(tools.answers().length).toBeGreaterThan(2);
    expect(tools.problems()).toEqual([]);
  });
});
