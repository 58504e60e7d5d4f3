import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { type CheckedTools, checkedTools } from './checked-tools.ts';

const checked = await checkedTools();

describe.skipIf(typeof checked === 'string')('the aws command line on a provisioned sandbox', () => {
  let sandbox: Sandbox;
  let tools: CheckedTools;
  beforeAll(async () => {
    if (typeof checked === 'string') return;
    sandbox = await startSandbox({ seed: 11, farm: true, speed: 60 });
    tools = checked(sandbox.environment);
  });
  afterAll(async () => {
    tools?.close();
    await sandbox?.close();
  });

  const aws = (...args: string[]) => tools.json(...args);
  const query = <T>(expression: string, ...args: string[]) => tools.query<T>(expression, ...args);

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

  it('prints every read as a table too', async () => {
    const balancer = await query<string>(
      'LoadBalancerDescriptions[0].LoadBalancerName',
      'elb',
      'describe-load-balancers',
    );
    const reads = [
      ['ecs', 'describe-clusters', '--clusters', 'jdci'],
      ['ecs', 'list-tasks', '--cluster', 'jdci'],
      ['elb', 'describe-load-balancers'],
      ['elb', 'describe-instance-health', '--load-balancer-name', balancer],
      ['autoscaling', 'describe-auto-scaling-groups'],
      ['autoscaling', 'describe-scaling-activities'],
      ['ec2', 'describe-instances'],
      ['cloudformation', 'describe-stack-events', '--stack-name', 'jdci', '--max-items', '5'],
      ['cloudformation', 'list-stack-resources', '--stack-name', 'jdci'],
      ['ecr', 'describe-images', '--repository-name', 'jdci-master'],
      ['route53', 'list-hosted-zones'],
      ['logs', 'describe-log-streams', '--log-group-name', '/jdci/jdci'],
      ['secretsmanager', 'list-secrets'],
      ['iam', 'list-roles'],
    ];
    for (const read of reads) {
      const { code, stdout, stderr } = await tools.aws(...read, '--output', 'table');
      expect({ read, code, stderr }).toEqual({ read, code: 0, stderr: '' });
      expect(stdout.split('\n').length).toBeGreaterThan(4);
    }
  });

  it('signs in to the registry and deploys with one command, as people do', async () => {
    const password = await tools.aws('ecr', 'get-login-password');
    expect(password).toMatchObject({ code: 0, stderr: '' });
    expect(password.stdout.trim()).toMatch(/^\S{32,}$/);
    const folder = mkdtempSync(join(tmpdir(), 'jdci-deploy-'));
    const template = join(folder, 'logs.json');
    writeFileSync(template, JSON.stringify({ Resources: { Logs: { Type: 'AWS::Logs::LogGroup' } } }));
    try {
      const deploy = ['cloudformation', 'deploy', '--stack-name', 'logs', '--template-file', template];
      const first = await tools.aws(...deploy);
      expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('Successfully created/updated stack') });
      const second = await tools.aws(...deploy, '--no-fail-on-empty-changeset');
      expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('No changes to deploy') });
      await tools.aws('cloudformation', 'delete-stack', '--stack-name', 'logs');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says of what the sandbox lacks that it lacks it', async () => {
    const { code, stderr } = await tools.aws('ssm', 'list-commands');
    expect(code).not.toBe(0);
    expect(stderr).toContain('This sandbox has no operation ListCommands');
    const other = await tools.aws('s3api', 'list-buckets');
    expect(other.stderr).toContain('This sandbox has no service s3');
  });

  it('has met nothing in any answer that botocore’s models do not have', () => {
    expect(tools.answers().length).toBeGreaterThan(40);
    const unchecked = ['s3 ListBuckets: ', 'ssm ListCommands: '];
    expect(tools.problems().filter((one) => !unchecked.some((start) => one.startsWith(start)))).toEqual([]);
  });
});
