import { type Instance, instanceChanged, instances } from './ec2.ts';
import { openFrontDoor } from './elastic-load-balancing-front-door.ts';
import { startProbing, stopProbing } from './elastic-load-balancing-health.ts';
import { type Backend, type Listener, type LoadBalancer, loadBalancers } from './elastic-load-balancing-state.ts';
import { ServiceError } from './service-error.ts';
import type { World } from './world.ts';

/** The Route 53 zone of the region's classic balancers (Elastic Load Balancing endpoints, AWS General Reference). */
export const canonicalHostedZoneId: Readonly<Record<string, string>> = {
  'eu-west-1': 'Z32O12XQLNTSW2',
  'eu-central-1': 'Z215JYRZR1TBD5',
  'us-east-1': 'Z35SXDOTRQ7X7K',
  'us-west-2': 'Z1H1FL5HABSF5',
};

/** Makes a balancer; its front door answers at once. */
export function createLoadBalancer(
  world: World,
  spec: Pick<
    LoadBalancer,
    'name' | 'scheme' | 'vpcId' | 'subnets' | 'namedZones' | 'securityGroups' | 'listeners' | 'tags'
  >,
): LoadBalancer {
  // Ten digits, as AWS appends them.
  const digits = world.random.fork(`elb ${spec.name} ${world.now}`).int(1_000_000_000, 2_147_483_647);
  const prefix = spec.scheme === 'internal' ? 'internal-' : '';
  const first = spec.listeners[0];
  const balancer: LoadBalancer = {
    ...spec,
    dnsName: `${prefix}${spec.name}-${digits}.${world.settings.region}.elb.amazonaws.com`,
    createdAt: world.now,
    healthCheck: {
      target: `TCP:${first?.instancePort ?? 80}`,
      interval: 30,
      timeout: 5,
      unhealthyThreshold: 2,
      healthyThreshold: 10,
    },
    attributes: { crossZone: false, draining: { enabled: false, timeout: 300 }, idleTimeout: 60 },
    cookiePolicies: new Map(),
    policies: new Map(),
    backends: new Map(),
    turn: 0,
  };
  loadBalancers(world).set(balancer.name, balancer);
  for (const listener of balancer.listeners) openFrontDoor(world, balancer, listener);
  return balancer;
}

/** Adds a listener and opens its port. */
export function addListener(world: World, balancer: LoadBalancer, listener: Listener): void {
  balancer.listeners.push(listener);
  openFrontDoor(world, balancer, listener);
}

/** Takes listeners away and closes their ports; ports nobody listens on are no error, as on AWS. */
export function removeListeners(world: World, balancer: LoadBalancer, ports: readonly number[]): void {
  for (const port of ports) {
    if (balancer.listeners.some((listener) => listener.port === port)) world.network.close(balancer.dnsName, port);
  }
  balancer.listeners = balancer.listeners.filter((listener) => !ports.includes(listener.port));
}

/** Removes a balancer with its name; one that is not there is no error, as on AWS. */
export function deleteLoadBalancer(world: World, name: string): void {
  const balancer = loadBalancers(world).get(name);
  if (!balancer) return;
  for (const backend of balancer.backends.values()) stopProbing(backend);
  for (const listener of balancer.listeners) world.network.close(balancer.dnsName, listener.port);
  loadBalancers(world).delete(name);
}

/** Registers instances; one that is registered stays as it is, one that drains comes back. */
export function registerInstances(world: World, balancer: LoadBalancer, ids: readonly string[]): void {
  for (const id of ids) existing(world, id);
  for (const id of ids) {
    const known = balancer.backends.get(id);
    if (known && !known.draining) continue;
    if (known) stopProbing(known);
    const backend: Backend = {
      instanceId: id,
      registeredAt: world.now,
      probed: false,
      inService: false,
      passes: 0,
      failures: 0,
      draining: false,
    };
    balancer.backends.set(id, backend);
    startProbing(world, balancer, backend);
  }
}

/**
 * Deregisters instances. With connection draining an instance keeps what it serves until that is done; requests of this
 * world take no time, so what is left is the few seconds in which the balancer's nodes hear of it.
 */
export function deregisterInstances(world: World, balancer: LoadBalancer, ids: readonly string[]): void {
  for (const id of ids) existing(world, id);
  for (const id of ids) {
    const backend = balancer.backends.get(id);
    if (!backend || backend.draining) continue;
    stopProbing(backend);
    // What does not run, or takes no requests, has nothing to finish.
    const busy = backend.inService && instances(world).get(id)?.state.name === 'running';
    if (!balancer.attributes.draining.enabled || !busy) {
      balancer.backends.delete(id);
      continue;
    }
    backend.draining = true;
    backend.timer = world.schedule(Math.min(balancer.attributes.draining.timeout, drainSeconds) * 1000, () => {
      if (balancer.backends.get(id) === backend) balancer.backends.delete(id);
    });
  }
}

const drainSeconds = 5;

function existing(world: World, id: string): Instance {
  const instance = instances(world).get(id);
  if (!instance || instance.state.name === 'terminated') {
    throw new ServiceError('InvalidInstance', `Could not find EC2 instance ${id}.`);
  }
  return instance;
}

/** Takes stopped instances out of service and forgets terminated ones, as the balancers do by themselves. */
export function startLoadBalancing(world: World): void {
  instanceChanged(world).on(({ instance }) => {
    const { name } = instance.state;
    if (name !== 'stopping' && name !== 'terminated') return;
    for (const balancer of loadBalancers(world).values()) {
      const backend = balancer.backends.get(instance.id);
      if (!backend) continue;
      backend.inService = false;
      if (name === 'stopping') continue;
      stopProbing(backend);
      balancer.backends.delete(instance.id);
    }
  });
}
