import type {
  DescribeAccessPointsOutput,
  DescribeAccountLimitsOutput,
  ModifyLoadBalancerAttributesOutput,
} from '@aws-sdk/client-elastic-load-balancing';
import { describe, expect, it } from 'vitest';
import { runInstances } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { addSubnet, networks } from '../../../src/sandbox/world/ec2-network.ts';
import type { World } from '../../../src/sandbox/world/world.ts';
import { caller, defaultSubnets, failure, freshRegion, simpleLaunch } from '../world/fresh-region.ts';

const LoadBalancerName = 'front';
const http = { Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 };
const https = { Protocol: 'HTTPS', LoadBalancerPort: 443, InstancePort: 8080, SSLCertificateId: 'arn:aws:acm:old' };

function made(more: (world: World) => object, prepare: (world: World) => string = () => '') {
  const world = freshRegion();
  const extra = prepare(world);
  const aws = caller(world);
  const elb = <O>(name: string, input: object = {}): O =>
    aws<O>('elasticloadbalancing', name, { LoadBalancerName, ...input });
  elb('CreateLoadBalancer', { Listeners: [http, https], ...more(world) });
  return { elb, extra };
}

const inZones = () => made(() => ({ AvailabilityZones: ['eu-west-1a'] }));
const inSubnets = () => made((world) => ({ Subnets: defaultSubnets(world) }));

describe('the zones of a balancer', () => {
  it('are switched on and off by name, but for the last', () => {
    const { elb } = inZones();
    const AvailabilityZones = ['eu-west-1b'];
    expect(elb('EnableAvailabilityZonesForLoadBalancer', { AvailabilityZones })).toEqual({
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    });
    expect(elb('DisableAvailabilityZonesForLoadBalancer', { AvailabilityZones: ['eu-west-1a'] })).toEqual({
      AvailabilityZones,
    });
    expect(failure(() => elb('DisableAvailabilityZonesForLoadBalancer', { AvailabilityZones }))).toMatchObject({
      code: 'InvalidConfigurationRequest',
      status: 409,
    });
  });

  it('are those of its subnets where it has some', () => {
    const { elb } = inSubnets();
    const AvailabilityZones = ['eu-west-1a'];
    for (const name of ['EnableAvailabilityZonesForLoadBalancer', 'DisableAvailabilityZonesForLoadBalancer']) {
      expect(failure(() => elb(name, { AvailabilityZones })).message).toContain('subnets');
    }
  });
});

describe('what a balancer stands in', () => {
  it('is one subnet a zone, and groups that are there, the default one if none is named', () => {
    const { elb } = inSubnets();
    const groups = () =>
      elb<DescribeAccessPointsOutput>('DescribeLoadBalancers').LoadBalancerDescriptions?.[0]?.SecurityGroups ?? [];
    expect(groups()).toEqual([expect.stringMatching(/^sg-/)]);
    const before = groups();
    const apply = (...SecurityGroups: string[]) => elb('ApplySecurityGroupsToLoadBalancer', { SecurityGroups });
    expect(failure(() => apply('sg-0123456789abcdef0'))).toMatchObject({
      code: 'InvalidSecurityGroup',
      message: 'One or more of the specified security groups do not exist.',
    });
    expect(groups()).toEqual(before);
    const twin = made(
      (world) => ({ Subnets: defaultSubnets(world).slice(0, 1) }),
      (world) => {
        const [vpcId = ''] = [...networks(world).vpcs.keys()];
        return addSubnet(world, { vpcId, cidr: '172.31.240.0/20', zone: 'eu-west-1a' }).id;
      },
    );
    expect(failure(() => twin.elb('AttachLoadBalancerToSubnets', { Subnets: [twin.extra] })).message).toBe(
      'ELB cannot be attached to multiple subnets in the same AZ.',
    );
  });
});

describe('a certificate', () => {
  it('is changed on a listener that has one', () => {
    const { elb } = inSubnets();
    const set = (LoadBalancerPort: number) =>
      elb('SetLoadBalancerListenerSSLCertificate', { LoadBalancerPort, SSLCertificateId: 'arn:aws:acm:new' });
    set(443);
    expect(JSON.stringify(elb('DescribeLoadBalancers'))).toContain('arn:aws:acm:new');
    expect(failure(() => set(80)).code).toBe('InvalidConfigurationRequest');
    expect(failure(() => set(81)).code).toBe('ListenerNotFound');
  });
});

describe('the attributes', () => {
  it('are answered as far as they were asked for, and no log goes to a bucket that is not there', () => {
    const { elb } = inSubnets();
    const modify = (LoadBalancerAttributes: object) =>
      elb<ModifyLoadBalancerAttributesOutput>('ModifyLoadBalancerAttributes', { LoadBalancerAttributes });
    expect(modify({ ConnectionDraining: { Enabled: true, Timeout: 60 } }).LoadBalancerAttributes).toEqual({
      ConnectionDraining: { Enabled: true, Timeout: 60 },
    });
    expect(failure(() => modify({ AccessLog: { Enabled: true, S3BucketName: 'logs' } })).message).toBe(
      'Access Denied for bucket: logs. Please check S3bucket permission',
    );
  });
});

describe('a health check', () => {
  it('by HTTP needs a path', () => {
    const { elb } = inSubnets();
    const HealthCheck = { Target: 'HTTP:8080', Interval: 10, Timeout: 5, UnhealthyThreshold: 2, HealthyThreshold: 2 };
    expect(failure(() => elb('ConfigureHealthCheck', { HealthCheck })).message).toBe(
      'HealthCheck HTTP Target must specify a port followed by a path that begins with a slash. e.g. HTTP:80/ping/this/path',
    );
  });
});

describe('the limits of the account', () => {
  it('come in pages', () => {
    const { elb } = inSubnets();
    const page = (input: object) => elb<DescribeAccountLimitsOutput>('DescribeAccountLimits', input);
    const first = page({ PageSize: 2 });
    expect(first.Limits).toHaveLength(2);
    expect(page({ PageSize: 2, Marker: first.NextMarker }).Limits).toEqual([
      { Name: 'classic-registered-instances', Max: '1000' },
    ]);
    expect(failure(() => page({ Marker: 'none' })).code).toBe('ValidationError');
  });
});

describe('the instances of a balancer', () => {
  it('are those that are not being drained, whichever operation tells them', () => {
    const world = freshRegion();
    const aws = caller(world);
    const elb = <O>(name: string, input: object = {}): O =>
      aws<O>('elasticloadbalancing', name, { LoadBalancerName, ...input });
    elb('CreateLoadBalancer', { Listeners: [http], Subnets: defaultSubnets(world) });
    elb('ModifyLoadBalancerAttributes', {
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 300 } },
    });
    const [first, second] = runInstances(world, { ...simpleLaunch(world), count: 2 }).map(({ id }) => ({
      InstanceId: id,
    }));
    world.advance(60_000);
    elb('RegisterInstancesWithLoadBalancer', { Instances: [first] });
    expect(elb('DeregisterInstancesFromLoadBalancer', { Instances: [first] })).toEqual({ Instances: [] });
    expect(elb('RegisterInstancesWithLoadBalancer', { Instances: [second] })).toEqual({ Instances: [second] });
    expect(elb('DescribeLoadBalancers')).toMatchObject({ LoadBalancerDescriptions: [{ Instances: [second] }] });
  });
});
