import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeStackEventsCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DescribeTasksCommand, ECSClient, ListTasksCommand, StopTaskCommand } from '@aws-sdk/client-ecs';
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instances } from '../../../src/sandbox/world/ec2.ts';
import { images } from '../../../src/sandbox/world/ec2-offers.ts';
import { iam } from '../../../src/sandbox/world/iam.ts';
import { failure, startFarm } from './started.ts';

const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource: string | string[] = '*', Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});

describe('policies', () => {
  let farm: Awaited<ReturnType<typeof startFarm>>;
  beforeAll(async () => {
    farm = await startFarm(21);
  }, 60_000);
  afterAll(() => farm?.close());

  /** The key of a new caller who may do what the statements say. */
  let callers = 0;
  const caller = async (...statements: object[]) => {
    const name = `caller${++callers}`;
    const arn = `arn:aws:iam::123456789012:user/${name}`;
    await farm.faults({ callers: [{ accessKeyId: name, arn, policies: [document(...statements)] }] });
    return { ...farm.client(name), arn };
  };
  const tasks = async () => {
    const client = new ECSClient(farm.client());
    const { taskArns = [] } = await client.send(new ListTasksCommand({ cluster: 'jdci' }));
    return taskArns;
  };

  it('refuse in the words of each service, and change nothing', async () => {
    const { arn, ...nobody } = await caller(allow('ecs:ListTasks'));
    const [task = ''] = await tasks();
    expect(await failure(new ECSClient(nobody).send(new StopTaskCommand({ cluster: 'jdci', task })))).toMatchObject({
      name: 'AccessDeniedException',
      status: 400,
      message: `User: ${arn} is not authorized to perform: ecs:StopTask on resource: ${task} because no identity-based policy allows the ecs:StopTask action`,
    });
    expect(await tasks()).toContain(task);
    expect(await failure(new EC2Client(nobody).send(new DescribeInstancesCommand({})))).toMatchObject({
      name: 'UnauthorizedOperation',
      status: 403,
      message: `You are not authorized to perform this operation. User: ${arn} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action`,
    });
    const scaling = new AutoScalingClient(nobody);
    expect(await failure(scaling.send(new DescribeAutoScalingGroupsCommand({})))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining('is not authorized to perform: autoscaling:DescribeAutoScalingGroups because'),
    });
    expect(await failure(new Route53Client(nobody).send(new ListHostedZonesCommand({})))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
    const logs = new CloudWatchLogsClient(nobody);
    expect(await failure(logs.send(new FilterLogEventsCommand({ logGroupName: '/jdci/jdci' })))).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('log-group:/jdci/jdci:log-stream:'),
    });
  });

  it('let everybody ask who he is', async () => {
    const { arn, ...nobody } = await caller({ Effect: 'Deny', Action: '*', Resource: '*' });
    expect((await new STSClient(nobody).send(new GetCallerIdentityCommand({}))).Arn).toBe(arn);
    expect((await failure(new ECSClient(nobody).send(new ListTasksCommand({ cluster: 'jdci' })))).message).toContain(
      'with an explicit deny in an identity-based policy',
    );
  });

  it('hold ECS to a cluster', async () => {
    const cluster = (name: string) => ({ ArnEquals: { 'ecs:cluster': `arn:aws:ecs:*:123456789012:cluster/${name}` } });
    const mine = new ECSClient(await caller(allow('ecs:*', '*', cluster('jdci'))));
    const other = new ECSClient(await caller(allow('ecs:*', '*', cluster('other'))));
    const described = new DescribeTasksCommand({ cluster: 'jdci', tasks: await tasks() });
    expect((await mine.send(described)).tasks?.length).toBeGreaterThan(0);
    expect(await failure(other.send(described))).toMatchObject({ name: 'AccessDeniedException' });
  });

  it('hold EC2 to tags, for every instance of a request', async () => {
    const agents = allow('ec2:TerminateInstances', 'arn:aws:ec2:*:*:instance/*', {
      StringEquals: { 'ec2:ResourceTag/jdci:role': 'agent' },
    });
    const client = new EC2Client(await caller(agents));
    const byRole = (role: string) =>
      [...instances(farm.world).values()].find(
        (one) => one.state.name === 'running' && one.tags.get('jdci:role') === role,
      )?.id ?? '';
    const both = new TerminateInstancesCommand({ InstanceIds: [byRole('agent'), byRole('host')] });
    expect(await failure(client.send(both))).toMatchObject({
      name: 'UnauthorizedOperation',
      message: expect.stringMatching(/instance\/i-[0-9a-f]+ because .*\. Encoded authorization failure message: /),
    });
    const one = await client.send(new TerminateInstancesCommand({ InstanceIds: [byRole('agent')] }));
    expect(one.TerminatingInstances?.[0]?.CurrentState?.Name).toBe('shutting-down');
  });

  it('hold CloudFormation to what its caller may do', async () => {
    const everything = allow('*');
    const denied = { Effect: 'Deny', Action: 'logs:CreateLogGroup', Resource: '*' };
    const { arn, ...limited } = await caller(everything, denied);
    const client = new CloudFormationClient(limited);
    const TemplateBody = JSON.stringify({
      Resources: { Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/other' } } },
    });
    const asked = { StackName: 'other', ChangeSetName: 'first' };
    await client.send(new CreateChangeSetCommand({ ...asked, ChangeSetType: 'CREATE', TemplateBody }));
    await farm.advance(30);
    await client.send(new ExecuteChangeSetCommand(asked));
    await farm.advance(300);
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'other' }));
    const failed = StackEvents.find((event) => event.ResourceStatus === 'CREATE_FAILED');
    expect(failed?.ResourceStatusReason).toContain(`User: ${arn} is not authorized to perform: logs:CreateLogGroup`);
    expect(failed?.ResourceStatusReason).toContain('HandlerErrorCode: AccessDenied');
  });

  it('are told wrong in one line', async () => {
    const put = async (given: object) => (await farm.control('faults', { callers: [given] })).value.error;
    const arn = 'arn:aws:iam::123456789012:user/x';
    const policies = [document({ Effect: 'Permit', Action: '*', Resource: '*' })];
    expect(await put({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', arn })).toContain(
      'caller 1: accessKeyId must not look like',
    );
    expect(await put({ accessKeyId: 'WHOEVER', arn: 'me' })).toContain('caller 1: arn must be the ARN of a user');
    expect(await put({ accessKeyId: 'WHOEVER', arn, policies })).toBe(
      'caller 1: policy 1: Statement 1: Effect must be Allow or Deny',
    );
  });

  describe("the masters' role", () => {
    const agentsNow = () =>
      [...instances(farm.world).values()].filter(
        ({ tags, state }) => tags.get('jdci:role') === 'agent' && state.name === 'running',
      ).length;
    const masterLog = async () => {
      const logs = new CloudWatchLogsClient(farm.client());
      const { events = [] } = await logs.send(
        new FilterLogEventsCommand({ logGroupName: '/jdci/jdci', filterPattern: 'UnauthorizedOperation' }),
      );
      return events.map(({ message = '' }) => message);
    };

    it('is sufficient for starting and ending agents', async () => {
      await farm.faults({ enforce: true });
      await farm.control('load', { buildsPerHour: 0 });
      await farm.advance(3600);
      // The last agents have idled out, which is the master's own call.
      expect(agentsNow()).toBe(0);
      await farm.control('load', { buildsPerHour: 90 });
      await farm.advance(900);
      expect(agentsNow()).toBeGreaterThan(2);
      expect(await masterLog()).toEqual([]);
    });

    it.each([
      ['iam:PassRole', 'iam:GetRole', /iam:PassRole on resource: arn:aws:iam::123456789012:role\//],
      // What a launch names of the image's disk, besides the image.
      ['::snapshot/*', '::snapshot/none', /ec2:RunInstances on resource: arn:aws:ec2:eu-west-1::snapshot\/snap-/],
    ])('is no more than that: without %s no agent starts', async (right, instead, refusal) => {
      const role = [...iam(farm.world).roles.values()].find(({ name }) => name.includes('MasterRole'));
      const name = 'agents-of-this-farm';
      const policy = role?.inline.get(name) ?? '';
      await farm.control('load', { buildsPerHour: 0 });
      await farm.advance(3600);
      expect(agentsNow()).toBe(0);
      role?.inline.set(name, policy.replaceAll(right, instead));
      await farm.control('load', { buildsPerHour: 90 });
      await farm.advance(600);
      expect(agentsNow()).toBe(0);
      const [, said = ''] =
        /assumed-role\/\S*MasterRole\S*\/[0-9a-f]{32} is not authorized to perform: (.*)/.exec(
          (await masterLog()).at(-1) ?? '',
        ) ?? [];
      expect(said).toMatch(refusal);
      role?.inline.set(name, policy);
      await farm.advance(600);
      expect(agentsNow()).toBeGreaterThan(0);
    });

    it('keeps out the snapshots of the account but for those that bear the tag of the farm', async () => {
      await farm.control('load', { buildsPerHour: 0 });
      await farm.advance(3600);
      expect(agentsNow()).toBe(0);
      const own = [...images(farm.world).values()];
      for (const image of own) Object.assign(image, { ownerId: '123456789012', ownerAlias: undefined });
      await farm.control('load', { buildsPerHour: 90 });
      await farm.advance(600);
      expect(agentsNow()).toBe(0);
      expect((await masterLog()).at(-1)).toContain('::snapshot/snap-');
      for (const image of own) image.tags.set('jdci:farm', 'jdci');
      await farm.advance(600);
      expect(agentsNow()).toBeGreaterThan(0);
    });
  });
});
