import type { CreateServiceRequest } from '@aws-sdk/client-ecs';
import { say, words } from './ecs-events.ts';
import type { Cluster, Deployment, Service, ServiceDeployment, TaskDefinition } from './ecs-state.ts';
import type { World } from './world.ts';

/** ECS keeps service deployments for 90 days; a sandbox keeps the newest of each service. */
const kept = 50;

/** A deployment of a definition, as CreateService and UpdateService begin one. */
export function newDeployment(world: World, definition: TaskDefinition, spec: CreateServiceRequest): Deployment {
  const id = `ecs-svc/${digits(world, `deployment ${world.uuid()}`)}`;
  return {
    id,
    status: 'PRIMARY',
    definition,
    createdAt: world.now,
    updatedAt: world.now,
    failedTasks: 0,
    rollout: 'IN_PROGRESS',
    rolloutReason: `ECS deployment ${id} in progress.`,
    spec,
  };
}

/** 19 digits, as ECS writes them; the same for the same label, which shifts nobody else's draws. */
function digits(world: World, label: string): string {
  const random = world.random.fork(label);
  return `${random.int(1_000_000_000, 2_000_000_000)}${String(random.int(0, 999_999_999)).padStart(9, '0')}`;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';

/** The ARN of what a deployment brings: `service-revision/CLUSTER/SERVICE/DIGITS`. */
export function revisionArn(world: World, service: Service, deployment: Deployment): string {
  const id = digits(world, `revision ${deployment.id}`);
  return world.arn('ecs', `service-revision/${service.cluster.name}/${service.name}/${id}`);
}

/** Notes that a service goes to another deployment; what was on its way until then has ended. */
export function beginServiceDeployment(
  world: World,
  service: { name: string; cluster: Cluster; history: ServiceDeployment[] },
  target: Deployment,
  source?: Deployment,
): void {
  const running = service.history[0];
  if (running && running.finishedAt === undefined) finish(world, running, 'STOPPED', 'Superseded by a new deployment.');
  const random = world.random.fork(`service deployment ${target.id} ${world.now}`);
  const id = Array.from({ length: 21 }, () => letters.charAt(random.int(0, letters.length - 1))).join('');
  service.history.unshift({
    arn: world.arn('ecs', `service-deployment/${service.cluster.name}/${service.name}/${id}`),
    target,
    ...(source ? { source } : {}),
    createdAt: world.now,
    updatedAt: world.now,
    status: 'IN_PROGRESS',
  });
  service.history.length = Math.min(service.history.length, kept);
}

function finish(
  world: World,
  deployment: ServiceDeployment,
  status: ServiceDeployment['status'],
  reason?: string,
): void {
  deployment.status = status;
  if (reason !== undefined) deployment.statusReason = reason;
  deployment.updatedAt = world.now;
  deployment.finishedAt = world.now;
}

/** The service is as its primary deployment wants it. */
export function completeServiceDeployment(world: World, service: Service): void {
  const running = service.history[0];
  if (!running || running.finishedAt !== undefined) return;
  finish(world, running, running.rollback ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL');
}

/** The last deployment before this one that was brought about. */
function lastGood(service: Service, deployment: Deployment): Deployment | undefined {
  return service.history.find(({ status, target }) => status === 'SUCCESSFUL' && target !== deployment)?.target;
}

/** Ends what is on its way, without anything in its place. */
export function stopServiceDeployment(world: World, service: Service, reason: string): void {
  const [running] = service.history;
  if (running && running.finishedAt === undefined) finish(world, running, 'STOPPED', reason);
}

/**
 * Makes the last deployment that succeeded PRIMARY again, as the circuit breaker and StopServiceDeployment do. Returns
 * whether there was one.
 */
export function rollBack(world: World, service: Service, reason: string, rolloutReason: string): boolean {
  const [failed] = service.deployments;
  const target = failed && lastGood(service, failed);
  if (!failed || !target) return false;
  failed.status = 'ACTIVE';
  target.status = 'PRIMARY';
  target.rollout = 'IN_PROGRESS';
  target.rolloutReason = `${rolloutReason} rolling back to deploymentId ${target.id}.`;
  target.updatedAt = world.now;
  target.failedTasks = 0;
  service.deployments = [target, ...service.deployments.filter((one) => one !== target)];
  service.spec = target.spec;
  service.failedStarts = 0;
  service.nextStartAt = 0;
  service.steady = false;
  const [running] = service.history;
  if (running && running.finishedAt === undefined) {
    running.status = 'ROLLBACK_IN_PROGRESS';
    running.updatedAt = world.now;
    running.rollback = { startedAt: world.now, reason, target };
  }
  say(world, service, words.rollingBack(target.id));
  return true;
}
