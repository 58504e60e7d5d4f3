import { describe, expect, it } from 'vitest';
import { failing } from '../../src/provision/task-watch.ts';
import { task } from '../drills/farm.ts';

const since = 1000;

function stopped(slot: string, at: number, stopCode: string, stoppedReason: string) {
  return task(slot, `${slot}${at}`, 'i-1', {
    lastStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    createdAt: at,
    stoppedAt: at + 10,
    stopCode,
    stoppedReason,
  });
}

describe('failing', () => {
  it('names the slot whose tasks stop again and again, with the newest reason', () => {
    const tasks = [
      stopped('b', 1100, 'TaskFailedToStart', 'old'),
      stopped('a', 1200, 'EssentialContainerExited', 'once'),
      stopped('b', 1300, 'TaskFailedToStart', 'CannotPullContainerError'),
    ];
    expect(failing(tasks, since)).toEqual({ slot: 'b', failures: 2, reason: 'CannotPullContainerError' });
  });

  it('does not count what was stopped on purpose, or before', () => {
    const tasks = [
      stopped('a', 900, 'TaskFailedToStart', 'before'),
      stopped('a', 1100, 'UserInitiated', 'on purpose'),
      stopped('a', 1200, 'ServiceSchedulerInitiated', 'replaced'),
      stopped('a', 1300, 'TaskFailedToStart', 'once'),
    ];
    expect(failing(tasks, since)).toBeUndefined();
  });
});
