import { describe, expect, it } from 'vitest';
import { describeGroup, scalingActivities } from '../../src/aws/auto-scaling.ts';
import { describeStack, stackResources } from '../../src/aws/cloudformation-reads.ts';
import { describeFarmInstances } from '../../src/aws/ec2.ts';
import { containerInstances, describeServices, describeTasks, listTasks } from '../../src/aws/ecs.ts';
import { describeBalancer, describeInstanceHealth } from '../../src/aws/elastic-load-balancing.ts';
import { secretUser } from '../../src/aws/secrets-manager.ts';
import { FakeAws, serviceError } from './fake-aws.ts';

const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => `arn:${from + index}`);

describe('ECS', () => {
  it('lists in pages of 100 until there is no next token', async () => {
    const aws = new FakeAws({
      listTasks: ({ nextToken }: { nextToken?: string }) =>
        nextToken === undefined ? { taskArns: range(0, 100), nextToken: 'more' } : { taskArns: range(100, 5) },
    });
    expect(await listTasks(aws, 'c', 'STOPPED')).toHaveLength(105);
    expect(aws.sent.map(({ input }) => input)).toEqual([
      { cluster: 'c', desiredStatus: 'STOPPED', maxResults: 100, nextToken: undefined },
      { cluster: 'c', desiredStatus: 'STOPPED', maxResults: 100, nextToken: 'more' },
    ]);
    expect(aws.calls.get('ecs:ListTasks')).toBe(2);
  });

  it('describes services by 10, tasks by 100, and asks nothing for nothing', async () => {
    const aws = new FakeAws({
      describeServices: ({ services }: { services: string[] }) => ({
        services: services.map((serviceArn) => ({ serviceArn, serviceName: `jdci-master-${serviceArn.slice(4)}` })),
      }),
      describeTasks: ({ tasks }: { tasks: string[] }) => ({ tasks: tasks.map((taskArn) => ({ taskArn })) }),
    });
    const services = await describeServices(aws, 'c', range(0, 23));
    expect(services.map((service) => service.slot)).toEqual(range(0, 23).map((arn) => arn.slice(4)));
    expect(aws.sent.map(({ input }) => (input.services as string[]).length)).toEqual([10, 10, 3]);
    expect(aws.sent[0]?.input.include).toEqual(['TAGS']);
    expect(await describeTasks(aws, 'c', range(0, 101))).toHaveLength(101);
    expect(aws.calls.get('ecs:DescribeTasks')).toBe(2);
    expect(await describeTasks(aws, 'c', [])).toEqual([]);
    expect(aws.calls.get('ecs:DescribeTasks')).toBe(2);
  });

  it('reads a task that never started, with the cause that only its container gives', async () => {
    const aws = new FakeAws({
      describeTasks: () => ({
        tasks: [
          {
            taskArn: 'arn:aws:ecs:eu-west-1:1:task/c/44e0',
            group: 'service:jdci-master-b',
            lastStatus: 'STOPPED',
            stopCode: 'TaskFailedToStart',
            stoppedReason: 'Essential container in task exited',
            containers: [{ reason: 'CannotPullContainerError:\u001b[2J not found' }],
            stoppedAt: new Date(1000),
          },
        ],
      }),
    });
    const [task] = await describeTasks(aws, 'c', ['x']);
    expect(task).toEqual({
      arn: 'arn:aws:ecs:eu-west-1:1:task/c/44e0',
      id: '44e0',
      slot: 'b',
      serviceName: 'jdci-master-b',
      lastStatus: 'STOPPED',
      desiredStatus: '',
      health: 'UNKNOWN',
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'Essential container in task exited: CannotPullContainerError: not found',
      stoppedAt: 1000,
    });
  });

  it('takes answers without lists for empty ones', async () => {
    const aws = new FakeAws({
      listContainerInstances: () => ({}),
      listTasks: () => ({}),
      describeServices: () => ({}),
    });
    expect(await containerInstances(aws, 'c')).toEqual([]);
    expect(await listTasks(aws, 'c', 'RUNNING')).toEqual([]);
    expect(await describeServices(aws, 'c', ['x'])).toEqual([]);
  });
});

describe('EC2', () => {
  it('finds hosts and agents with one filtered question, and leaves out what has no role', async () => {
    const tagged = (InstanceId: string, role?: string, slot?: string) => ({
      InstanceId,
      State: { Name: 'running' },
      LaunchTime: new Date(5000),
      Placement: { AvailabilityZone: 'eu-west-1a' },
      Tags: [
        { Key: 'jdci:farm', Value: 'jdci' },
        ...(role ? [{ Key: 'jdci:role', Value: role }] : []),
        ...(slot ? [{ Key: 'jdci:slot', Value: slot }] : []),
      ],
    });
    const aws = new FakeAws({
      describeInstances: ({ NextToken }: { NextToken?: string }) =>
        NextToken
          ? { Reservations: [{ Instances: [tagged('i-3', 'agent', 'b')] }], NextToken: '' }
          : { Reservations: [{ Instances: [tagged('i-1', 'host'), tagged('i-2')] }, {}], NextToken: 'more' },
    });
    const found = await describeFarmInstances(aws, 'jdci');
    expect(found.map(({ id, role, slot, launchedAt }) => [id, role, slot, launchedAt])).toEqual([
      ['i-1', 'host', undefined, 5000],
      ['i-3', 'agent', 'b', 5000],
    ]);
    expect(aws.sent[0]?.input).toMatchObject({
      Filters: [{ Name: 'tag:jdci:farm', Values: ['jdci'] }],
      MaxResults: 1_000,
    });
  });
});

describe('the other services', () => {
  it('reads a balancer and the health of its instances', async () => {
    const aws = new FakeAws({
      describeLoadBalancers: () => ({
        LoadBalancerDescriptions: [
          {
            DNSName: 'Lb-1.elb.amazonaws.com',
            HealthCheck: {
              Target: 'HTTP:8080/health/',
              Interval: 10,
              Timeout: 5,
              HealthyThreshold: 2,
              UnhealthyThreshold: 3,
            },
            ListenerDescriptions: [{ Listener: { Protocol: 'HTTP' } }, { Listener: { Protocol: 'https' } }],
          },
        ],
      }),
      describeInstanceHealth: () => ({
        InstanceStates: [
          { InstanceId: 'i-1', State: 'InService', ReasonCode: 'N/A', Description: 'N/A' },
          { State: 'Odd' },
        ],
      }),
    });
    expect(await describeBalancer(aws, 'lb')).toMatchObject({ secure: true, healthCheck: { unhealthyThreshold: 3 } });
    expect((await describeInstanceHealth(aws, 'lb')).map((one) => one.state)).toEqual(['InService', 'Unknown']);
  });

  it('takes a group that is not listed for one that does not exist', async () => {
    const aws = new FakeAws({
      describeAutoScalingGroups: () => ({ AutoScalingGroups: [] }),
      describeScalingActivities: () => ({}),
    });
    await expect(describeGroup(aws, 'g')).rejects.toMatchObject({ problem: { kind: 'not-found' } });
    expect(await scalingActivities(aws, 'g')).toEqual([]);
  });

  it('reads a stack and the physical ids of what it has made so far', async () => {
    const aws = new FakeAws({
      describeStacks: () => ({
        Stacks: [
          {
            StackId: 's',
            StackStatus: 'DELETE_IN_PROGRESS',
            CreationTime: new Date(7),
            DeletionTime: new Date(9),
            Parameters: [{ ParameterKey: 'AgentCap', ParameterValue: '4' }],
          },
        ],
      }),
      listStackResources: ({ NextToken }: { NextToken?: string }) =>
        NextToken
          ? {
              StackResourceSummaries: [
                { LogicalResourceId: 'Old', PhysicalResourceId: 'x', ResourceStatus: 'DELETE_COMPLETE' },
              ],
            }
          : {
              StackResourceSummaries: [
                { LogicalResourceId: 'Cluster', PhysicalResourceId: 'jdci', ResourceStatus: 'CREATE_COMPLETE' },
                { LogicalResourceId: 'HostGroup', PhysicalResourceId: '', ResourceStatus: 'CREATE_IN_PROGRESS' },
              ],
              NextToken: 'more',
            },
    });
    expect(await describeStack(aws, 'jdci')).toEqual({
      id: 's',
      status: 'DELETE_IN_PROGRESS',
      createdAt: 7,
      deletedAt: 9,
      parameters: { AgentCap: '4' },
      outputs: {},
    });
    expect(await stackResources(aws, 'jdci')).toEqual({ Cluster: 'jdci' });
  });

  it('makes problems of what the services refuse', async () => {
    const aws = new FakeAws({
      describeStacks: () => {
        throw serviceError('ValidationError', 'Stack with id jdci does not exist');
      },
      describeInstanceHealth: () => {
        throw serviceError('ThrottlingException', 'Rate exceeded');
      },
      getSecretValue: ({ VersionStage }: { VersionStage: string }) =>
        VersionStage === 'AWSCURRENT'
          ? { SecretString: '{"username":"viewer","token":"ab"}' }
          : { SecretString: 'no json' },
    });
    await expect(describeStack(aws, 'jdci')).rejects.toMatchObject({ problem: { kind: 'not-found' } });
    await expect(describeInstanceHealth(aws, 'lb')).rejects.toMatchObject({ problem: { kind: 'throttled' } });
    expect(await secretUser(aws, 's', 'AWSCURRENT')).toEqual({ username: 'viewer', token: 'ab' });
    await expect(secretUser(aws, 's', 'AWSPREVIOUS')).rejects.toMatchObject({ problem: { kind: 'nonsense' } });
  });
});
