import type {
  HealthCheck as HealthCheckShape,
  Listener as ListenerShape,
  LoadBalancerAttributes,
  LoadBalancerDescription,
} from '@aws-sdk/client-elastic-load-balancing';
import { canonicalHostedZoneId } from '../world/elastic-load-balancing.ts';
import { parseTarget } from '../world/elastic-load-balancing-health.ts';
import {
  type BalancerAttributes,
  type HealthCheck,
  invalidConfiguration,
  type Listener,
  type LoadBalancer,
  zonesOf,
} from '../world/elastic-load-balancing-state.ts';
import { securityGroups } from '../world/security-groups.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';

/** A balancer as DescribeLoadBalancers gives it. */
export function describeLoadBalancer(world: World, balancer: LoadBalancer): LoadBalancerDescription {
  const firstGroup = securityGroups(world).get(balancer.securityGroups[0] ?? '')?.name ?? 'default';
  return {
    LoadBalancerName: balancer.name,
    DNSName: balancer.dnsName,
    CanonicalHostedZoneName: balancer.dnsName,
    CanonicalHostedZoneNameID: canonicalHostedZoneId[world.settings.region] ?? 'Z32O12XQLNTSW2',
    ListenerDescriptions: balancer.listeners.map((listener) => ({
      Listener: {
        Protocol: listener.protocol,
        LoadBalancerPort: listener.port,
        InstanceProtocol: listener.instanceProtocol,
        InstancePort: listener.instancePort,
        SSLCertificateId: listener.certificateId,
      },
      PolicyNames: listener.policyNames,
    })),
    Policies: {
      AppCookieStickinessPolicies: [],
      LBCookieStickinessPolicies: [...balancer.cookiePolicies].map(([PolicyName, CookieExpirationPeriod]) => ({
        PolicyName,
        CookieExpirationPeriod,
      })),
      OtherPolicies: [...balancer.policies.keys()],
    },
    BackendServerDescriptions: [],
    AvailabilityZones: zonesOf(world, balancer),
    Subnets: balancer.subnets,
    VPCId: balancer.vpcId,
    Instances: registered(balancer),
    HealthCheck: healthCheckShape(balancer.healthCheck),
    SourceSecurityGroup: { OwnerAlias: world.settings.account, GroupName: firstGroup },
    SecurityGroups: balancer.securityGroups,
    CreatedTime: new Date(balancer.createdAt),
    Scheme: balancer.scheme,
  };
}

/** The instances of a balancer; one that is draining is registered no more. */
export function registered({ backends }: LoadBalancer): { InstanceId: string }[] {
  return [...backends.values()]
    .filter(({ draining }) => !draining)
    .map(({ instanceId }) => ({ InstanceId: instanceId }));
}

export function healthCheckShape(check: HealthCheck): HealthCheckShape {
  return {
    Target: check.target,
    Interval: check.interval,
    Timeout: check.timeout,
    UnhealthyThreshold: check.unhealthyThreshold,
    HealthyThreshold: check.healthyThreshold,
  };
}

/** Reads a health check and holds it to the API's bounds (HealthCheck, API version 2012-06-01). */
export function checkedHealthCheck(shape: HealthCheckShape | undefined): HealthCheck {
  const bounded = (name: string, value: number | undefined, min: number, max: number): number => {
    if (value === undefined || !(value >= min && value <= max)) {
      throw new ServiceError('ValidationError', `HealthCheck ${name} must be between ${min} and ${max}`);
    }
    return value;
  };
  const target = shape?.Target ?? '';
  const web = /^(HTTPS?):/.exec(target)?.[1];
  if (web !== undefined && !parseTarget(target)) {
    throw new ServiceError(
      'ValidationError',
      `HealthCheck ${web} Target must specify a port followed by a path that begins with a slash. e.g. ${web}:80/ping/this/path`,
    );
  }
  if (!parseTarget(target)) {
    throw new ServiceError(
      'ValidationError',
      `HealthCheck Target must specify a valid protocol, port and path: ${target}`,
    );
  }
  const check = {
    target,
    interval: bounded('Interval', shape?.Interval, 5, 300),
    timeout: bounded('Timeout', shape?.Timeout, 2, 60),
    unhealthyThreshold: bounded('UnhealthyThreshold', shape?.UnhealthyThreshold, 2, 10),
    healthyThreshold: bounded('HealthyThreshold', shape?.HealthyThreshold, 2, 10),
  };
  if (check.timeout >= check.interval) {
    throw new ServiceError('ValidationError', 'HealthCheck timeout must be less than interval');
  }
  return check;
}

/** Reads a listener; HTTPS and SSL need a certificate. */
export function checkedListener(shape: ListenerShape): Listener {
  const protocol = (shape.Protocol ?? '').toUpperCase();
  const secure = protocol === 'HTTPS' || protocol === 'SSL';
  if (!secure && protocol !== 'HTTP' && protocol !== 'TCP') {
    throw new ServiceError('UnsupportedProtocol', `Protocol '${shape.Protocol ?? ''}' is not supported`);
  }
  if (secure && !shape.SSLCertificateId) {
    throw new ServiceError('CertificateNotFound', 'Server Certificate not found for the key: null');
  }
  const port = (name: string, value: number | undefined): number => {
    if (value === undefined || !(value >= 1 && value <= 65535)) {
      throw new ServiceError('ValidationError', `${name} must be between 1 and 65535`);
    }
    return value;
  };
  const web = protocol === 'HTTPS' || protocol === 'HTTP';
  return {
    protocol,
    port: port('LoadBalancerPort', shape.LoadBalancerPort),
    instanceProtocol: (shape.InstanceProtocol ?? (web ? 'HTTP' : 'TCP')).toUpperCase(),
    instancePort: port('InstancePort', shape.InstancePort),
    ...(shape.SSLCertificateId ? { certificateId: shape.SSLCertificateId } : {}),
    policyNames: [],
  };
}

export function describeAttributes({ attributes }: LoadBalancer): LoadBalancerAttributes {
  return {
    CrossZoneLoadBalancing: { Enabled: attributes.crossZone },
    AccessLog: { Enabled: false },
    ConnectionDraining: { Enabled: attributes.draining.enabled, Timeout: attributes.draining.timeout },
    ConnectionSettings: { IdleTimeout: attributes.idleTimeout },
    AdditionalAttributes: [{ Key: 'elb.http.desyncmitigationmode', Value: 'defensive' }],
  };
}

/** The attributes with what a request changes in them. */
export function changeAttributes(before: BalancerAttributes, wanted: LoadBalancerAttributes): BalancerAttributes {
  const log = wanted.AccessLog;
  // There is no S3 here, so there is no bucket into which the balancer may write.
  if (log?.Enabled) {
    throw invalidConfiguration(`Access Denied for bucket: ${log.S3BucketName ?? ''}. Please check S3bucket permission`);
  }
  const draining = wanted.ConnectionDraining;
  const idle = wanted.ConnectionSettings?.IdleTimeout ?? before.idleTimeout;
  const timeout = draining?.Timeout ?? before.draining.timeout;
  if (!(timeout >= 1 && timeout <= 3600)) {
    throw invalidConfiguration('Connection draining timeout must be between 1 and 3600 seconds');
  }
  if (!(idle >= 1 && idle <= 4000)) {
    throw invalidConfiguration('Idle timeout must be between 1 and 4000 seconds');
  }
  return {
    crossZone: wanted.CrossZoneLoadBalancing?.Enabled ?? before.crossZone,
    draining: { enabled: draining?.Enabled ?? before.draining.enabled, timeout },
    idleTimeout: idle,
  };
}
