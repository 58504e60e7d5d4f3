import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstRow, type Move, move, settle, settleAtEnd } from '../../src/hooks/use-table.ts';

const rows = (count: number) => Array.from({ length: count }, (_, at) => `r${at}`);

describe('settle', () => {
  it('keeps the selected thing selected wherever it goes', () => {
    const state = settle({ key: 'r2', index: 2, top: 0 }, ['r2', 'r0', 'r1'], 10);
    expect(state).toEqual({ key: 'r2', index: 0, top: 0 });
  });

  it('selects what took the place of a row that is gone', () => {
    expect(settle({ key: 'gone', index: 1, top: 0 }, ['r0', 'r1', 'r2'], 10).key).toBe('r1');
    expect(settle({ key: 'gone', index: 9, top: 0 }, ['r0', 'r1'], 10).key).toBe('r1');
    expect(settle({ key: 'gone', index: 9, top: 4 }, [], 10)).toEqual({ key: 'gone', index: 0, top: 0 });
  });

  it('shows the selection and no blank rows, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.integer({ min: 0, max: 60 }).map((n) => `r${n}`),
          { maxLength: 60 },
        ),
        fc.integer({ min: 1, max: 20 }),
        fc.record({ key: fc.constantFrom('r1', 'r30', 'r60', undefined), index: fc.nat(70), top: fc.nat(70) }),
        (keys, height, state) => {
          const after = settle(state, keys, height);
          if (keys.length === 0) return;
          expect(after.key).toBe(keys[after.index]);
          expect(after.index).toBeGreaterThanOrEqual(after.top);
          expect(after.index).toBeLessThan(after.top + height);
          expect(after.top).toBeLessThanOrEqual(Math.max(0, keys.length - height));
        },
      ),
    );
  });
});

describe('move', () => {
  const walk = (count: number, height: number, ...to: Move[]) =>
    to.reduce((state, step) => move(state, rows(count), height, step), firstRow);

  it('scrolls at the edge of the window only', () => {
    expect(walk(100, 5, 'down', 'down', 'down', 'down')).toEqual({ key: 'r4', index: 4, top: 0 });
    expect(walk(100, 5, 'down', 'down', 'down', 'down', 'down')).toEqual({ key: 'r5', index: 5, top: 1 });
    expect(walk(100, 5, 'last', 'up', 'up')).toEqual({ key: 'r97', index: 97, top: 95 });
    expect(walk(100, 5, 'last', 'first')).toEqual({ key: 'r0', index: 0, top: 0 });
  });

  it('stops at the ends and pages by the window', () => {
    expect(walk(3, 5, 'up').index).toBe(0);
    expect(walk(3, 5, 'page-down').index).toBe(2);
    expect(walk(100, 5, 'page-down', 'page-down', 'page-up').index).toBe(5);
  });
});

describe('settleAtEnd', () => {
  it('follows what is new while the last row is selected, and stays once another is', () => {
    const first = settleAtEnd(firstRow, undefined, rows(3), 2);
    expect(first).toEqual({ key: 'r2', index: 2, top: 1 });
    expect(settleAtEnd(first, rows(3), rows(5), 2).key).toBe('r4');
    const up = move(first, rows(3), 2, 'up');
    expect(settleAtEnd(up, rows(3), rows(5), 2).key).toBe('r1');
  });
});
