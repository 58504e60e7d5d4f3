import { AutoScalingClient, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  type Instance,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { DescribeTasksCommand, ECSClient, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { joinFarm } from '../../../src/farm/joined.ts';
import { observe } from '../../../src/farm/observe.ts';
import { ObserveContext } from '../../../src/farm/observe-context.ts';
import { Probe } from '../../../src/farm/probe.ts';
import { startFarm } from './started.ts';

describe('world faults', { timeout: 60_000 }, () => {
  let farm: Awaited<ReturnType<typeof startFarm>>;
  beforeAll(async () => {
    farm = await startFarm(23);
    await farm.control('load', { buildsPerHour: 0 });
  }, 60_000);
  afterEach(async () => {
    await farm.faults({ clear: true });
    await farm.control('load', { buildsPerHour: 0 });
    // Time to heal, and for agents to idle out.
    await farm.advance(1800);
    expect((await farm.check()).document.findings).toEqual([]);
    expect(farm.reports).toEqual([]);
  });
  afterAll(() => farm?.close());

  const ec2 = () => new EC2Client(farm.client());
  const ecs = () => new ECSClient(farm.client());
  const ofRole = async (role: string, states = ['pending', 'running']): Promise<Instance[]> => {
    const Filters = [
      { Name: 'tag:jdci:role', Values: [role] },
      { Name: 'instance-state-name', Values: states },
    ];
    const { Reservations = [] } = await ec2().send(new DescribeInstancesCommand({ Filters }));
    return Reservations.flatMap(({ Instances = [] }) => Instances);
  };
  const taskOf = async (slot: string) => {
    const listed = new ListTasksCommand({ cluster: 'jdci', serviceName: `jdci-master-${slot}` });
    const { taskArns = [] } = await ecs().send(listed);
    if (taskArns.length === 0) return undefined;
    return (await ecs().send(new DescribeTasksCommand({ cluster: 'jdci', tasks: taskArns }))).tasks?.[0];
  };
  const inForce = async () => (await farm.faults([])).map(({ kind }) => kind);

  it('an instance that will not boot: it runs, answers nothing, and is replaced when its check has failed', async () => {
    await farm.faults({ kind: 'instance-will-not-boot', role: 'host', count: 1 });
    const before = (await ofRole('host')).map(({ InstanceId = '' }) => InstanceId);
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: before.slice(0, 1) }));
    await farm.advance(120);
    const stillborn = (await ofRole('host', ['running'])).find(({ InstanceId = '' }) => !before.includes(InstanceId));
    const InstanceId = stillborn?.InstanceId ?? '';
    expect(InstanceId).not.toBe('');
    expect(await inForce()).toEqual([]);
    const { Output = '' } = await ec2().send(new GetConsoleOutputCommand({ InstanceId }));
    expect(Buffer.from(Output, 'base64').toString()).toContain('Kernel panic');
    const status = async () => {
      const { InstanceStatuses } = await ec2().send(new DescribeInstanceStatusCommand({ InstanceIds: [InstanceId] }));
      return InstanceStatuses?.[0]?.InstanceStatus?.Status;
    };
    expect(await status()).toBe('initializing');
    for (let step = 0; step < 20 && (await status()) === 'initializing'; step++) await farm.advance(5);
    expect(await status()).toBe('impaired');
    await farm.advance(900);
    expect((await ofRole('host')).map((one) => one.InstanceId)).not.toContain(InstanceId);
  });

  it('a build agent that will not boot is given up, and the build gets another', async () => {
    await farm.faults({ kind: 'instance-will-not-boot', role: 'agent', count: 1 });
    await farm.control('load', { buildsPerHour: 20 });
    await farm.advance(500);
    const stillborn = (await ofRole('agent'))[0]?.InstanceId ?? '';
    await farm.advance(700);
    expect((await ofRole('agent')).map((one) => one.InstanceId)).not.toContain(stillborn);
  });

  it('a zone without capacity: the group launches in another', async () => {
    const [victim] = await ofRole('host');
    const zone = victim?.Placement?.AvailabilityZone ?? '';
    const [entry] = await farm.faults({ kind: 'zone-without-capacity', zone, seconds: 3600 });
    expect(entry).toMatchObject({ zone, state: 'active' });
    const again = await farm.control('faults', { kind: 'zone-without-capacity', zone });
    expect(again.value.error).toBe(`fault 1: zone ${zone} is without capacity already`);
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: [victim?.InstanceId ?? ''] }));
    await farm.advance(300);
    const zones = (await ofRole('host')).map((one) => one.Placement?.AvailabilityZone);
    expect(zones).toHaveLength(3);
    expect(zones).not.toContain(zone);
    await farm.advance(3600);
    expect(await inForce()).toEqual([]);
    // The group has moved back by itself.
    expect((await ofRole('host')).map((one) => one.Placement?.AvailabilityZone)).toContain(zone);
  });

  it('no capacity anywhere: the activities say so until there is some again', async () => {
    await farm.faults(farm.world.settings.zones.map((zone) => ({ kind: 'zone-without-capacity', zone })));
    const [victim] = await ofRole('host');
    await ec2().send(new TerminateInstancesCommand({ InstanceIds: [victim?.InstanceId ?? ''] }));
    await farm.advance(300);
    expect(await ofRole('host')).toHaveLength(2);
    const { Activities = [] } = await new AutoScalingClient(farm.client()).send(
      new DescribeScalingActivitiesCommand({}),
    );
    expect(Activities[0]).toMatchObject({
      StatusCode: 'Failed',
      StatusMessage: expect.stringContaining('We currently do not have sufficient'),
    });
    expect((await farm.check()).document.verdict).not.toBe('OK');
  });

  it('a disconnected ECS agent: nothing starts or stops there, until it is back', async () => {
    const before = await taskOf('a');
    await farm.faults({ kind: 'agent-disconnected', slot: 'a' });
    const { document } = await farm.check();
    expect(document).toMatchObject({ verdict: 'WARNING' });
    expect(document.findings.map(({ id }) => id).join()).toMatch(/host-disconnected:i-/);
    await ecs().send(new StopTaskCommand({ cluster: 'jdci', task: before?.taskArn }));
    await farm.advance(120);
    const stopped = await ecs().send(new DescribeTasksCommand({ cluster: 'jdci', tasks: [before?.taskArn ?? ''] }));
    expect(stopped.tasks?.[0]).toMatchObject({ lastStatus: 'RUNNING', desiredStatus: 'STOPPED' });
    await farm.faults({ clear: true });
    await farm.advance(300);
    expect((await taskOf('a'))?.healthStatus).toBe('HEALTHY');
  });

  it('the process of a build agent ends: its builds fail, and it is taken again when it is back', async () => {
    await farm.control('load', { buildsPerHour: 60 });
    await farm.advance(1200);
    const age = (one: Instance) => farm.world.now - Number(one.LaunchTime);
    // A younger one counts as still on its way.
    const agent = (await ofRole('agent', ['running'])).find((one) => age(one) > 600_000);
    const [entry] = await farm.faults({ kind: 'agent-disconnected', instanceId: agent?.InstanceId, seconds: 60 });
    const node = async () => {
      const session = await farm.session();
      const probe = new Probe({ road: session.doorRoad, clock: session.clock });
      const { agents } = joinFarm(await observe(session, new ObserveContext(probe)));
      return agents.find((one) => one.id === agent?.InstanceId);
    };
    expect(entry).toMatchObject({ state: 'active' });
    expect((await node())?.state).toBe('offline');
    await farm.advance(120);
    expect(await inForce()).toEqual([]);
    expect(['busy', 'idle']).toContain((await node())?.state);
  });

  it.each(['nothing', '503'])('a master that hangs (%s): its container runs until ECS replaces it', async (answer) => {
    const before = await taskOf('b');
    await farm.faults({ kind: 'master-hangs', slot: 'b', answer });
    expect((await taskOf('b'))?.lastStatus).toBe('RUNNING');
    expect((await farm.check()).document.readings['master-b']?.error).not.toBeNull();
    // The balancer has noticed: three checks in ten seconds each.
    await farm.advance(36);
    expect((await farm.check()).document.verdict).not.toBe('OK');
    await farm.advance(204);
    const after = await taskOf('b');
    expect(after?.taskArn).not.toBe(before?.taskArn);
    // What replaced it is well, and the fault is gone with the process that it hit.
    expect(await inForce()).toEqual([]);
    await farm.advance(120);
    expect((await taskOf('b'))?.healthStatus).toBe('HEALTHY');
  });

  it('a master that hangs for a moment is well again', async () => {
    const before = await taskOf('b');
    await farm.faults({ kind: 'master-hangs', slot: 'b', seconds: 8 });
    await farm.advance(10);
    expect((await taskOf('b'))?.taskArn).toBe(before?.taskArn);
    expect((await farm.check()).document.readings['master-b']?.error).toBeNull();
  });

  it('a master that boots slowly', async () => {
    await farm.faults({ kind: 'master-slow-boot', slot: 'a', extraSeconds: 200, count: 1 });
    const task = (await taskOf('a'))?.taskArn;
    await ecs().send(new StopTaskCommand({ cluster: 'jdci', task }));
    await farm.advance(180);
    expect(await taskOf('a')).toMatchObject({ lastStatus: 'RUNNING', healthStatus: 'UNKNOWN' });
    await farm.advance(240);
    expect(await taskOf('a')).toMatchObject({ healthStatus: 'HEALTHY' });
  });

  it('refuse what they cannot hit', async () => {
    const refused = async (body: object) => (await farm.control('faults', body)).value.error;
    expect(await refused({ kind: 'master-hangs', slot: 'z' })).toBe('fault 1: no master of slot z is running');
    expect(await refused({ kind: 'agent-disconnected', instanceId: 'i-0123456789abcdef0' })).toBe(
      'fault 1: instanceId: no running instance has the id i-0123456789abcdef0',
    );
    expect(await inForce()).toEqual([]);
  });

  it('that begin later are dropped when there is nothing to hit by then', async () => {
    await farm.faults({ kind: 'master-hangs', slot: 'z', after: 60 });
    expect(await farm.faults([])).toMatchObject([{ state: 'waiting' }]);
    await farm.advance(61);
    expect(await inForce()).toEqual([]);
  });
});
