import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { ECSClient, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseWorldTime, worldClock } from '../../src/core/clock.ts';
import { paths } from '../../src/core/paths.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

const started: Sandbox[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const sandbox of started.splice(0)) await sandbox.close();
});

async function start(options: SandboxOptions): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...options, report: (problem) => expect.fail(problem) });
  started.push(sandbox);
  return sandbox;
}

async function control(sandbox: Sandbox, verb: string, body: object = {}): Promise<Record<string, unknown>> {
  const response = await fetch(`${sandbox.url}/_sandbox/${verb}`, { method: 'POST', body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

function clientSettings(sandbox: Sandbox) {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_REGION = '' } = sandbox.environment;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  return { endpoint: sandbox.url, region: AWS_REGION, credentials };
}

describe('startSandbox', () => {
  it('gives the environment that other programs need', async () => {
    const sandbox = await start({ speed: 20 });
    expect(sandbox.environment).toMatchObject({
      AWS_ENDPOINT_URL: sandbox.url,
      AWS_REGION: 'eu-west-1',
      JDCI_PROXY: sandbox.url,
      JDCI_STACK: 'jdci',
      AWS_PROFILE: '',
      AWS_SESSION_TOKEN: '',
    });
    expect(sandbox.environment.AWS_ACCESS_KEY_ID).not.toMatch(/^A[KS]IA/);
    const time = parseWorldTime(sandbox.environment.JDCI_CLOCK ?? '');
    if (!time) throw new Error('JDCI_CLOCK cannot be read');
    const state = await control(sandbox, 'state');
    expect(Math.abs(worldClock(time).now() - Date.parse(String(state.time)))).toBeLessThan(20_000);
  });

  it('begins a seeded world at the start of 2026, without a farm', async () => {
    const sandbox = await start({ seed: 3, speed: 0 });
    const state = await control(sandbox, 'state');
    expect(state).toMatchObject({ time: '2026-01-01T00:00:00.000Z', seed: 3, instances: [], tasks: [], stacks: [] });
  });

  it('answers for the address of the operator through its proxy', async () => {
    const sandbox = await start({ seed: 3, speed: 0 });
    const answer = sandbox.world.network.request('checkip.amazonaws.com', 80, {
      method: 'GET',
      path: '/',
      headers: {},
      body: '',
    });
    expect(answer).toMatchObject({ kind: 'reply', status: 200, body: '203.0.113.7\n' });
  });
});

describe('the files that a sandbox hands over', () => {
  it('are a certificate to trust and the clock as it was moved last; they end with it', async () => {
    const sandbox = await start({ seed: 3, speed: 0 });
    const { JDCI_CA_BUNDLE = '', JDCI_CLOCK_FILE = '', JDCI_CLOCK } = sandbox.environment;
    const certificate = readFileSync(JDCI_CA_BUNDLE, 'utf8');
    expect(new X509Certificate(certificate).ca).toBe(true);
    expect(certificate).not.toContain('PRIVATE');
    expect(readdirSync(dirname(JDCI_CA_BUNDLE)).sort()).toEqual(['ca.pem', 'clock']);
    expect(readFileSync(JDCI_CLOCK_FILE, 'utf8').trim()).toBe(JDCI_CLOCK);
    const { clock } = await control(sandbox, 'advance', { seconds: 600 });
    expect(readFileSync(JDCI_CLOCK_FILE, 'utf8').trim()).toBe(clock);
    expect(parseWorldTime(String(clock))?.worldMs).toBe(Date.UTC(2026, 0, 1) + 600_000);
    await sandbox.close();
    expect(existsSync(dirname(JDCI_CA_BUNDLE))).toBe(false);
  });

  it('are done without where none can be written, in one line', async () => {
    vi.spyOn(paths, 'cache').mockReturnValue('/dev/null/jdci-tui');
    const reports: string[] = [];
    const sandbox = await startSandbox({ seed: 3, speed: 0, report: (problem) => void reports.push(problem) });
    started.push(sandbox);
    expect(reports).toEqual([expect.stringMatching(/^other programs cannot follow its clock nor .*: ENOTDIR/)]);
    expect(sandbox.environment).toMatchObject({ JDCI_CLOCK_FILE: '', JDCI_CA_BUNDLE: '' });
    expect(await control(sandbox, 'advance', { seconds: 60 })).toMatchObject({ time: '2026-01-01T00:01:00.000Z' });
  });

  it('are swept away when the sandbox that left them runs no more', async () => {
    const first = await start({ seed: 3, speed: 0 });
    const cache = dirname(dirname(first.environment.JDCI_CA_BUNDLE ?? ''));
    // Above the highest process id of Linux.
    const left = join(cache, `sandbox-${2 ** 22 + 1}-4599`);
    mkdirSync(left);
    const second = await start({ seed: 3, speed: 0 });
    expect(existsSync(left)).toBe(false);
    for (const { environment } of [first, second]) expect(existsSync(environment.JDCI_CA_BUNDLE ?? '')).toBe(true);
  });
});

describe('a provisioned sandbox', () => {
  it('has its farm in service when it begins', async () => {
    const sandbox = await start({ seed: 5, speed: 0, farm: true });
    const state = await control(sandbox, 'state');
    expect(state).toMatchObject({
      time: '2026-01-01T00:00:00.000Z',
      stacks: [{ name: 'jdci', status: 'CREATE_COMPLETE' }],
    });
    const tasks = state.tasks as { group: string; status: string; health: string }[];
    expect(tasks.map(({ group, status, health }) => [group, status, health]).sort()).toEqual([
      ['service:jdci-master-a', 'RUNNING', 'HEALTHY'],
      ['service:jdci-master-b', 'RUNNING', 'HEALTHY'],
    ]);
  });

  it('has the same history for the same seed and requests, and another one for another seed', async () => {
    const history = async (seed: number) => {
      const sandbox = await start({ seed, speed: 0, farm: true });
      const ecs = new ECSClient(clientSettings(sandbox));
      const ec2 = new EC2Client(clientSettings(sandbox));
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: await cluster(sandbox) }));
      await ecs.send(new StopTaskCommand({ cluster: await cluster(sandbox), task: taskArns[0] }));
      await control(sandbox, 'advance', { seconds: 120 });
      const { instances } = (await control(sandbox, 'state')) as { instances: { id: string; role: string }[] };
      const host = instances.find((instance) => instance.role === 'host')?.id ?? '';
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [host] }));
      const states = [];
      for (let minute = 0; minute < 10; minute++) {
        await control(sandbox, 'advance', { seconds: 60 });
        const { clock: _wall, ...state } = await control(sandbox, 'state');
        states.push(state);
      }
      return states;
    };
    const first = await history(8);
    expect(await history(8)).toEqual(first);
    expect(await history(9)).not.toEqual(first);
  });
});

async function cluster(sandbox: Sandbox): Promise<string> {
  const { tasks } = (await control(sandbox, 'state')) as { tasks: { arn: string }[] };
  return tasks[0]?.arn.split('/')[1] ?? '';
}
