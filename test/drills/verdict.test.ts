import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { experience } from '../../src/drills/availability.ts';
import { type Evidence, judge } from '../../src/drills/verdict.ts';
import { sample } from './farm.ts';

const good: Evidence = {
  detectSeconds: 2,
  recoverSeconds: 100,
  budgetSeconds: 240,
  experience: experience([sample(0), sample(1000), sample(2000)]),
  toleratedOutageSeconds: 5,
  seenAtEnd: true,
  steadyAfter: { reasons: [], blind: false },
};

describe('judge', () => {
  it('passes what recovered within its budget without an outage', () => {
    expect(judge(good)).toEqual({ verdict: 'pass', reason: 'recovered after 100 s of 240 s; no request failed' });
  });

  it.each<[string, Partial<Evidence>, string]>([
    ['refused', { refused: 'read-only' }, 'refused'],
    ['aborted, even when all went well', { aborted: 'stopped' }, 'aborted'],
    ['over the budget', { recoverSeconds: 241 }, 'deviated'],
    ['not recovered, and seen not to be', { recoverSeconds: null }, 'deviated'],
    ['not recovered as far as is known', { recoverSeconds: null, seenAtEnd: false }, 'inconclusive'],
    ['no effect', { recoverSeconds: null, detectSeconds: null }, 'inconclusive'],
    ['no requests', { experience: experience([]) }, 'inconclusive'],
    ['blind afterwards', { steadyAfter: { reasons: ['the services cannot be seen'], blind: true } }, 'inconclusive'],
    ['unsteady afterwards', { steadyAfter: { reasons: ['slot a is not serving'], blind: false } }, 'deviated'],
    ['rollback failed', { rollbackProblem: 'denied' }, 'deviated'],
    [
      'a proved outage beyond what is tolerated',
      { experience: experience([sample(0), sample(1000, false), sample(7000, false), sample(8000)]) },
      'deviated',
    ],
  ])('%s', (_name, change, verdict) => {
    expect(judge({ ...good, ...change }).verdict).toBe(verdict);
  });

  it('never passes without data', () => {
    const evidence = fc.record({
      refused: fc.constant(undefined),
      aborted: fc.constant(undefined),
      rollbackProblem: fc.constant(undefined),
      detectSeconds: fc.option(fc.nat(300)),
      recoverSeconds: fc.option(fc.nat(300)),
      budgetSeconds: fc.nat(300),
      experience: fc.constantFrom(experience([]), good.experience),
      toleratedOutageSeconds: fc.nat(10),
      seenAtEnd: fc.boolean(),
      steadyAfter: fc.record({ reasons: fc.constant(['x']), blind: fc.constant(true) }),
    });
    fc.assert(
      fc.property(evidence, (given) => {
        expect(judge(given as Evidence).verdict).not.toBe('pass');
      }),
    );
  });
});

describe('experience', () => {
  it('measures an outage from its first failure to the next answer, and proves it by its failures alone', () => {
    const samples = [sample(0), sample(10_000, false), sample(20_000, false), sample(30_000), sample(40_000, false)];
    expect(experience(samples)).toMatchObject({
      requests: 5,
      failures: 3,
      longestOutageSeconds: 20,
      provedOutageSeconds: 10,
    });
  });

  it('proves no outage by one failed request', () => {
    expect(experience([sample(0), sample(10_000, false), sample(20_000)]).provedOutageSeconds).toBe(0);
  });
});
