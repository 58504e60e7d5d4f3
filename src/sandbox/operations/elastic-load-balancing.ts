import {
  AddTags$,
  type AddTagsInput,
  type AddTagsOutput,
  ConfigureHealthCheck$,
  type ConfigureHealthCheckInput,
  type ConfigureHealthCheckOutput,
  type CreateAccessPointInput,
  type CreateAccessPointOutput,
  CreateLoadBalancer$,
  type DeleteAccessPointInput,
  type DeleteAccessPointOutput,
  DeleteLoadBalancer$,
  type DeregisterEndPointsInput,
  type DeregisterEndPointsOutput,
  DeregisterInstancesFromLoadBalancer$,
  type DescribeAccessPointsInput,
  type DescribeAccessPointsOutput,
  DescribeAccountLimits$,
  type DescribeAccountLimitsInput,
  type DescribeAccountLimitsOutput,
  type DescribeEndPointStateInput,
  type DescribeEndPointStateOutput,
  DescribeInstanceHealth$,
  DescribeLoadBalancerAttributes$,
  type DescribeLoadBalancerAttributesInput,
  type DescribeLoadBalancerAttributesOutput,
  DescribeLoadBalancers$,
  DescribeTags$,
  type DescribeTagsInput,
  type DescribeTagsOutput,
  ModifyLoadBalancerAttributes$,
  type ModifyLoadBalancerAttributesInput,
  type ModifyLoadBalancerAttributesOutput,
  type RegisterEndPointsInput,
  type RegisterEndPointsOutput,
  RegisterInstancesWithLoadBalancer$,
  RemoveTags$,
  type RemoveTagsInput,
  type RemoveTagsOutput,
} from '@aws-sdk/client-elastic-load-balancing';
import { instances } from '../world/ec2.ts';
import {
  createLoadBalancer,
  deleteLoadBalancer,
  deregisterInstances,
  registerInstances,
} from '../world/elastic-load-balancing.ts';
import { instanceHealth } from '../world/elastic-load-balancing-health.ts';
import { loadBalancerOf, loadBalancers } from '../world/elastic-load-balancing-state.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList, tagsFrom } from '../world/tags.ts';
import { listenerOperations } from './elastic-load-balancing-listeners.ts';
import { balancingPage } from './elastic-load-balancing-page.ts';
import { policyOperations } from './elastic-load-balancing-policies.ts';
import {
  changeAttributes,
  checkedHealthCheck,
  checkedListener,
  describeAttributes,
  describeLoadBalancer,
  healthCheckShape,
  registered,
} from './elastic-load-balancing-shapes.ts';
import { balancerSubnet, groupsOf, requireZoneEach, zoneOperations } from './elastic-load-balancing-zones.ts';
import { operation, type Service } from './operation.ts';

/** A new account's quotas (Classic Load Balancers guide, Quotas). */
const limits = [
  { Name: 'classic-load-balancers', Max: '20' },
  { Name: 'classic-listeners', Max: '100' },
  { Name: 'classic-registered-instances', Max: '1000' },
];

/** Classic Elastic Load Balancing, API version 2012-06-01. */
export const elasticLoadBalancing: Service = {
  signingName: 'elasticloadbalancing',
  operations: {
    ...listenerOperations,
    ...policyOperations,
    ...zoneOperations,
    CreateLoadBalancer: operation<CreateAccessPointInput, CreateAccessPointOutput>(
      CreateLoadBalancer$,
      (input, { world }) => {
        const name = input.LoadBalancerName ?? '';
        // 1 to 32 letters, digits and hyphens, no hyphen at either end.
        if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(name)) {
          throw new ServiceError(
            'ValidationError',
            'LoadBalancer name must only contain characters a-z, A-Z, 0-9 or -, and may not begin or end with a hyphen',
          );
        }
        if (loadBalancers(world).has(name)) {
          throw new ServiceError(
            'DuplicateLoadBalancerName',
            `Load Balancer named '${name}' already exists and it is already configured with different parameters`,
          );
        }
        const scheme = input.Scheme ?? 'internet-facing';
        if (scheme !== 'internet-facing' && scheme !== 'internal') {
          throw new ServiceError('InvalidScheme', `Invalid scheme '${scheme}'`);
        }
        const subnets = (input.Subnets ?? []).map((id) => balancerSubnet(world, id));
        const zones = input.AvailabilityZones ?? [];
        if (subnets.length === 0 && zones.length === 0) {
          throw new ServiceError('ValidationError', 'Either AvailabilityZones or SubnetIds must be specified');
        }
        for (const zone of zones) {
          if (!world.settings.zones.includes(zone))
            throw new ServiceError('ValidationError', `Invalid Availability Zone: ${zone}`);
        }
        if (new Set(subnets.map((subnet) => subnet.vpcId)).size > 1) {
          throw new ServiceError('InvalidSubnet', 'All subnets must belong to the same VPC');
        }
        requireZoneEach(subnets);
        if (!input.Listeners?.length) throw new ServiceError('ValidationError', 'Listeners must be specified');
        const balancer = createLoadBalancer(world, {
          name,
          scheme,
          vpcId: subnets[0]?.vpcId ?? '',
          subnets: subnets.map((subnet) => subnet.id),
          namedZones: zones,
          securityGroups: groupsOf(world, input.SecurityGroups, subnets[0]?.vpcId),
          listeners: input.Listeners.map(checkedListener),
          tags: tagsFrom(input.Tags),
        });
        return { DNSName: balancer.dnsName };
      },
    ),
    DeleteLoadBalancer: operation<DeleteAccessPointInput, DeleteAccessPointOutput>(
      DeleteLoadBalancer$,
      (input, { world }) => {
        deleteLoadBalancer(world, input.LoadBalancerName ?? '');
        return {};
      },
    ),
    DescribeLoadBalancers: operation<DescribeAccessPointsInput, DescribeAccessPointsOutput>(
      DescribeLoadBalancers$,
      (input, { world }) => {
        const named = input.LoadBalancerNames ?? [];
        const all =
          named.length > 0 ? named.map((name) => loadBalancerOf(world, name)) : [...loadBalancers(world).values()];
        const { items, rest } = balancingPage(all, input, ({ name }) => name);
        return {
          LoadBalancerDescriptions: items.map((balancer) => describeLoadBalancer(world, balancer)),
          ...rest,
        };
      },
    ),
    ConfigureHealthCheck: operation<ConfigureHealthCheckInput, ConfigureHealthCheckOutput>(
      ConfigureHealthCheck$,
      (input, { world }) => {
        const balancer = loadBalancerOf(world, input.LoadBalancerName);
        balancer.healthCheck = checkedHealthCheck(input.HealthCheck);
        return { HealthCheck: healthCheckShape(balancer.healthCheck) };
      },
    ),
    ModifyLoadBalancerAttributes: operation<ModifyLoadBalancerAttributesInput, ModifyLoadBalancerAttributesOutput>(
      ModifyLoadBalancerAttributes$,
      (input, { world }) => {
        const balancer = loadBalancerOf(world, input.LoadBalancerName);
        const wanted = input.LoadBalancerAttributes ?? {};
        balancer.attributes = changeAttributes(balancer.attributes, wanted);
        // What the request did not name the answer does not tell.
        const told = Object.entries(describeAttributes(balancer)).filter(
          ([name]) => wanted[name as keyof typeof wanted] !== undefined,
        );
        return { LoadBalancerName: balancer.name, LoadBalancerAttributes: Object.fromEntries(told) };
      },
    ),
    DescribeLoadBalancerAttributes: operation<
      DescribeLoadBalancerAttributesInput,
      DescribeLoadBalancerAttributesOutput
    >(DescribeLoadBalancerAttributes$, (input, { world }) => ({
      LoadBalancerAttributes: describeAttributes(loadBalancerOf(world, input.LoadBalancerName)),
    })),
    RegisterInstancesWithLoadBalancer: operation<RegisterEndPointsInput, RegisterEndPointsOutput>(
      RegisterInstancesWithLoadBalancer$,
      (input, { world }) => {
        const balancer = loadBalancerOf(world, input.LoadBalancerName);
        registerInstances(world, balancer, ids(input.Instances));
        return { Instances: registered(balancer) };
      },
    ),
    DeregisterInstancesFromLoadBalancer: operation<DeregisterEndPointsInput, DeregisterEndPointsOutput>(
      DeregisterInstancesFromLoadBalancer$,
      (input, { world }) => {
        const balancer = loadBalancerOf(world, input.LoadBalancerName);
        deregisterInstances(world, balancer, ids(input.Instances));
        return { Instances: registered(balancer) };
      },
    ),
    DescribeInstanceHealth: operation<DescribeEndPointStateInput, DescribeEndPointStateOutput>(
      DescribeInstanceHealth$,
      (input, { world }) => {
        const balancer = loadBalancerOf(world, input.LoadBalancerName);
        const asked = ids(input.Instances);
        for (const id of asked) {
          if (!instances(world).has(id))
            throw new ServiceError('InvalidInstance', `Could not find EC2 instance ${id}.`);
        }
        // The state of a terminated instance is not returned.
        const shown = (asked.length > 0 ? asked : [...balancer.backends.keys()]).filter(
          (id) => instances(world).get(id)?.state.name !== 'terminated',
        );
        return {
          InstanceStates: shown.map((InstanceId) => {
            const health = instanceHealth(world, balancer, InstanceId);
            return { InstanceId, State: health.state, ReasonCode: health.reasonCode, Description: health.description };
          }),
        };
      },
    ),
    AddTags: operation<AddTagsInput, AddTagsOutput>(AddTags$, (input, { world }) => {
      const balancers = (input.LoadBalancerNames ?? []).map((name) => loadBalancerOf(world, name));
      const tags = tagsFrom(input.Tags);
      for (const balancer of balancers) for (const [key, value] of tags) balancer.tags.set(key, value);
      return {};
    }),
    RemoveTags: operation<RemoveTagsInput, RemoveTagsOutput>(RemoveTags$, (input, { world }) => {
      const balancers = (input.LoadBalancerNames ?? []).map((name) => loadBalancerOf(world, name));
      for (const balancer of balancers) for (const tag of input.Tags ?? []) balancer.tags.delete(tag.Key ?? '');
      return {};
    }),
    DescribeTags: operation<DescribeTagsInput, DescribeTagsOutput>(DescribeTags$, (input, { world }) => ({
      TagDescriptions: (input.LoadBalancerNames ?? []).map((name) => ({
        LoadBalancerName: name,
        Tags: tagList(loadBalancerOf(world, name).tags),
      })),
    })),
    DescribeAccountLimits: operation<DescribeAccountLimitsInput, DescribeAccountLimitsOutput>(
      DescribeAccountLimits$,
      (input) => {
        const { items, rest } = balancingPage(limits, input, ({ Name }) => Name);
        return { Limits: items, ...rest };
      },
    ),
  },
};

function ids(list: readonly { InstanceId?: string | undefined }[] | undefined): string[] {
  return (list ?? []).flatMap(({ InstanceId }) => (InstanceId === undefined ? [] : [InstanceId]));
}
