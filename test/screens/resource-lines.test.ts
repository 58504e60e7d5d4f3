import { describe, expect, it } from 'vitest';
import type { ProvisionProgress } from '../../src/provision/form.ts';
import {
  type ChangingState,
  isCancellable,
  isDeletable,
  isFarmUp,
  isRepeatable,
  outcomeLines,
} from '../../src/screens/resource-lines.ts';
import { plainText } from '../../src/terminal/spans.ts';
import { progressAt } from '../form-fixture.ts';

function finished(stackStatus: string, more: Partial<ProvisionProgress> = {}): ChangingState {
  const progress = progressAt(3, { stackStatus, finished: true, ...more });
  return { step: 'finished', kind: 'CREATE', progress, stays: false };
}

function shown(state: ChangingState, readOnly = false, width = 80): string {
  return outcomeLines(state, 'jdci', readOnly, undefined, width).map(plainText).join('\n');
}

describe('what can be done with a stack', () => {
  it.each([
    ['CREATE_COMPLETE', true, { up: true, deletable: false, repeatable: false }],
    ['UPDATE_COMPLETE', true, { up: true, deletable: false, repeatable: false }],
    ['ROLLBACK_COMPLETE', false, { up: false, deletable: true, repeatable: false }],
    ['ROLLBACK_FAILED', false, { up: false, deletable: true, repeatable: false }],
    ['CREATE_FAILED', false, { up: false, deletable: true, repeatable: false }],
    ['DELETE_FAILED', false, { up: false, deletable: true, repeatable: false }],
    ['UPDATE_ROLLBACK_COMPLETE', false, { up: false, deletable: false, repeatable: true }],
    ['UPDATE_ROLLBACK_FAILED', false, { up: false, deletable: false, repeatable: false }],
    ['DELETE_COMPLETE', false, { up: false, deletable: false, repeatable: true }],
    ['DELETE_COMPLETE', true, { up: false, deletable: false, repeatable: true }],
  ])('that is %s (as asked for: %s)', (status, succeeded, expected) => {
    const state = finished(status, { succeeded });
    expect({ up: isFarmUp(state), deletable: isDeletable(state), repeatable: isRepeatable(state) }).toEqual(expected);
    expect(isCancellable(state)).toBe(false);
  });

  it('breaks off only what CloudFormation can break off, and once', () => {
    const executing = (stackStatus: string): ChangingState => ({
      step: 'executing',
      kind: 'CREATE',
      progress: progressAt(1, { stackStatus }),
    });
    expect(isCancellable(executing('CREATE_IN_PROGRESS'))).toBe(true);
    expect(isCancellable(executing('UPDATE_IN_PROGRESS'))).toBe(true);
    expect(isCancellable({ ...executing('CREATE_IN_PROGRESS'), cancelling: 'asked' } as ChangingState)).toBe(false);
    for (const status of ['DELETE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', ''])
      expect(isCancellable(executing(status)), status).toBe(false);
  });
});

describe('the end of a change', () => {
  it('says the root cause first and what to do last, however long the reason is', () => {
    const reason = 'You have requested more vCPU capacity than your current limit allows. '.repeat(20);
    const text = shown(
      finished('ROLLBACK_COMPLETE', { rootCause: { logicalId: 'HostGroup', type: 'AWS::X::Y', reason } }),
    );
    const lines = text.split('\n');
    expect(lines[1]).toBe(' ✕ HostGroup (AWS::X::Y) failed first');
    expect(lines.at(-1)).toContain('x deletes the stack');
    expect(lines.length).toBeLessThanOrEqual(9);
    expect(text).toContain('…');
  });

  it('has words of its own for an update that could not even be put back', () => {
    expect(shown(finished('UPDATE_ROLLBACK_FAILED')).replace(/\s+/g, ' ')).toContain(
      'aws cloudformation continue-update-rollback --stack-name jdci',
    );
  });

  it('offers nothing that read-only would refuse', () => {
    expect(shown(finished('ROLLBACK_COMPLETE'), true)).toContain('without --read-only');
    expect(shown(finished('ROLLBACK_COMPLETE'), true)).not.toContain(' x ');
  });
});
