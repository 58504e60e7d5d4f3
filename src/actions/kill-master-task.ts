import { clusterOfTask, stopTask } from '../aws/task-actions.ts';
import { ProblemError } from '../core/problem.ts';
import { fresh } from '../farm/reading.ts';
import type { Snapshot } from '../farm/snapshot.ts';
import type { Action, Target } from './action.ts';
import { isLastServing, slotServices, steadyState } from './steady-state.ts';

/** The first characters of a task id, as many as tell tasks of one farm apart. */
function shortId(id: string): string {
  return id.length > 8 ? `${id.slice(0, 8)}…` : id;
}

/** Stops the ECS task of one master; its service starts another. */
export const killMasterTask: Action = {
  name: 'kill-master-task',
  title: "Stop a master's task",
  effect: 'stops the ECS task of one master; ECS starts another, the other masters go on serving',
  confirmation: 'type-name',
  needs: ['ecs:StopTask'],

  targets(snapshot: Snapshot): readonly Target[] {
    const serviceNames = new Map((fresh(snapshot.services) ?? []).map((service) => [service.slot, service.name]));
    const slots = slotServices(snapshot) ?? [];
    return (
      slots
        .filter((slot) => slot.task?.lastStatus === 'RUNNING')
        // First the one whose loss costs least: fewest builds running.
        .sort((a, b) => runningBuilds(snapshot, a.slot) - runningBuilds(snapshot, b.slot))
        .flatMap((slot): Target[] => {
          if (!slot.task) return [];
          const host = slot.instanceId === undefined ? '' : ` on ${slot.instanceId}`;
          return [
            {
              id: slot.task.id,
              arn: slot.task.arn,
              label: `slot ${slot.slot} · task ${shortId(slot.task.id)}${host}`,
              slot: slot.slot,
              ...(slot.instanceId === undefined ? {} : { instanceId: slot.instanceId }),
              ...(slot.zone === undefined ? {} : { zone: slot.zone }),
              confirmWord: serviceNames.get(slot.slot) ?? `slot-${slot.slot}`,
            },
          ];
        })
    );
  },

  guard(snapshot, target) {
    const slots = slotServices(snapshot);
    if (!slots) {
      return { reason: 'the farm cannot be seen well enough', advice: 'wait until its readings are back, then again' };
    }
    if (!slots.some((slot) => slot.task?.id === target.id)) {
      return { reason: `${target.label} does not run any more`, advice: 'choose again from what runs now' };
    }
    if (isLastServing(slots, target.slot)) {
      return {
        reason: `slot ${target.slot} is the last master that serves: nobody could use the farm`,
        advice: 'bring another master back first',
      };
    }
    const { reasons } = steadyState(snapshot);
    if (reasons.length > 0) {
      return {
        reason: `the farm is not in its steady state: ${reasons.join('; ')}`,
        advice: 'wait until it has settled',
      };
    }
    return null;
  },

  async perform(session, target) {
    const cluster = clusterOfTask(target.arn ?? '');
    if (target.arn === undefined || cluster === undefined) {
      throw new ProblemError({
        kind: 'bug',
        source: 'ecs:StopTask',
        message: `the cluster of ${target.label} is not known`,
        advice: 'choose the target again',
      });
    }
    await stopTask(session.aws, cluster, target.arn, 'Stopped on purpose with jdci-tui (kill-master-task)');
  },
};

/** Builds that a slot's master runs, by its newest answer; none when it never gave one. */
export function runningBuilds(snapshot: Snapshot, slot: string | undefined): number {
  const master = slot === undefined ? undefined : snapshot.masters[slot]?.value;
  return (master?.computers ?? []).reduce((sum, computer) => sum + computer.executors.filter((e) => e.build).length, 0);
}
