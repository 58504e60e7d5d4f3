import { fresh } from '../farm/reading.ts';
import type { BalancedInstance, Snapshot, TaskFacts } from '../farm/snapshot.ts';

/** One slot as a user of the front door meets it. */
export interface SlotService {
  readonly slot: string;
  /** The newest task that ECS wants to run. */
  readonly task?: TaskFacts;
  readonly instanceId?: string;
  /** ECS has its agent's ear on that host: without it no task there can be started or stopped. */
  readonly agentConnected: boolean;
  readonly zone?: string;
  readonly balanced?: BalancedInstance;
  /** Its task runs and the load balancer sends requests to its host. */
  readonly serving: boolean;
}

/**
 * The slots by what this round's readings say; undefined when one that it takes could not be seen. Old readings do not
 * count here: the question is whether something may be broken now.
 */
export function slotServices(snapshot: Snapshot): SlotService[] | undefined {
  const services = fresh(snapshot.services);
  const tasks = fresh(snapshot.tasks);
  const containerInstances = fresh(snapshot.containerInstances);
  const balancer = fresh(snapshot.balancer);
  if (!services || !tasks || !containerInstances || !balancer) return undefined;
  const zones = new Map((fresh(snapshot.instances) ?? []).map((instance) => [instance.id, instance.zone]));
  return services
    .map((service): SlotService => {
      const task = tasks
        .filter((candidate) => candidate.slot === service.slot && candidate.desiredStatus === 'RUNNING')
        .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0))[0];
      const host = containerInstances.find((candidate) => candidate.arn === task?.containerInstanceArn);
      const balanced = balancer.instances.find((candidate) => candidate.instanceId === host?.instanceId);
      const zone = host ? zones.get(host.instanceId) : undefined;
      return {
        slot: service.slot,
        agentConnected: host?.agentConnected ?? false,
        ...(task ? { task } : {}),
        ...(host ? { instanceId: host.instanceId } : {}),
        ...(zone === undefined ? {} : { zone }),
        ...(balanced ? { balanced } : {}),
        serving: task?.lastStatus === 'RUNNING' && task.health !== 'UNHEALTHY' && balanced?.state === 'InService',
      };
    })
    .sort((a, b) => a.slot.localeCompare(b.slot));
}

/** Whether the farm is as it should be when nobody touches it. */
export interface SteadyState {
  /** Why it is not, one line each; empty when it is. */
  readonly reasons: readonly string[];
  /** Something could not be seen: the reasons may not be all, and nothing is proved. */
  readonly blind: boolean;
}

/**
 * Judges the steady state: the stack complete, every service at its desired count, every slot serving, every host there.
 * What cannot be seen is never taken as fine.
 */
export function steadyState(snapshot: Snapshot): SteadyState {
  const reasons: string[] = [];
  let blind = false;
  const unseen = (what: string): void => {
    blind = true;
    reasons.push(`${what} cannot be seen`);
  };
  const stack = snapshot.stack.value;
  if (!stack) unseen('the stack');
  // The stack is not read every round; an old reading of a complete one is good enough here, the lock does the rest.
  else if (!/^(CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(stack.status)) {
    reasons.push(`the stack is ${stack.status}`);
  }

  const services = fresh(snapshot.services);
  for (const service of services ?? []) {
    if (service.running === service.desired && service.pending === 0) continue;
    const pending = service.pending > 0 ? `, ${service.pending} pending` : '';
    reasons.push(`slot ${service.slot} runs ${service.running} of ${service.desired} tasks${pending}`);
  }
  const slots = slotServices(snapshot);
  if (!slots) unseen('what the masters run on');
  else if (slots.length === 0) reasons.push('the farm has no masters');
  for (const slot of slots ?? []) {
    if (!slot.serving) reasons.push(`slot ${slot.slot} is not serving`);
    else if (!slot.agentConnected) reasons.push(`the ECS agent under slot ${slot.slot} is disconnected`);
  }

  const group = fresh(snapshot.group);
  if (!group) unseen('the group of hosts');
  else {
    const inService = group.instances.filter((instance) => instance.lifecycle === 'InService').length;
    if (inService < group.desired) reasons.push(`${inService} of ${group.desired} hosts are in service`);
  }
  return { reasons, blind };
}

/** Whether it would take the last master that serves: that is never done. */
export function isLastServing(slots: readonly SlotService[], slot: string | undefined): boolean {
  return !slots.some((other) => other.slot !== slot && other.serving);
}
