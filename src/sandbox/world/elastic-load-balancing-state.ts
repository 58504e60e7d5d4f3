import { subnetOf } from './ec2-network.ts';
import { ServiceError } from './service-error.ts';
import type { Tags } from './tags.ts';
import { perWorld, type Timer, type World } from './world.ts';

export interface HealthCheck {
  /** `HTTP:8080/health/`, `TCP:8080`, … */
  target: string;
  /** Seconds; the thresholds are counts. */
  interval: number;
  timeout: number;
  unhealthyThreshold: number;
  healthyThreshold: number;
}

export interface Listener {
  protocol: string;
  port: number;
  instanceProtocol: string;
  instancePort: number;
  certificateId?: string;
  policyNames: string[];
}

export interface BalancerAttributes {
  crossZone: boolean;
  draining: { enabled: boolean; timeout: number };
  idleTimeout: number;
}

export interface Policy {
  readonly type: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
}

/** An instance as the balancer knows it. */
export interface Backend {
  readonly instanceId: string;
  registeredAt: number;
  /** Whether the first health check has come. */
  probed: boolean;
  inService: boolean;
  /** Consecutive results of the health check; one of the two is 0. */
  passes: number;
  failures: number;
  /** Deregistered, and finishing what it has; takes no new request. */
  draining: boolean;
  timer?: Timer;
}

export interface LoadBalancer {
  readonly name: string;
  readonly dnsName: string;
  readonly scheme: string;
  readonly vpcId: string;
  readonly createdAt: number;
  subnets: string[];
  /** Zones without subnets, given by name. */
  namedZones: string[];
  securityGroups: string[];
  listeners: Listener[];
  healthCheck: HealthCheck;
  attributes: BalancerAttributes;
  /** Duration-based cookie policies by name; the period in seconds, or undefined for the browser's session. */
  cookiePolicies: Map<string, number | undefined>;
  /** Policies of other types by name: SSL negotiation above all. */
  policies: Map<string, Policy>;
  readonly tags: Tags;
  readonly backends: Map<string, Backend>;
  /** Where the round robin stands. */
  turn: number;
}

/** Classic load balancers by name. */
export const loadBalancers = perWorld(() => new Map<string, LoadBalancer>());

/** The balancer, or `LoadBalancerNotFound`. */
export function loadBalancerOf(world: World, name: string | undefined): LoadBalancer {
  const balancer = name === undefined ? undefined : loadBalancers(world).get(name);
  if (!balancer) {
    throw new ServiceError('LoadBalancerNotFound', `There is no ACTIVE Load Balancer named '${name ?? ''}'`);
  }
  return balancer;
}

/** The balancer's listener on a port, or `ListenerNotFound`. */
export function listenerOf(balancer: LoadBalancer, port: number | undefined): Listener {
  const listener = balancer.listeners.find((one) => one.port === port);
  if (!listener) throw new ServiceError('ListenerNotFound', `There is no listener on port ${port}`);
  return listener;
}

/** What a balancer cannot be made to be (409, ELB API 2012-06-01). */
export function invalidConfiguration(message: string): ServiceError {
  return new ServiceError('InvalidConfigurationRequest', message, 409);
}

/** Zones the balancer routes to. */
export function zonesOf(world: World, balancer: LoadBalancer): string[] {
  const zones = balancer.subnets.map((id) => subnetOf(world, id).zone);
  return [...new Set([...zones, ...balancer.namedZones])].sort();
}
