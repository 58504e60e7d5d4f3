import type {
  ConfigureHealthCheckInput,
  CreateAccessPointInput,
  CreateAccessPointOutput,
  CreateLBCookieStickinessPolicyInput,
  CreateLoadBalancerListenerInput,
  CreateLoadBalancerPolicyInput,
  DescribeAccessPointsInput,
  DescribeAccessPointsOutput,
  Listener,
  ModifyLoadBalancerAttributesInput,
  SetLoadBalancerPoliciesOfListenerInput,
} from '@aws-sdk/client-elastic-load-balancing';
import { sameValue, type Value, type ValueMap } from '../value.ts';
import {
  map,
  maps,
  optionalBoolean,
  optionalNumber,
  optionalText,
  type ResourceContext,
  type ResourceType,
  tags,
  text,
  texts,
  unlessGone,
} from './resource-type.ts';

const service = 'elasticloadbalancing';

function listener(written: ValueMap): Listener {
  const certificate = optionalText(written.SSLCertificateId);
  return {
    LoadBalancerPort: Number(written.LoadBalancerPort),
    Protocol: text(written.Protocol),
    InstancePort: Number(written.InstancePort),
    InstanceProtocol: optionalText(written.InstanceProtocol) ?? text(written.Protocol),
    ...(certificate === undefined ? {} : { SSLCertificateId: certificate }),
  };
}

function configureHealthCheck(context: ResourceContext, name: string, written: Value): void {
  if (written === undefined) return;
  const check = map(written);
  context.aws<ConfigureHealthCheckInput, unknown>(service, 'ConfigureHealthCheck', {
    LoadBalancerName: name,
    HealthCheck: {
      Target: text(check.Target),
      Interval: Number(check.Interval),
      Timeout: Number(check.Timeout),
      HealthyThreshold: Number(check.HealthyThreshold),
      UnhealthyThreshold: Number(check.UnhealthyThreshold),
    },
  });
}

function configureAttributes(context: ResourceContext, name: string, properties: ValueMap): void {
  const draining = map(properties.ConnectionDrainingPolicy);
  const timeout = optionalNumber(draining.Timeout);
  const idle = optionalNumber(map(properties.ConnectionSettings).IdleTimeout);
  context.aws<ModifyLoadBalancerAttributesInput, unknown>(service, 'ModifyLoadBalancerAttributes', {
    LoadBalancerName: name,
    LoadBalancerAttributes: {
      CrossZoneLoadBalancing: { Enabled: optionalBoolean(properties.CrossZone) ?? false },
      ConnectionDraining: {
        Enabled: optionalBoolean(draining.Enabled) ?? false,
        ...(timeout === undefined ? {} : { Timeout: timeout }),
      },
      ...(idle === undefined ? {} : { ConnectionSettings: { IdleTimeout: idle } }),
    },
  });
}

/** Makes the policies that are not there yet; a policy of a balancer is never changed, only made. */
function createPolicies(context: ResourceContext, name: string, properties: ValueMap, existing: ValueMap): void {
  const isNew = (list: string, policy: ValueMap) =>
    !maps(existing[list]).some(({ PolicyName }) => PolicyName === policy.PolicyName);
  for (const policy of maps(properties.Policies).filter((one) => isNew('Policies', one))) {
    context.aws<CreateLoadBalancerPolicyInput, unknown>(service, 'CreateLoadBalancerPolicy', {
      LoadBalancerName: name,
      PolicyName: text(policy.PolicyName),
      PolicyTypeName: text(policy.PolicyType),
      PolicyAttributes: maps(policy.Attributes).map((attribute) => ({
        AttributeName: text(attribute.Name),
        AttributeValue: text(attribute.Value),
      })),
    });
  }
  for (const policy of maps(properties.LBCookieStickinessPolicy).filter((one) =>
    isNew('LBCookieStickinessPolicy', one),
  )) {
    const seconds = optionalNumber(policy.CookieExpirationPeriod);
    context.aws<CreateLBCookieStickinessPolicyInput, unknown>(service, 'CreateLBCookieStickinessPolicy', {
      LoadBalancerName: name,
      PolicyName: text(policy.PolicyName),
      ...(seconds === undefined ? {} : { CookieExpirationPeriod: seconds }),
    });
  }
}

/** Takes away the policies that the template has no more, once no listener has them. */
function deletePolicies(context: ResourceContext, name: string, after: ValueMap, before: ValueMap): void {
  const policies = (of: ValueMap) =>
    [...maps(of.Policies), ...maps(of.LBCookieStickinessPolicy)].map(({ PolicyName }) => text(PolicyName));
  const kept = policies(after);
  for (const PolicyName of policies(before).filter((policy) => !kept.includes(policy))) {
    context.aws(service, 'DeleteLoadBalancerPolicy', { LoadBalancerName: name, PolicyName });
  }
}

function setPolicies(context: ResourceContext, name: string, written: ValueMap): void {
  context.aws<SetLoadBalancerPoliciesOfListenerInput, unknown>(service, 'SetLoadBalancerPoliciesOfListener', {
    LoadBalancerName: name,
    LoadBalancerPort: Number(written.LoadBalancerPort),
    PolicyNames: texts(written.PolicyNames),
  });
}

function describe(context: ResourceContext, name: string) {
  const { LoadBalancerDescriptions } = context.aws<DescribeAccessPointsInput, DescribeAccessPointsOutput>(
    service,
    'DescribeLoadBalancers',
    { LoadBalancerNames: [name] },
  );
  return LoadBalancerDescriptions?.[0];
}

/** AWS::ElasticLoadBalancing::LoadBalancer, the classic one: the physical id is its name. */
const loadBalancer: ResourceType = {
  properties: {
    AvailabilityZones: 'replace',
    ConnectionDrainingPolicy: 'in-place',
    ConnectionSettings: 'in-place',
    CrossZone: 'in-place',
    HealthCheck: 'in-place',
    LBCookieStickinessPolicy: 'in-place',
    Listeners: 'in-place',
    LoadBalancerName: 'replace',
    Policies: 'in-place',
    Scheme: 'replace',
    SecurityGroups: 'in-place',
    Subnets: 'in-place',
    Tags: 'in-place',
  },
  required: ['Listeners'],
  attributes: ['CanonicalHostedZoneName', 'CanonicalHostedZoneNameID', 'DNSName'],
  create: (properties, context) => {
    // Names of classic load balancers have at most 32 characters.
    const name = optionalText(properties.LoadBalancerName) ?? context.generatedName(32);
    context.aws<CreateAccessPointInput, CreateAccessPointOutput>(service, 'CreateLoadBalancer', {
      LoadBalancerName: name,
      Listeners: maps(properties.Listeners).map(listener),
      ...(properties.Subnets === undefined ? {} : { Subnets: texts(properties.Subnets) }),
      ...(properties.AvailabilityZones === undefined ? {} : { AvailabilityZones: texts(properties.AvailabilityZones) }),
      ...(properties.SecurityGroups === undefined ? {} : { SecurityGroups: texts(properties.SecurityGroups) }),
      // The API knows the public scheme only as the absence of one.
      ...(text(properties.Scheme) === 'internal' ? { Scheme: 'internal' } : {}),
      Tags: tags(properties.Tags, context),
    });
    configureHealthCheck(context, name, properties.HealthCheck);
    configureAttributes(context, name, properties);
    createPolicies(context, name, properties, {});
    for (const written of maps(properties.Listeners))
      if (written.PolicyNames !== undefined) setPolicies(context, name, written);
    const made = describe(context, name);
    return {
      physicalId: name,
      attributes: {
        DNSName: made?.DNSName,
        CanonicalHostedZoneName: made?.CanonicalHostedZoneName ?? made?.DNSName,
        CanonicalHostedZoneNameID: made?.CanonicalHostedZoneNameID,
      },
    };
  },
  update: (physicalId, properties, previous, context) => {
    const { aws } = context;
    if (!sameValue(properties.HealthCheck, previous.HealthCheck)) {
      configureHealthCheck(context, physicalId, properties.HealthCheck);
    }
    configureAttributes(context, physicalId, properties);
    if (!sameValue(properties.SecurityGroups, previous.SecurityGroups)) {
      aws(service, 'ApplySecurityGroupsToLoadBalancer', {
        LoadBalancerName: physicalId,
        SecurityGroups: texts(properties.SecurityGroups),
      });
    }
    updateSubnets(context, physicalId, texts(properties.Subnets), texts(previous.Subnets));
    createPolicies(context, physicalId, properties, previous);
    updateListeners(context, physicalId, maps(properties.Listeners), maps(previous.Listeners));
    deletePolicies(context, physicalId, properties, previous);
    aws(service, 'AddTags', { LoadBalancerNames: [physicalId], Tags: tags(properties.Tags, context) });
    return { physicalId };
  },
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws(service, 'DeleteLoadBalancer', { LoadBalancerName: physicalId }));
    return undefined;
  },
};

function updateSubnets(context: ResourceContext, name: string, after: string[], before: string[]): void {
  const removed = before.filter((id) => !after.includes(id));
  const added = after.filter((id) => !before.includes(id));
  // Out first: two subnets of one zone at a time are refused.
  if (removed.length > 0)
    context.aws(service, 'DetachLoadBalancerFromSubnets', { LoadBalancerName: name, Subnets: removed });
  if (added.length > 0) context.aws(service, 'AttachLoadBalancerToSubnets', { LoadBalancerName: name, Subnets: added });
}

function updateListeners(context: ResourceContext, name: string, after: ValueMap[], before: ValueMap[]): void {
  const port = (written: ValueMap) => Number(written.LoadBalancerPort);
  const shape = (written: ValueMap) => ({ ...written, PolicyNames: undefined });
  const gone = before.filter((old) => !after.some((written) => sameValue(shape(written), shape(old))));
  if (gone.length > 0) {
    context.aws(service, 'DeleteLoadBalancerListeners', { LoadBalancerName: name, LoadBalancerPorts: gone.map(port) });
  }
  for (const written of after) {
    const kept = before.find((old) => sameValue(shape(written), shape(old)));
    if (!kept) {
      context.aws<CreateLoadBalancerListenerInput, unknown>(service, 'CreateLoadBalancerListeners', {
        LoadBalancerName: name,
        Listeners: [listener(written)],
      });
    }
    if (!sameValue(written.PolicyNames, kept?.PolicyNames)) setPolicies(context, name, written);
  }
}

export const loadBalancingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ElasticLoadBalancing::LoadBalancer': loadBalancer,
};
