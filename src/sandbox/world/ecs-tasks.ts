import type { TaskOverride, TaskStopCode } from '@aws-sdk/client-ecs';
import { noteFailedStart, noteStart } from './ecs-backoff.ts';
import { deregisterTask, registerTask } from './ecs-balancing.ts';
import { startContainer } from './ecs-containers.ts';
import { watchHealth } from './ecs-health.ts';
import { pullImage } from './ecs-images.ts';
import {
  type Cluster,
  type Container,
  type ContainerInstance,
  type Deployment,
  ecs,
  type Service,
  type Task,
  type TaskDefinition,
  type TaskStatus,
} from './ecs-state.ts';
import type { Range } from './settings.ts';
import type { Tags } from './tags.ts';
import type { World } from './world.ts';

/** SIGTERM → SIGKILL when the container definition says nothing, seconds (ECS Developer Guide, stopTimeout). */
const defaultStopTimeout = 30;
/** A stop that the scheduler wants: deregistered first, SIGTERM after this, seconds. */
const drainBeforeStop = 3;
/** A stop that a user wants: the load balancers hear of it after this, seconds; until then requests are lost. */
const deregistrationLag: Range = [3, 5];
/** The end of the containers → STOPPED, seconds. */
const cleanUp: Range = [0.5, 1.5];

export interface TaskSpec {
  cluster: Cluster;
  definition: TaskDefinition;
  containerInstance: ContainerInstance;
  service?: Service;
  deployment?: Deployment;
  group: string;
  startedBy?: string;
  overrides?: TaskOverride;
  /** Whether ECS Exec was asked for. */
  executeCommand?: boolean;
  tags: Tags;
}

/** Places a task on a container instance; it goes its way by itself from there. */
export function createTask(world: World, spec: TaskSpec): Task {
  const id = world.hex(32);
  const task: Task = {
    id,
    arn: world.arn('ecs', `task/${spec.cluster.name}/${id}`),
    cluster: spec.cluster,
    definition: spec.definition,
    containerInstance: spec.containerInstance,
    ...(spec.service ? { service: spec.service } : {}),
    ...(spec.deployment ? { deployment: spec.deployment } : {}),
    group: spec.group,
    ...(spec.startedBy === undefined ? {} : { startedBy: spec.startedBy }),
    overrides: spec.overrides ?? {},
    executeCommand: spec.executeCommand ?? false,
    tags: spec.tags,
    containers: spec.definition.containers.map((definition) => ({
      arn: world.arn('ecs', `container/${spec.cluster.name}/${id}/${world.uuid()}`),
      name: definition.name ?? '',
      definition,
      lastStatus: 'PENDING',
      health: 'UNKNOWN',
      networkBindings: [],
    })),
    lastStatus: 'PROVISIONING',
    desiredStatus: 'RUNNING',
    health: 'UNKNOWN',
    createdAt: world.now,
    balanced: false,
    version: 1,
    timers: new Set(),
  };
  spec.cluster.tasks.set(id, task);
  spec.containerInstance.tasks.add(task);
  spec.service?.tasks.add(task);
  const total = world.drawMs(world.settings.ecs.pending);
  later(world, task, total / 4, () => {
    task.connectedAt = world.now;
    become(world, task, 'PENDING');
    later(world, task, (total * 3) / 4, () =>
      told(task, () => {
        if (task.desiredStatus === 'RUNNING') pull(world, task);
      }),
    );
  });
  ecs(world).taskChanged.emit(task);
  return task;
}

function become(world: World, task: Task, status: TaskStatus): void {
  task.lastStatus = status;
  task.version += 1;
  ecs(world).taskChanged.emit(task);
}

function later(world: World, task: Task, delayMs: number, run: () => void): void {
  const timer = world.schedule(delayMs, () => {
    task.timers.delete(timer);
    run();
  });
  task.timers.add(timer);
}

function abandon(task: Task): void {
  for (const timer of task.timers) timer.cancel();
  task.timers.clear();
}

/** Runs now, or when the host's agent is connected again. */
function told(task: Task, tell: () => void): void {
  if (task.containerInstance.agentConnected) tell();
  else task.containerInstance.backlog.push(tell);
}

function pull(world: World, task: Task): void {
  const { images } = task.containerInstance;
  const missing = task.containers.filter((container) => !images.has(container.definition.image ?? ''));
  if (missing.length > 0) task.pullStartedAt = world.now;
  const delay = missing.length > 0 ? world.drawMs(world.settings.ecs.imagePull) : 0;
  for (const container of task.containers) {
    const pulled = pullImage(world, container.definition.image ?? '');
    if ('digest' in pulled) {
      if (pulled.digest !== undefined) container.imageDigest = pulled.digest;
      continue;
    }
    // A pull that fails does so at its beginning: the manifest is not there.
    later(world, task, Math.min(delay, 2000), () => reportFailure(world, task, container, pulled.error));
    return;
  }
  later(world, task, delay, () => {
    if (missing.length > 0) task.pullStoppedAt = world.now;
    for (const container of missing) images.add(container.definition.image ?? '');
    start(world, task);
  });
}

function start(world: World, task: Task): void {
  for (const container of task.containers) {
    const problem = startContainer(world, task, container, (code) => containerExited(world, task, container, code));
    if (problem !== undefined) {
      reportFailure(world, task, container, problem);
      return;
    }
    // A process may end as soon as it starts, and its task with it.
    if (task.desiredStatus === 'STOPPED') return;
  }
  watchHealth(world, task);
  told(task, () => {
    // Told late, it may be on its way out already.
    if (task.desiredStatus === 'STOPPED') return;
    task.startedAt = world.now;
    noteStart(task);
    become(world, task, 'RUNNING');
    registerTask(world, task);
  });
}

/** The agent could not start a task, which ECS hears when it is connected. */
function reportFailure(world: World, task: Task, container: Container, reason: string): void {
  told(task, () => {
    if (task.lastStatus !== 'STOPPED' && task.executionStoppedAt === undefined)
      failToStart(world, task, container, reason);
  });
}

function failToStart(world: World, task: Task, container: Container, reason: string): void {
  container.reason = reason;
  noteFailedStart(world, task);
  task.desiredStatus = 'STOPPED';
  task.stoppingAt = world.now;
  task.stopCode = 'TaskFailedToStart';
  task.stoppedReason = reason;
  abandon(task);
  for (const other of task.containers) {
    other.process?.kill();
    other.lastStatus = 'STOPPED';
  }
  end(world, task);
}

/** Stops a task: `docker stop` of its containers. A task that is being stopped already goes on as it was. */
export function stopTask(world: World, task: Task, code: TaskStopCode, reason: string): void {
  if (task.desiredStatus === 'STOPPED') return;
  task.desiredStatus = 'STOPPED';
  task.stoppingAt = world.now;
  task.stopCode = code;
  task.stoppedReason = reason;
  ecs(world).taskChanged.emit(task);
  told(task, () => {
    // Told late by an agent that was cut off, it may have ended meanwhile.
    if (task.executionStoppedAt !== undefined) return;
    // What was started meanwhile has to be ended, though ECS has not heard of it.
    if (task.startedAt === undefined && task.containers.every(({ process }) => process === undefined)) {
      abandon(task);
      for (const container of task.containers) container.lastStatus = 'STOPPED';
      end(world, task);
      return;
    }
    become(world, task, 'DEACTIVATING');
    if (code === 'UserInitiated') {
      later(world, task, world.drawMs(deregistrationLag), () => deregisterTask(world, task));
      signal(world, task);
    } else {
      deregisterTask(world, task);
      later(world, task, drainBeforeStop * 1000, () => signal(world, task));
    }
  });
}

/** SIGTERM to every container, SIGKILL to what is left when its time is over. */
function signal(world: World, task: Task): void {
  become(world, task, 'STOPPING');
  for (const container of task.containers) {
    if (container.lastStatus !== 'RUNNING') continue;
    const timeout = container.definition.stopTimeout ?? defaultStopTimeout;
    later(world, task, timeout * 1000, () => {
      if (container.lastStatus !== 'RUNNING') return;
      container.process?.kill();
      // 128 + SIGKILL.
      containerExited(world, task, container, 137);
    });
    container.process?.terminate();
  }
  if (task.containers.every((container) => container.lastStatus === 'STOPPED')) end(world, task);
}

function containerExited(world: World, task: Task, container: Container, code: number): void {
  delete container.process;
  if (container.lastStatus === 'STOPPED') return;
  told(task, () => {
    if (container.lastStatus === 'STOPPED' || task.lastStatus === 'STOPPED') return;
    container.lastStatus = 'STOPPED';
    container.exitCode = code;
    const allGone = task.containers.every((other) => other.lastStatus === 'STOPPED');
    if (task.desiredStatus === 'STOPPED') {
      if (allGone) end(world, task);
      return;
    }
    if (container.definition.essential === false && !allGone) return;
    task.desiredStatus = 'STOPPED';
    task.stoppingAt = world.now;
    task.stopCode = 'EssentialContainerExited';
    task.stoppedReason = 'Essential container in task exited';
    deregisterTask(world, task);
    abandon(task);
    if (allGone) end(world, task);
    else signal(world, task);
  });
}

/** The containers are gone; a moment later the task is STOPPED and its place on the host free. */
function end(world: World, task: Task): void {
  if (task.executionStoppedAt !== undefined) return;
  task.executionStoppedAt = world.now;
  abandon(task);
  become(world, task, 'DEPROVISIONING');
  deregisterTask(world, task);
  later(world, task, world.drawMs(cleanUp), () => finish(world, task));
}

function finish(world: World, task: Task): void {
  abandon(task);
  task.stoppedAt = world.now;
  for (const container of task.containers) container.lastStatus = 'STOPPED';
  task.containerInstance.tasks.delete(task);
  task.service?.tasks.delete(task);
  become(world, task, 'STOPPED');
  world.schedule(world.settings.ecs.stoppedVisible * 1000, () => task.cluster.tasks.delete(task.id));
}

/** The host lost its power: nothing of the task runs any more, though ECS does not know yet. */
export function loseProcesses(world: World, task: Task): void {
  abandon(task);
  const running = task.containers.filter((container) => container.process !== undefined);
  for (const container of running) {
    container.process?.kill();
    delete container.process;
  }
  // When the host comes back, its agent finds the containers dead (128 + SIGKILL).
  told(task, () => {
    const [first] = task.containers;
    if (task.lastStatus === 'STOPPED') return;
    if (task.executionStoppedAt !== undefined) {
      finish(world, task);
      return;
    }
    if (task.startedAt === undefined && task.desiredStatus === 'RUNNING' && first) {
      failToStart(world, task, first, 'Task failed to start');
      return;
    }
    for (const container of running) containerExited(world, task, container, 137);
    if (task.desiredStatus === 'STOPPED') end(world, task);
  });
}

/** ECS learns that the task's host is gone for good. */
export function loseTask(world: World, task: Task, reason: string): void {
  if (task.lastStatus === 'STOPPED') return;
  endProcesses(task);
  orphanTask(world, task, reason);
}

/** ECS gives a task up, whose containers may run on. */
export function orphanTask(world: World, task: Task, reason: string): void {
  if (task.lastStatus === 'STOPPED') return;
  task.desiredStatus = 'STOPPED';
  task.stoppingAt ??= world.now;
  task.executionStoppedAt ??= world.now;
  task.stoppedReason ??= reason;
  deregisterTask(world, task);
  finish(world, task);
}

/** Kills whatever runs in the task's containers. */
export function endProcesses(task: Task): void {
  for (const container of task.containers) {
    container.process?.kill();
    delete container.process;
  }
}
