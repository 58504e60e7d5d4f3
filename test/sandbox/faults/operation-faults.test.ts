import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeInstances$, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeTasks$,
  DescribeTasksCommand,
  ECSClient,
  ListTasks$,
  ListTasksCommand,
  type ListTasksRequest,
} from '@aws-sdk/client-ecs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { operation, type Service } from '../../../src/sandbox/operations/operation.ts';
import { Faults } from '../../../src/sandbox/wire/faults.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import { World } from '../../../src/sandbox/world/world.ts';
import { serve } from '../wire/serving.ts';
import { failure } from './started.ts';

let carriedOut = 0;
const services: Service[] = [
  {
    signingName: 'ecs',
    operations: {
      ListTasks: operation(ListTasks$, (input: ListTasksRequest) => {
        carriedOut += 1;
        return { taskArns: [`${input.cluster}`] };
      }),
      DescribeTasks: operation(DescribeTasks$, () => ({ tasks: [] })),
    },
  },
  { signingName: 'ec2', operations: { DescribeInstances: operation(DescribeInstances$, () => ({})) } },
];

let sandbox: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  sandbox = await serve(services);
  sandbox.world.network.listen('10.0.0.5', 8080, () => ({
    kind: 'reply',
    status: 200,
    headers: {},
    body: 'a long page',
  }));
});
afterEach(() => void sandbox.faults.clear());
afterAll(() => sandbox.close());

const list = () => new ECSClient(sandbox.client).send(new ListTasksCommand({ cluster: 'c' }));
const put = async (body: object | string) => {
  const { status, value } = await sandbox.control('faults', body);
  expect([status, value.error]).toEqual([200, undefined]);
  return value.active as { id: string; [key: string]: unknown }[];
};

describe('operation faults', () => {
  it("throttle in the service's own words, as often as asked", async () => {
    await put([
      { service: 'ecs', operation: 'List*', kind: 'throttle', count: 1 },
      { service: 'ec2', operation: '*', kind: 'throttle' },
    ]);
    expect(await failure(list())).toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
    expect((await list()).taskArns).toHaveLength(1);
    const ec2 = new EC2Client(sandbox.client);
    expect(await failure(ec2.send(new DescribeInstancesCommand({})))).toMatchObject({
      name: 'RequestLimitExceeded',
      message: 'Request limit exceeded.',
      status: 503,
    });
  });

  it('give errors, nonsense, delays and silence', async () => {
    await put({
      service: 'ecs',
      operation: 'ListTasks',
      kind: 'error',
      code: 'ServerException',
      status: 500,
      count: 1,
    });
    expect(await failure(list())).toMatchObject({ name: 'ServerException', status: 500 });
    await put({ service: '*', operation: '*', kind: 'nonsense', count: 1 });
    expect((await failure(list())).name).toBe('SyntaxError');
    await put([{ service: 'ecs', operation: '*', kind: 'delay', delayMs: 20, count: 1 }]);
    const before = performance.now();
    await list();
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
    await put({ service: 'ecs', operation: '*', kind: 'hang' });
    const hanging = new ECSClient(sandbox.client).send(new ListTasksCommand({}), {
      abortSignal: AbortSignal.timeout(30),
    });
    expect((await failure(hanging)).name).toMatch(/Abort|Timeout/);
    expect(await put({ clear: true })).toEqual([]);
    expect((await list()).taskArns).toHaveLength(1);
  });

  it('cut the connection in the middle of an answer that was given', async () => {
    await put({ service: 'ecs', operation: 'ListTasks', kind: 'cut', count: 1 });
    const before = carriedOut;
    expect((await failure(list())).message).toMatch(/aborted|ECONNRESET|hang up/);
    expect(carriedOut).toBe(before + 1);
    expect((await list()).taskArns).toHaveLength(1);
  });

  it('cut, delay or falsify what goes through the proxy', async () => {
    const { request } = await import('node:http');
    const ask = () =>
      new Promise<string>((resolve) => {
        const asked = request({ port: sandbox.port, path: 'http://10.0.0.5:8080/login' }, (response) => {
          let text = `${response.statusCode} `;
          response.on('data', (chunk) => {
            text += String(chunk);
          });
          response.on('end', () => resolve(text));
          response.on('error', () => resolve(`${text} cut`));
        });
        asked.on('error', () => resolve('no answer'));
        asked.end();
      });
    await put({ service: 'network', operation: '10.0.0.5:*', kind: 'cut', count: 1 });
    expect(await ask()).toBe('200 a lon cut');
    await put({ service: 'network', operation: '10.0.0.5:*', kind: 'nonsense', status: 200, count: 1 });
    expect(await ask()).toMatch(/^200 <html>/);
    await put({ service: 'network', operation: '10.0.0.5:*', kind: 'throttle', count: 1 });
    expect(await ask()).toMatch(/^429 /);
    await put({ service: 'network', operation: '10.0.0.6:*', kind: 'throttle' });
    expect(await ask()).toBe('200 a long page');
  });

  it('take a share of the requests, the same for the same seed', () => {
    const taken = (seed: number) => {
      const faults = new Faults(new World({ seed, startMs: 0, settings: structuredClone(defaultSettings) }));
      faults.add([{ service: 'ecs', operation: '*', kind: 'throttle', probability: 0.25 }]);
      return Array.from({ length: 400 }, () => faults.take('ecs', 'ListTasks') !== undefined);
    };
    expect(taken(1)).toEqual(taken(1));
    expect(taken(2)).not.toEqual(taken(1));
    const share = taken(1).filter(Boolean).length / 400;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it('begin and end in farm time', async () => {
    const [entry] = await put({ service: 'ecs', operation: '*', kind: 'throttle', after: 60, seconds: 120 });
    expect(entry).toMatchObject({
      state: 'waiting',
      begins: '2026-01-01T00:01:00.000Z',
      ends: '2026-01-01T00:03:00.000Z',
    });
    expect((await list()).taskArns).toHaveLength(1);
    await sandbox.control('advance', { seconds: 61 });
    expect(await put([])).toMatchObject([{ id: entry?.id, state: 'active' }]);
    expect(await failure(list())).toMatchObject({ name: 'ThrottlingException' });
    await sandbox.control('advance', { seconds: 120 });
    expect(await put([])).toEqual([]);
    expect((await list()).taskArns).toHaveLength(1);
  });

  it('are cleared one by one', async () => {
    const active = await put([
      { service: 'ecs', operation: 'List*', kind: 'throttle' },
      { service: 'ecs', operation: 'Describe*', kind: 'throttle' },
    ]);
    expect(await put({ clear: active[0]?.id ?? '' })).toEqual([active[1]]);
    expect((await list()).taskArns).toHaveLength(1);
    const described = new ECSClient(sandbox.client).send(new DescribeTasksCommand({ tasks: ['t'] }));
    expect(await failure(described)).toMatchObject({ name: 'ThrottlingException' });
    expect((await sandbox.control('faults', { clear: 'f999' })).value.error).toBe('clear: no fault f999 is in force');
    expect((await sandbox.control('faults', { clear: 1 })).value.error).toBe('clear must be true or the id of a fault');
  });

  it('let credentials expire, in the words of each protocol', async () => {
    await put({ kind: 'expired-credentials', seconds: 60 });
    expect(await failure(list())).toMatchObject({ name: 'ExpiredTokenException', status: 400 });
    const ec2 = new EC2Client(sandbox.client).send(new DescribeInstancesCommand({}));
    expect(await failure(ec2)).toMatchObject({ name: 'RequestExpired', status: 400 });
    const cloudformation = new CloudFormationClient(sandbox.client).send(new DescribeStacksCommand({}));
    expect(await failure(cloudformation)).toMatchObject({ name: 'ExpiredToken', status: 403 });
    await sandbox.control('advance', { seconds: 60 });
    expect((await list()).taskArns).toHaveLength(1);
    await put({ kind: 'expired-credentials', accessKeyId: 'SOMEBODY' });
    expect((await list()).taskArns).toHaveLength(1);
  });
});

describe('a fault file', () => {
  it('is refused in one line that names the field', async () => {
    const refused = async (body: unknown) => (await sandbox.control('faults', JSON.stringify(body))).value.error;
    const ecs = { service: 'ecs', operation: '*' };
    expect(await refused({ ...ecs, kind: 'explode' })).toMatch(/^fault 1: kind must be one of throttle, error, delay,/);
    expect(
      await refused([
        { ...ecs, kind: 'hang' },
        { ...ecs, kind: 'hang', times: 3 },
      ]),
    ).toBe('fault 2: unknown key times; expected kind, after, seconds, service, operation, count, probability');
    expect(await refused({ ...ecs, kind: 'delay' })).toBe('fault 1: delayMs must be a whole number from 0 to 3600000');
    expect(await refused({ ...ecs, kind: 'hang', count: 0 })).toBe(
      'fault 1: count must be a whole number from 1 to 1000000',
    );
    expect(await refused({ kind: 'hang', operation: '*' })).toBe(
      'fault 1: service must be a signing name such as ecs, network, or *',
    );
    expect(await refused({ ...ecs, kind: 'hang', probability: 2 })).toBe(
      'fault 1: probability must be a number above 0, at most 1',
    );
    expect(await refused({ kind: 'master-hangs' })).toBe('fault 1: slot must be the slot of a master, such as a');
    expect(await refused({ kind: 'agent-disconnected' })).toContain('needs instanceId or slot');
    expect(await refused({ kind: 'zone-without-capacity', zone: 'mars-1a' })).toBe(
      'fault 1: zone must be one of eu-west-1a, eu-west-1b, eu-west-1c',
    );
    expect(await refused({ limits: 'no' })).toBe('limits must be true or false');
    expect(await refused({ fault: [] })).toBe('unknown key fault; expected faults, callers, limits, enforce');
    expect(await refused([3])).toBe('fault 1: expected an object');
    expect(await refused('no')).toBe('expected an object, or a list of faults');
    expect((await sandbox.control('faults', '{')).value.error).toBe('the body is not valid JSON');
    expect(await put([])).toEqual([]);
  });

  it('is put in wholly or not at all', async () => {
    const faults = [
      { kind: 'zone-without-capacity', zone: 'eu-west-1a' },
      { kind: 'master-hangs', slot: 'z' },
    ];
    const { status, value } = await sandbox.control('faults', { faults });
    expect([status, value.error]).toEqual([400, 'fault 2: no master of slot z is running']);
    expect(await put([])).toEqual([]);
    expect(await put([{ kind: 'zone-without-capacity', zone: 'eu-west-1a' }])).toHaveLength(1);
  });
});
