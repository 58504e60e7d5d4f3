import type { NormalizedSchema } from '@smithy/core/schema';
import type { Rule } from './codec.ts';
import type { Constraint, Levels } from './constraints.ts';

/**
 * Longer strings than this many times what is allowed are not held against the pattern too: their length is refused
 * anyway, and a pattern's time must not grow with what a stranger sends.
 */
const beyond = 2;

/** The rules that a value breaks: its own, then those of its items or entries. */
export function violationsOf(ns: NormalizedSchema, value: unknown, levels: Levels): Rule[] {
  const [own, first, second] = levels;
  const broken = own ? brokenBy(own, value) : [];
  if (ns.isListSchema() && Array.isArray(value)) {
    if (levels.length > 2)
      return [...broken, ...value.flatMap((item) => violationsOf(ns.getValueSchema(), item, levels.slice(1)))];
    if (first && value.some((item) => brokenBy(first, item).length > 0)) {
      broken.push({ kind: 'items', rules: demands(first, value[0]) });
    }
  } else if (ns.isMapSchema() && typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (first && entries.some(([key]) => brokenBy(first, key).length > 0)) {
      broken.push({ kind: 'keys', rules: demands(first, '') });
    }
    if (second && entries.some(([, item]) => brokenBy(second, item).length > 0)) {
      broken.push({ kind: 'values', rules: demands(second, '') });
    }
  }
  return broken;
}

/** The framework names the pattern first, then the length. */
function brokenBy(constraint: Constraint, value: unknown): Rule[] {
  const broken: Rule[] = [];
  const { min, max, pattern, values } = constraint;
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const size = isNumber ? Number(value) : lengthOf(value);
  if (value instanceof String || typeof value === 'string') {
    const text = String(value);
    const tooLong = max !== undefined && text.length > beyond * max;
    if (pattern && !tooLong && !pattern.whole.test(text)) broken.push({ kind: 'pattern', pattern: pattern.text });
    if (values && !values.includes(text)) broken.push({ kind: 'enum', values });
  }
  if (min !== undefined && size < min) broken.push({ kind: isNumber ? 'least' : 'shortest', bound: min });
  if (max !== undefined && size > max) broken.push({ kind: isNumber ? 'most' : 'longest', bound: max });
  return broken;
}

/** All that is demanded of an item, whichever part it breaks: the framework lists it whole. */
function demands({ min, max, pattern, values }: Constraint, like: unknown): Rule[] {
  const isNumber = typeof like === 'number' || typeof like === 'bigint';
  return [
    ...(max === undefined ? [] : [{ kind: isNumber ? 'most' : 'longest', bound: max } as const]),
    ...(min === undefined ? [] : [{ kind: isNumber ? 'least' : 'shortest', bound: min } as const]),
    ...(pattern ? [{ kind: 'pattern', pattern: pattern.text } as const] : []),
    ...(values ? [{ kind: 'enum', values } as const] : []),
  ];
}

/** Characters of a string, bytes of a blob, items of a list, entries of a map. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string' || value instanceof String || Array.isArray(value)) return value.length;
  if (value instanceof Uint8Array) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
