import { setMaxListeners } from 'node:events';
import type { ObserveContext } from './observe-context.ts';
import { observeDoor } from './observe-door.ts';
import { observeMasters } from './observe-masters.ts';
import { type Round, resource } from './observe-round.ts';
import { observeStack } from './observe-stack.ts';
import { type ReadOptions, read } from './read.ts';
import { type Reading, unseen } from './reading.ts';
import type { Session } from './session.ts';
import type { GroupFacts, ServiceFacts, Snapshot, StackFacts, TaskFacts } from './snapshot.ts';
import { absentProblem, isAbsent } from './stack-status.ts';

/**
 * One round: every source at once, each with its own reading. What one answer needs of another decides the order: the
 * stack's physical ids first, then AWS, and the masters as soon as their hosts' addresses are known. The SDK's modules
 * are loaded while the stack's answer is on its way. Throws only when aborted.
 */
export async function observe(
  session: Session,
  context: ObserveContext,
  before?: Snapshot,
  signal?: AbortSignal,
): Promise<Snapshot> {
  const { aws, clock, farm } = session;
  const at = clock.now();
  // Each request under way listens; Node would warn of more than ten into the middle of a screen.
  if (signal) setMaxListeners(0, signal);
  const { staticDue } = context.begin();
  const options = <T>(name: string, earlier: Reading<T> | undefined): ReadOptions<T> => ({
    clock,
    name,
    before: earlier,
    signal,
  });

  const askInstances = () =>
    read(options('the instances', before?.instances), async (limit) => {
      const { describeFarmInstances } = await import('../aws/ec2.ts');
      return describeFarmInstances(aws, farm.stack, before?.instances.value?.length ?? 0, limit);
    });
  // Needs no answer of the stack, so it goes out with it; but not round after round for a farm that is not there.
  const knownAbsent = before !== undefined && isAbsent(before.stack);
  const earlyInstances = knownAbsent ? undefined : askInstances();
  // Only an abort rejects; it is met where the reading is awaited, or by the stack's own reading before that.
  earlyInstances?.catch(() => {});

  // What cannot be loaded is said by the reading that needs it.
  if (before === undefined) loadModules().catch(() => {});
  const stack = await observeStack(session, staticDue, before?.stack, signal);
  if (isAbsent(stack)) {
    context.forgetFarm();
    return withoutStack(session, at, stack, { problem: absentProblem(farm.stack, stack) });
  }
  const askedInstances = earlyInstances ?? askInstances();
  if (stack.value === undefined) {
    // Nothing is known to ask for, but for the instances, which are found by their tag.
    const blind = stack.problem ? unseen<never>(stack.problem) : {};
    return { ...withoutStack(session, at, stack, blind), instances: await askedInstances };
  }

  const round: Round = { aws, context, staticDue, before, stack: stack.value };
  const forMasters = Promise.all([
    read(options('the services', before?.services), (limit) => askServices(round, limit)),
    read(options('the tasks', before?.tasks), (limit) => askTasks(round, limit)),
    read(options('the container instances', before?.containerInstances), async (limit) => {
      const { containerInstances } = await import('../aws/ecs.ts');
      return containerInstances(aws, resource(round, 'Cluster'), limit);
    }),
    askedInstances,
  ]);
  const askedMasters = forMasters.then(([services, tasks, containerInstances, instances]) =>
    observeMasters(
      session,
      context,
      { stack: round.stack, services, tasks, containerInstances, instances },
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
  return { farm, at, stack, balancer, probe, group, services, tasks, containerInstances, instances, masters };
}

/** Loads what the round needs next while the first answers are on their way. */
async function loadModules(): Promise<void> {
  await Promise.all([
    import('../aws/ecs.ts'),
    import('../aws/elastic-load-balancing.ts'),
    import('../aws/auto-scaling.ts'),
    import('../aws/secrets-manager.ts'),
    import('../jenkins/master-client.ts'),
  ]);
}

async function askServices(round: Round, signal: AbortSignal): Promise<readonly ServiceFacts[]> {
  const { describeServices } = await import('../aws/ecs.ts');
  const { resources } = round.stack;
  // One service per slot: ServiceA, ServiceB, … of the template.
  const arns = Object.keys(resources)
    .filter((logicalId) => /^Service[A-Z]/.test(logicalId))
    .sort()
    .map((logicalId) => resources[logicalId] ?? '');
  const services = await describeServices(round.aws, resource(round, 'Cluster'), arns, signal);
  return services.sort((a, b) => (a.slot < b.slot ? -1 : 1));
}

/** Running and stopped tasks. One that was STOPPED before is not described again: it changes no more. */
async function askTasks(round: Round, signal: AbortSignal): Promise<readonly TaskFacts[]> {
  const { aws, before } = round;
  const { describeTasks, listTasks } = await import('../aws/ecs.ts');
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
  const { aws, before, context, staticDue } = round;
  const { describeGroup, scalingActivities } = await import('../aws/auto-scaling.ts');
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

function withoutStack({ farm }: Session, at: number, stack: Reading<StackFacts>, none: Reading<never>): Snapshot {
  return {
    farm,
    at,
    stack,
    balancer: none,
    probe: none,
    group: none,
    services: none,
    tasks: none,
    containerInstances: none,
    instances: none,
    masters: {},
  };
}
