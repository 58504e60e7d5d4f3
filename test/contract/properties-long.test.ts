import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  documentedSeeds,
  measure,
  recoveryCases,
  recoveryTable,
  withRecoveryTable,
} from '../../scripts/recovery-table.ts';
import { scheduleWithOperator, step } from '../sandbox/properties/faults.ts';
import { run } from '../sandbox/properties/run.ts';

describe('a farm under many long schedules of faults', () => {
  it.each([1, 2, 3])('keeps its invariants and heals (%i of 3)', (seed) => {
    const schedule = fc.array(step, { minLength: 5, maxLength: 60, size: 'max' });
    fc.assert(fc.property(fc.nat(7), schedule, run), { numRuns: 60, seed });
  });

  it.each([4, 5])('does so with an operator at work among the faults (%i of 4 and 5)', (seed) => {
    fc.assert(fc.property(fc.nat(7), scheduleWithOperator(25), run), { numRuns: 60, seed });
  });
});

describe('the recovery table of docs/sandbox.md', () => {
  it('is what is measured', () => {
    const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
    const table = recoveryTable(recoveryCases.map((one) => measure(one, documentedSeeds)));
    expect(withRecoveryTable(page, table)).toBe(page);
  });
});
