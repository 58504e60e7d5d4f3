import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedSandbox, serveSandbox } from '../e2e/sandbox-process.ts';
import { type CheckedTools, checkedTools } from './checked-tools.ts';

const checked = await checkedTools();
const template = `file://${fileURLToPath(new URL('../../cfn/farm.yaml', import.meta.url))}`;

// The waiters of the aws command line look every 6 to 30 s: at two minutes a second that is an hour of the sandbox's
// time, in which EC2 still describes what was terminated.
const speed = '120';

/** The whole life of a farm with nothing but the aws command line, on the built program as a process of its own. */
describe.skipIf(typeof checked === 'string')('the aws command line, from an empty account to an empty account', () => {
  let sandbox: ServedSandbox;
  let tools: CheckedTools;
  let ids: Record<string, string>;

  beforeAll(async () => {
    if (typeof checked === 'string') return;
    sandbox = await serveSandbox(['--port', '0', '--speed', speed, '--seed', '21']);
    tools = checked(sandbox.environment);
  });
  afterAll(async () => {
    tools?.close();
    await sandbox?.close();
  });

  async function done(...args: string[]): Promise<void> {
    const { code, stderr } = await tools.aws(...args);
    expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  }

  async function resources(): Promise<Record<string, string>> {
    const summaries = await tools.query<{ LogicalResourceId: string; PhysicalResourceId: string }[]>(
      'StackResourceSummaries',
      ...['cloudformation', 'list-stack-resources', '--stack-name', 'farm'],
    );
    return Object.fromEntries(summaries.map((one) => [one.LogicalResourceId, one.PhysicalResourceId]));
  }

  /** Makes a change set, reads it, executes it and waits for the stack. */
  async function update(name: string, changed: Record<string, string>): Promise<Record<string, unknown>[]> {
    const keys = await tools.query<string[]>(
      'Stacks[0].Parameters[].ParameterKey',
      ...['cloudformation', 'describe-stacks', '--stack-name', 'farm'],
    );
    const parameters = keys.map((ParameterKey) => {
      const ParameterValue = changed[ParameterKey];
      return ParameterValue === undefined ? { ParameterKey, UsePreviousValue: true } : { ParameterKey, ParameterValue };
    });
    const named = ['--stack-name', 'farm', '--change-set-name', name];
    await tools.json(
      ...['cloudformation', 'create-change-set', ...named, '--use-previous-template'],
      ...['--capabilities', 'CAPABILITY_NAMED_IAM', '--parameters', JSON.stringify(parameters)],
    );
    await done('cloudformation', 'wait', 'change-set-create-complete', ...named);
    const changes = await tools.query<Record<string, unknown>[]>(
      'Changes[].ResourceChange',
      ...['cloudformation', 'describe-change-set', ...named],
    );
    await done('cloudformation', 'execute-change-set', ...named);
    await done('cloudformation', 'wait', 'stack-update-complete', '--stack-name', 'farm');
    return changes;
  }

  const cluster = ['--cluster', 'farm'];
  const services = (...slots: string[]) => ['--services', ...slots.map((slot) => `farm-master-${slot}`)];
  const tasks = () => tools.query<string[]>('taskArns', 'ecs', 'list-tasks', ...cluster);

  it('finds in the account what the stack needs, and creates it through a change set', async () => {
    const vpc = await tools.query<{ VpcId: string; CidrBlock: string }>(
      'Vpcs[0]',
      ...['ec2', 'describe-vpcs', '--filters', 'Name=is-default,Values=true'],
    );
    const subnets = await tools.query<string[]>(
      'Subnets[].SubnetId',
      ...['ec2', 'describe-subnets', '--filters', `Name=vpc-id,Values=${vpc.VpcId}`],
    );
    const ami = await tools.query<string>(
      'Parameter.Value',
      ...['ssm', 'get-parameter', '--name'],
      '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    );
    const repository = await tools.query<string>('repositories[0].repositoryUri', 'ecr', 'describe-repositories');
    const digest = await tools.query<string>(
      'sort_by(imageDetails,&imagePushedAt)[-1].imageDigest',
      ...['ecr', 'describe-images', '--repository-name', 'jdci-master'],
    );
    const zone = await tools.query<{ Id: string; Name: string }>('HostedZones[0]', 'route53', 'list-hosted-zones');
    const values = {
      VpcId: vpc.VpcId,
      LoadBalancerSubnets: subnets.join(','),
      HostSubnets: subnets.join(','),
      OperatorCidr: '203.0.113.7/32',
      MasterAccessCidr: vpc.CidrBlock,
      HostAmi: ami,
      AgentAmi: ami,
      ImageUri: `${repository}@${digest}`,
      HostedZoneId: zone.Id.replace('/hostedzone/', ''),
      DnsName: `jenkins.${zone.Name.replace(/\.$/, '')}`,
    };
    const parameters = Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    }));
    const named = ['--stack-name', 'farm', '--change-set-name', 'first'];
    await tools.json(
      ...['cloudformation', 'create-change-set', ...named, '--change-set-type', 'CREATE'],
      ...['--template-body', template, '--capabilities', 'CAPABILITY_NAMED_IAM'],
      ...['--parameters', JSON.stringify(parameters), '--tags', 'Key=jdci:farm,Value=farm'],
    );
    await done('cloudformation', 'wait', 'change-set-create-complete', ...named);
    const changeSet = await tools.json('cloudformation', 'describe-change-set', ...named);
    expect(changeSet).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' });
    expect(JSON.stringify(changeSet.Changes)).toContain('"LogicalResourceId":"DnsRecord"');
    await done('cloudformation', 'execute-change-set', ...named);
    await done('cloudformation', 'wait', 'stack-create-complete', '--stack-name', 'farm');
    await done('ecs', 'wait', 'services-stable', ...cluster, ...services('a', 'b'));
    ids = await resources();
    await done('elb', 'wait', 'any-instance-in-service', '--load-balancer-name', ids.LoadBalancer ?? '');
  });

  it('reads what an operator reads', async () => {
    const statuses = await tools.query<string[]>(
      'StackResourceSummaries[].ResourceStatus',
      ...['cloudformation', 'list-stack-resources', '--stack-name', 'farm'],
    );
    expect(new Set(statuses)).toEqual(new Set(['CREATE_COMPLETE']));
    const outputs = await tools.query<string[]>(
      'Stacks[0].Outputs[].OutputKey',
      ...['cloudformation', 'describe-stacks', '--stack-name', 'farm'],
    );
    expect(outputs).toEqual(
      expect.arrayContaining(['FrontDoorUrl', 'ClusterName', 'LoadBalancerDnsName', 'HostGroupName']),
    );
    const secret = await tools.query<string>(
      'SecretString',
      ...['secretsmanager', 'get-secret-value', '--secret-id', ids.ViewerSecret ?? ''],
    );
    expect(JSON.parse(secret)).toEqual({ username: 'viewer', token: expect.stringMatching(/^[0-9a-f]{32}$/) });
    const lines = await tools.query<string[]>(
      'events[].message',
      ...['logs', 'filter-log-events', '--log-group-name', ids.LogGroup ?? '', '--filter-pattern', 'running'],
    );
    expect(lines.join('\n')).toContain('Jenkins is fully up and running');
    const zone = await tools.query<string>('HostedZones[0].Id', 'route53', 'list-hosted-zones');
    const records = await tools.query<{ Name: string; AliasTarget?: { DNSName: string } }[]>(
      'ResourceRecordSets',
      ...['route53', 'list-resource-record-sets', '--hosted-zone-id', zone],
    );
    const alias = records.find(({ Name }) => Name === 'jenkins.build.example.')?.AliasTarget?.DNSName;
    const door = await tools.query<string>('LoadBalancerDescriptions[0].DNSName', 'elb', 'describe-load-balancers');
    expect(alias?.toLowerCase()).toContain(door.toLowerCase());
  });

  it('prints the same as tables and as text', async () => {
    const described = ['ecs', 'describe-services', ...cluster, ...services('a', 'b')];
    const table = await tools.aws(...described, '--output', 'table');
    expect(table.stdout).toMatch(/\|\s+DescribeServices\s+\|/);
    expect(table.stdout).toMatch(/serviceName\s+\|\s+farm-master-b/);
    const text = await tools.aws(...described, '--output', 'text', '--query', 'services[].[serviceName,runningCount]');
    expect(text.stdout).toBe('farm-master-a\t1\nfarm-master-b\t1\n');
  });

  it('stops a task, and its service brings another', async () => {
    const [victim = ''] = await tools.query<string[]>(
      'taskArns',
      ...['ecs', 'list-tasks', ...cluster, '--service-name', 'farm-master-a'],
    );
    await tools.json('ecs', 'stop-task', ...cluster, '--task', victim, '--reason', 'a drill');
    await done('ecs', 'wait', 'tasks-stopped', ...cluster, '--tasks', victim);
    const stopped = await tools.query<Record<string, unknown>>(
      'tasks[0]',
      ...['ecs', 'describe-tasks', ...cluster, '--tasks', victim],
    );
    expect(stopped).toMatchObject({ lastStatus: 'STOPPED', stopCode: 'UserInitiated', stoppedReason: 'a drill' });
    await done('ecs', 'wait', 'services-stable', ...cluster, ...services('a', 'b'));
    const after = await tasks();
    expect(after).toHaveLength(2);
    expect(after).not.toContain(victim);
  });

  it('terminates a host, which its group replaces, and the balancer has two masters again', async () => {
    const balancer = ['--load-balancer-name', ids.LoadBalancer ?? ''];
    const states = () => tools.query<{ InstanceId: string; State: string }[]>('InstanceStates', ...health);
    const health = ['elb', 'describe-instance-health', ...balancer];
    const victim = (await states())[0]?.InstanceId ?? '';
    await tools.json('ec2', 'terminate-instances', '--instance-ids', victim);
    await done('ec2', 'wait', 'instance-terminated', '--instance-ids', victim);
    await done('ecs', 'wait', 'services-stable', ...cluster, ...services('a', 'b'));
    await done('elb', 'wait', 'any-instance-in-service', ...balancer);
    await expect
      .poll(async () => (await states()).map(({ State }) => State), { timeout: 60_000, interval: 1000 })
      .toEqual(['InService', 'InService']);
    expect((await states()).map(({ InstanceId }) => InstanceId)).not.toContain(victim);
    const activities = await tools.query<{ Description: string; Cause: string }[]>(
      'Activities',
      ...['autoscaling', 'describe-scaling-activities', '--auto-scaling-group-name', ids.HostGroup ?? ''],
    );
    const terminating = activities.find(({ Description }) => Description === `Terminating EC2 instance: ${victim}`);
    expect(terminating?.Cause).toMatch(/taken out of service in response to an EC2 health check/);
    expect(activities[0]?.Description).toMatch(/^(Launching a new|Terminating) EC2 instance: i-[0-9a-f]{17}$/);
  });

  it('drains a host, and its master moves', async () => {
    const [task] = await tools.query<{ containerInstanceArn: string; taskArn: string }[]>(
      'tasks',
      ...['ecs', 'describe-tasks', ...cluster, '--tasks', ...(await tasks())],
    );
    const host = task?.containerInstanceArn ?? '';
    const changed = await tools.query<{ status: string }>(
      'containerInstances[0]',
      ...['ecs', 'update-container-instances-state', ...cluster, '--container-instances', host, '--status', 'DRAINING'],
    );
    expect(changed.status).toBe('DRAINING');
    await done('ecs', 'wait', 'tasks-stopped', ...cluster, '--tasks', task?.taskArn ?? '');
    await done('ecs', 'wait', 'services-stable', ...cluster, ...services('a', 'b'));
    const drained = await tools.query<Record<string, unknown>>(
      'containerInstances[0]',
      ...['ecs', 'describe-container-instances', ...cluster, '--container-instances', host],
    );
    expect(drained).toMatchObject({ status: 'DRAINING', runningTasksCount: 0, pendingTasksCount: 0 });
    await tools.json(
      ...['ecs', 'update-container-instances-state', ...cluster],
      ...['--container-instances', host, '--status', 'ACTIVE'],
    );
  });

  it('updates the stack: another cap of the agents, then a third master', async () => {
    const capped = await update('cap', { AgentCap: '4' });
    expect(capped.map((one) => one.LogicalResourceId)).toEqual(
      expect.arrayContaining(['TaskDefinitionA', 'TaskDefinitionB', 'ServiceA', 'ServiceB']),
    );
    const [definition] = await tools.query<string[]>(
      'services[].taskDefinition',
      ...['ecs', 'describe-services', ...cluster, ...services('a')],
    );
    const environment = await tools.query<{ name: string; value: string }[]>(
      'taskDefinition.containerDefinitions[0].environment',
      ...['ecs', 'describe-task-definition', '--task-definition', definition ?? ''],
    );
    expect(environment).toContainEqual({ name: 'JDCI_AGENT_CAP', value: '4' });

    const grown = await update('grow', { MasterCount: '3' });
    expect(grown).toContainEqual(expect.objectContaining({ LogicalResourceId: 'ServiceC', Action: 'Add' }));
    await done('ecs', 'wait', 'services-stable', ...cluster, ...services('a', 'b', 'c'));
    expect(await tasks()).toHaveLength(3);
    const nothing = await tools.aws(
      ...['cloudformation', 'update-stack', '--stack-name', 'farm', '--use-previous-template'],
      ...['--capabilities', 'CAPABILITY_NAMED_IAM', '--parameters'],
      JSON.stringify(
        (
          await tools.query<string[]>(
            'Stacks[0].Parameters[].ParameterKey',
            ...['cloudformation', 'describe-stacks', '--stack-name', 'farm'],
          )
        ).map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
      ),
    );
    expect(nothing.stderr).toContain('(ValidationError)');
    expect(nothing.stderr).toContain('No updates are to be performed.');
  });

  it('is refused by AWS’s own codes', async () => {
    // 255: what version 1 of the aws command line ends with when a service refuses.
    const refused = async (...args: string[]) => {
      const { code, stderr } = await tools.aws(...args);
      return [code, /An error occurred \((\S+)\) when calling the (\w+) operation/.exec(stderr)?.slice(1) ?? stderr];
    };
    expect(await refused('ecs', 'list-tasks', '--cluster', 'none')).toEqual([
      ...[255, ['ClusterNotFoundException', 'ListTasks']],
    ]);
    expect(await refused('ecs', 'stop-task', '--cluster', 'farm', '--task', '0'.repeat(32))).toEqual([
      ...[255, ['InvalidParameterException', 'StopTask']],
    ]);
    const twice = ['cloudformation', 'create-stack', '--stack-name', 'other', '--template-body', template];
    expect(await refused(...twice)).toEqual([255, ['ValidationError', 'CreateStack']]);
    expect(await refused('autoscaling', 'describe-auto-scaling-groups', '--starting-token', 'nonsense')).toEqual([
      ...[255, ['InvalidNextToken', 'DescribeAutoScalingGroups']],
    ]);
    expect(await refused('elb', 'describe-instance-health', '--load-balancer-name', 'none')).toEqual([
      ...[255, ['LoadBalancerNotFound', 'DescribeInstanceHealth']],
    ]);
  });

  it('deletes the stack, which waits for the agents that no stack knows, and nothing is left', async () => {
    // The masters that would have ended their agents go first, and the agents hold their security group until they power
    // themselves off for want of a master: sooner than CloudFormation gives up on the group.
    await done('cloudformation', 'delete-stack', '--stack-name', 'farm');
    await done('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', 'farm');
    const gone = await tools.aws('cloudformation', 'describe-stacks', '--stack-name', 'farm');
    expect(gone.stderr).toContain('Stack with id farm does not exist');
    expect(await tools.query('LoadBalancerDescriptions', 'elb', 'describe-load-balancers')).toEqual([]);
    expect(await tools.query('AutoScalingGroups', 'autoscaling', 'describe-auto-scaling-groups')).toEqual([]);
    expect(await tools.query('clusterArns', 'ecs', 'list-clusters')).toEqual([]);
    const alive = await tools.query<unknown[]>(
      'Reservations[].Instances[]',
      ...['ec2', 'describe-instances', '--filters', 'Name=tag:jdci:farm,Values=farm'],
      'Name=instance-state-name,Values=pending,running,stopping,stopped',
    );
    expect(alive).toEqual([]);
  });

  it('has met nothing in any answer that botocore’s models do not have', () => {
    expect(tools.answers().length).toBeGreaterThan(60);
    expect(tools.problems()).toEqual([]);
  });
});
