import type { DescribeInstancesResult, DescribeLaunchTemplatesResult } from '@aws-sdk/client-ec2';
import type { GetParameterResult } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { line } from './fakes.ts';
import { hostedZone, hostIds, provisioned, refusal, region } from './farm-region.ts';

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
    const HostedZoneId = hostedZone(t);
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

  it('goes back at once from an image that its hosts cannot start, and touches none of them', () => {
    const t = provisioned();
    t.world.advance(10 * 60_000);
    const before = hostIds(t);
    const { Parameter } = t.ask<GetParameterResult>('ssm', 'GetParameter', {
      Name: '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
    });
    const began = t.world.now;
    t.change('UPDATE', { HostAmi: Parameter?.Value ?? '' }).execute();
    expect(t.settle()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(t.events().map(line)).toContainEqual(
      expect.stringMatching(
        /^HostGroup UPDATE_FAILED: Resource handler returned message: "You must use a valid fully-formed launch template\. The architecture 'x86_64' of .* \(Service: AutoScaling, Status Code: 400, /,
      ),
    );
    expect(t.world.now - began).toBeLessThan(2 * 60_000);
    expect(hostIds(t)).toEqual(before);
  });

  it('names its launch template as CloudFormation does, without the stack', () => {
    const { LaunchTemplates } = provisioned().ask<DescribeLaunchTemplatesResult>('ec2', 'DescribeLaunchTemplates', {});
    expect(LaunchTemplates?.map(({ LaunchTemplateName }) => LaunchTemplateName)).toEqual([
      expect.stringMatching(/^HostLaunchTemplate_[0-9a-zA-Z]{12}$/),
    ]);
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
