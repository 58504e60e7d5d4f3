import type { ActivitiesType } from '@aws-sdk/client-auto-scaling';
import type { ListServiceDeploymentsResponse } from '@aws-sdk/client-ecs';
import { masters } from '../../../src/sandbox/jenkins/master.ts';
import { endFaults, perform, type Step } from './faults.ts';
import { Invariants } from './invariants.ts';
import { stackOf } from './operator-stack.ts';
import { putRight, settled } from './put-right.ts';
import { lightLoad, WholeFarm } from './whole-farm.ts';

/** Seconds of world time between two looks at the invariants. */
const lookEvery = 7;
/** Seconds in which a farm heals from anything: hosts replaced one after another, images pulled, back-off run down. */
const healing = 30 * 60;
/** The same after an operator: refreshes that wait for newcomers to warm up, updates of a stack and their rollback. */
const healingAfterOperator = 4 * 3600;
/** Seconds after which nothing idles any more: the agents' idle time, and the half hour of an agent without a master. */
const settling = 45 * 60;

/** Puts a farm through a schedule of faults; throws at the first moment at which something does not hold. */
export function run(seed: number, steps: readonly Step[]): void {
  const farm = new WholeFarm(seed, lightLoad);
  const invariants = new Invariants(farm);
  const wait = (seconds: number, every = lookEvery) => {
    for (let left = seconds; left > 0; left -= every) {
      farm.world.advance(Math.min(left, every) * 1000);
      invariants.check();
    }
  };
  for (const step of steps) {
    perform(farm, step);
    wait(step.kind === 'wait' ? step.seconds : 1);
  }
  endFaults(farm);
  const operated = steps.some((step) => step.kind === 'operate');
  const patience = operated ? healingAfterOperator : healing;
  let right = !operated;
  const healed = () => right && farm.healed() && (!operated || settled(farm));
  for (let spent = 0; spent < patience && !healed(); spent += lookEvery) {
    wait(lookEvery);
    if (operated) right = putRight(farm);
  }
  if (!healed()) throw new Error(`not healed ${patience} s after the faults ended: ${story(farm)}`);
  wait(settling, 60);
  if (!farm.healed()) throw new Error(`healed, and not any more: ${story(farm)}`);
  const unfinished = left(farm);
  if (unfinished.length > 0) throw new Error(`never ended: ${unfinished.join(', ')}: ${story(farm)}`);
  const agents = farm.instances('agent').filter((agent) => agent.State?.Name !== 'terminated');
  if (agents.length > 0) throw new Error(`${agents.length} agents are left without work: ${story(farm)}`);
  for (const [slot] of farm.masters.entries()) {
    const answer = farm.ask(slot, 'GET', '/queue/api/json?tree=items[id]');
    const queue = answer?.kind === 'reply' ? answer.body : answer?.kind;
    if (queue !== '{"_class":"hudson.model.Queue","items":[]}') throw new Error(`slot ${slot} has left ${queue}`);
  }
}

/** What was begun and has not ended, though all is well. */
function left(farm: WholeFarm): string[] {
  const { Activities = [] } = farm.call<ActivitiesType>('autoscaling', 'DescribeScalingActivities', {
    AutoScalingGroupName: farm.id('HostGroup'),
  });
  const deployments = farm.masters.flatMap(
    (service) =>
      farm.call<ListServiceDeploymentsResponse>('ecs', 'ListServiceDeployments', { service }).serviceDeployments ?? [],
  );
  return [
    ...Activities.filter((one) => one.EndTime === undefined).map((one) => `${one.Description} is ${one.StatusCode}`),
    ...deployments.filter((one) => one.finishedAt === undefined).map((one) => `a deployment is ${one.status}`),
    ...[...masters(farm.world)]
      .filter((master) => !farm.running('host').some((host) => host.InstanceId === master.context.host.id))
      .map((master) => `a master runs on ${master.context.host.id}`),
    ...(masters(farm.world).size === farm.masters.length ? [] : [`${masters(farm.world).size} masters run`]),
  ];
}

function story(farm: WholeFarm): string {
  return JSON.stringify({
    hosts: farm.containerInstances().map((one) => [one.ec2InstanceId, one.status, one.agentConnected]),
    members: farm.group().Instances?.map((one) => [one.InstanceId, one.LifecycleState, one.HealthStatus]),
    stack: stackOf(farm).StackStatus,
    services: farm.services().map((one) => [one.status, one.runningCount, one.pendingCount, one.events?.[0]?.message]),
    balancer: farm.health().map((one) => [one.InstanceId, one.State, one.Description]),
    agents: farm.instances('agent').map((one) => [one.InstanceId, one.State?.Name]),
  });
}
