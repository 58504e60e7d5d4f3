import type {
  DescribeAccessPointsOutput,
  DescribeLoadBalancerAttributesOutput,
  DescribeLoadBalancerPoliciesOutput,
  DescribeTagsOutput,
  LoadBalancerDescription,
} from '@aws-sdk/client-elastic-load-balancing';
import { maps, type ResourceContext, tags, text } from '../resources/resource-type.ts';
import type { Value } from '../value.ts';
import { found, given, type LiveType, ownTags, stated, values } from './live-type.ts';

const service = 'elasticloadbalancing';

function listeners(expected: Value, live: LoadBalancerDescription): Value {
  const all = (live.ListenerDescriptions ?? []).map(({ Listener, PolicyNames }) =>
    given({
      LoadBalancerPort: Listener?.LoadBalancerPort,
      Protocol: Listener?.Protocol,
      InstancePort: Listener?.InstancePort,
      InstanceProtocol: Listener?.InstanceProtocol,
      SSLCertificateId: Listener?.SSLCertificateId,
      PolicyNames: PolicyNames?.length ? PolicyNames : undefined,
    }),
  );
  return all.map((listener) => {
    const partner = maps(expected).find((one) => text(one.LoadBalancerPort) === text(listener.LoadBalancerPort));
    // A listener says what it speaks to its backends even where the template leaves it to the default.
    return partner && partner.InstanceProtocol === undefined ? { ...listener, InstanceProtocol: undefined } : listener;
  });
}

function policies(expected: Value, name: string, context: ResourceContext): Value {
  const { PolicyDescriptions } = context.aws<object, DescribeLoadBalancerPoliciesOutput>(
    service,
    'DescribeLoadBalancerPolicies',
    { LoadBalancerName: name },
  );
  const others = (PolicyDescriptions ?? []).filter(({ PolicyTypeName }) => !/Stickiness/.test(PolicyTypeName ?? ''));
  return others.map(({ PolicyName, PolicyTypeName, PolicyAttributeDescriptions }) => {
    const wanted = maps(expected).find((one) => one.PolicyName === PolicyName);
    // A predefined policy stands for many attributes; those that the template states are compared.
    const names = new Set(maps(wanted?.Attributes).map(({ Name }) => Name));
    return {
      PolicyName,
      PolicyType: PolicyTypeName,
      Attributes: (PolicyAttributeDescriptions ?? [])
        .filter(({ AttributeName }) => !wanted || names.has(AttributeName))
        .map(({ AttributeName, AttributeValue }) => ({ Name: AttributeName, Value: AttributeValue })),
    };
  });
}

const loadBalancer: LiveType = {
  read: (physicalId, expected, context) => {
    const name = { LoadBalancerName: physicalId };
    const live = found(() =>
      context.aws<object, DescribeAccessPointsOutput>(service, 'DescribeLoadBalancers', {
        LoadBalancerNames: [physicalId],
      }),
    )?.LoadBalancerDescriptions?.[0];
    if (!live) return undefined;
    const { LoadBalancerAttributes: attributes } = context.aws<object, DescribeLoadBalancerAttributesOutput>(
      service,
      'DescribeLoadBalancerAttributes',
      name,
    );
    const { TagDescriptions } = context.aws<object, DescribeTagsOutput>(service, 'DescribeTags', {
      LoadBalancerNames: [physicalId],
    });
    return {
      AvailabilityZones: live.AvailabilityZones,
      ConnectionDrainingPolicy: stated(expected.ConnectionDrainingPolicy, values(attributes?.ConnectionDraining)),
      ConnectionSettings: stated(expected.ConnectionSettings, values(attributes?.ConnectionSettings)),
      CrossZone: attributes?.CrossZoneLoadBalancing?.Enabled,
      HealthCheck: stated(expected.HealthCheck, values(live.HealthCheck)),
      LBCookieStickinessPolicy: values(live.Policies?.LBCookieStickinessPolicies),
      Listeners: listeners(expected.Listeners, live),
      LoadBalancerName: live.LoadBalancerName,
      Policies: policies(expected.Policies, physicalId, context),
      Scheme: live.Scheme,
      SecurityGroups: live.SecurityGroups,
      Subnets: live.Subnets,
      Tags: ownTags(expected.Tags, TagDescriptions?.[0]?.Tags, context),
    };
  },
  tag: (physicalId, properties, removed, context) => {
    const names = { LoadBalancerNames: [physicalId] };
    const Tags = tags(properties.Tags, context);
    if (Tags.length > 0) context.aws(service, 'AddTags', { ...names, Tags });
    if (removed.length > 0) context.aws(service, 'RemoveTags', { ...names, Tags: removed.map((Key) => ({ Key })) });
  },
};

export const loadBalancingLive: Readonly<Record<string, LiveType>> = {
  'AWS::ElasticLoadBalancing::LoadBalancer': loadBalancer,
};
