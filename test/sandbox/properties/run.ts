import { endFaults, perform, type Step } from './faults.ts';
import { Invariants } from './invariants.ts';
import { lightLoad, WholeFarm } from './whole-farm.ts';

/** Seconds of world time between two looks at the invariants. */
const lookEvery = 7;
/** Seconds in which a farm heals from anything: hosts replaced one after another, images pulled, back-off run down. */
const healing = 30 * 60;
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
  let spent = 0;
  for (; spent < healing && !farm.healed(); spent += lookEvery) wait(lookEvery);
  if (!farm.healed()) throw new Error(`not healed ${healing} s after the faults ended: ${story(farm)}`);
  wait(settling, 60);
  if (!farm.healed()) throw new Error(`healed, and not any more: ${story(farm)}`);
  const agents = farm.instances('agent').filter((agent) => agent.State?.Name !== 'terminated');
  if (agents.length > 0) throw new Error(`${agents.length} agents are left without work: ${story(farm)}`);
  for (const [slot] of farm.masters.entries()) {
    const answer = farm.ask(slot, 'GET', '/queue/api/json?tree=items[id]');
    const queue = answer?.kind === 'reply' ? answer.body : answer?.kind;
    if (queue !== '{"_class":"hudson.model.Queue","items":[]}') throw new Error(`slot ${slot} has left ${queue}`);
  }
}

function story(farm: WholeFarm): string {
  return JSON.stringify({
    hosts: farm.containerInstances().map((one) => [one.ec2InstanceId, one.status, one.agentConnected]),
    members: farm.group().Instances?.map((one) => [one.InstanceId, one.LifecycleState, one.HealthStatus]),
    services: farm.services().map((one) => [one.runningCount, one.pendingCount, one.events?.[0]?.message]),
    balancer: farm.health().map((one) => [one.InstanceId, one.State, one.Description]),
    agents: farm.instances('agent').map((one) => [one.InstanceId, one.State?.Name]),
  });
}
