import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef } from '@smithy/types';
import { InvalidInput, type MemberName } from './codec.ts';

type Path = readonly (string | number)[];

/**
 * Checks a decoded input against its schema: required members are there, and values have the type that the schema says.
 * Ranges, patterns and enumerations are not in the SDK's schemas; those are the operations' own to check.
 */
export function checkInput(schema: $SchemaRef, input: unknown, memberName: MemberName = (name) => name): void {
  new Checker(memberName).check(NormalizedSchema.of(schema), input, []);
}

class Checker {
  readonly #name: MemberName;

  constructor(name: MemberName) {
    this.#name = name;
  }

  check(ns: NormalizedSchema, value: unknown, path: Path): void {
    if (value === undefined || value === null) return;
    if (ns.isUnitSchema() || ns.isDocumentSchema()) return;
    if (ns.isStructSchema()) this.#checkStruct(ns, value, path);
    else if (ns.isListSchema()) {
      if (!Array.isArray(value)) throw malformed(path, 'a list', value);
      const member = ns.getValueSchema();
      for (const [index, item] of value.entries()) this.check(member, item, [...path, index + 1]);
    } else if (ns.isMapSchema()) {
      if (!isRecord(value)) throw malformed(path, 'a map', value);
      const member = ns.getValueSchema();
      for (const [key, item] of Object.entries(value)) this.check(member, item, [...path, key]);
    } else checkSimple(ns, value, path);
  }

  #checkStruct(ns: NormalizedSchema, value: unknown, path: Path): void {
    if (!isRecord(value)) throw malformed(path, 'a structure', value);
    let position = 0;
    const required = requiredCount(ns);
    for (const [name, member] of ns.structIterator()) {
      const item = value[name];
      const at = [...path, this.#name(name, member)];
      if (position++ < required && (item === undefined || item === null)) {
        throw new InvalidInput('missing', at, `${name} is missing`);
      }
      this.check(member, item, at);
    }
  }
}

/** The SDK's schemas list required members first and give their number last. */
function requiredCount(ns: NormalizedSchema): number {
  const raw: unknown = ns.getSchema();
  const count: unknown = Array.isArray(raw) ? raw[6] : undefined;
  return typeof count === 'number' ? count : 0;
}

function checkSimple(ns: NormalizedSchema, value: unknown, path: Path): void {
  if (ns.isBooleanSchema()) expect(typeof value === 'boolean', path, 'true or false', value);
  else if (ns.isNumericSchema()) expect(typeof value === 'number' && !Number.isNaN(value), path, 'a number', value);
  else if (ns.isBigIntegerSchema()) expect(typeof value === 'bigint', path, 'an integer', value);
  else if (ns.isTimestampSchema()) expect(isDate(value), path, 'a time', value);
  else if (ns.isBlobSchema()) expect(value instanceof Uint8Array, path, 'base64', value);
  // A string with a media type is decoded to an object that lazily parses it.
  else if (ns.isStringSchema()) expect(typeof value === 'string' || value instanceof String, path, 'a string', value);
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function expect(holds: boolean, path: Path, wanted: string, value: unknown): void {
  if (!holds) throw malformed(path, wanted, value);
}

function malformed(path: Path, wanted: string, value: unknown): InvalidInput {
  const shown = typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'a structure') : `'${String(value)}'`;
  return new InvalidInput('malformed', path, `${path.join('.') || 'the input'} is ${shown}, not ${wanted}`);
}
