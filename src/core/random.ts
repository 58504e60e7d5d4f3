import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded randomness. Nothing else in the program calls `Math.random`. */
export interface Random {
  /** An integer in [min, max], both included. */
  int(min: number, max: number): number;
  /** A number in [0, 1). */
  next(): number;
  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** An independent stream named `label`: what one part draws does not shift what another part draws. */
  fork(label: string): Random;
}

/** FNV-1a, 32 bits: spreads a label over the seed space. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value ^= text.charCodeAt(i);
    value = Math.imul(value, 0x01000193);
  }
  return value | 0;
}

/** Randomness from a seed: same seed, same draws. */
export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed | 0);
  const random: Random = {
    int: (min, max) => uniformInt(generator, min, max),
    next: () => uniformInt(generator, 0, 0x3fffffff) / 0x40000000,
    pick: (list) => {
      const item = list[uniformInt(generator, 0, list.length - 1)];
      if (item === undefined) throw new RangeError('pick from an empty list');
      return item;
    },
    hex: (length) => {
      let text = '';
      while (text.length < length) text += uniformInt(generator, 0, 15).toString(16);
      return text;
    },
    fork: (label) => seededRandom(Math.imul(seed | 0, 0x9e3779b1) ^ hash(label)),
  };
  return random;
}

/** A seed for when the operator gave none. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
}
