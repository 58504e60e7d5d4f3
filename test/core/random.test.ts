import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/random.ts';

describe('seededRandom', () => {
  it('draws the same for the same seed and differently for another', () => {
    const draw = (seed: number) => Array.from({ length: 8 }, seededRandom(seed).next);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('keeps forks independent of what their parent drew', () => {
    const one = seededRandom(3);
    const other = seededRandom(3);
    other.hex(40);
    expect(one.fork('ids').hex(12)).toBe(other.fork('ids').hex(12));
    expect(one.fork('ids').hex(12)).not.toBe(one.fork('delays').hex(12));
  });

  it('keeps to its ranges', () => {
    const random = seededRandom(1);
    for (let i = 0; i < 500; i++) {
      expect(random.int(-2, 2)).toBeGreaterThanOrEqual(-2);
      expect(random.int(-2, 2)).toBeLessThanOrEqual(2);
      const next = random.next();
      expect(next >= 0 && next < 1).toBe(true);
    }
    expect(random.hex(33)).toMatch(/^[0-9a-f]{33}$/);
  });
});
