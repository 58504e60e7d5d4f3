import { describeGroup, scalingActivities } from '../aws/auto-scaling.ts';
import { containerInstances as describeHosts, describeServices, describeTasks, listTasks } from '../aws/ecs.ts';
import { observeDoor } from './observe-door.ts';
import { observeMasters, viewerSecret } from './observe-masters.ts';
import { type Round, resource } from './observe-round.ts';
import { type ReadOptions, read } from './read.ts';
import type { Reading } from './reading.ts';
import type { GroupFacts, InstanceFacts, ServiceFacts, Snapshot, TaskFacts } from './snapshot.ts';

/** What of a snapshot is asked by the stack's physical ids. */
export type FarmReadings = Omit<Snapshot, 'farm' | 'at' | 'stack'>;

/**
 * Everything that the stack's resources name, at once, and the masters as soon as the addresses of their hosts are
 * known. Throws only when aborted.
 */
export async function observeFarm(
  round: Round,
  askedInstances: Promise<Reading<readonly InstanceFacts[]>>,
): Promise<FarmReadings> {
  const { session, context, before, signal } = round;
  const options = <T>(name: string, earlier: Reading<T> | undefined): ReadOptions<T> => ({
    clock: session.clock,
    name,
    before: earlier,
    signal,
  });
  const readSecret = viewerSecret(session, round.stack, signal);
  // At the first look it is asked for here, or all masters would wait for it; what is wrong with it they say themselves.
  if (before === undefined) context.viewer.get('AWSCURRENT', readSecret).catch(() => {});
  const forMasters = Promise.all([
    read(options('the services', before?.services), (limit) => askServices(round, limit)),
    read(options('the tasks', before?.tasks), (limit) => askTasks(round, limit)),
    read(options('the container instances', before?.containerInstances), (limit) =>
      describeHosts(session.aws, resource(round, 'Cluster'), limit),
    ),
    askedInstances,
  ]);
  const askedMasters = forMasters.then(([services, tasks, containerInstances, instances]) =>
    observeMasters(
      session,
      context,
      { services, tasks, containerInstances, instances },
      readSecret,
      before?.masters,
      signal,
    ),
  );
  const [[services, tasks, containerInstances, instances], { balancer, probe }, group, masters] = await Promise.all([
    forMasters,
    observeDoor(round, options('the load balancer', before?.balancer)),
    read(options('the Auto Scaling group', before?.group), (limit) => askGroup(round, limit)),
    askedMasters,
  ]);
  return { balancer, probe, group, services, tasks, containerInstances, instances, masters };
}

async function askServices(round: Round, signal: AbortSignal): Promise<readonly ServiceFacts[]> {
  const { resources } = round.stack;
  // One service per slot: ServiceA, ServiceB, … of the template.
  const arns = Object.keys(resources)
    .filter((logicalId) => /^Service[A-Z]/.test(logicalId))
    .sort()
    .map((logicalId) => resources[logicalId] ?? '');
  const services = await describeServices(round.session.aws, resource(round, 'Cluster'), arns, signal);
  return services.sort((a, b) => (a.slot < b.slot ? -1 : 1));
}

/** Running and stopped tasks. One that was STOPPED before is not described again: it changes no more. */
async function askTasks(round: Round, signal: AbortSignal): Promise<readonly TaskFacts[]> {
  const { before, session } = round;
  const { aws } = session;
  const cluster = resource(round, 'Cluster');
  const [running, stopped] = await Promise.all([
    listTasks(aws, cluster, 'RUNNING', signal),
    listTasks(aws, cluster, 'STOPPED', signal),
  ]);
  const final = new Map(
    (before?.tasks.value ?? []).filter((task) => task.lastStatus === 'STOPPED').map((task) => [task.arn, task]),
  );
  // A task may stop between the two answers and then be in both.
  const arns = [...new Set([...running, ...stopped])];
  const unfinished = arns.filter((arn) => !final.has(arn));
  const asked = await describeTasks(aws, cluster, unfinished, signal);
  const described = new Map(asked.map((task) => [task.arn, task]));
  return arns.map((arn) => final.get(arn) ?? described.get(arn)).filter((task) => task !== undefined);
}

/** The group, and its activities when they may have changed: something moves in it, or every fifth round. */
async function askGroup(round: Round, signal: AbortSignal): Promise<GroupFacts> {
  const { before, context, session, staticDue } = round;
  const { aws } = session;
  const name = resource(round, 'HostGroup');
  const group = await describeGroup(aws, name, signal);
  const ids = (list: GroupFacts['instances']) => list.map((one) => `${one.instanceId} ${one.lifecycle}`).join();
  const moves =
    group.instances.length !== group.desired ||
    group.instances.some((one) => one.lifecycle !== 'InService' || one.health !== 'Healthy') ||
    ids(group.instances) !== ids(before?.group.value?.instances ?? []);
  if (context.activities === undefined || moves || staticDue) {
    context.activities = await scalingActivities(aws, name, signal);
  }
  return { ...group, activities: context.activities };
}
