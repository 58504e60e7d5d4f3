import { EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { ECSClient, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { afterEach, describe, expect, it } from 'vitest';
import { parseWorldTime, worldClock } from '../../src/core/clock.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';

const started: Sandbox[] = [];
afterEach(async () => {
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
