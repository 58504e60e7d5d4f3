import {
  DescribeInstanceHealthCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingClient,
} from '@aws-sdk/client-elastic-load-balancing';
import { safeLine } from '../terminal/safe-text.ts';
import type { Aws } from './clients.ts';
import type { BalancedInstance, BalancerFacts } from './facts.ts';

/** What a classic load balancer is, without the health of its instances. */
export type BalancerDescription = Omit<BalancerFacts, 'instances' | 'frontDoorUrl'> & {
  /** It listens for HTTPS. */
  readonly secure: boolean;
};

/** Describes one classic load balancer; `LoadBalancerNotFound` becomes a Problem of kind not-found. */
export async function describeBalancer(aws: Aws, name: string, signal?: AbortSignal): Promise<BalancerDescription> {
  const answer = await aws.call(
    'elasticloadbalancing:DescribeLoadBalancers',
    (o) =>
      aws.client(ElasticLoadBalancingClient).send(new DescribeLoadBalancersCommand({ LoadBalancerNames: [name] }), o),
    signal,
  );
  const balancer = answer.LoadBalancerDescriptions?.[0];
  const check = balancer?.HealthCheck;
  return {
    name,
    dnsName: balancer?.DNSName ?? '',
    zones: balancer?.AvailabilityZones ?? [],
    healthCheck: {
      target: check?.Target ?? '',
      intervalSeconds: check?.Interval ?? 0,
      timeoutSeconds: check?.Timeout ?? 0,
      healthyThreshold: check?.HealthyThreshold ?? 0,
      unhealthyThreshold: check?.UnhealthyThreshold ?? 0,
    },
    secure: (balancer?.ListenerDescriptions ?? []).some(({ Listener }) =>
      ['HTTPS', 'SSL'].includes((Listener?.Protocol ?? '').toUpperCase()),
    ),
  };
}

/** The health of every instance registered with a balancer; terminated ones are not listed. */
export async function describeInstanceHealth(
  aws: Aws,
  name: string,
  signal?: AbortSignal,
): Promise<BalancedInstance[]> {
  const answer = await aws.call(
    'elasticloadbalancing:DescribeInstanceHealth',
    (o) =>
      aws.client(ElasticLoadBalancingClient).send(new DescribeInstanceHealthCommand({ LoadBalancerName: name }), o),
    signal,
  );
  return (answer.InstanceStates ?? []).map((state) => ({
    instanceId: state.InstanceId ?? '',
    state: state.State === 'InService' || state.State === 'OutOfService' ? state.State : 'Unknown',
    reasonCode: state.ReasonCode ?? 'N/A',
    description: safeLine(state.Description ?? ''),
  }));
}
