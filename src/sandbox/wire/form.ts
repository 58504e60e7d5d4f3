import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef } from '@smithy/types';
import { InvalidInput, type WireType } from './codec.ts';

/** A parameter's value and the parameters below it: `Filter.1.Name=x` is Filter → 1 → Name. */
interface Node {
  value?: string;
  children: Map<string, Node>;
}

// Far above what any request needs; they bound what a hostile form can cost.
const maxParameters = 20_000;
const maxDepth = 32;

/** Reads the parameters of a query-protocol form by the operation's input schema; `dialect` is EC2's or the plain one. */
export function decodeForm(parameters: URLSearchParams, schema: $SchemaRef, dialect: 'query' | 'ec2'): unknown {
  const ns = NormalizedSchema.of(schema);
  if (ns.isUnitSchema()) return {};
  return new FormReader(dialect === 'ec2').read(ns, tree(parameters), []) ?? {};
}

/** The name under which the query protocols send a member. EC2 writes capital initials and has its own name trait. */
export function parameterName(name: string, member: NormalizedSchema, ec2: boolean): string {
  const traits = member.getMergedTraits();
  const own: unknown = traits.ec2QueryName;
  if (ec2 && typeof own === 'string') return own;
  const key = traits.xmlName ?? name;
  return ec2 ? key.charAt(0).toUpperCase() + key.slice(1) : key;
}

function tree(parameters: URLSearchParams): Node {
  const root: Node = { children: new Map() };
  let count = 0;
  for (const [key, value] of parameters) {
    const steps = key.split('.');
    if (++count > maxParameters || steps.length > maxDepth) {
      throw new InvalidInput([], 'the request has too many parameters');
    }
    let node = root;
    for (const step of steps) {
      let next = node.children.get(step);
      if (!next) {
        next = { children: new Map() };
        node.children.set(step, next);
      }
      node = next;
    }
    // Of a parameter given twice, AWS takes the first (recorded for STS).
    node.value ??= value;
  }
  return root;
}

type Path = readonly (string | number)[];

class FormReader {
  readonly #ec2: boolean;

  constructor(ec2: boolean) {
    this.#ec2 = ec2;
  }

  read(ns: NormalizedSchema, node: Node, path: Path): unknown {
    if (ns.isStructSchema()) return this.#struct(ns, node, path);
    if (ns.isListSchema()) return this.#list(ns, node, path);
    if (ns.isMapSchema()) return this.#map(ns, node, path);
    if (node.value !== undefined) return simple(ns, node.value, path);
    throw new InvalidInput(path, 'Start of structure or map found where not expected.');
  }

  #struct(ns: NormalizedSchema, node: Node, path: Path): Record<string, unknown> {
    if (node.value && node.children.size === 0) throw termination(path, node.value, 'structure');
    const out: Record<string, unknown> = {};
    for (const [name, member] of ns.structIterator()) {
      const child = node.children.get(parameterName(name, member, this.#ec2));
      if (!child) continue;
      const value = this.read(member, child, [...path, name]);
      if (value !== undefined) out[name] = value;
    }
    return out;
  }

  #list(ns: NormalizedSchema, node: Node, path: Path): unknown[] {
    const member = ns.getValueSchema();
    // EC2 flattens every list; elsewhere `Name.member.1`, or the name that the item's schema gives.
    const flat = this.#ec2 || ns.getMergedTraits().xmlFlattened === 1;
    const items = flat ? node : node.children.get(member.getMergedTraits().xmlName ?? 'member');
    const found = positions(items);
    // An empty list is written as a parameter without a value; children without a number are no list.
    if (found.length === 0 && node.value) throw termination(path, node.value, 'list');
    const [stranger] = node.children.keys();
    if (found.length === 0 && stranger !== undefined) {
      throw new InvalidInput(path, `${path.join('.')}.${stranger} is not an item of a list`);
    }
    return found.map(([position, item]) => this.read(member, item, [...path, position]));
  }

  #map(ns: NormalizedSchema, node: Node, path: Path): Record<string, unknown> {
    const flat = ns.getMergedTraits().xmlFlattened === 1;
    const keyName = ns.getKeySchema().getMergedTraits().xmlName ?? 'key';
    const valueSchema = ns.getValueSchema();
    const valueName = valueSchema.getMergedTraits().xmlName ?? 'value';
    const entries: [string, unknown][] = [];
    for (const [position, entry] of positions(flat ? node : node.children.get('entry'))) {
      const key = entry.children.get(keyName)?.value;
      const value = entry.children.get(valueName);
      if (key === undefined) throw new InvalidInput([...path, position], `${path.join('.')} lacks a key`);
      entries.push([key, value && this.read(valueSchema, value, [...path, key])]);
    }
    return Object.fromEntries(entries);
  }
}

/** AWS's query reader found a value where more names had to follow. */
function termination(path: Path, value: string, wanted: 'list' | 'structure'): InvalidInput {
  const kind = wanted === 'list' ? 'list' : 'complex';
  return new InvalidInput(path, `Unexpected ${kind} element termination`, { mistyped: { value, wanted } });
}

/** The numbered children of a node in their order; clients count from 1, with gaps at most. */
function positions(node: Node | undefined): [number, Node][] {
  const found: [number, Node][] = [];
  for (const [step, child] of node?.children ?? []) {
    if (/^\d+$/.test(step)) found.push([Number(step), child]);
  }
  return found.sort(([a], [b]) => a - b);
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function simple(ns: NormalizedSchema, text: string, path: Path): unknown {
  if (ns.isBooleanSchema()) return booleans.get(text.toLowerCase()) ?? refuse(path, text, 'boolean');
  if (ns.isNumericSchema()) return finite(Number(text.trim() === '' ? 'x' : text), path, text, 'integer');
  if (ns.isBigIntegerSchema()) return /^-?\d+$/.test(text) ? BigInt(text) : refuse(path, text, 'integer');
  if (ns.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  if (ns.isTimestampSchema()) {
    // ISO 8601 by the protocol; boto3 and others also send seconds since the epoch.
    return new Date(finite(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text), path, text, 'time'));
  }
  return text;
}

function finite(value: number, path: Path, text: string, wanted: WireType): number {
  return Number.isFinite(value) ? value : refuse(path, text, wanted);
}

function refuse(path: Path, value: string, wanted: WireType): never {
  throw new InvalidInput(path, `Value '${value}' of ${path.join('.')} cannot be read`, { mistyped: { value, wanted } });
}
