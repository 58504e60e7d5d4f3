import { describe, expect, it } from 'vitest';
import { measure, median, recoveryCases } from '../../scripts/recovery-table.ts';

const seeds = 6;
const minute = 60;

describe('recovery', { timeout: 60_000 }, () => {
  const measured = new Map(recoveryCases.map((one) => [one.name, measure(one, seeds)]));
  const find = (word: string) => {
    const [recovery] = [...measured.values()].filter(({ case: one }) => one.name.includes(word));
    if (!recovery) throw new Error(`no case ${word}`);
    return recovery;
  };

  it.each(recoveryCases.map(({ name }) => name))('%s: takes what the settings add up to', (name) => {
    const recovery = measured.get(name);
    expect(recovery?.seconds).toHaveLength(seeds);
    for (const seconds of recovery?.seconds ?? []) {
      expect(seconds).toBeGreaterThanOrEqual(recovery?.least ?? Number.NaN);
      // Looked at every second.
      expect(seconds).toBeLessThanOrEqual((recovery?.most ?? Number.NaN) + 1);
    }
  });

  it('gives the article’s figures: 3 to 4 minutes for a host, about 90 s for an agent', () => {
    const host = find('no spare');
    expect(median(host.seconds)).toBeGreaterThanOrEqual(3 * minute);
    expect(median(host.seconds)).toBeLessThanOrEqual(4 * minute);
    const agent = find('agent lost');
    expect(Math.abs(median(agent.seconds) - 90)).toBeLessThanOrEqual(10);
  });

  it('is quicker with a spare host than without', () => {
    expect(median(find('one spare').seconds)).toBeLessThan(median(find('no spare').seconds) - 30);
  });
});
