import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { pythonTools } from './python.ts';

const tools = await pythonTools();
if (typeof tools === 'string') console.warn(`skipped: ${tools}`);

describe.skipIf(typeof tools === 'string')('the aws command line on a provisioned sandbox', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 11, farm: true, speed: 60 });
  });
  afterAll(() => sandbox?.close());

  async function aws(...args: string[]): Promise<Record<string, unknown>> {
    if (typeof tools === 'string') throw new Error(tools);
    const { code, stdout, stderr } = await tools.run('aws', [...args, '--output', 'json'], sandbox.environment);
    if (code !== 0) throw new Error(`aws ${args.join(' ')}: ${stderr}`);
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  async function query<T>(expression: string, ...args: string[]): Promise<T> {
    return (await aws(...args, '--query', expression)) as T;
  }

  async function cluster(): Promise<string> {
    return query("StackResourceSummaries[?LogicalResourceId=='Cluster'].PhysicalResourceId | [0]", ...stackResources);
  }
  const stackResources = ['cloudformation', 'list-stack-resources', '--stack-name', 'jdci'];

  it('knows the caller', async () => {
    expect(await aws('sts', 'get-caller-identity')).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/sandbox',
    });
  });

  it('sees the stack and its outputs', async () => {
    const stack = await query<Record<string, unknown>>('Stacks[0]', 'cloudformation', 'describe-stacks');
    expect(stack).toMatchObject({ StackName: 'jdci', StackStatus: 'CREATE_COMPLETE' });
    expect(JSON.stringify(stack.Outputs)).toContain('FrontDoorUrl');
    expect(await query<string[]>('StackResourceSummaries[].ResourceStatus', ...stackResources)).not.toContain(
      'CREATE_FAILED',
    );
  });

  it('finds a master behind every instance in service', async () => {
    const balancer = await query<string>(
      "StackResourceSummaries[?LogicalResourceId=='LoadBalancer'].PhysicalResourceId | [0]",
      ...stackResources,
    );
    const states = await query<{ InstanceId: string; State: string }[]>(
      'InstanceStates',
      ...['elb', 'describe-instance-health', '--load-balancer-name', balancer],
    );
    expect(states.length).toBeGreaterThanOrEqual(2);
    expect(new Set(states.map((one) => one.State))).toEqual(new Set(['InService']));
    const hosts = await query<string[]>(
      'AutoScalingGroups[].Instances[].InstanceId',
      ...['autoscaling', 'describe-auto-scaling-groups'],
    );
    expect(hosts).toEqual(expect.arrayContaining(states.map((one) => one.InstanceId)));
    const running = await query<string[]>(
      'Reservations[].Instances[].InstanceId',
      ...['ec2', 'describe-instances', '--filters', 'Name=tag:jdci:role,Values=host'],
      'Name=instance-state-name,Values=running',
    );
    expect(running.sort()).toEqual(hosts.sort());
  });

  it('stops a task, which its service replaces', async () => {
    const name = await cluster();
    const tasks = await query<string[]>('taskArns', 'ecs', 'list-tasks', '--cluster', name);
    expect(tasks).toHaveLength(2);
    const described = await query<{ lastStatus: string; group: string }[]>(
      'tasks',
      ...['ecs', 'describe-tasks', '--cluster', name, '--tasks', ...tasks],
    );
    expect(described.map((task) => task.lastStatus)).toEqual(['RUNNING', 'RUNNING']);
    const victim = tasks[0] ?? '';
    await aws('ecs', 'stop-task', '--cluster', name, '--task', victim, '--reason', 'a test');
    await fetch(`${sandbox.url}/_sandbox/advance`, { method: 'POST', body: '{"seconds":600}' });
    const after = await query<string[]>('taskArns', 'ecs', 'list-tasks', '--cluster', name);
    expect(after).toHaveLength(2);
    expect(after).not.toContain(victim);
    const stopped = await query<Record<string, unknown>>(
      'tasks[0]',
      ...['ecs', 'describe-tasks', '--cluster', name, '--tasks', victim],
    );
    expect(stopped).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: 'a test', stopCode: 'UserInitiated' });
    const services = await query<{ runningCount: number; desiredCount: number; events: { message: string }[] }[]>(
      'services',
      ...['ecs', 'describe-services', '--cluster', name, '--services', 'jdci-master-a', 'jdci-master-b'],
    );
    expect(services.map((one) => [one.runningCount, one.desiredCount])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(JSON.stringify(services)).toMatch(/has started 1 tasks: \(task [0-9a-f]+\)/);
  });

  it('reports errors by their codes', async () => {
    await expect(aws('cloudformation', 'describe-stacks', '--stack-name', 'none')).rejects.toThrow(
      /ValidationError.*none does not exist/,
    );
    await expect(aws('ecs', 'list-tasks', '--cluster', 'none')).rejects.toThrow(/ClusterNotFoundException/);
    await expect(aws('ec2', 'describe-instances', '--instance-ids', 'i-0123456789abcdef0')).rejects.toThrow(
      /InvalidInstanceID.NotFound/,
    );
  });
});
