import {
  type AddAvailabilityZonesInput,
  type AddAvailabilityZonesOutput,
  DescribeAccountLimits$,
  type DescribeAccountLimitsInput,
  type DescribeAccountLimitsOutput,
  DisableAvailabilityZonesForLoadBalancer$,
  EnableAvailabilityZonesForLoadBalancer$,
  type RemoveAvailabilityZonesInput,
  type RemoveAvailabilityZonesOutput,
  SetLoadBalancerListenerSSLCertificate$,
  type SetLoadBalancerListenerSSLCertificateInput,
  type SetLoadBalancerListenerSSLCertificateOutput,
} from '@aws-sdk/client-elastic-load-balancing';
import {
  invalidConfiguration,
  type LoadBalancer,
  loadBalancerOf,
  zonesOf,
} from '../world/elastic-load-balancing-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { balancingPage } from './elastic-load-balancing-page.ts';
import { type Operation, operation } from './operation.ts';

/** A new account's quotas (Classic Load Balancers guide, Quotas). */
const limits = [
  { Name: 'classic-load-balancers', Max: '20' },
  { Name: 'classic-listeners', Max: '100' },
  { Name: 'classic-registered-instances', Max: '1000' },
];

/** A balancer in a VPC has the zones of its subnets, and takes no others by name. */
function inVpc(balancer: LoadBalancer): string | undefined {
  return balancer.subnets.length === 0
    ? undefined
    : 'The requested operation is not supported for load balancers in a VPC: attach or detach subnets instead.';
}

/** Zones by name, certificates, and how much an account may have. */
export const zoneOperations: Record<string, Operation> = {
  EnableAvailabilityZonesForLoadBalancer: operation<AddAvailabilityZonesInput, AddAvailabilityZonesOutput>(
    EnableAvailabilityZonesForLoadBalancer$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const refusal = inVpc(balancer);
      if (refusal !== undefined) throw new ServiceError('ValidationError', refusal);
      const wanted = input.AvailabilityZones ?? [];
      const unknown = wanted.find((zone) => !world.settings.zones.includes(zone));
      if (unknown !== undefined) throw new ServiceError('ValidationError', `Invalid Availability Zone: ${unknown}`);
      balancer.namedZones = [...new Set([...balancer.namedZones, ...wanted])].sort();
      return { AvailabilityZones: zonesOf(world, balancer) };
    },
  ),

  DisableAvailabilityZonesForLoadBalancer: operation<RemoveAvailabilityZonesInput, RemoveAvailabilityZonesOutput>(
    DisableAvailabilityZonesForLoadBalancer$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const refusal = inVpc(balancer);
      if (refusal !== undefined) throw invalidConfiguration(refusal);
      const left = balancer.namedZones.filter((zone) => !input.AvailabilityZones?.includes(zone));
      if (left.length === 0) {
        throw invalidConfiguration(
          'Removing all Availability Zones from a load balancer is not allowed; at least one must remain',
        );
      }
      balancer.namedZones = left;
      return { AvailabilityZones: zonesOf(world, balancer) };
    },
  ),

  SetLoadBalancerListenerSSLCertificate: operation<
    SetLoadBalancerListenerSSLCertificateInput,
    SetLoadBalancerListenerSSLCertificateOutput
  >(SetLoadBalancerListenerSSLCertificate$, (input, { world }) => {
    const balancer = loadBalancerOf(world, input.LoadBalancerName);
    const listener = balancer.listeners.find(({ port }) => port === input.LoadBalancerPort);
    if (!listener) {
      throw new ServiceError('ListenerNotFound', `There is no listener on port ${input.LoadBalancerPort}`);
    }
    if (listener.protocol !== 'HTTPS' && listener.protocol !== 'SSL') {
      throw invalidConfiguration(
        `The listener on port ${listener.port} speaks ${listener.protocol} and has no certificate`,
      );
    }
    listener.certificateId = input.SSLCertificateId ?? '';
    return {};
  }),

  DescribeAccountLimits: operation<DescribeAccountLimitsInput, DescribeAccountLimitsOutput>(
    DescribeAccountLimits$,
    (input) => {
      const { items, next } = balancingPage(limits, input, ({ Name }) => Name);
      return { Limits: items, ...(next === undefined ? {} : { NextMarker: next }) };
    },
  ),
};
