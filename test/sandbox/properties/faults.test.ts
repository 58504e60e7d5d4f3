import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { schedule, scheduleWithOperator } from './faults.ts';
import { run } from './run.ts';

describe('a farm under any schedule of faults', () => {
  it('keeps its invariants at every moment and heals when the faults stop', { timeout: 60_000 }, () => {
    fc.assert(fc.property(fc.nat(3), schedule, run), { numRuns: 12, seed: 20260101 });
  });

  it('does so with an operator at work among the faults', { timeout: 60_000 }, () => {
    fc.assert(fc.property(fc.nat(3), scheduleWithOperator(12), run), { numRuns: 25, seed: 20260102 });
  });
});
