import { describe, expect, it } from 'vitest';
import { elasticLoadBalancing } from '../../../src/sandbox/operations/elastic-load-balancing.ts';
import { invoke } from '../../../src/sandbox/operations/operation.ts';
import { createRegion } from '../../../src/sandbox/region.ts';
import { runInstances, stopInstance, terminateInstance } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { networks } from '../../../src/sandbox/world/ec2-network.ts';
import { images } from '../../../src/sandbox/world/ec2-offers.ts';
import { descriptions } from '../../../src/sandbox/world/elastic-load-balancing-health.ts';
import type { VirtualAnswer, VirtualRequest } from '../../../src/sandbox/world/network.ts';
import { quietSettings } from './small-farm.ts';

type Server = (request: VirtualRequest) => VirtualAnswer;
const ok: Server = () => ({ kind: 'reply', status: 200, headers: {}, body: 'ok' });

const certificate = 'arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012';

/** A balancer with an instance in each of the first `count` zones, all of which run. */
function balanced(count = 2, crossZone = true) {
  const world = createRegion({ seed: 3, startMs: Date.UTC(2026, 0, 1), settings: quietSettings });
  const call = { world, caller: { accessKeyId: 'x', arn: 'arn:aws:iam::123456789012:user/test' } };
  const elb = <O = Record<string, never>>(name: string, input: object): O =>
    invoke<object, O>(elasticLoadBalancing, name, input, call);
  const subnets = [...networks(world).subnets.values()];
  const imageId = [...images(world).values()].find((image) => image.architecture === 'x86_64')?.id ?? '';
  const hosts = subnets.slice(0, count).flatMap((subnet) =>
    runInstances(world, {
      imageId,
      type: 't3.small',
      subnetId: subnet.id,
      securityGroupIds: [],
      tags: new Map(),
      count: 1,
    }),
  );
  world.advance(60_000);
  const { DNSName } = elb<{ DNSName: string }>('CreateLoadBalancer', {
    LoadBalancerName: 'front',
    Listeners: [{ Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 }],
    Subnets: subnets.map((subnet) => subnet.id),
  });
  elb('ConfigureHealthCheck', {
    LoadBalancerName: 'front',
    HealthCheck: { Target: 'HTTP:8080/health/', Interval: 10, Timeout: 5, HealthyThreshold: 2, UnhealthyThreshold: 3 },
  });
  elb('ModifyLoadBalancerAttributes', {
    LoadBalancerName: 'front',
    LoadBalancerAttributes: { CrossZoneLoadBalancing: { Enabled: crossZone } },
  });
  const instancesOf = (list: readonly { id: string }[]) => list.map(({ id }) => ({ InstanceId: id }));
  return {
    world,
    elb,
    hosts,
    DNSName,
    register: () =>
      elb('RegisterInstancesWithLoadBalancer', { LoadBalancerName: 'front', Instances: instancesOf(hosts) }),
    deregister: (host: { id: string }) =>
      elb('DeregisterInstancesFromLoadBalancer', { LoadBalancerName: 'front', Instances: instancesOf([host]) }),
    serve: (index: number, server: Server) => world.network.listen(hosts[index]?.privateIp ?? '', 8080, server),
    state: (index: number, asked = false) =>
      elb<{ InstanceStates: { InstanceId: string; State: string; ReasonCode: string; Description: string }[] }>(
        'DescribeInstanceHealth',
        { LoadBalancerName: 'front', ...(asked ? { Instances: instancesOf(hosts) } : {}) },
      ).InstanceStates.find((one) => one.InstanceId === hosts[index]?.id),
    ask: (headers: Record<string, string> = {}): VirtualAnswer =>
      world.network.request(DNSName, 80, { method: 'GET', path: '/', headers, body: '' }),
  };
}

describe('health checks', () => {
  it('bring an instance in after HealthyThreshold passes', () => {
    const b = balanced(1);
    b.serve(0, ok);
    b.register();
    expect(b.state(0)).toMatchObject({
      State: 'OutOfService',
      ReasonCode: 'Instance',
      Description: descriptions.registering,
    });
    b.world.advance(9_000);
    expect(b.state(0)).toMatchObject({ State: 'OutOfService', Description: descriptions.notPassed });
    b.world.advance(10_000);
    expect(b.state(0)).toMatchObject({ State: 'InService', ReasonCode: 'N/A', Description: 'N/A' });
  });

  const failures: [string, Server][] = [
    ['a 503', () => ({ kind: 'reply', status: 503, headers: {}, body: '' })],
    ['a redirect', () => ({ kind: 'reply', status: 302, headers: {}, body: '' })],
    ['a reset', () => ({ kind: 'reset' })],
    ['a hang', () => ({ kind: 'hang' })],
  ];
  it.each(failures)('take an instance out after UnhealthyThreshold times %s', (name, server) => {
    const b = balanced(1);
    b.serve(0, ok);
    b.register();
    b.world.advance(60_000);
    b.serve(0, server);
    const at = b.world.now;
    expect(b.world.advanceUntil(() => b.state(0)?.State === 'OutOfService', 60_000)).toBe(true);
    const seconds = (b.world.now - at) / 1000;
    // Between two and three intervals, and the time-out when nothing answers.
    expect(seconds).toBeGreaterThan(name === 'a hang' ? 25 : 20);
    expect(seconds).toBeLessThanOrEqual(name === 'a hang' ? 35 : 30);
    expect(b.state(0)).toMatchObject({ ReasonCode: 'Instance', Description: descriptions.failed });
  });

  it('a single failure changes nothing', () => {
    const b = balanced(1);
    let calls = 0;
    b.serve(0, () => ({ kind: 'reply', status: ++calls % 3 === 0 ? 500 : 200, headers: {}, body: '' }));
    b.register();
    b.world.advance(25_000);
    for (let n = 0; n < 30; n++) {
      b.world.advance(10_000);
      expect(b.state(0)?.State).toBe('InService');
    }
  });

  it('name stopped instances and forget terminated ones', () => {
    const b = balanced(2);
    b.register();
    stopInstance(b.world, b.hosts[0]?.id ?? '');
    terminateInstance(b.world, b.hosts[1]?.id ?? '');
    b.world.advance(120_000);
    expect(b.state(0)).toMatchObject({ State: 'OutOfService', Description: descriptions.stopped });
    expect(b.state(1)).toBeUndefined();
  });

  it('say of an instance that is not registered that it is not', () => {
    const b = balanced(1);
    expect(b.state(0)).toBeUndefined();
    expect(b.state(0, true)).toMatchObject({ State: 'OutOfService', Description: descriptions.unregistered });
    expect(() =>
      b.elb('DescribeInstanceHealth', {
        LoadBalancerName: 'front',
        Instances: [{ InstanceId: 'i-00000000000000000' }],
      }),
    ).toThrow(expect.objectContaining({ code: 'InvalidInstance' }));
  });
});

describe('the front door', () => {
  it('takes turns between the instances in service and tells them who asks', () => {
    const b = balanced(2);
    const seen: [number, string | undefined][] = [];
    for (const index of [0, 1]) {
      b.serve(index, (request) => {
        if (request.path === '/') seen.push([index, request.headers['x-forwarded-for']]);
        return ok(request);
      });
    }
    b.register();
    b.world.advance(60_000);
    for (let n = 0; n < 6; n++) expect(b.ask()).toMatchObject({ kind: 'reply', status: 200 });
    expect(seen.filter(([index]) => index === 0)).toHaveLength(3);
    expect(seen[0]?.[1]).toBe('203.0.113.7');
  });

  it('tells an instance by which listener a user came, where it looks into what it passes on', () => {
    const b = balanced(1);
    const seen: (string | undefined)[][] = [];
    b.serve(0, (request) => {
      const { 'x-forwarded-proto': proto, 'x-forwarded-port': port, 'x-forwarded-for': from } = request.headers;
      if (request.path === '/who') seen.push([proto, port, from]);
      return ok(request);
    });
    b.register();
    b.elb('CreateLoadBalancerListeners', {
      LoadBalancerName: 'front',
      Listeners: [
        { Protocol: 'HTTPS', LoadBalancerPort: 443, InstancePort: 8080, SSLCertificateId: certificate },
        { Protocol: 'SSL', LoadBalancerPort: 8443, InstancePort: 8080, SSLCertificateId: certificate },
        { Protocol: 'TCP', LoadBalancerPort: 8080, InstancePort: 8080 },
      ],
    });
    b.world.advance(60_000);
    const { network } = b.world;
    for (const port of [80, 443, 8443, 8080]) {
      network.request(b.DNSName, port, { method: 'GET', path: '/who', headers: {}, body: '' });
    }
    expect(seen).toEqual([
      ['http', '80', '203.0.113.7'],
      ['https', '443', '203.0.113.7'],
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
    expect([80, 443, 8443, 8080].filter((port) => network.speaksTls(b.DNSName, port))).toEqual([443, 8443]);
    b.elb('DeleteLoadBalancerListeners', { LoadBalancerName: 'front', LoadBalancerPorts: [443] });
    expect([network.speaksTls(b.DNSName, 443), network.probe(b.DNSName, 443)]).toEqual([false, 'refused']);
  });

  it('spreads over the zones first when its nodes keep to their own', () => {
    const b = balanced(2, false);
    const counts = [0, 0];
    for (const index of [0, 1]) {
      b.serve(index, (request) => {
        if (request.path === '/') counts[index] = (counts[index] ?? 0) + 1;
        return ok(request);
      });
    }
    b.register();
    b.world.advance(60_000);
    for (let n = 0; n < 10; n++) b.ask();
    expect(counts).toEqual([5, 5]);
  });

  it('answers 503 with nothing in service, 502 for a cut and 504 for a silent back end', () => {
    const b = balanced(1);
    expect(b.ask()).toMatchObject({ status: 503, body: '' });
    b.serve(0, ok);
    b.register();
    b.world.advance(60_000);
    b.serve(0, () => ({ kind: 'reset' }));
    expect(b.ask()).toMatchObject({ status: 502 });
    b.serve(0, () => ({ kind: 'hang' }));
    expect(b.ask()).toMatchObject({ status: 504 });
    b.world.network.close(b.hosts[0]?.privateIp ?? '', 8080);
    expect(b.ask()).toMatchObject({ status: 502 });
  });

  it('sends nothing to an instance that is deregistered, which drains and then is gone', () => {
    const b = balanced(2);
    b.elb('ModifyLoadBalancerAttributes', {
      LoadBalancerName: 'front',
      LoadBalancerAttributes: { ConnectionDraining: { Enabled: true, Timeout: 30 } },
    });
    b.serve(0, () => ({ kind: 'reply', status: 200, headers: {}, body: 'first' }));
    b.serve(1, ok);
    b.register();
    b.world.advance(60_000);
    b.deregister({ id: b.hosts[0]?.id ?? '' });
    expect(b.state(0)).toMatchObject({ State: 'InService', Description: descriptions.draining });
    for (let n = 0; n < 4; n++) expect(b.ask()).toMatchObject({ body: 'ok' });
    b.world.advance(30_000);
    expect(b.state(0)).toBeUndefined();
  });

  it('keeps a client on its instance by cookie when the listener has a policy', () => {
    const b = balanced(2);
    b.serve(0, () => ({ kind: 'reply', status: 200, headers: {}, body: '0' }));
    b.serve(1, () => ({ kind: 'reply', status: 200, headers: {}, body: '1' }));
    b.register();
    b.world.advance(60_000);
    b.elb('CreateLBCookieStickinessPolicy', {
      LoadBalancerName: 'front',
      PolicyName: 'sticky',
      CookieExpirationPeriod: 600,
    });
    b.elb('SetLoadBalancerPoliciesOfListener', {
      LoadBalancerName: 'front',
      LoadBalancerPort: 80,
      PolicyNames: ['sticky'],
    });
    const first = b.ask();
    if (first.kind !== 'reply') throw new Error('no reply');
    const cookie = /^AWSELB=[^;]+/.exec(first.headers['set-cookie'] ?? '')?.[0] ?? '';
    expect(first.headers['set-cookie']).toContain('MAX-AGE=600');
    for (let n = 0; n < 5; n++) expect(b.ask({ cookie })).toMatchObject({ body: first.body });
  });

  it('closes with its balancer', () => {
    const b = balanced(1);
    b.elb('DeleteLoadBalancer', { LoadBalancerName: 'front' });
    expect(b.ask()).toEqual({ kind: 'unknown-host' });
    expect(() => b.elb('DescribeInstanceHealth', { LoadBalancerName: 'front' })).toThrow(
      expect.objectContaining({ code: 'LoadBalancerNotFound' }),
    );
    expect(() => b.elb('DeleteLoadBalancer', { LoadBalancerName: 'front' })).not.toThrow();
  });
});

describe('what the API refuses', () => {
  const b = balanced(1);
  const check = { Target: 'HTTP:8080/health/', Interval: 10, Timeout: 5, HealthyThreshold: 2, UnhealthyThreshold: 3 };
  it.each([
    ['an interval below 5', { Interval: 4, Timeout: 2 }],
    ['a time-out above 60', { Interval: 200, Timeout: 61 }],
    ['a time-out as long as the interval', { Timeout: 10 }],
    ['a threshold of 1', { HealthyThreshold: 1 }],
    ['a threshold of 11', { UnhealthyThreshold: 11 }],
    ['HTTP without a path', { Target: 'HTTP:8080' }],
    ['TCP with a path', { Target: 'TCP:8080/health/' }],
    ['no port', { Target: 'HTTP/health/' }],
    ['a port above 65535', { Target: 'TCP:65536' }],
  ])('%s', (_name, change) => {
    expect(() =>
      b.elb('ConfigureHealthCheck', { LoadBalancerName: 'front', HealthCheck: { ...check, ...change } }),
    ).toThrow(expect.objectContaining({ code: 'ValidationError' }));
  });

  it('a second balancer of the same name, a page of 0 or 401, HTTPS without a certificate', () => {
    const listener = { Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 };
    const create = (name: string, more: object) =>
      b.elb('CreateLoadBalancer', {
        LoadBalancerName: name,
        Listeners: [listener],
        AvailabilityZones: ['eu-west-1a'],
        ...more,
      });
    expect(() => create('front', {})).toThrow(expect.objectContaining({ code: 'DuplicateLoadBalancerName' }));
    expect(() => create('other', { Listeners: [{ ...listener, Protocol: 'HTTPS' }] })).toThrow(
      expect.objectContaining({ code: 'CertificateNotFound' }),
    );
    for (const PageSize of [0, 401]) {
      expect(() => b.elb('DescribeLoadBalancers', { PageSize })).toThrow(
        expect.objectContaining({ code: 'ValidationError' }),
      );
    }
  });

  it('pages through balancers', () => {
    const p = balanced(1);
    for (const name of ['one', 'two']) {
      p.elb('CreateLoadBalancer', {
        LoadBalancerName: name,
        Listeners: [{ Protocol: 'TCP', LoadBalancerPort: 80, InstancePort: 80 }],
        AvailabilityZones: ['eu-west-1a'],
      });
    }
    type Page = { LoadBalancerDescriptions: { LoadBalancerName: string }[]; NextMarker?: string };
    const first = p.elb<Page>('DescribeLoadBalancers', { PageSize: 2 });
    const second = p.elb<Page>('DescribeLoadBalancers', { PageSize: 2, Marker: first.NextMarker });
    const names = [...first.LoadBalancerDescriptions, ...second.LoadBalancerDescriptions].map(
      (one) => one.LoadBalancerName,
    );
    expect(names).toEqual(['front', 'one', 'two']);
    expect(second.NextMarker).toBeUndefined();
  });
});
