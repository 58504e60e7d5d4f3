// How long a farm of the sandbox takes to recover, measured over many seeds and set against the sum of its settings and
// against the source article. Makes the table of docs/sandbox.md:
//   node scripts/recovery-table.mjs
import { terminateInstance } from '../src/sandbox/world/ec2-lifecycle.ts';
import { defaultSettings, type Range, type Settings } from '../src/sandbox/world/settings.ts';
import { WholeFarm } from '../test/sandbox/properties/whole-farm.ts';

/** The template's load balancer: seconds between checks, checks until in, checks until out. */
const check = { interval: 10, in: 2, out: 3 } as const;
/** ECS: deregistered by the service this long before SIGTERM; the containers' end until the task is STOPPED. Seconds. */
const drainBeforeStop = 3;
const cleanUp: Range = [0.5, 1.5];

/** One way to lose something. */
export interface RecoveryCase {
  readonly name: string;
  /** What the article promises, where it does. */
  readonly article: string;
  /** What the time is made of, each with its range in seconds. */
  readonly parts: (settings: Settings) => readonly (readonly [what: string, range: Range])[];
  /** Breaks the farm; returns whether it is whole again. */
  readonly begin: (farm: WholeFarm) => () => boolean;
}

/** A thing that is looked at every so many seconds is noticed within them. */
const within = (seconds: number): Range => [0, seconds];
const passing: Range = [(check.in - 1) * check.interval, check.in * check.interval];
const failing: Range = [(check.out - 1) * check.interval, check.out * check.interval];

/** From "ECS knows that a task is missing" to "the balancer sends requests to the new one". */
function startOfMaster({ ecs, jenkins }: Settings, pull: Range) {
  return [
    ['scheduler', within(ecs.schedulerSeconds)],
    ['task pending', ecs.pending],
    ['image pull', pull],
    ['Jenkins boots', jenkins.boot],
    ['ELB checks pass', passing],
  ] as const;
}

/** On a host that had a master the image is there already; the spare host pulls it. */
const perhapsPulled = ({ ecs }: Settings): Range => [0, ecs.imagePull[1]];

function allInService(farm: WholeFarm): boolean {
  const inService = farm.health().filter((one) => one.State === 'InService').length;
  return inService === farm.masters.length && farm.services().every((service) => service.runningCount === 1);
}

/** Whether slot a has a task other than the one that was lost, and every slot serves. */
function replaced(farm: WholeFarm): () => boolean {
  const lost = farm.taskOf(0)?.taskArn;
  return () => {
    const now = farm.taskOf(0)?.taskArn;
    return now !== undefined && now !== lost && allInService(farm);
  };
}

function hostOfMaster(farm: WholeFarm): string {
  const arn = farm.taskOf(0)?.containerInstanceArn;
  const host = farm.containerInstances().find((one) => one.containerInstanceArn === arn)?.ec2InstanceId;
  if (!host) throw new Error('slot a has no host');
  return host;
}

function resize(farm: WholeFarm, hosts: number): void {
  const sizes = { MinSize: hosts, MaxSize: hosts, DesiredCapacity: hosts };
  farm.call('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: farm.id('HostGroup'), ...sizes });
}

/** Shrinks the group to one host a master, as in the article, which knows no spare. */
function withoutSpare(farm: WholeFarm): void {
  const busy = new Set(
    farm
      .containerInstances()
      .filter((one) => (one.runningTasksCount ?? 0) > 0)
      .map((one) => one.ec2InstanceId),
  );
  const spare = farm.running('host').find((host) => !busy.has(host.InstanceId))?.InstanceId ?? '';
  farm.call('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: farm.id('HostGroup'), MinSize: 0 });
  farm.call('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
    InstanceId: spare,
    ShouldDecrementDesiredCapacity: true,
  });
  resize(farm, farm.masters.length);
  until(farm, () => farm.containerInstances().length === farm.masters.length, 'the spare host is gone');
}

export const recoveryCases: readonly RecoveryCase[] = [
  {
    name: 'host lost, no spare host (the article’s farm)',
    article: '3 to 4 min',
    parts: (settings) => [
      ['Auto Scaling notices', within(settings.autoScaling.healthCheckSeconds)],
      ['launch', settings.autoScaling.launch],
      ['pending', settings.instance.pending],
      ['system boots', settings.instance.boot],
      ['ECS agent registers', settings.ecs.agentRegister],
      ...startOfMaster(settings, settings.ecs.imagePull),
    ],
    begin: (farm) => {
      withoutSpare(farm);
      const back = replaced(farm);
      terminateInstance(farm.world, hostOfMaster(farm));
      return back;
    },
  },
  {
    name: 'host lost, one spare host (the template’s default)',
    article: '—',
    parts: (settings) => [['ECS notices', settings.ecs.hostLost], ...startOfMaster(settings, settings.ecs.imagePull)],
    begin: (farm) => {
      const back = replaced(farm);
      terminateInstance(farm.world, hostOfMaster(farm));
      return back;
    },
  },
  {
    name: 'master’s task stopped (`stop-task`)',
    article: '—',
    parts: (settings) => [
      ['Jenkins ends', settings.jenkins.stop],
      ['task ends', cleanUp],
      ...startOfMaster(settings, perhapsPulled(settings)),
    ],
    begin: (farm) => {
      const back = replaced(farm);
      farm.call('ecs', 'StopTask', { cluster: farm.id('Cluster'), task: farm.taskOf(0)?.taskArn });
      return back;
    },
  },
  {
    name: 'master crashes (`/exit`)',
    article: '—',
    parts: (settings) => [
      ['Jenkins ends', settings.jenkins.stop],
      ['task ends', cleanUp],
      ...startOfMaster(settings, perhapsPulled(settings)),
    ],
    begin: (farm) => {
      const back = replaced(farm);
      farm.ask(0, 'POST', '/exit');
      return back;
    },
  },
  {
    name: 'master hangs (`/health/` fails, its container runs)',
    article: '—',
    parts: (settings) => [
      ['ELB checks fail', failing],
      ['scheduler', within(settings.ecs.schedulerSeconds)],
      ['deregistered', [drainBeforeStop, drainBeforeStop]],
      ['Jenkins ends', settings.jenkins.stop],
      ['task ends', cleanUp],
      ...startOfMaster(settings, perhapsPulled(settings)),
    ],
    begin: (farm) => {
      const back = replaced(farm);
      farm.ask(0, 'POST', '/jdci-health/fail?seconds=3600');
      return back;
    },
  },
  {
    name: 'host drained (to the spare host)',
    article: '—',
    parts: (settings) => [
      ['scheduler', within(settings.ecs.schedulerSeconds)],
      ['deregistered', [drainBeforeStop, drainBeforeStop]],
      ['Jenkins ends', settings.jenkins.stop],
      ['task ends', cleanUp],
      ...startOfMaster(settings, settings.ecs.imagePull),
    ],
    begin: (farm) => {
      const back = replaced(farm);
      const containerInstances = [farm.taskOf(0)?.containerInstanceArn];
      const cluster = farm.id('Cluster');
      farm.call('ecs', 'UpdateContainerInstancesState', { cluster, containerInstances, status: 'DRAINING' });
      return back;
    },
  },
  {
    name: 'agent lost while it builds, wanted again',
    article: 'about 90 s',
    parts: ({ instance, jenkins }) => [
      ['cloud decides', jenkins.provisionDecision],
      ['pending', instance.pending],
      ['system boots', instance.boot],
      ['connects', jenkins.agentConnect],
    ],
    begin: (farm) => {
      startBuild(farm);
      until(farm, () => runningBuild(farm) !== undefined, 'the build runs');
      const agent = runningBuild(farm) ?? '';
      terminateInstance(farm.world, agent);
      // Jenkins does not run a lost build again by itself: the same is asked for at once.
      startBuild(farm);
      return () => (runningBuild(farm) ?? agent) !== agent;
    },
  },
];

function startBuild(farm: WholeFarm): void {
  const number = farm.world.now;
  farm.ask(0, 'POST', `/job/jdci-drill/buildWithParameters?NUMBER=${number}&SECONDS=600&delay=0sec`);
}

/** The instance of an agent that builds for slot a. */
function runningBuild(farm: WholeFarm): string | undefined {
  const answer = farm.ask(0, 'GET', '/computer/api/json?tree=computer[displayName,idle,offline]');
  if (answer?.kind !== 'reply') return undefined;
  const { computer } = JSON.parse(answer.body) as {
    computer: { displayName: string; idle: boolean; offline: boolean }[];
  };
  const busy = computer.find((one) => !one.idle && !one.offline);
  return /\((i-[0-9a-f]+)\)$/.exec(busy?.displayName ?? '')?.[1];
}

/** Seconds until the condition holds, looked at every second. */
function until(farm: WholeFarm, holds: () => boolean, what: string): number {
  const start = farm.world.now;
  while (!holds()) {
    if (farm.world.now - start > 30 * 60_000) throw new Error(`half an hour was not enough until ${what}`);
    farm.world.advance(1000);
  }
  return (farm.world.now - start) / 1000;
}

export interface Recovery {
  readonly case: RecoveryCase;
  /** Seconds, one for each seed, ascending. */
  readonly seconds: readonly number[];
  /** What the settings say it is between, seconds. */
  readonly least: number;
  readonly most: number;
}

/** Measures one case on a fresh farm of each seed, under no other load. */
export function measure(one: RecoveryCase, seeds: number): Recovery {
  const seconds: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const farm = new WholeFarm(seed, { load: { ...defaultSettings.load, buildsPerHour: 0 } });
    // Seeds differ in the phases of what looks every so often as well; so does the moment.
    farm.world.advance(seed * 1_700);
    const whole = one.begin(farm);
    seconds.push(until(farm, whole, one.name));
  }
  seconds.sort((a, b) => a - b);
  const ranges = one.parts(defaultSettings).map(([, range]) => range);
  const sum = (side: 0 | 1) => ranges.reduce((total, range) => total + range[side], 0);
  return { case: one, seconds, least: sum(0), most: sum(1) };
}

/** The middle of a sorted list. */
export function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The table as Markdown. */
export function recoveryTable(recoveries: readonly Recovery[]): string {
  const rows = recoveries.map(({ case: one, seconds, least, most }) => {
    const parts = one
      .parts(defaultSettings)
      .map(([what, [from, to]]) => `${what} ${from === to ? from : `${from}–${to}`}`);
    const shown = (value: number | undefined) => Math.round(value ?? Number.NaN);
    const measured = `${shown(seconds[0])} / **${shown(median(seconds))}** / ${shown(seconds.at(-1))}`;
    return `| ${one.name} | ${one.article} | ${measured} | ${Math.round(least)}–${Math.round(most)} | ${parts.join(' + ')} |`;
  });
  return [
    '| What happens | Article | Measured: least / median / most (s) | By the settings (s) | Made of (s) |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** How many farms of each case the documented table is measured on. */
export const documentedSeeds = 30;

const [begin, end] = ['<!-- recovery table: begin -->', '<!-- recovery table: end -->'];

/** The page with the table between its marks put in place. */
export function withRecoveryTable(page: string, table: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/sandbox.md has lost the marks of its recovery table');
  return `${page.slice(0, from + begin.length)}\n${table}\n${page.slice(to)}`;
}
