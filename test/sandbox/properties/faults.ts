import * as fc from 'fast-check';
import { zonesWithoutCapacity } from '../../../src/sandbox/world/ec2-launch.ts';
import { terminateInstance } from '../../../src/sandbox/world/ec2-lifecycle.ts';
import { containerInstanceOf, setAgentConnected } from '../../../src/sandbox/world/ecs-container-instances.ts';
import { ServiceError } from '../../../src/sandbox/world/service-error.ts';
import { nth } from './deed.ts';
import { type OperatorStep, operate, operatorStep, operatorStory } from './operator.ts';
import type { WholeFarm } from './whole-farm.ts';

/** What is done to a farm; numbers choose among what is there at that moment. */
export type Step =
  | { kind: 'wait'; seconds: number }
  | { kind: 'stop-task' | 'exit' | 'quiet-down' | 'cancel-quiet-down'; slot: number }
  | { kind: 'fail-health'; slot: number; seconds: number }
  | {
      kind: 'terminate-host' | 'stop-host' | 'reboot-host' | 'drain' | 'activate' | 'cut-agent' | 'restore-agent';
      host: number;
    }
  | { kind: 'mark-unhealthy'; host: number }
  | { kind: 'terminate-agent'; agent: number }
  | { kind: 'scale'; hosts: number }
  | { kind: 'zone'; zone: number; capacity: boolean }
  | { kind: 'load'; buildsPerHour: number }
  | OperatorStep;

const which = fc.nat(3);

/** Steps of which about half let time pass, as an afternoon of faults does. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 240 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('stop-task' as const, 'exit' as const, 'quiet-down' as const, 'cancel-quiet-down' as const),
      slot: which,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail-health' as const),
      slot: which,
      seconds: fc.integer({ min: 5, max: 900 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'terminate-host' as const,
        'stop-host' as const,
        'reboot-host' as const,
        'drain' as const,
        'activate' as const,
        'cut-agent' as const,
        'restore-agent' as const,
      ),
      host: which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark-unhealthy' as const), host: which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('terminate-agent' as const), agent: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('scale' as const), hosts: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('zone' as const), zone: fc.nat(2), capacity: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('load' as const), buildsPerHour: fc.integer({ min: 0, max: 400 }) }),
  },
);

export const schedule = fc.array(step, { minLength: 3, maxLength: 25 });

/** Faults, and an operator who works while they come: one thing, or one that needs another to have gone before. */
const stepsWithOperator: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 3, arbitrary: step.map((one) => [one]) },
  { weight: 2, arbitrary: operatorStep.map((one) => [one]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(operatorStory, fc.integer({ min: 1, max: 150 }))
      .map(([story, seconds]) => story.flatMap((one): Step[] => [one, { kind: 'wait', seconds }])),
  },
);

/** Schedules with an operator in them. */
export function scheduleWithOperator(maxLength: number): fc.Arbitrary<readonly Step[]> {
  return fc.array(stepsWithOperator, { minLength: 2, maxLength, size: 'max' }).map((steps) => steps.flat());
}

/** Does one step, `wait` left to the caller; what is refused in the service's own words is no failure of the farm's. */
export function perform(farm: WholeFarm, step: Step): void {
  try {
    act(farm, step);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
  }
}

function act(farm: WholeFarm, step: Step): void {
  const { world, call } = farm;
  const cluster = farm.id('Cluster');
  switch (step.kind) {
    case 'wait':
      return;
    case 'stop-task': {
      const task = farm.taskOf(step.slot);
      if (task) call('ecs', 'StopTask', { cluster, task: task.taskArn, reason: 'a property' });
      return;
    }
    case 'exit':
      farm.ask(step.slot, 'POST', '/exit');
      return;
    case 'quiet-down':
      farm.ask(step.slot, 'POST', '/quietDown');
      return;
    case 'cancel-quiet-down':
      farm.ask(step.slot, 'POST', '/cancelQuietDown');
      return;
    case 'fail-health':
      farm.ask(step.slot, 'POST', `/jdci-health/fail?seconds=${step.seconds}`);
      return;
    case 'terminate-agent': {
      const agent = nth(farm.running('agent'), step.agent)?.InstanceId;
      if (agent) terminateInstance(world, agent);
      return;
    }
    case 'scale':
      scaleTo(farm, step.hosts);
      return;
    case 'zone': {
      const zone = nth(world.settings.zones, step.zone) ?? '';
      if (step.capacity) zonesWithoutCapacity(world).delete(zone);
      else zonesWithoutCapacity(world).add(zone);
      return;
    }
    case 'operate':
      operate(farm, step);
      return;
    case 'load':
      world.settings.load.buildsPerHour = step.buildsPerHour;
      return;
    default:
      actOnHost(farm, step.kind, step.host);
  }
}

function scaleTo(farm: WholeFarm, hosts: number): void {
  farm.call('autoscaling', 'UpdateAutoScalingGroup', {
    AutoScalingGroupName: farm.id('HostGroup'),
    MinSize: hosts,
    MaxSize: hosts,
    DesiredCapacity: hosts,
  });
}

function actOnHost(farm: WholeFarm, kind: Extract<Step, { host: number }>['kind'], number: number): void {
  const { world, call } = farm;
  const host = nth(farm.running('host'), number)?.InstanceId;
  const containerInstance = nth(farm.containerInstances(), number)?.containerInstanceArn;
  switch (kind) {
    case 'terminate-host':
      if (host) call('ec2', 'TerminateInstances', { InstanceIds: [host] });
      return;
    case 'stop-host':
      if (host) call('ec2', 'StopInstances', { InstanceIds: [host] });
      return;
    case 'reboot-host':
      if (host) call('ec2', 'RebootInstances', { InstanceIds: [host] });
      return;
    case 'mark-unhealthy':
      if (host) call('autoscaling', 'SetInstanceHealth', { InstanceId: host, HealthStatus: 'Unhealthy' });
      return;
    case 'drain':
    case 'activate':
      call('ecs', 'UpdateContainerInstancesState', {
        cluster: farm.id('Cluster'),
        containerInstances: containerInstance ? [containerInstance] : [],
        status: kind === 'drain' ? 'DRAINING' : 'ACTIVE',
      });
      return;
    case 'cut-agent':
    case 'restore-agent': {
      const found = host && containerInstanceOf(world, host);
      if (found) setAgentConnected(world, found, kind === 'restore-agent');
    }
  }
}

/** Takes every fault away that does not end by itself, as an operator does who has found out. */
export function endFaults(farm: WholeFarm): void {
  const { world } = farm;
  zonesWithoutCapacity(world).clear();
  world.settings.load.buildsPerHour = 0;
  scaleTo(farm, farm.hostCount);
  for (const host of farm.running('host')) {
    const found = containerInstanceOf(world, host.InstanceId ?? '');
    // An agent that is off because its host boots comes by itself.
    if (found && found.instance.bootedAt !== undefined) setAgentConnected(world, found, true);
  }
  for (const [slot] of farm.masters.entries()) {
    perform(farm, { kind: 'cancel-quiet-down', slot });
    farm.ask(slot, 'POST', '/jdci-health/pass');
  }
  const containerInstances = farm.containerInstances().filter((one) => one.status === 'DRAINING');
  for (const one of containerInstances) {
    farm.call('ecs', 'UpdateContainerInstancesState', {
      cluster: farm.id('Cluster'),
      containerInstances: [one.containerInstanceArn],
      status: 'ACTIVE',
    });
  }
}
