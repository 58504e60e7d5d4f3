import {
  CloudFormationClient,
  DescribeStackEvents$,
  DescribeStackEventsCommand,
  type DescribeStackEventsInput,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeInstances$,
  DescribeInstancesCommand,
  type DescribeInstancesRequest,
  EC2Client,
  TerminateInstances$,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeTasks$,
  DescribeTasksCommand,
  type DescribeTasksRequest,
  ECSClient,
  ListTasks$,
  ListTasksCommand,
  type ListTasksRequest,
} from '@aws-sdk/client-ecs';
import {
  DescribeInstanceHealth$,
  DescribeInstanceHealthCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  GetHostedZone$,
  GetHostedZoneCommand,
  type GetHostedZoneRequest,
  ListHostedZones$,
  ListHostedZonesCommand,
  ListResourceRecordSets$,
  ListResourceRecordSetsCommand,
  type ListResourceRecordSetsRequest,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { GetCallerIdentity$, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, operation, type Service } from '../../../src/sandbox/operations/operation.ts';
import { maximumBody } from '../../../src/sandbox/wire/body.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { serve, startMs } from './serving.ts';

const services: Service[] = [
  {
    signingName: 'ecs',
    operations: {
      ListTasks: operation(ListTasks$, (input: ListTasksRequest, { world }: Call) => ({
        taskArns: [`${input.cluster}@${world.now}`],
      })),
      DescribeTasks: operation(DescribeTasks$, (input: DescribeTasksRequest) => {
        if (input.cluster === 'none') throw new ServiceError('ClusterNotFoundException', 'Cluster not found.');
        if (input.cluster === 'bug') throw new TypeError('undefined is not a task');
        return { tasks: [], failures: [{ arn: input.tasks?.[0], reason: 'MISSING' }] };
      }),
    },
  },
  {
    signingName: 'ec2',
    operations: {
      DescribeInstances: operation(DescribeInstances$, (input: DescribeInstancesRequest) => {
        if (input.InstanceIds) throw new ServiceError('InvalidInstanceID.NotFound', 'The instance ID does not exist');
        return {
          Reservations: [{ Instances: [{ Tags: [{ Key: 'filters', Value: JSON.stringify(input.Filters) }] }] }],
        };
      }),
      TerminateInstances: operation(TerminateInstances$, () => ({})),
    },
  },
  {
    signingName: 'elasticloadbalancing',
    operations: {
      DescribeInstanceHealth: operation(DescribeInstanceHealth$, () => {
        throw new ServiceError('LoadBalancerNotFound', "There is no ACTIVE Load Balancer named 'x'");
      }),
    },
  },
  {
    signingName: 'cloudformation',
    operations: {
      DescribeStackEvents: operation(DescribeStackEvents$, (input: DescribeStackEventsInput) => ({
        StackEvents: [{ StackName: input.StackName, EventId: '1', Timestamp: new Date(startMs) }],
      })),
    },
  },
  {
    signingName: 'sts',
    operations: {
      GetCallerIdentity: operation(GetCallerIdentity$, (_input: object, { caller }) => ({ Arn: caller.arn })),
    },
  },
  {
    signingName: 'route53',
    operations: {
      ListHostedZones: operation(ListHostedZones$, () => ({ HostedZones: [], IsTruncated: false, MaxItems: 100 })),
      GetHostedZone: operation(GetHostedZone$, (input: GetHostedZoneRequest) => {
        throw new ServiceError('NoSuchHostedZone', `No hosted zone found with ID: ${input.Id}`, 404);
      }),
      ListResourceRecordSets: operation(ListResourceRecordSets$, (input: ListResourceRecordSetsRequest) => ({
        ResourceRecordSets: [{ Name: `${input.HostedZoneId} ${input.StartRecordName} ${input.MaxItems}`, Type: 'A' }],
        IsTruncated: false,
        MaxItems: input.MaxItems,
      })),
    },
  },
];

let sandbox: Awaited<ReturnType<typeof serve>>;
beforeAll(async () => {
  sandbox = await serve(services);
});
afterAll(() => sandbox.close());

/** What a failed command's error tells. */
async function failure(promise: Promise<unknown>) {
  const error = (await promise.then(
    () => new Error('it did not fail'),
    (caught: unknown) => caught,
  )) as Error & { $metadata?: { httpStatusCode?: number; requestId?: string } };
  return { name: error.name, message: error.message, status: error.$metadata?.httpStatusCode };
}

/** A request signed like an SDK's, as far as the sandbox looks. */
function signed(service: string, body: string, headers: Record<string, string> = {}, key = 'SANDBOX000000000000') {
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const type = headers['x-amz-target'] ? 'application/x-amz-json-1.1' : 'application/x-www-form-urlencoded';
  return fetch(sandbox.url, {
    method: 'POST',
    body,
    headers: { authorization, 'content-type': type, ...headers },
  });
}

describe('AWS requests', () => {
  it('answers JSON, with an answer of no items', async () => {
    const client = new ECSClient(sandbox.client);
    const answer = await client.send(new DescribeTasksCommand({ cluster: 'jdci', tasks: ['t'] }));
    expect(answer).toMatchObject({ tasks: [], failures: [{ arn: 't', reason: 'MISSING' }] });
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  it('answers EC2 with its filters decoded', async () => {
    const Filters = [{ Name: 'tag:jdci:farm', Values: ['a', 'b & c'] }];
    const answer = await new EC2Client(sandbox.client).send(new DescribeInstancesCommand({ Filters }));
    expect(answer.Reservations?.[0]?.Instances?.[0]?.Tags?.[0]?.Value).toBe(JSON.stringify(Filters));
  });

  it('answers query with times', async () => {
    const client = new CloudFormationClient(sandbox.client);
    const answer = await client.send(new DescribeStackEventsCommand({ StackName: 'jdci' }));
    expect(answer.StackEvents).toEqual([{ StackName: 'jdci', EventId: '1', Timestamp: new Date(startMs) }]);
  });

  it('answers REST by path and query, whatever region the caller works in', async () => {
    const client = new Route53Client(sandbox.client);
    expect((await client.send(new ListHostedZonesCommand({}))).HostedZones).toEqual([]);
    const sets = await client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: '/hostedzone/Z1', StartRecordName: 'x.', MaxItems: 5 }),
    );
    expect(sets.ResourceRecordSets?.[0]?.Name).toBe('Z1 x. 5');
  });

  it('says who signed', async () => {
    const answer = await new STSClient(sandbox.client).send(new GetCallerIdentityCommand({}));
    expect(answer.Arn).toBe('arn:aws:iam::123456789012:user/sandbox');
  });

  it("gives errors that the SDK knows by its own classes' names", async () => {
    const ecs = new ECSClient(sandbox.client);
    expect(await failure(ecs.send(new DescribeTasksCommand({ cluster: 'none', tasks: ['t'] })))).toEqual({
      name: 'ClusterNotFoundException',
      message: 'Cluster not found.',
      status: 400,
    });
    const elb = new ElasticLoadBalancingClient(sandbox.client);
    expect(await failure(elb.send(new DescribeInstanceHealthCommand({ LoadBalancerName: 'x' })))).toMatchObject({
      name: 'AccessPointNotFoundException',
      message: "There is no ACTIVE Load Balancer named 'x'",
    });
    const ec2 = new EC2Client(sandbox.client);
    expect(await failure(ec2.send(new DescribeInstancesCommand({ InstanceIds: ['i-1'] })))).toMatchObject({
      name: 'InvalidInstanceID.NotFound',
    });
    const route53 = new Route53Client(sandbox.client);
    expect(await failure(route53.send(new GetHostedZoneCommand({ Id: 'Z9' })))).toEqual({
      name: 'NoSuchHostedZone',
      message: 'No hosted zone found with ID: Z9',
      status: 404,
    });
  });

  it("refuses a missing member in the service's own words", async () => {
    const ecs = new ECSClient(sandbox.client);
    expect(await failure(ecs.send(new DescribeTasksCommand({} as never)))).toMatchObject({
      name: 'InvalidParameterException',
      message:
        "1 validation error detected: Value null at 'tasks' failed to satisfy constraint: Member must not be null",
    });
    const ec2 = new EC2Client(sandbox.client);
    expect(await failure(ec2.send(new TerminateInstancesCommand({} as never)))).toMatchObject({
      name: 'MissingParameter',
      message: 'The request must contain the parameter InstanceId',
    });
    const elb = new ElasticLoadBalancingClient(sandbox.client);
    expect(await failure(elb.send(new DescribeInstanceHealthCommand({} as never)))).toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining("Value null at 'loadBalancerName'"),
    });
  });

  it('refuses what it cannot read', async () => {
    const target = { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListTasks' };
    for (const body of ['{', '[]', '{"maxResults":"many"}', '{"cluster":{"a":1}}']) {
      const response = await signed('ecs', body, target);
      expect([body, response.status]).toEqual([body, 400]);
      expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
    }
    const form = await signed('ec2', 'Action=DescribeInstances&Version=2016-11-15&MaxResults=many');
    expect(await form.text()).toContain('<Code>InvalidParameterValue</Code>');
    const long = await signed('ecs', 'x'.repeat(maximumBody + 1), target);
    expect([long.status, await long.json()]).toEqual([
      413,
      expect.objectContaining({ __type: 'RequestEntityTooLargeException' }),
    ]);
  });

  it('refuses operations that it does not have', async () => {
    const json = await signed('ecs', '{}', { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.Nonsense' });
    expect(await json.json()).toMatchObject({ __type: 'UnknownOperationException' });
    const ec2 = await signed('ec2', 'Action=toString&Version=2016-11-15');
    expect(await ec2.text()).toContain('The action toString is not valid for this web service.');
    const newer = await signed('elasticloadbalancing', 'Action=DescribeLoadBalancers&Version=2015-12-01');
    expect(await newer.text()).toContain('Could not find operation DescribeLoadBalancers for version 2015-12-01');
  });

  it('refuses requests without a signature, with unknown keys and with keys of real accounts', async () => {
    const unsigned = await fetch(sandbox.url, { method: 'POST', body: 'Action=GetCallerIdentity' });
    expect([unsigned.status, await unsigned.text()]).toEqual([
      403,
      expect.stringContaining('MissingAuthenticationToken'),
    ]);
    const unknown = await signed('sts', 'Action=GetCallerIdentity&Version=2011-06-15', {}, 'SOMEBODY');
    expect([unknown.status, await unknown.text()]).toEqual([403, expect.stringContaining('InvalidClientTokenId')]);
    for (const key of ['AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE']) {
      const real = await signed('ec2', 'Action=DescribeInstances&Version=2016-11-15', {}, key);
      expect([real.status, await real.text()]).toEqual([401, expect.stringContaining('This is a sandbox')]);
    }
  });

  it('refuses another region than its own', async () => {
    const ecs = new ECSClient({ ...sandbox.client, region: 'us-east-1' });
    expect(await failure(ecs.send(new ListTasksCommand({})))).toMatchObject({
      message: expect.stringContaining("not 'us-east-1': this sandbox is the region eu-west-1"),
    });
  });

  it('tells of its own defects and goes on', async () => {
    const ecs = new ECSClient(sandbox.client);
    expect(await failure(ecs.send(new DescribeTasksCommand({ cluster: 'bug', tasks: ['t'] })))).toMatchObject({
      name: 'InternalFailure',
      status: 500,
      message: 'The sandbox failed on ecs:DescribeTasks: undefined is not a task',
    });
    expect(sandbox.reports.join()).toContain('ecs:DescribeTasks failed inside the sandbox: TypeError');
  });
});

describe('the control endpoint', () => {
  it('moves time, which otherwise stands still', async () => {
    const at = async () =>
      (await new ECSClient(sandbox.client).send(new ListTasksCommand({ cluster: 'c' }))).taskArns?.[0];
    const before = await at();
    expect(await at()).toBe(before);
    const ran: number[] = [];
    sandbox.world.schedule(30_000, () => ran.push(sandbox.world.now));
    const due = sandbox.world.now + 30_000;
    const { status, value } = await sandbox.control('advance', { seconds: 60 });
    expect(status).toBe(200);
    expect(value.clock).toBe(`${sandbox.time.worldMs},${sandbox.time.wallMs},0`);
    expect(ran).toEqual([due]);
    expect(await at()).toBe(`c@${due + 30_000}`);
    for (const seconds of [0, -1, 'x', null]) expect((await sandbox.control('advance', { seconds })).status).toBe(400);
  });

  it('sets the load and tells the state', async () => {
    expect((await sandbox.control('load', { buildsPerHour: 600, duration: [10, 20] })).status).toBe(200);
    expect(sandbox.world.settings.load).toEqual({ buildsPerHour: 600, duration: [10, 20] });
    for (const bad of [{}, { buildsPerHour: -1 }, { buildsPerHour: 1, duration: [3, 2] }]) {
      expect((await sandbox.control('load', bad)).status).toBe(400);
    }
    const { value } = await sandbox.control('state', {});
    expect(value).toMatchObject({ seed: 7, time: new Date(sandbox.world.now).toISOString(), faults: [] });
    expect((await sandbox.control('nonsense', {})).status).toBe(404);
    expect((await fetch(`${sandbox.url}/_sandbox/state`)).status).toBe(405);
  });
});
