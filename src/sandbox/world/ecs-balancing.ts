import { instances } from './ec2.ts';
import { say, words } from './ecs-events.ts';
import type { Task } from './ecs-state.ts';
import { deregisterInstances, registerInstances } from './elastic-load-balancing.ts';
import { type InstanceHealth, instanceHealth } from './elastic-load-balancing-health.ts';
import { type LoadBalancer, loadBalancers } from './elastic-load-balancing-state.ts';
import type { World } from './world.ts';

/** The classic balancers of a task's service that still exist. */
function balancersOf(world: World, task: Task): LoadBalancer[] {
  return (task.service?.spec.loadBalancers ?? []).flatMap(({ loadBalancerName }) => {
    const balancer = loadBalancers(world).get(loadBalancerName ?? '');
    return balancer ? [balancer] : [];
  });
}

/** The service registers the task's host, as it does once the task runs. */
export function registerTask(world: World, task: Task): void {
  const host = task.containerInstance.instance.id;
  for (const balancer of balancersOf(world, task)) {
    registerInstances(world, balancer, [host]);
    if (task.service) say(world, task.service, words.registered(balancer.name));
  }
  task.balanced = true;
}

/** The service deregisters the task's host. A classic balancer knows hosts, not tasks: whoever else serves there loses too. */
export function deregisterTask(world: World, task: Task): void {
  if (!task.balanced) return;
  task.balanced = false;
  const host = task.containerInstance.instance.id;
  const state = instances(world).get(host)?.state.name;
  for (const balancer of balancersOf(world, task)) {
    if (state !== undefined && state !== 'terminated') deregisterInstances(world, balancer, [host]);
    if (task.service) say(world, task.service, words.deregistered(balancer.name));
  }
}

/** What each of the task's balancers says of its host. */
export function balancedHealth(world: World, task: Task): { balancer: LoadBalancer; health: InstanceHealth }[] {
  const host = task.containerInstance.instance.id;
  return balancersOf(world, task).map((balancer) => ({ balancer, health: instanceHealth(world, balancer, host) }));
}
