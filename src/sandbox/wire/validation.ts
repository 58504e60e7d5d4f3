import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef } from '@smithy/types';
import { InvalidInput, type MemberName, type Step, type Violation, type WireType } from './codec.ts';
import type { Constraint, ConstraintsOf, Levels } from './constraints.ts';
import { violationsOf } from './violations.ts';

type Path = readonly Step[];

export interface InputRules {
  /** How the service's errors call a member; by default as the schema does. */
  readonly memberName?: MemberName | undefined;
  /** What the service's model says of its structures' members. */
  readonly constraints?: ConstraintsOf | undefined;
}

/**
 * Checks a decoded input: values have the type that the schema says, required members are there, and what the service's
 * model says of lengths, ranges, patterns and enumerations holds.
 * @returns what does not hold
 * @throws InvalidInput when a value has the wrong type
 */
export function checkInput(schema: $SchemaRef, input: unknown, rules: InputRules = {}): Violation[] {
  const checker = new Checker(rules);
  checker.check(NormalizedSchema.of(schema), input, []);
  return checker.violations;
}

class Checker {
  readonly violations: Violation[] = [];
  readonly #name: MemberName;
  readonly #constraints: ConstraintsOf;

  constructor({ memberName = (name) => name, constraints = () => undefined }: InputRules) {
    this.#name = memberName;
    this.#constraints = constraints;
  }

  /** `levels`: what the model says of the value and of what it holds. */
  check(ns: NormalizedSchema, value: unknown, path: Path, levels: Levels = []): void {
    if (value === undefined || value === null) return;
    if (ns.isUnitSchema() || ns.isDocumentSchema()) return;
    if (ns.isStructSchema()) this.#checkStruct(ns, value, path);
    else if (ns.isListSchema()) {
      if (!Array.isArray(value)) throw malformed(path, 'list', value);
      const member = ns.getValueSchema();
      for (const [index, item] of value.entries()) this.#checkItem(member, item, [...path, index + 1], levels);
    } else if (ns.isMapSchema()) {
      if (!isRecord(value)) throw malformed(path, 'map', value);
      const member = ns.getValueSchema();
      for (const [key, item] of Object.entries(value)) this.#checkItem(member, item, [...path, { key }], levels);
    } else checkSimple(ns, value, path, levels[0]);
  }

  /** No list and no map of these services holds nulls. */
  #checkItem(ns: NormalizedSchema, value: unknown, path: Path, levels: Levels): void {
    if (value === undefined || value === null) this.#missing(path);
    else this.check(ns, value, path, levels.slice(1));
  }

  #checkStruct(ns: NormalizedSchema, value: unknown, path: Path): void {
    if (!isRecord(value)) throw malformed(path, 'structure', value);
    let position = 0;
    const required = requiredCount(ns);
    const constrained = this.#constraints(ns.getName() ?? '');
    for (const [name, member] of ns.structIterator()) {
      const item = value[name];
      const isRequired = position++ < required;
      if (item === undefined || item === null) {
        if (isRequired) this.#missing([...path, this.#name(name, member)]);
        continue;
      }
      const at = [...path, this.#name(name, member)];
      const levels = constrained?.get(name);
      this.check(member, item, at, levels);
      if (levels) this.#constrain(member, item, levels, at);
    }
  }

  #constrain(member: NormalizedSchema, value: unknown, levels: Levels, path: Path): void {
    const secret = Boolean(member.getMergedTraits().sensitive);
    for (const rule of violationsOf(member, value, levels)) this.violations.push({ path, value, secret, rule });
  }

  #missing(path: Path): void {
    this.violations.push({ path, secret: false, rule: { kind: 'present' } });
  }
}

/** The SDK's schemas list required members first and give their number last. */
function requiredCount(ns: NormalizedSchema): number {
  const raw: unknown = ns.getSchema();
  const count: unknown = Array.isArray(raw) ? raw[6] : undefined;
  return typeof count === 'number' ? count : 0;
}

function checkSimple(ns: NormalizedSchema, value: unknown, path: Path, constraint: Constraint | undefined): void {
  if (ns.isBooleanSchema()) expect(typeof value === 'boolean', path, 'boolean', value);
  else if (ns.isNumericSchema()) {
    // The SDK's schemas know one kind of number; the services' inputs are integers, but for what the models say.
    if (constraint?.fraction) expect(Number.isFinite(value), path, 'number', value);
    else expect(Number.isInteger(value), path, 'integer', value);
  } else if (ns.isBigIntegerSchema()) expect(typeof value === 'bigint', path, 'integer', value);
  else if (ns.isTimestampSchema()) expect(isDate(value), path, 'time', value);
  else if (ns.isBlobSchema()) expect(value instanceof Uint8Array, path, 'blob', value);
  // A string with a media type is decoded to an object that lazily parses it.
  else if (ns.isStringSchema()) expect(typeof value === 'string' || value instanceof String, path, 'string', value);
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function expect(holds: boolean, path: Path, wanted: WireType, value: unknown): void {
  if (!holds) throw malformed(path, wanted, value);
}

function malformed(path: Path, wanted: WireType, value: unknown): InvalidInput {
  const shown = typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'a structure') : `'${String(value)}'`;
  const at = path.map((step) => (typeof step === 'object' ? step.key : step)).join('.');
  const mistyped = { value, wanted };
  return new InvalidInput(path, `${at || 'the input'} is ${shown}, where a ${wanted} is expected`, { mistyped });
}
