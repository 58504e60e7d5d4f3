import { readFileSync } from 'node:fs';
import type {
  DescribeChangeSetOutput,
  DescribeStackEventsOutput,
  DescribeStacksOutput,
  ListStackResourcesOutput,
  StackEvent,
} from '@aws-sdk/client-cloudformation';
import type { DescribeInstancesResult, DescribeSubnetsResult, DescribeVpcsResult } from '@aws-sdk/client-ec2';
import type { DescribeEndPointStateOutput } from '@aws-sdk/client-elastic-load-balancing';
import type { GetParameterResult } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { invoke, type Service } from '../../../src/sandbox/operations/operation.ts';
import { createRegion } from '../../../src/sandbox/region.ts';
import { services } from '../../../src/sandbox/services.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { defaultSettings } from '../../../src/sandbox/world/settings.ts';
import { line } from './fakes.ts';

const template = readFileSync(new URL('../../../cfn/farm.yaml', import.meta.url), 'utf8');

/** A region with nothing in it, and the values that an operator would give the template there. */
function region(seed = 5) {
  const world = createRegion({
    seed,
    startMs: Date.UTC(2026, 0, 1),
    settings: { ...defaultSettings, load: { ...defaultSettings.load, buildsPerHour: 0 } },
  });
  const caller = { accessKeyId: 'SANDBOX000000000000', arn: 'arn:aws:iam::123456789012:user/test' };
  const ask = <O>(signingName: string, operation: string, input: object): O => {
    const service = services.find((one): one is Service => one.signingName === signingName);
    if (!service) throw new Error(`no service ${signingName}`);
    return invoke<object, O>(service, operation, input, { world, caller });
  };
  const vpc = ask<DescribeVpcsResult>('ec2', 'DescribeVpcs', {}).Vpcs?.[0]?.VpcId ?? '';
  const subnets = (ask<DescribeSubnetsResult>('ec2', 'DescribeSubnets', {}).Subnets ?? []).map(
    ({ SubnetId }) => SubnetId,
  );
  const ami =
    ask<GetParameterResult>('ssm', 'GetParameter', {
      Name: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    }).Parameter?.Value ?? '';
  const repository = ask<{ imageDetails?: { imageDigest?: string }[] }>('ecr', 'DescribeImages', {
    repositoryName: 'jdci-master',
  });
  const values: Record<string, string> = {
    VpcId: vpc,
    LoadBalancerSubnets: subnets.join(','),
    HostSubnets: subnets.join(','),
    OperatorCidr: '203.0.113.7/32',
    MasterAccessCidr: '172.31.0.0/16',
    HostAmi: ami,
    AgentAmi: ami,
    ImageUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@${repository.imageDetails?.[0]?.imageDigest}`,
  };
  const cfn = <O>(operation: string, input: object) => ask<O>('cloudformation', operation, input);
  const stack = (name = 'jdci') => cfn<DescribeStacksOutput>('DescribeStacks', { StackName: name }).Stacks?.[0];
  const settle = () => {
    world.advanceUntil(() => !/IN_PROGRESS$/.test(stack()?.StackStatus ?? 'IN_PROGRESS'), 4 * 3600_000);
    return stack()?.StackStatus;
  };
  const resources = () =>
    new Map(
      (cfn<ListStackResourcesOutput>('ListStackResources', { StackName: 'jdci' }).StackResourceSummaries ?? []).map(
        (resource) => [resource.LogicalResourceId ?? '', resource.PhysicalResourceId ?? ''],
      ),
    );
  const events = (name = 'jdci') => {
    const all: StackEvent[] = [];
    let NextToken: string | undefined;
    do {
      const answer = cfn<DescribeStackEventsOutput>('DescribeStackEvents', { StackName: name, NextToken });
      all.push(...(answer.StackEvents ?? []));
      NextToken = answer.NextToken;
    } while (NextToken);
    return all.reverse();
  };
  const change = (type: 'CREATE' | 'UPDATE', more: Record<string, string> = {}) => {
    const name = `c-${world.hex(8)}`;
    cfn('CreateChangeSet', {
      StackName: 'jdci',
      ChangeSetName: name,
      ChangeSetType: type,
      TemplateBody: template,
      Capabilities: ['CAPABILITY_IAM'],
      Parameters: Object.entries({ ...values, ...more }).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    });
    world.advance(10_000);
    const shown = cfn<DescribeChangeSetOutput>('DescribeChangeSet', { StackName: 'jdci', ChangeSetName: name });
    return { shown, execute: () => cfn('ExecuteChangeSet', { StackName: 'jdci', ChangeSetName: name }) };
  };
  const health = () =>
    ask<DescribeEndPointStateOutput>('elasticloadbalancing', 'DescribeInstanceHealth', {
      LoadBalancerName: resources().get('LoadBalancer'),
    }).InstanceStates ?? [];
  return { world, ask, cfn, values, stack, settle, resources, events, change, health };
}

function provisioned(more: Record<string, string> = {}) {
  const t = region();
  t.change('CREATE', more).execute();
  const status = t.settle();
  const failure = t.events().find(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
  expect(status, failure ? line(failure) : '').toBe('CREATE_COMPLETE');
  return t;
}

/** How a service words a refusal. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('the farm, deployed by the simulated CloudFormation', () => {
  it('comes up with as many masters in service as were asked for', () => {
    const t = provisioned();
    const up = t.world.advanceUntil(
      () => t.health().filter(({ State }) => State === 'InService').length === 2,
      15 * 60_000,
    );
    expect(up, JSON.stringify(t.health())).toBe(true);
    const outputs = new Map(t.stack()?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    expect([...outputs.keys()].sort()).toEqual([
      'ClusterName',
      'FrontDoorUrl',
      'HostGroupName',
      'LoadBalancerDnsName',
      'OperatorSecretArn',
      'ViewerSecretArn',
    ]);
    const url = new URL(outputs.get('FrontDoorUrl') ?? '');
    expect(
      t.world.network.request(url.hostname, 80, { method: 'GET', path: '/health/', headers: {}, body: '' }),
    ).toMatchObject({
      kind: 'reply',
      status: 200,
    });
    const hosts = t.ask<DescribeInstancesResult>('ec2', 'DescribeInstances', {
      Filters: [
        { Name: 'tag:jdci:farm', Values: ['jdci'] },
        { Name: 'tag:jdci:role', Values: ['host'] },
      ],
    });
    const found = (hosts.Reservations ?? []).flatMap(({ Instances }) => Instances ?? []);
    expect(found).toHaveLength(3);
    expect(new Set(found.map(({ Placement }) => Placement?.AvailabilityZone)).size).toBe(3);
    const [services] = [t.resources().get('ServiceA'), t.resources().get('ServiceC')];
    expect(services).toMatch(/service\/jdci\/jdci-master-a$/);
    expect(t.resources().has('ServiceC')).toBe(false);
    const secret = t.ask<{ SecretString?: string }>('secretsmanager', 'GetSecretValue', {
      SecretId: 'jdci/jdci/viewer',
    });
    expect(JSON.parse(secret.SecretString ?? '')).toEqual({
      username: 'viewer',
      token: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('writes the same history for the same seed', () => {
    const history = () =>
      provisioned()
        .events()
        .map((event) => `${event.Timestamp?.toISOString()} ${event.EventId} ${line(event)}`);
    expect(history()).toEqual(history());
  });

  it('starts one slot after the other', () => {
    const t = provisioned({ MasterCount: '4', SpareHosts: '0' });
    const order = t
      .events()
      .filter(({ LogicalResourceId }) => LogicalResourceId?.startsWith('Service'))
      .map(line);
    const completed = order.indexOf('ServiceA CREATE_COMPLETE');
    expect(completed).toBeGreaterThan(0);
    expect(order.indexOf('ServiceB CREATE_IN_PROGRESS')).toBeGreaterThan(completed);
    expect(order.at(-1)).toBe('ServiceD CREATE_COMPLETE');
  });

  it('is served under its own name in a hosted zone', () => {
    const t = region();
    const zones = t.ask<{ HostedZones?: { Id?: string }[] }>('route53', 'ListHostedZones', {});
    const HostedZoneId = zones.HostedZones?.[0]?.Id?.replace('/hostedzone/', '') ?? '';
    t.change('CREATE', { DnsName: 'jenkins.build.example', HostedZoneId }).execute();
    expect(t.settle()).toBe('CREATE_COMPLETE');
    expect(t.stack()?.Outputs?.find(({ OutputKey }) => OutputKey === 'FrontDoorUrl')?.OutputValue).toBe(
      'http://jenkins.build.example/',
    );
    t.world.advance(10 * 60_000);
    const answer = t.world.network.request('jenkins.build.example', 80, {
      method: 'GET',
      path: '/health/',
      headers: {},
      body: '',
    });
    expect(answer).toMatchObject({ kind: 'reply', status: 200 });
  });

  it('takes a third master without touching the two that serve', () => {
    const t = provisioned();
    t.world.advance(10 * 60_000);
    const { shown, execute } = t.change('UPDATE', { MasterCount: '3' });
    expect(
      shown.Changes?.map(({ ResourceChange: c }) => [c?.LogicalResourceId, c?.Action, c?.Replacement ?? '-']),
    ).toEqual([
      ['HostGroup', 'Modify', 'False'],
      ['ServiceC', 'Add', '-'],
      ['TaskDefinitionC', 'Add', '-'],
    ]);
    execute();
    expect(t.settle()).toBe('UPDATE_COMPLETE');
    expect(
      t
        .events()
        .filter((event) => event.LogicalResourceId === 'ServiceA')
        .map(line)
        .at(-1),
    ).toBe('ServiceA CREATE_COMPLETE');
    t.world.advance(10 * 60_000);
    expect(t.health().filter(({ State }) => State === 'InService')).toHaveLength(3);
  });

  it('replaces hosts one at a time for a new type, and never the last master with them', () => {
    const t = provisioned();
    t.world.advance(10 * 60_000);
    const before = new Set(hostIds(t));
    t.change('UPDATE', { HostInstanceType: 't3.large' }).execute();
    let fewest = 3;
    while (/IN_PROGRESS$/.test(t.stack()?.StackStatus ?? '')) {
      t.world.advance(5000);
      fewest = Math.min(fewest, t.health().filter(({ State }) => State === 'InService').length);
    }
    expect(t.stack()?.StackStatus).toBe('UPDATE_COMPLETE');
    expect(fewest).toBeGreaterThanOrEqual(1);
    const after = hostIds(t);
    expect(after).toHaveLength(3);
    expect(after.filter((id) => before.has(id))).toEqual([]);
    expect(t.events().map(line)).toContain(
      'HostGroup UPDATE_IN_PROGRESS: Rolling update initiated. Terminating 3 obsolete instance(s) in batches of 1, while keeping at least 1 instance(s) in service.',
    );
  });

  it('takes a new setting of the masters one slot at a time, with the front door open all along', () => {
    const t = provisioned();
    t.world.advance(10 * 60_000);
    const { shown, execute } = t.change('UPDATE', { AgentCap: '20' });
    expect(
      shown.Changes?.map(({ ResourceChange: c }) => [c?.LogicalResourceId, c?.Action, c?.Replacement ?? '-']),
    ).toEqual([
      ['ServiceA', 'Modify', 'False'],
      ['ServiceB', 'Modify', 'False'],
      ['TaskDefinitionA', 'Modify', 'True'],
      ['TaskDefinitionB', 'Modify', 'True'],
    ]);
    execute();
    let fewest = 2;
    while (/IN_PROGRESS$/.test(t.stack()?.StackStatus ?? '')) {
      t.world.advance(1000);
      fewest = Math.min(fewest, t.health().filter(({ State }) => State === 'InService').length);
    }
    expect(t.stack()?.StackStatus).toBe('UPDATE_COMPLETE');
    expect(fewest).toBe(1);
  });

  it('takes nothing but a security group rule for another operator address', () => {
    const t = provisioned();
    const { shown } = t.change('UPDATE', { OperatorCidr: '198.51.100.0/24' });
    expect(shown.Changes?.map(({ ResourceChange: c }) => [c?.LogicalResourceId, c?.Replacement])).toEqual([
      ['LoadBalancerSecurityGroup', 'False'],
    ]);
  });

  it('leaves nothing behind when it is destroyed', () => {
    const t = provisioned();
    t.world.advance(5 * 60_000);
    const id = t.stack()?.StackId ?? '';
    t.cfn('DeleteStack', { StackName: 'jdci' });
    t.world.advanceUntil(() => t.stack(id)?.StackStatus !== 'DELETE_IN_PROGRESS', 3600_000);
    const failure = t.events(id).find(({ ResourceStatus }) => ResourceStatus === 'DELETE_FAILED');
    expect(t.stack(id)?.StackStatus, failure ? line(failure) : '').toBe('DELETE_COMPLETE');
    expect(hostIds(t)).toEqual([]);
    expect(t.ask<{ clusterArns?: string[] }>('ecs', 'ListClusters', {}).clusterArns).toEqual([]);
    expect(
      t.ask<{ LoadBalancerDescriptions?: object[] }>('elasticloadbalancing', 'DescribeLoadBalancers', {})
        .LoadBalancerDescriptions,
    ).toEqual([]);
    // And the name is free again: what has a name of its own is really gone.
    t.change('CREATE').execute();
    expect(t.settle()).toBe('CREATE_COMPLETE');
  });

  it('can be given up while its masters do not start', () => {
    const t = region();
    const missing = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/jdci-master@sha256:${'0'.repeat(64)}`;
    t.change('CREATE', { ImageUri: missing }).execute();
    t.world.advance(30 * 60_000);
    expect(t.stack()?.StackStatus).toBe('CREATE_IN_PROGRESS');
    const id = t.stack()?.StackId ?? '';
    t.cfn('DeleteStack', { StackName: 'jdci' });
    t.world.advanceUntil(() => t.stack(id)?.StackStatus !== 'DELETE_IN_PROGRESS', 3600_000);
    expect(t.stack(id)?.StackStatus).toBe('DELETE_COMPLETE');
  });

  it('refuses combinations that cannot work before anything is made', () => {
    const t = region();
    expect(refusal(() => t.change('CREATE', { DnsName: 'jenkins.build.example' }))).toContain(
      'DnsName needs HostedZoneId',
    );
    expect(refusal(() => t.change('CREATE', { OperatorCidr: '0.0.0.0/0' }))).toContain(
      'OperatorCidr failed to satisfy constraint',
    );
    expect(refusal(() => t.change('CREATE', { HostAmi: 'ami-00000000000000000' }))).toBe(
      'Parameter validation failed: parameter value ami-00000000000000000 for parameter name HostAmi does not exist',
    );
    expect(refusal(() => t.stack())).toBe('Stack with id jdci does not exist');
  });
});

function hostIds(t: ReturnType<typeof region>): string[] {
  const answer = t.ask<DescribeInstancesResult>('ec2', 'DescribeInstances', {
    Filters: [
      { Name: 'tag:jdci:role', Values: ['host'] },
      { Name: 'instance-state-name', Values: ['pending', 'running'] },
    ],
  });
  return (answer.Reservations ?? []).flatMap(({ Instances }) =>
    (Instances ?? []).map(({ InstanceId }) => InstanceId ?? ''),
  );
}
