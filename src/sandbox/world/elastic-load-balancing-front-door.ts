import { instances } from './ec2.ts';
import { type Backend, type Listener, type LoadBalancer, zonesOf } from './elastic-load-balancing-state.ts';
import type { VirtualAnswer, VirtualRequest } from './network.ts';
import type { World } from './world.ts';

const cookieName = 'AWSELB';
/** Who comes from outside: the address that checkip.amazonaws.com tells them (RFC 5737, never a real host's). */
const outsideAddress = '203.0.113.7';

/** Listens on the balancer's name and passes each request to an instance in service. */
export function openFrontDoor(world: World, balancer: LoadBalancer, listener: Listener): void {
  const tls = listener.protocol === 'HTTPS' || listener.protocol === 'SSL';
  world.network.listen(balancer.dnsName, listener.port, (request) => pass(world, balancer, listener, request), { tls });
}

function pass(world: World, balancer: LoadBalancer, listener: Listener, request: VirtualRequest): VirtualAnswer {
  const backend = stuck(world, balancer, listener, request) ?? choose(world, balancer);
  if (!backend) return gatewayError(503, 'Service Unavailable: Back-end server is at capacity');
  const instance = instances(world).get(backend.instanceId);
  const answer: VirtualAnswer = instance
    ? world.network.request(instance.privateIp, listener.instancePort, forwarded(request, listener))
    : { kind: 'unroutable' };
  // The balancer cannot let the world's clock run while it waits: what would end at its idle time-out ends now.
  if (answer.kind === 'hang' || answer.kind === 'unroutable') return gatewayError(504, 'Gateway Timeout');
  if (answer.kind !== 'reply') return gatewayError(502, 'Bad Gateway');
  const cookie = stickiness(balancer, listener) ? newCookie(balancer, listener, request, backend) : undefined;
  return cookie === undefined ? answer : { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } };
}

function serving(world: World, balancer: LoadBalancer): Backend[] {
  const zones = zonesOf(world, balancer);
  return [...balancer.backends.values()].filter((backend) => {
    const instance = instances(world).get(backend.instanceId);
    return backend.inService && !backend.draining && instance !== undefined && zones.includes(instance.zone);
  });
}

/** Round robin: over all instances, or first over the zones when the balancer's nodes keep to their own. */
function choose(world: World, balancer: LoadBalancer): Backend | undefined {
  const backends = serving(world, balancer);
  if (backends.length === 0) return undefined;
  const turn = balancer.turn++;
  if (balancer.attributes.crossZone) return backends[turn % backends.length];
  const zoneOf = (backend: Backend) => instances(world).get(backend.instanceId)?.zone ?? '';
  const zones = [...new Set(backends.map(zoneOf))].sort();
  const local = backends.filter((backend) => zoneOf(backend) === zones[turn % zones.length]);
  return local[Math.floor(turn / zones.length) % local.length];
}

function forwarded(request: VirtualRequest, listener: Listener): VirtualRequest {
  // A listener of protocol TCP or SSL does not look into what it passes on.
  if (listener.protocol === 'TCP' || listener.protocol === 'SSL') return request;
  const before = request.headers['x-forwarded-for'];
  return {
    ...request,
    headers: {
      ...request.headers,
      'x-forwarded-for': before === undefined ? outsideAddress : `${before}, ${outsideAddress}`,
      'x-forwarded-proto': listener.protocol.toLowerCase(),
      'x-forwarded-port': String(listener.port),
    },
  };
}

/** Classic ELB's own answers name no server and carry an empty page. */
function gatewayError(status: 502 | 503 | 504, reason: string): VirtualAnswer {
  const body =
    status === 503 ? '' : `<html>\n<head><title>${status} ${reason}</title></head>\n<body></body>\n</html>\n`;
  return { kind: 'reply', status, headers: { 'content-type': 'text/html' }, body };
}

/** The policy's period, when the listener has a cookie policy. */
function stickiness(balancer: LoadBalancer, listener: Listener): { seconds: number | undefined } | undefined {
  const policy = listener.policyNames.find((name) => balancer.cookiePolicies.has(name));
  return policy === undefined ? undefined : { seconds: balancer.cookiePolicies.get(policy) };
}

function stuck(world: World, balancer: LoadBalancer, listener: Listener, request: VirtualRequest): Backend | undefined {
  if (!stickiness(balancer, listener)) return undefined;
  const value = cookieOf(request);
  return value === undefined
    ? undefined
    : serving(world, balancer).find((backend) => cookieValue(backend.instanceId) === value);
}

function cookieOf(request: VirtualRequest): string | undefined {
  return new RegExp(`(?:^|;\\s*)${cookieName}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];
}

function cookieValue(instanceId: string): string {
  return instanceId.replace(/^i-/, '').toUpperCase();
}

function newCookie(
  balancer: LoadBalancer,
  listener: Listener,
  request: VirtualRequest,
  backend: Backend,
): string | undefined {
  const value = cookieValue(backend.instanceId);
  if (cookieOf(request) === value) return undefined;
  const seconds = stickiness(balancer, listener)?.seconds;
  return `${cookieName}=${value};PATH=/${seconds === undefined ? '' : `;MAX-AGE=${seconds}`}`;
}
