import { killMasterTask, runningBuilds } from '../actions/kill-master-task.ts';
import { slotServices } from '../actions/steady-state.ts';
import { fresh } from '../farm/reading.ts';
import type { Drill } from './drill.ts';
import { budgetFor, taskRecoverySeconds } from './predict.ts';

/** A master's task is stopped: its service starts another, and users notice at most a moment. */
export const killMasterTaskDrill: Drill = {
  name: 'kill-master-task',
  title: "Stop a master's task",
  hypothesis: 'users are turned away for 5 s at most, and the slot serves again with a new task within the budget',
  action: killMasterTask,
  budgetSeconds: (snapshot) => budgetFor(taskRecoverySeconds(snapshot)),
  predictSeconds: taskRecoverySeconds,
  // StopTask drops traffic for 3 to 5 s, until the load balancer has let go of the host.
  toleratedOutageSeconds: () => 5,

  detected(snapshot, target) {
    const tasks = fresh(snapshot.tasks);
    if (!tasks) return false;
    const task = tasks.find((candidate) => candidate.id === target.id);
    if (task?.desiredStatus !== 'RUNNING' || task.lastStatus !== 'RUNNING') return true;
    const host = fresh(snapshot.balancer)?.instances.find((instance) => instance.instanceId === target.instanceId);
    return host?.state === 'OutOfService';
  },

  recovered(snapshot, target) {
    const slot = slotServices(snapshot)?.find((candidate) => candidate.slot === target.slot);
    return slot?.serving === true && slot.task?.id !== target.id;
  },

  next(snapshot, target) {
    const slots = slotServices(snapshot);
    if (!slots) return 'the readings of ECS and the load balancer';
    const slot = slots.find((candidate) => candidate.slot === target.slot);
    if (!slot?.task || slot.task.id === target.id) return 'ECS starts a new task → RUNNING → health checks → InService';
    if (slot.task.lastStatus !== 'RUNNING')
      return `new task ${slot.task.lastStatus} → RUNNING → health checks → InService`;
    return slot.serving
      ? 'steady state'
      : `Jenkins boots on ${slot.instanceId ?? 'its host'} → health checks → InService`;
  },

  // The home of a master lives and dies with its container: nothing is left that could put a build back into the queue.
  builds: (before, target) => ({ lost: runningBuilds(before, target.slot), requeued: null }),
};
