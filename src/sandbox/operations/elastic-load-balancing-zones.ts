import {
  type AddAvailabilityZonesInput,
  type AddAvailabilityZonesOutput,
  ApplySecurityGroupsToLoadBalancer$,
  type ApplySecurityGroupsToLoadBalancerInput,
  type ApplySecurityGroupsToLoadBalancerOutput,
  AttachLoadBalancerToSubnets$,
  type AttachLoadBalancerToSubnetsInput,
  type AttachLoadBalancerToSubnetsOutput,
  DetachLoadBalancerFromSubnets$,
  type DetachLoadBalancerFromSubnetsInput,
  type DetachLoadBalancerFromSubnetsOutput,
  DisableAvailabilityZonesForLoadBalancer$,
  EnableAvailabilityZonesForLoadBalancer$,
  type RemoveAvailabilityZonesInput,
  type RemoveAvailabilityZonesOutput,
} from '@aws-sdk/client-elastic-load-balancing';
import { networks, type Subnet, subnetOf } from '../world/ec2-network.ts';
import {
  invalidConfiguration,
  type LoadBalancer,
  loadBalancerOf,
  zonesOf,
} from '../world/elastic-load-balancing-state.ts';
import { defaultGroupIds, securityGroups } from '../world/security-groups.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { type Operation, operation } from './operation.ts';

/** A balancer in a VPC has the zones of its subnets, and takes no others by name. */
function inVpc(balancer: LoadBalancer): string | undefined {
  return balancer.subnets.length === 0
    ? undefined
    : 'The requested operation is not supported for load balancers in a VPC: attach or detach subnets instead.';
}

/** A balancer has one subnet in a zone. */
export function requireZoneEach(subnets: readonly Subnet[]): void {
  if (new Set(subnets.map(({ zone }) => zone)).size === subnets.length) return;
  throw invalidConfiguration('ELB cannot be attached to multiple subnets in the same AZ.');
}

/** The groups of a balancer; in a VPC it has the VPC's default group when none is named. */
export function groupsOf(world: World, ids: readonly string[] | undefined, vpcId: string | undefined): string[] {
  if (ids?.some((id) => !securityGroups(world).has(id))) {
    throw new ServiceError('InvalidSecurityGroup', 'One or more of the specified security groups do not exist.');
  }
  return ids?.length ? [...ids] : defaultGroupIds(world, vpcId);
}

/** The subnet of an id; this service has its own code for one that is not there. */
export function balancerSubnet(world: World, id: string): Subnet {
  const subnet = networks(world).subnets.get(id);
  if (subnet) return subnet;
  throw new ServiceError('SubnetNotFound', `The requested subnet ${id} was not found`);
}

/** Where a balancer is: its zones, subnets and security groups. */
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

  AttachLoadBalancerToSubnets: operation<AttachLoadBalancerToSubnetsInput, AttachLoadBalancerToSubnetsOutput>(
    AttachLoadBalancerToSubnets$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const added = (input.Subnets ?? []).map((id) => balancerSubnet(world, id).id);
      const subnets = [...new Set([...balancer.subnets, ...added])];
      requireZoneEach(subnets.map((id) => subnetOf(world, id)));
      balancer.subnets = subnets;
      return { Subnets: balancer.subnets };
    },
  ),

  DetachLoadBalancerFromSubnets: operation<DetachLoadBalancerFromSubnetsInput, DetachLoadBalancerFromSubnetsOutput>(
    DetachLoadBalancerFromSubnets$,
    (input, { world }) => {
      const balancer = loadBalancerOf(world, input.LoadBalancerName);
      const left = balancer.subnets.filter((id) => !input.Subnets?.includes(id));
      if (left.length === 0) {
        throw invalidConfiguration(
          'Removing all subnets from a load balancer is not allowed; at least one must remain',
        );
      }
      balancer.subnets = left;
      return { Subnets: balancer.subnets };
    },
  ),

  ApplySecurityGroupsToLoadBalancer: operation<
    ApplySecurityGroupsToLoadBalancerInput,
    ApplySecurityGroupsToLoadBalancerOutput
  >(ApplySecurityGroupsToLoadBalancer$, (input, { world }) => {
    const balancer = loadBalancerOf(world, input.LoadBalancerName);
    balancer.securityGroups = groupsOf(world, input.SecurityGroups, balancer.vpcId);
    return { SecurityGroups: balancer.securityGroups };
  }),
};
