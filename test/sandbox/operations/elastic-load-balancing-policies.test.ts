import type {
  CreateAccessPointOutput,
  DescribeAccessPointsOutput,
  DescribeLoadBalancerPoliciesOutput,
  DetachLoadBalancerFromSubnetsOutput,
} from '@aws-sdk/client-elastic-load-balancing';
import { describe, expect, it } from 'vitest';
import { refusal, region } from '../cloudformation/farm-region.ts';

const certificate = 'arn:aws:acm:eu-west-1:123456789012:certificate/0a0a0a0a-1b1b-4c4c-8d8d-2e2e2e2e2e2e';

function balancer() {
  const t = region();
  const subnets = (t.values.LoadBalancerSubnets ?? '').split(',');
  const elb = <O>(operation: string, input: object = {}): O =>
    t.ask<O>('elasticloadbalancing', operation, { LoadBalancerName: 'door', ...input });
  const { DNSName = '' } = elb<CreateAccessPointOutput>('CreateLoadBalancer', {
    Subnets: subnets,
    Listeners: [
      { Protocol: 'HTTPS', LoadBalancerPort: 443, InstancePort: 8080, SSLCertificateId: certificate },
      { Protocol: 'HTTP', LoadBalancerPort: 80, InstancePort: 8080 },
    ],
  });
  const shown = () =>
    t.ask<DescribeAccessPointsOutput>('elasticloadbalancing', 'DescribeLoadBalancers', {})
      .LoadBalancerDescriptions?.[0];
  const knock = (port: number) =>
    t.world.network.request(DNSName, port, { method: 'GET', path: '/', headers: {}, body: '' }).kind;
  const policy = (PolicyName: string, attribute = 'ELBSecurityPolicy-TLS-1-2-2017-01') =>
    elb('CreateLoadBalancerPolicy', {
      PolicyName,
      PolicyTypeName: 'SSLNegotiationPolicyType',
      PolicyAttributes: [{ AttributeName: 'Reference-Security-Policy', AttributeValue: attribute }],
    });
  const set = (LoadBalancerPort: number, ...PolicyNames: string[]) =>
    elb('SetLoadBalancerPoliciesOfListener', { LoadBalancerPort, PolicyNames });
  return { elb, subnets, shown, knock, policy, set };
}

describe('policies of a classic load balancer', () => {
  it('of TLS are made, shown and set on a secure listener', () => {
    const t = balancer();
    t.policy('tls');
    t.set(443, 'tls');
    expect(t.shown()?.Policies?.OtherPolicies).toEqual(['tls']);
    expect(t.shown()?.ListenerDescriptions?.map(({ PolicyNames }) => PolicyNames)).toEqual([['tls'], []]);
    const { PolicyDescriptions } = t.elb<DescribeLoadBalancerPoliciesOutput>('DescribeLoadBalancerPolicies');
    expect(PolicyDescriptions).toEqual([
      {
        PolicyName: 'tls',
        PolicyTypeName: 'SSLNegotiationPolicyType',
        PolicyAttributeDescriptions: [
          { AttributeName: 'Reference-Security-Policy', AttributeValue: 'ELBSecurityPolicy-TLS-1-2-2017-01' },
        ],
      },
    ]);
  });

  it('are refused where they cannot be', () => {
    const t = balancer();
    t.policy('tls');
    expect(refusal(() => t.set(80, 'tls'))).toContain('cannot be set on a listener of protocol HTTP');
    expect(refusal(() => t.set(443, 'none'))).toBe('There is no policy with name none');
    expect(refusal(() => t.set(8443, 'tls'))).toBe('There is no listener on port 8443');
    expect(refusal(() => t.policy('tls'))).toBe('Policy already exists: tls');
    expect(refusal(() => t.policy('old', 'ELBSecurityPolicy-1999-12'))).toContain('There is no predefined policy');
    expect(
      refusal(() => t.elb('CreateLoadBalancerPolicy', { PolicyName: 'x', PolicyTypeName: 'NoSuchType' })),
    ).toContain('NoSuchType');
  });

  it('go only when no listener has them', () => {
    const t = balancer();
    t.policy('tls');
    t.set(443, 'tls');
    expect(refusal(() => t.elb('DeleteLoadBalancerPolicy', { PolicyName: 'tls' }))).toContain(
      'the listener on port 443',
    );
    t.set(443);
    t.elb('DeleteLoadBalancerPolicy', { PolicyName: 'tls' });
    expect(t.shown()?.Policies?.OtherPolicies).toEqual([]);
  });
});

describe('a classic load balancer', () => {
  it('closes the ports of listeners it loses', () => {
    const t = balancer();
    expect([t.knock(443), t.knock(80)]).toEqual(['reply', 'reply']);
    t.elb('DeleteLoadBalancerListeners', { LoadBalancerPorts: [80, 9999] });
    expect(t.shown()?.ListenerDescriptions?.map(({ Listener }) => Listener?.LoadBalancerPort)).toEqual([443]);
    expect(t.knock(443)).toBe('reply');
    expect(t.knock(80)).not.toBe('reply');
  });

  it('leaves subnets, but not the last', () => {
    const t = balancer();
    const [first, ...rest] = t.subnets;
    const { Subnets } = t.elb<DetachLoadBalancerFromSubnetsOutput>('DetachLoadBalancerFromSubnets', { Subnets: rest });
    expect(Subnets).toEqual([first]);
    expect(refusal(() => t.elb('DetachLoadBalancerFromSubnets', { Subnets: [first] }))).toContain(
      'at least one must remain',
    );
  });
});
