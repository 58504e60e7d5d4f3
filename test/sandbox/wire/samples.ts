import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef } from '@smithy/types';

/** Characters that XML, forms and JSON each have to escape, and some beyond ASCII. */
export const awkward = 'a&b <c> "d" =e+f%20 é – 日本';

/**
 * A value that fills every member of a schema, so that a member which one side writes and the other does not read shows.
 * A structure inside itself is left out; of a union only the first member is given.
 */
export function sample(schema: $SchemaRef, within: readonly string[] = []): unknown {
  const ns = NormalizedSchema.of(schema);
  if (ns.isUnitSchema()) return {};
  if (ns.isStructSchema()) {
    const name = ns.getName(true) ?? '';
    if (within.includes(name) || within.length > 6) return undefined;
    const out: Record<string, unknown> = {};
    for (const [member, memberSchema] of ns.structIterator()) {
      const traits = memberSchema.getMergedTraits();
      const plain = traits.httpLabel || traits.httpHeader || traits.httpQuery;
      const value = plain && memberSchema.isStringSchema() ? 'Z1 plain' : sample(memberSchema, [...within, name]);
      if (value === undefined) continue;
      out[member] = value;
      if (ns.isUnionSchema()) break;
    }
    // A form cannot carry a structure without members.
    return within.length > 0 && Object.keys(out).length === 0 ? undefined : out;
  }
  if (ns.isListSchema()) {
    const item = sample(ns.getValueSchema(), within);
    return item === undefined ? undefined : [item, item];
  }
  if (ns.isMapSchema()) {
    const value = sample(ns.getValueSchema(), within);
    return value === undefined ? undefined : { 'first.key': value, [awkward]: value };
  }
  if (ns.isBooleanSchema()) return true;
  if (ns.isNumericSchema()) return 42;
  if (ns.isBigIntegerSchema()) return 12n;
  if (ns.isTimestampSchema()) return new Date('2026-01-02T03:04:05.000Z');
  if (ns.isBlobSchema()) return ns.isStreaming() ? undefined : new Uint8Array([0, 1, 254, 255]);
  if (ns.isStringSchema()) return ns.getMergedTraits().mediaType ? undefined : awkward;
  return undefined;
}

/** Every list and map empty: the other end of what the codecs must carry. */
export function emptied(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, emptied(item)]));
}
