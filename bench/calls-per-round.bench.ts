// AWS calls of steady rounds, by operation, against the fewest that the pages allow: on the farm of the template and on
// one of 100 masters and 2,000 agents. The world stands still, so that nothing but the rounds themselves causes calls.
import { openSession } from '../src/commands/session.ts';
import { observe } from '../src/farm/observe.ts';
import { ObserveContext } from '../src/farm/observe-context.ts';
import { Probe } from '../src/farm/probe.ts';
import type { Reading } from '../src/farm/reading.ts';
import type { Snapshot } from '../src/farm/snapshot.ts';
import { type SandboxOptions, startSandbox } from '../src/sandbox/sandbox.ts';
import { report } from './figures.ts';

// Without this the SDK says at its first client that it will want a newer Node.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** What rarely changes is asked in one round of so many. */
const cycle = 5;

/** Calls for a list whose answer ends after each full page: an empty one is still asked. */
const listed = (items: number, aPage: number) => Math.max(1, Math.ceil(items / aPage));
/** Calls for a description of named things: none when there are none. */
const described = (items: number, aPage: number) => Math.ceil(items / aPage);

/**
 * The fewest calls of one cycle by operation, from how much there is and the maxima of the APIs. DescribeInstances alone
 * has a smaller page, of 100: more at once would hold the screen while they are parsed.
 */
function fewest(snapshot: Snapshot): Map<string, number> {
  const [services, tasks, hosts, instances] = [
    snapshot.services.value ?? [],
    snapshot.tasks.value ?? [],
    snapshot.containerInstances.value ?? [],
    snapshot.instances.value ?? [],
  ];
  const running = tasks.filter((task) => task.lastStatus !== 'STOPPED');
  const eachRound: Record<string, number> = {
    'ecs:DescribeServices': described(services.length, 10),
    // Running and stopped tasks are two lists; a stopped one is not described again.
    'ecs:ListTasks': listed(running.length, 100) + listed(tasks.length - running.length, 100),
    'ecs:DescribeTasks': described(running.length, 100),
    'ecs:ListContainerInstances': listed(hosts.length, 100),
    'ecs:DescribeContainerInstances': described(hosts.length, 100),
    'ec2:DescribeInstances': listed(instances.length, 100),
    'elasticloadbalancing:DescribeInstanceHealth': 1,
    'autoscaling:DescribeAutoScalingGroups': 1,
  };
  const onceACycle = [
    'cloudformation:DescribeStacks',
    'elasticloadbalancing:DescribeLoadBalancers',
    'autoscaling:DescribeScalingActivities',
  ];
  return new Map([
    ...Object.entries(eachRound).map(([action, calls]) => [action, calls * cycle] as const),
    ...onceACycle.map((action) => [action, 1] as const),
  ]);
}

async function measure(name: string, options: SandboxOptions): Promise<void> {
  const sandbox = await startSandbox({ ...options, farm: true, seed: 1, speed: 0, faults: { limits: false } });
  const environment = { HOME: '/nonexistent', ...sandbox.environment };
  const session = await openSession({ stack: 'jdci', sandbox: false, readOnly: true, refresh: 2 }, environment, () =>
    Promise.reject(new Error('there is one already')),
  );
  const context = new ObserveContext(new Probe({ road: session.doorRoad, clock: session.clock }));
  // The first look asks for more: ids and secret. It begins a cycle, so the rest of that cycle goes before the count.
  let snapshot = await observe(session, context);
  for (let round = 1; round < cycle; round++) snapshot = await observe(session, context, snapshot);
  const before = new Map(session.aws.calls);
  for (let round = 0; round < cycle; round++) snapshot = await observe(session, context, snapshot);
  const after = new Map(session.aws.calls);
  await session.close();
  await sandbox.close();

  const { stack, balancer, group, services, tasks, containerInstances, instances } = snapshot;
  const readings: Reading<unknown>[] = [stack, balancer, group, services, tasks, containerInstances, instances];
  const unseen = readings.find((reading) => reading.value === undefined || reading.problem);
  if (unseen) throw new Error(`${name}: not everything was seen: ${unseen.problem?.message}`);
  const minimum = fewest(snapshot);
  const made = new Map([...after].map(([action, calls]) => [action, calls - (before.get(action) ?? 0)]));
  const actions = [...new Set([...minimum.keys(), ...made.keys()])];
  const differing = actions.flatMap((action) => {
    const [is, fewestCalls] = [made.get(action) ?? 0, minimum.get(action) ?? 0];
    return is === fewestCalls ? [] : [`${action} ${is} instead of ${fewestCalls}`];
  });
  const sum = (calls: Map<string, number>) => [...calls.values()].reduce((total, one) => total + one, 0);
  report(
    `calls a round, ${name}`,
    sum(made) / cycle,
    sum(minimum) / cycle,
    '',
    differing.length > 0 ? `in ${cycle} rounds: ${differing.join(', ')}` : 'every operation as few as can be',
  );
  // Fewer of one may hide more of another.
  if (differing.length > 0) process.exitCode = 1;
}

await measure('the template’s farm', {});
await measure('100 masters, 2,000 agents', {
  settings: { largeFarm: { masters: 100, agents: 2_000, queued: 5_000 } },
});
