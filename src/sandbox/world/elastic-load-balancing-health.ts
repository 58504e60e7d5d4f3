import { instances } from './ec2.ts';
import { type Backend, type HealthCheck, type LoadBalancer, zonesOf } from './elastic-load-balancing-state.ts';
import type { World } from './world.ts';

/** What DescribeInstanceHealth says of one instance. */
export interface InstanceHealth {
  state: 'InService' | 'OutOfService' | 'Unknown';
  reasonCode: 'ELB' | 'Instance' | 'N/A';
  description: string;
}

/** The texts of DescribeInstanceHealth (Elastic Load Balancing API 2012-06-01, InstanceState). */
export const descriptions = {
  none: 'N/A',
  failed: 'Instance has failed at least the UnhealthyThreshold number of health checks consecutively.',
  notPassed: 'Instance has not passed the configured HealthyThreshold number of health checks consecutively.',
  registering: 'Instance registration is still in progress.',
  zone: 'Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.',
  unregistered: 'Instance is not currently registered with the LoadBalancer.',
  draining: 'Instance deregistration currently in progress.',
  pending: 'Instance is in pending state.',
  stopped: 'Instance is in stopped state.',
  terminated: 'Instance is in terminated state.',
} as const;

/** The health of one instance, registered or not. */
export function instanceHealth(world: World, balancer: LoadBalancer, instanceId: string): InstanceHealth {
  const out = (reasonCode: 'ELB' | 'Instance', description: string): InstanceHealth => ({
    state: 'OutOfService',
    reasonCode,
    description,
  });
  const backend = balancer.backends.get(instanceId);
  if (!backend) return out('Instance', descriptions.unregistered);
  if (backend.draining) return { state: 'InService', reasonCode: 'N/A', description: descriptions.draining };
  const instance = instances(world).get(instanceId);
  const state = instance?.state.name ?? 'terminated';
  if (state === 'terminated') return out('Instance', descriptions.terminated);
  if (state === 'stopping' || state === 'stopped') return out('Instance', descriptions.stopped);
  if (state === 'pending') return out('Instance', descriptions.pending);
  if (instance && !zonesOf(world, balancer).includes(instance.zone)) return out('ELB', descriptions.zone);
  if (backend.inService) return { state: 'InService', reasonCode: 'N/A', description: descriptions.none };
  if (!backend.probed) return out('Instance', descriptions.registering);
  return backend.failures >= balancer.healthCheck.unhealthyThreshold
    ? out('Instance', descriptions.failed)
    : out('Instance', descriptions.notPassed);
}

/** Health-checks a backend for as long as it is registered. */
export function startProbing(world: World, balancer: LoadBalancer, backend: Backend): void {
  backend.timer = world.scheduleWithin(world.settings.loadBalancer.registration, () => probe(world, balancer, backend));
}

export function stopProbing(backend: Backend): void {
  backend.timer?.cancel();
  delete backend.timer;
}

/**
 * One health check, and the next an interval after it. A check without an answer fails only when its time-out has passed,
 * so an instance leaves after about interval × threshold + time-out.
 */
function probe(world: World, balancer: LoadBalancer, backend: Backend): void {
  const { healthCheck } = balancer;
  const again = (delay: number, run: () => void) => {
    backend.timer = world.schedule(delay * 1000, run);
  };
  const next = () => probe(world, balancer, backend);
  const outcome = check(world, backend.instanceId, healthCheck);
  if (outcome === 'silent') {
    again(healthCheck.timeout, () => {
      record(backend, false, healthCheck);
      again(healthCheck.interval - healthCheck.timeout, next);
    });
    return;
  }
  record(backend, outcome === 'pass', healthCheck);
  again(healthCheck.interval, next);
}

function record(backend: Backend, passed: boolean, healthCheck: HealthCheck): void {
  backend.probed = true;
  backend.passes = passed ? backend.passes + 1 : 0;
  backend.failures = passed ? 0 : backend.failures + 1;
  if (backend.passes >= healthCheck.healthyThreshold) backend.inService = true;
  if (backend.failures >= healthCheck.unhealthyThreshold) backend.inService = false;
}

/** `HTTP:8080/health/` in its parts; the path only for HTTP and HTTPS. */
export function parseTarget(target: string): { protocol: string; port: number; path: string } | undefined {
  const found = /^(TCP|SSL|HTTPS?):(\d{1,5})(\/.*)?$/.exec(target);
  const port = Number(found?.[2]);
  if (!found?.[1] || port < 1 || port > 65535) return undefined;
  const web = found[1].startsWith('HTTP');
  if (web === (found[3] === undefined)) return undefined;
  return { protocol: found[1], port, path: found[3] ?? '' };
}

/** Targets taken apart: a check that is configured anew is another object. */
const parsedTargets = new WeakMap<HealthCheck, ReturnType<typeof parseTarget>>();

function targetOf(healthCheck: HealthCheck): ReturnType<typeof parseTarget> {
  const known = parsedTargets.get(healthCheck);
  if (known) return known;
  const parsed = parseTarget(healthCheck.target);
  parsedTargets.set(healthCheck, parsed);
  return parsed;
}

function check(world: World, instanceId: string, healthCheck: HealthCheck): 'pass' | 'fail' | 'silent' {
  const target = targetOf(healthCheck);
  const instance = instances(world).get(instanceId);
  if (!target || !instance) return 'fail';
  const answer = world.network.request(instance.privateIp, target.port, {
    method: 'GET',
    path: target.path || '/',
    headers: { host: `${instance.privateIp}:${target.port}`, 'user-agent': 'ELB-HealthChecker/1.0' },
    body: '',
  });
  if (answer.kind === 'unroutable') return 'silent';
  const connected = answer.kind === 'reply' || answer.kind === 'hang' || answer.kind === 'reset';
  if (target.path === '') return connected ? 'pass' : 'fail';
  if (answer.kind === 'hang') return 'silent';
  // Only 200 passes: a redirect or a 403 is a failed check.
  return answer.kind === 'reply' && answer.status === 200 ? 'pass' : 'fail';
}
