import table from './constraints.json' with { type: 'json' };

/**
 * What AWS's service models say of the inputs' values, for the operations that the sandbox has; made by
 * `node scripts/constraints.mjs`. A structure has a line of its constrained members: `name 1..128 /3; tags ..50 | 1..128`.
 * After the name come the member's own constraints, then after each ` | ` those of a list's items, or of a map's keys and
 * of its values. `1..128` is a range (of the length of a string, a list, a map, of the value of a number), `/3` the
 * pattern and `=3` the enumeration with that number; `~` marks a number that may have a fraction.
 */
export interface ConstraintTable {
  readonly patterns: readonly string[];
  /** Values with `|` between them. */
  readonly enums: readonly string[];
  /** By signing name, then by the structure's name in the SDK's schemas. */
  readonly services: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a value has to be. */
export interface Constraint {
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** As the model writes it, and as a test of a whole value. */
  readonly pattern: { readonly text: string; readonly whole: RegExp } | undefined;
  readonly values: readonly string[] | undefined;
  /** Whether a number may have a fraction. */
  readonly fraction: boolean;
}

/** The constraints of a member and, from the second on, of what it contains; an absent one demands nothing. */
export type Levels = readonly (Constraint | undefined)[];

/** The constrained members of a structure. */
export type Members = ReadonlyMap<string, Levels>;

/** Looks a structure's constrained members up; undefined when it has none. */
export type ConstraintsOf = (structure: string) => Members | undefined;

const lookups = new Map<string, ConstraintsOf>();

/** The constraints of a service's inputs, by its signing name. */
export function constraintsOf(signingName: string): ConstraintsOf {
  let lookup = lookups.get(signingName);
  if (!lookup) {
    const structures = new Map(Object.entries((table as ConstraintTable).services[signingName] ?? {}));
    const read = new Map<string, Members>();
    lookup = (structure) => {
      let members = read.get(structure);
      const line = members ? undefined : structures.get(structure);
      if (line !== undefined) {
        members = new Map(line.split('; ').map(member));
        read.set(structure, members);
      }
      return members;
    };
    lookups.set(signingName, lookup);
  }
  return lookup;
}

function member(text: string): [string, Levels] {
  const space = text.indexOf(' ');
  return [text.slice(0, space), levels(text.slice(space + 1))];
}

function levels(text: string): Levels {
  return text.split(' | ').map((one) => (one === '' ? undefined : constraint(one)));
}

function constraint(text: string): Constraint {
  let min: number | undefined;
  let max: number | undefined;
  let pattern: Constraint['pattern'];
  let values: Constraint['values'];
  let fraction = false;
  for (const part of text.split(' ')) {
    const index = Number(part.slice(1));
    if (part.startsWith('/')) {
      const written = table.patterns[index] ?? '';
      const whole = compilePattern(written);
      if (whole) pattern = { text: written, whole };
    } else if (part.startsWith('=')) values = table.enums[index]?.split('|');
    else if (part === '~') fraction = true;
    else [min, max] = part.split('..').map((bound) => (bound === '' ? undefined : Number(bound)));
  }
  return { min, max, pattern, values, fraction };
}

/**
 * A model's pattern, which is written for Java and has to match the whole value. Undefined when JavaScript cannot read it.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(`^(?:${pattern})$`, flags);
    } catch {
      // Outside of a class, JavaScript's Unicode mode knows fewer escapes than Java.
    }
  }
  return undefined;
}
