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
import { step } from '../sandbox/properties/faults.ts';
import { run } from '../sandbox/properties/run.ts';

describe('a farm under many long schedules of faults', () => {
  it.each([1, 2, 3])('keeps its invariants and heals (%i of 3)', (seed) => {
    const schedule = fc.array(step, { minLength: 5, maxLength: 60 });
    fc.assert(fc.property(fc.nat(7), schedule, run), { numRuns: 120, seed });
  });
});

describe('the recovery table of docs/sandbox.md', () => {
  it('is what is measured', () => {
    const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');
    const table = recoveryTable(recoveryCases.map((one) => measure(one, documentedSeeds)));
    expect(withRecoveryTable(page, table)).toBe(page);
  });
});
