import { balancedHealth } from './ecs-balancing.ts';
import { completeServiceDeployment, rollBack, stopServiceDeployment } from './ecs-deployments.ts';
import { say, words } from './ecs-events.ts';
import { complaintOf, place, wishOf } from './ecs-placement.ts';
import { type Deployment, ecs, type Service, type Task } from './ecs-state.ts';
import { createTask, stopTask } from './ecs-tasks.ts';
import { descriptions } from './elastic-load-balancing-health.ts';
import { loadBalancers } from './elastic-load-balancing-state.ts';
import type { World } from './world.ts';

/** A complaint about placement is repeated after this long, ms. */
const complaintEvery = 5 * 60_000;
/** A steady service says so again after this long, ms. */
const steadyEvery = 6 * 3_600_000;

/** Looks at every service again and again. One timer for all: a farm of a hundred would fill the queue of events. */
export function startScheduler(world: World): void {
  world.every(world.settings.ecs.schedulerSeconds * 1000, () => {
    for (const cluster of ecs(world).clusters.values()) {
      for (const service of cluster.services.values()) schedule(world, service);
    }
  });
}

/** One look: stop what must go, start what is missing, within what the deployment configuration allows. */
export function schedule(world: World, service: Service): void {
  if (service.status === 'INACTIVE' || quiet(world, service)) return;
  replaceUnhealthy(world, service);
  stopUnwanted(world, service);
  startMissing(world, service);
  settle(world, service);
}

/** Whether a steady service is as it was: most looks end here, and a large farm takes many. */
function quiet(world: World, service: Service): boolean {
  if (!service.steady || service.deployments.length > 1 || service.tasks.size !== wanted(service)) return false;
  if (world.now - service.steadySaidAt >= steadyEvery) return false;
  const [primary] = service.deployments;
  for (const task of service.tasks) {
    if (task.desiredStatus === 'STOPPED' || task.lastStatus !== 'RUNNING' || task.health === 'UNHEALTHY') return false;
    if (task.deployment !== primary || task.containerInstance.status !== 'ACTIVE') return false;
    const host = task.containerInstance.instance.id;
    for (const { loadBalancerName = '' } of service.spec.loadBalancers ?? []) {
      const balancer = loadBalancers(world).get(loadBalancerName);
      if (balancer && balancer.backends.get(host)?.inService !== true) return false;
    }
  }
  return true;
}

function wanted(service: Service): number {
  return service.status === 'DRAINING' ? 0 : service.desiredCount;
}

function alive(service: Service): Task[] {
  return [...service.tasks].filter((task) => task.desiredStatus === 'RUNNING');
}

function pastGrace(world: World, task: Task): boolean {
  return task.startedAt !== undefined && world.now - task.startedAt >= (task.service?.graceSeconds ?? 0) * 1000;
}

/** A task that counts towards the minimum: it runs, its container is not unhealthy and its balancers serve from it. */
function healthy(world: World, task: Task): boolean {
  return (
    task.lastStatus === 'RUNNING' &&
    (task.health === 'HEALTHY' || !hasHealthCheck(task)) &&
    balancedHealth(world, task).every(({ health }) => health.state === 'InService')
  );
}

function hasHealthCheck(task: Task): boolean {
  return task.definition.containers.some((container) => container.healthCheck && container.essential !== false);
}

function replaceUnhealthy(world: World, service: Service): void {
  for (const task of alive(service)) {
    // What a cut-off agent's tasks do is unknown, so they are left alone.
    if (!pastGrace(world, task) || !task.containerInstance.agentConnected) continue;
    if (task.health === 'UNHEALTHY') {
      say(world, service, words.unhealthyContainer(task));
      replace(world, service, task, 'Task failed container health checks');
      continue;
    }
    const bad = balancedHealth(world, task).find(({ health }) => health.description === descriptions.failed);
    if (!bad) continue;
    const port =
      service.spec.loadBalancers?.find((one) => one.loadBalancerName === bad.balancer.name)?.containerPort ?? 0;
    const host = task.containerInstance.instance.id;
    say(world, service, words.unhealthy(host, port, bad.balancer.name, bad.health.description));
    replace(world, service, task, `Task failed ELB health checks in (elb ${bad.balancer.name})`);
  }
}

function replace(world: World, service: Service, task: Task, reason: string): void {
  say(world, service, words.stopped([task]));
  stopTask(world, task, 'ServiceSchedulerInitiated', reason);
}

/** Stops tasks of draining hosts, of older deployments and beyond the desired count, as far as the minimum allows. */
function stopUnwanted(world: World, service: Service): void {
  const [primary] = service.deployments;
  const current = alive(service);
  const minimum = Math.ceil((wanted(service) * service.minimumHealthyPercent) / 100);
  // What is protected goes when the service does, and not before (ECS Developer Guide, Task scale-in protection).
  const free = (task: Task) => service.status === 'DRAINING' || (task.protectedUntil ?? 0) <= world.now;
  const leaving = current
    .filter((task) => task.containerInstance.status === 'DRAINING' || task.deployment !== primary)
    .filter(free);
  const staying = current.filter((task) => !leaving.includes(task));
  const excess = Math.max(0, staying.length - wanted(service));
  // Newest first: what has served longest stays.
  const surplus = staying.filter(free).reverse().slice(0, excess);
  let spare = current.filter((task) => healthy(world, task)).length - minimum;
  const stopped: Task[] = [];
  for (const task of [...surplus, ...leaving]) {
    const counts = healthy(world, task);
    if (counts && spare <= 0) continue;
    if (counts) spare -= 1;
    stopped.push(task);
  }
  if (stopped.length === 0 || !primary) return;
  say(world, service, words.stopped(stopped));
  for (const task of stopped) {
    stopTask(world, task, 'ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${primary.id})`);
  }
}

function startMissing(world: World, service: Service): void {
  const [primary] = service.deployments;
  if (!primary || service.status !== 'ACTIVE' || primary.rollout === 'FAILED') return;
  const good = alive(service).filter(
    (task) => task.deployment === primary && task.containerInstance.status !== 'DRAINING',
  );
  // The maximum counts what is still on its way out: with 100 %, a replacement waits for the stop.
  const maximum = Math.max(
    Math.floor((wanted(service) * service.maximumPercent) / 100),
    service.maximumPercent >= 100 ? wanted(service) : 0,
  );
  const missing = Math.min(wanted(service) - good.length, maximum - service.tasks.size);
  if (missing <= 0) return;
  if (breakCircuit(world, service, primary) || world.now < service.nextStartAt) return;
  const started: Task[] = [];
  for (let n = 0; n < missing; n++) {
    const placement = place(service.cluster, primary.definition, wishOf(service));
    if ('obstacles' in placement) {
      complain(world, service, complaintOf(placement.obstacles));
      break;
    }
    started.push(startTask(world, service, primary, placement.containerInstance));
  }
  if (started.length === 0) return;
  delete service.complaint;
  say(world, service, words.started(started));
}

function startTask(
  world: World,
  service: Service,
  deployment: Deployment,
  containerInstance: Task['containerInstance'],
): Task {
  const tags = new Map(
    service.spec.propagateTags === 'SERVICE'
      ? service.tags
      : service.spec.propagateTags === 'TASK_DEFINITION'
        ? deployment.definition.tags
        : [],
  );
  if (service.spec.enableECSManagedTags) {
    tags.set('aws:ecs:clusterName', service.cluster.name);
    tags.set('aws:ecs:serviceName', service.name);
  }
  return createTask(world, {
    cluster: service.cluster,
    definition: deployment.definition,
    containerInstance,
    service,
    deployment,
    group: `service:${service.name}`,
    startedBy: deployment.id,
    executeCommand: deployment.spec.enableExecuteCommand ?? false,
    tags,
  });
}

/** The deployment circuit breaker, when it is on: as many failures as half the desired count, at least 3, at most 200. */
function breakCircuit(world: World, service: Service, deployment: Deployment): boolean {
  const breaker = service.spec.deploymentConfiguration?.deploymentCircuitBreaker;
  const threshold = Math.min(200, Math.max(3, Math.ceil(wanted(service) / 2)));
  if (!breaker?.enable || deployment.failedTasks < threshold) return false;
  deployment.rollout = 'FAILED';
  deployment.rolloutReason = 'ECS deployment circuit breaker: tasks failed to start.';
  say(world, service, words.circuitBroken(deployment.id));
  const reason = 'Service deployment rolled back because of circuit breaker.';
  if (!breaker.rollback || !rollBack(world, service, reason, 'ECS deployment circuit breaker:')) {
    stopServiceDeployment(world, service, 'Service deployment failed because of circuit breaker.');
  }
  return true;
}

function complete(world: World, service: Service, primary: Deployment): void {
  primary.rollout = 'COMPLETED';
  primary.rolloutReason = `ECS deployment ${primary.id} completed.`;
  completeServiceDeployment(world, service);
  // Behind a classic balancer there is no rollout to complete (ECS API, Deployment).
  const classic = service.spec.loadBalancers?.some((one) => one.loadBalancerName);
  if (!classic && service.status === 'ACTIVE') say(world, service, words.completed(primary.id));
}

function complain(world: World, service: Service, message: string): void {
  const last = service.complaint;
  if (last?.message === message && world.now - last.at < complaintEvery) return;
  service.complaint = { message, at: world.now };
  say(world, service, message);
}

function settle(world: World, service: Service): void {
  const [primary] = service.deployments;
  const steady =
    primary !== undefined &&
    service.tasks.size === wanted(service) &&
    [...service.tasks].every((task) => task.deployment === primary && healthy(world, task));
  if (!steady) {
    service.steady = false;
    return;
  }
  if (service.deployments.length > 1) service.deployments = [primary];
  if (primary.rollout === 'IN_PROGRESS') complete(world, service, primary);
  if (service.status === 'DRAINING') {
    service.status = 'INACTIVE';
    return;
  }
  if (service.steady && world.now - service.steadySaidAt < steadyEvery) return;
  service.steady = true;
  service.steadySaidAt = world.now;
  say(world, service, words.steady);
}
