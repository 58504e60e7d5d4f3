import type { Action, Target } from '../src/actions/action.ts';
import type { Drill, DrillProgress, DrillReport } from '../src/drills/drill.ts';
import type { PastDrill } from '../src/drills/journal.ts';
import { now, taskIds } from './farm-fixture.ts';

export const targetB: Target = {
  id: taskIds[1],
  label: 'slot b · task 44e0 on i-0c2…91f',
  slot: 'b',
  confirmWord: 'slot-b',
};
const targetA: Target = { id: taskIds[0], label: 'slot a · task 91ac on i-07f…3ab', slot: 'a', confirmWord: 'slot-a' };
export const targets: readonly Target[] = [targetB, targetA];

export const stopTask: Action = {
  name: 'kill-master-task',
  title: 'Stop a master task',
  effect: 'Stops the task of one master; ECS starts another.',
  confirmation: 'type-name',
  needs: ['ecs:StopTask'],
  targets: () => targets,
  guard: () => null,
  perform: async () => {},
};

export const drill: Drill = {
  name: 'kill-master-task',
  title: 'Kill a master task',
  hypothesis: 'a user of the front door sees no outage; the slot serves again within 4 min',
  action: stopTask,
  budgetSeconds: () => 240,
  predictSeconds: () => 100,
  toleratedOutageSeconds: () => 0,
  next: () => 'task RUNNING',
  builds: () => ({ lost: 0, requeued: null }),
  detected: () => false,
  recovered: () => false,
};

/** 30 s after the injection: ELB and ECS have noticed, the new task is PENDING. */
export function progress(more: Partial<DrillProgress> = {}): DrillProgress {
  const injectedAt = now - 30_000;
  return {
    id: '20260101-140211-kill-master-task-1a2b',
    drill: drill.name,
    target: targetB,
    phase: 'observe',
    injectedAt,
    detectSeconds: 4,
    recoverSeconds: null,
    budgetSeconds: 240,
    predictedSeconds: 100,
    availability: { requests: 30, failures: 0, longestOutageSeconds: 0, p50Ms: 12, p95Ms: 31 },
    timeline: [
      { at: injectedAt, source: 'drill', event: 'kill-master-task on slot b' },
      { at: injectedAt + 4_000, source: 'ECS', event: 'task gone' },
      { at: injectedAt + 20_000, source: 'ELB', event: 'out of service' },
    ],
    next: 'task RUNNING → /health/ 200 → InService',
    ...more,
  };
}

export function report(more: Partial<DrillReport> = {}): DrillReport {
  return {
    id: '20260101-140211-kill-master-task-1a2b',
    drill: drill.name,
    target: targetB.label,
    verdict: 'pass',
    detectSeconds: 4,
    recoverSeconds: 98,
    pollErrorSeconds: 2,
    budgetSeconds: 240,
    predictedSeconds: 100,
    availability: { requests: 98, failures: 0, longestOutageSeconds: 0, p50Ms: 12, p95Ms: 31 },
    builds: { lost: 0, requeued: null },
    timeline: [],
    report: '/home/op/.local/state/jdci-tui/drills/20260101-140211-kill-master-task-1a2b',
    reason: 'recovered within the budget, no user was turned away',
    ...more,
  };
}

/** A drill that was cut off with the fault in. */
export function pastDrill(more: Partial<PastDrill> = {}): PastDrill {
  return {
    id: '20260101-135000-kill-master-task-77ff',
    folder: '/home/op/.local/state/jdci-tui/drills/20260101-135000-kill-master-task-77ff',
    start: {
      at: '2026-01-01T13:50:00.000Z',
      step: 'started',
      drill: drill.name,
      stack: 'jdci',
      region: 'eu-west-1',
      identity: 'SANDBOX ×10',
      target: { ...targetB },
    },
    lastStep: 'observe',
    ...more,
  };
}
