import { describe, expect, it } from 'vitest';
import type { StackEvent } from '../../src/aws/cloudformation.ts';
import { applyEvents, emptyLog, progressOf } from '../../src/provision/progress.ts';
import { rootCause } from '../../src/provision/root-cause.ts';

function event(at: number, logicalId: string, status: string, reason?: string): StackEvent {
  const ofStack = logicalId === 'jdci';
  return {
    id: `${logicalId}-${status}-${at}`,
    at,
    logicalId,
    physicalId: ofStack ? 'arn:stack' : `id-${logicalId}`,
    type: ofStack ? 'AWS::CloudFormation::Stack' : 'AWS::ECS::Service',
    status,
    ...(reason === undefined ? {} : { reason }),
    ofStack,
  };
}

const creation = [
  event(1, 'jdci', 'CREATE_IN_PROGRESS', 'User Initiated'),
  event(2, 'Cluster', 'CREATE_IN_PROGRESS'),
  event(3, 'Cluster', 'CREATE_IN_PROGRESS', 'Resource creation Initiated'),
  event(4, 'Cluster', 'CREATE_COMPLETE'),
  event(5, 'ServiceA', 'CREATE_IN_PROGRESS'),
];

describe('progress', () => {
  it('follows resources and the stack from events alone', () => {
    const progress = progressOf({ events: creation, expected: 20 });
    expect(progress).toMatchObject({
      stackStatus: 'CREATE_IN_PROGRESS',
      startedAt: 1,
      done: 1,
      total: 20,
      finished: false,
      resources: [
        { logicalId: 'Cluster', status: 'CREATE_COMPLETE', startedAt: 2, endedAt: 4 },
        { logicalId: 'ServiceA', status: 'CREATE_IN_PROGRESS', startedAt: 5 },
      ],
    });
    expect(progress.resources[1]).not.toHaveProperty('endedAt');
  });

  it('takes each event once, however pages overlap', () => {
    const first = applyEvents(emptyLog, [...creation.slice(0, 3)].reverse());
    const second = applyEvents(first, [...creation].reverse());
    expect(second.events).toEqual(creation);
    expect(applyEvents(second, [...creation].reverse())).toBe(second);
  });

  it('is finished, and has succeeded, only in a final status', () => {
    const end = (status: string, begin = 'CREATE_IN_PROGRESS') => {
      const events = [event(1, 'jdci', begin), event(9, 'jdci', status)];
      const { finished, succeeded } = progressOf({ events, expected: 0 });
      return [finished, succeeded];
    };
    expect(end('CREATE_COMPLETE')).toEqual([true, true]);
    expect(end('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')).toEqual([false, false]);
    expect(end('ROLLBACK_IN_PROGRESS')).toEqual([false, false]);
    expect(end('ROLLBACK_COMPLETE')).toEqual([true, false]);
    expect(end('UPDATE_ROLLBACK_COMPLETE')).toEqual([true, false]);
    expect(end('DELETE_FAILED')).toEqual([true, false]);
    expect(end('UPDATE_COMPLETE', 'UPDATE_IN_PROGRESS')).toEqual([true, true]);
    expect(end('DELETE_COMPLETE', 'DELETE_IN_PROGRESS')).toEqual([true, true]);
    // Broken off: what was asked for was a stack.
    expect(end('DELETE_COMPLETE')).toEqual([true, false]);
  });
});

describe('rootCause', () => {
  it('is the earliest failure that is not a cancellation', () => {
    const events = [
      ...creation,
      event(6, 'LogGroup', 'CREATE_FAILED', 'Resource creation cancelled'),
      event(7, 'ServiceA', 'CREATE_FAILED', 'Resource handler returned message: "exceeded attempts to wait"'),
      event(8, 'ServiceB', 'CREATE_FAILED', 'later'),
      event(9, 'jdci', 'ROLLBACK_IN_PROGRESS', 'The following resource(s) failed to create: [ServiceA].'),
      event(10, 'Cluster', 'DELETE_FAILED', 'still in use'),
    ];
    expect(rootCause(events)).toEqual({
      logicalId: 'ServiceA',
      type: 'AWS::ECS::Service',
      reason: 'Resource handler returned message: "exceeded attempts to wait"',
    });
  });

  it('is the stack itself when no resource failed', () => {
    const events = [...creation, event(9, 'jdci', 'ROLLBACK_IN_PROGRESS', '[/Outputs/X] cannot be resolved')];
    expect(rootCause(events)?.reason).toContain('/Outputs/X');
  });

  it('is nothing while all goes well', () => {
    expect(rootCause(creation)).toBeUndefined();
  });
});
