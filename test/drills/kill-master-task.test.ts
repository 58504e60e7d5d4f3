import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/actions/action.ts';
import { killMasterTask } from '../../src/actions/kill-master-task.ts';
import { steadyState } from '../../src/actions/steady-state.ts';
import { CommandError } from '../../src/core/exit.ts';
import { drillNamed, drills } from '../../src/drills/catalogue.ts';
import { killMasterTaskDrill as drill } from '../../src/drills/kill-master-task.ts';
import { balanced, blinded, farm, task, withValue } from './farm.ts';

const at = 1_000_000;
const well = farm(at);

function target(slot: string): Target {
  const found = killMasterTask.targets(well).find((candidate) => candidate.slot === slot);
  if (!found) throw new Error(`no target for slot ${slot}`);
  return found;
}

describe('steadyState', () => {
  it('holds for a farm that is well', () => {
    expect(steadyState(well)).toEqual({ reasons: [], blind: false });
  });

  it('names a slot that does not serve', () => {
    const out = withValue(well, 'balancer', (balancer) => ({
      ...balancer,
      instances: [balanced('i-1', 'OutOfService'), balanced('i-2')],
    }));
    expect(steadyState(out)).toEqual({ reasons: ['slot a is not serving'], blind: false });
  });

  it('is blind without the tasks, whatever their last value was', () => {
    const state = steadyState(blinded(well, 'tasks'));
    expect(state.blind).toBe(true);
    expect(state.reasons).toHaveLength(1);
  });

  it('needs every host and a stack that stands still', () => {
    const short = withValue(well, 'group', (group) => ({ ...group, instances: group.instances.slice(1) }));
    const moving = withValue(short, 'stack', (stack) => ({ ...stack, status: 'UPDATE_IN_PROGRESS' }));
    expect(steadyState(moving).reasons).toEqual(['the stack is UPDATE_IN_PROGRESS', '2 of 3 hosts are in service']);
  });
});

describe('kill-master-task', () => {
  it('offers the running task of each slot, with what has to be typed', () => {
    expect(killMasterTask.targets(well)).toMatchObject([
      { slot: 'a', instanceId: 'i-1', zone: 'eu-west-1a', confirmWord: 'jdci-master-a' },
      { slot: 'b', instanceId: 'i-2', zone: 'eu-west-1b', confirmWord: 'jdci-master-b' },
    ]);
  });

  it('offers nothing on what cannot be seen', () => {
    expect(killMasterTask.targets(blinded(well, 'tasks'))).toEqual([]);
    expect(killMasterTask.guard(blinded(well, 'balancer'), target('a'))?.reason).toMatch(/cannot be seen/);
  });

  it('is allowed in the steady state', () => {
    expect(killMasterTask.guard(well, target('b'))).toBeNull();
  });

  it('refuses the last master that serves', () => {
    const alone = withValue(well, 'balancer', (balancer) => ({ ...balancer, instances: [balanced('i-2')] }));
    expect(killMasterTask.guard(alone, target('b'))?.reason).toMatch(/last master/);
  });

  it('refuses a task that is gone', () => {
    const replaced = withValue(well, 'tasks', () => [
      task('a', 'a'.repeat(32), 'i-1'),
      task('b', 'c'.repeat(32), 'i-3'),
    ]);
    expect(killMasterTask.guard(replaced, target('b'))?.reason).toMatch(/does not run any more/);
  });

  it('sees the fault as soon as ECS wants the task stopped', () => {
    expect(drill.detected(well, target('b'))).toBe(false);
    const stopping = withValue(well, 'tasks', (tasks) =>
      tasks.map((one) => (one.slot === 'b' ? { ...one, desiredStatus: 'STOPPED' } : one)),
    );
    expect(drill.detected(stopping, target('b'))).toBe(true);
    expect(drill.detected(blinded(stopping, 'tasks'), target('b'))).toBe(false);
  });

  it('has recovered only with a new task in service', () => {
    expect(drill.recovered(well, target('b'), well)).toBe(false);
    const fresh = withValue(well, 'tasks', () => [task('a', 'a'.repeat(32), 'i-1'), task('b', 'c'.repeat(32), 'i-3')]);
    expect(drill.recovered(fresh, target('b'), well)).toBe(false);
    const serving = withValue(fresh, 'balancer', (balancer) => ({
      ...balancer,
      instances: [balanced('i-1'), balanced('i-3')],
    }));
    expect(drill.recovered(serving, target('b'), well)).toBe(true);
    expect(drill.recovered(blinded(serving, 'balancer'), target('b'), well)).toBe(false);
  });

  it('predicts from the health check, and budgets more than it predicts', () => {
    const slower = withValue(well, 'balancer', (balancer) => ({
      ...balancer,
      healthCheck: { ...balancer.healthCheck, healthyThreshold: 10, intervalSeconds: 30 },
    }));
    expect(drill.predictSeconds(slower) - drill.predictSeconds(well)).toBe(10 * 30 - 2 * 10);
    expect(drill.budgetSeconds(well)).toBeGreaterThan(drill.predictSeconds(well));
    // The source article's figure for a master's replacement: three to four minutes at most.
    expect(drill.budgetSeconds(well)).toBeLessThanOrEqual(240);
  });
});

describe('the catalogue', () => {
  it('has each name once', () => {
    const names = drills.map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('names the nearest drill for a slip of the fingers, as a wrong command line', () => {
    const slip = () => drillNamed('kill-master-taks');
    expect(slip).toThrow(/did you mean kill-master-task\?/);
    expect(slip).toThrow(CommandError);
    try {
      slip();
    } catch (error) {
      expect((error as CommandError).code).toBe(64);
    }
  });
});
