import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCheck } from '../../src/commands/check.ts';
import { openSession } from '../../src/commands/session.ts';
import { changes } from '../../src/farm/changes.ts';
import { joinFarm } from '../../src/farm/joined.ts';
import { observe } from '../../src/farm/observe.ts';
import { ObserveContext } from '../../src/farm/observe-context.ts';
import { Probe } from '../../src/farm/probe.ts';
import type { Session } from '../../src/farm/session.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';

// A farm that stands still until it is advanced, over the real wire: what is read, joined and judged here is what the
// SDK, the `jenkins` package and the proxy really bring.
describe('a farm in the sandbox', { timeout: 60_000 }, () => {
  let sandbox: Sandbox;
  let session: Session;
  beforeAll(async () => {
    const templateBody = readFileSync(new URL('../../cfn/farm.yaml', import.meta.url), 'utf8');
    sandbox = await startSandbox({ farm: true, seed: 11, speed: 0, templateBody });
    const environment = { HOME: '/nonexistent', ...sandbox.environment };
    session = await openSession({ stack: 'jdci', sandbox: false, readOnly: false, refresh: 2 }, environment, () =>
      Promise.reject(new Error('there is one already')),
    );
  }, 60_000);
  afterAll(() => sandbox?.close());

  const control = async (what: string, body: unknown) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${what}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
  };
  const check = async (stack = 'jdci') => {
    const out: string[] = [];
    // Nothing here is waited for: the pauses between two requests are not what is tested.
    const clock = { ...session.clock, after: async () => {} };
    const asked = { ...session, clock, farm: { ...session.farm, stack } };
    const io = { stdout: (text: string) => void out.push(text), stderr: () => {} };
    return { code: await runCheck(asked, { json: true, color: false }, io), document: JSON.parse(out.join('')) };
  };
  const round = (context = new ObserveContext(new Probe({ road: session.doorRoad, clock: session.clock }))) =>
    observe(session, context);

  it('is OK, with every reading of this round', async () => {
    const { code, document } = await check();
    expect([code, document.verdict, document.findings]).toEqual([0, 'OK', []]);
    expect(document.summary).toMatch(/^2 of 2 masters serving · 3 hosts · \d+ agents · \d+ queued · SANDBOX ×0$/);
    const names = Object.keys(document.readings);
    expect(names).toEqual(expect.arrayContaining(['stack', 'probe', 'instances', 'master-a', 'master-b']));
    expect(names.filter((name) => document.readings[name].error !== null)).toEqual([]);
  });

  it('joins what EC2, ECS, the balancer and Jenkins say', async () => {
    const { slots, hosts, agents } = joinFarm(await round());
    expect(slots.map(({ slot, state }) => [slot, state])).toEqual([
      ['a', 'serving'],
      ['b', 'serving'],
    ]);
    expect(hosts.filter((host) => host.spare)).toHaveLength(1);
    expect(new Set(hosts.map((host) => host.zone)).size).toBe(3);
    expect(agents.length).toBeGreaterThan(0);
    for (const { state, computer } of agents) if (state === 'busy' || state === 'idle') expect(computer).toBeDefined();
  });

  it('says that a stack does not exist', async () => {
    expect(await check('nobody')).toMatchObject({ code: 3, document: { verdict: 'UNKNOWN' } });
  });

  it('sees a lost host, and the farm heal', async () => {
    const before = await round();
    const victim = joinFarm(before).slots.find((slot) => slot.slot === 'b')?.host?.id ?? '';
    const { EC2Client, TerminateInstancesCommand } = await import('@aws-sdk/client-ec2');
    await session.aws.client(EC2Client).send(new TerminateInstancesCommand({ InstanceIds: [victim] }));
    await control('advance', { seconds: 30 });
    const hurt = await check();
    expect(hurt).toMatchObject({ code: 1, document: { verdict: 'WARNING' } });
    expect(hurt.document.summary).toContain('1 of 2 masters serving');
    expect(hurt.document.findings.map((finding: { id: string }) => finding.id)).toContain('slot-down:b');
    await control('advance', { seconds: 270 });
    const after = await round();
    expect((await check()).document.findings).toEqual([]);
    const sources = new Set(changes(before, after).map(({ source, event }) => `${source} ${event.includes(victim)}`));
    expect([...sources]).toEqual(
      expect.arrayContaining(['ECS true', 'ELB true', 'ASG true', 'EC2 true', 'Jenkins false']),
    );
  });

  it('is never OK when one service cannot be seen', async () => {
    for (const [service, operation] of [
      ['ecs', 'DescribeServices'],
      ['ecs', 'ListTasks'],
      ['elasticloadbalancing', 'DescribeInstanceHealth'],
      ['ec2', 'DescribeInstances'],
      ['autoscaling', 'DescribeAutoScalingGroups'],
      ['cloudformation', 'DescribeStacks'],
      ['secretsmanager', 'GetSecretValue'],
    ]) {
      const fault = { service, operation, kind: 'error', code: 'AccessDeniedException', message: 'no', count: 1 };
      await control('faults', [fault]);
      const { code, document } = await check();
      expect([operation, code === 1 || code === 3]).toEqual([operation, true]);
      expect(document.findings.map((finding: { message: string }) => finding.message).join()).toContain('not allowed');
    }
  });

  it('asks a front door that answers badly again, so that an outage is told from a hiccup', async () => {
    const badly = (count: number) => ({
      service: 'network',
      operation: '*.elb.amazonaws.com:80',
      kind: 'error',
      code: 'InternalServerError',
      status: 500,
      count,
    });
    await control('faults', [badly(1)]);
    expect(await check()).toMatchObject({ code: 0, document: { verdict: 'OK' } });
    await control('faults', [badly(3)]);
    const lasting = await check();
    expect(lasting).toMatchObject({ code: 2, document: { verdict: 'CRITICAL' } });
    expect(lasting.document.findings).toMatchObject([{ id: 'door-failing' }]);
  });
});
