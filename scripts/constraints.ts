import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { NormalizedSchema } from '@smithy/core/schema';
import { services } from '../src/sandbox/services.ts';
import { type ConstraintTable, compilePattern } from '../src/sandbox/wire/constraints.ts';
import { profiles } from '../src/sandbox/wire/profile.ts';
import * as exceptions from './constraints-left-out.ts';

/** A shape of a botocore service model, as far as it constrains values. */
interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly key?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Folder of botocore's data by signing name, where it is not the same. */
const folders: Readonly<Record<string, string>> = { elasticloadbalancing: 'elb' };

/** Reads a service's model out of botocore, as the contract tests install it. `python`: folder of the environment. */
function readModel(python: string, signingName: string): Model {
  const lib = join(python, 'lib');
  const version = readdirSync(lib).find((name) => name.startsWith('python3'));
  if (!version) throw new Error(`${lib} holds no Python`);
  const data = join(lib, version, 'site-packages', 'botocore', 'data');
  const api = profiles[signingName]?.version ?? '';
  const file = join(data, folders[signingName] ?? signingName, api, 'service-2.json.gz');
  return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Model;
}

type Exceptions = Pick<typeof exceptions, 'leftOut' | 'otherPatterns'>;

/**
 * What the models say of the inputs of all operations that the sandbox has, but for the exceptions; the text of the
 * committed file. `python`: folder of the environment that has botocore.
 */
export function constraintsText(python: string, but: Exceptions = exceptions): string {
  const writer = new TableWriter(but);
  const byService = Object.fromEntries(
    services.map((service) => {
      const model = readModel(python, service.signingName);
      const structs: Structs = {};
      for (const [name, { schema }] of Object.entries(service.operations)) {
        const input = model.operations[name]?.input?.shape;
        if (input !== undefined)
          writer.walk(service.signingName, model, NormalizedSchema.of(schema[4]), input, structs);
      }
      return [service.signingName, lines(structs)];
    }),
  );
  const table: ConstraintTable = { ...writer.shared(), services: byService };
  return `${JSON.stringify(table, null, 2)}\n`;
}

type Structs = Record<string, Record<string, string>>;

class TableWriter {
  readonly #patterns: string[] = [];
  readonly #enums: string[] = [];
  readonly #but: Exceptions;

  constructor(but: Exceptions) {
    this.#but = but;
  }

  shared(): Pick<ConstraintTable, 'patterns' | 'enums'> {
    return { patterns: this.#patterns, enums: this.#enums };
  }

  /** Adds the constrained members of a structure and of those within it. */
  walk(service: string, model: Model, ns: NormalizedSchema, shapeName: string, structs: Structs): void {
    if (ns.isListSchema() || ns.isMapSchema()) {
      const shape = model.shapes[shapeName];
      const inner = shape?.member ?? shape?.value;
      if (inner) this.walk(service, model, ns.getValueSchema(), inner.shape, structs);
      return;
    }
    if (!ns.isStructSchema()) return;
    const struct = ns.getName() ?? '';
    if (structs[struct]) return;
    const found: Record<string, string> = {};
    structs[struct] = found;
    for (const [name, member] of ns.structIterator()) {
      // The SDK may be newer than the models.
      const reference = model.shapes[shapeName]?.members?.[name];
      if (!reference) continue;
      const words = this.#levels(model, reference.shape, [service, struct, name]).join(' | ');
      if (words.replaceAll(' | ', '') !== '') found[name] = words.replace(/( \| )+$/, '');
      this.walk(service, model, member, reference.shape, structs);
    }
  }

  /** A member's own constraints, then those of its items, or of its keys and values. */
  #levels(model: Model, shapeName: string | undefined, member: MemberId): string[] {
    const shape = model.shapes[shapeName ?? ''];
    if (!shape) return [];
    const own = this.#own(shape, member);
    if (shape.type === 'list') return [own, ...this.#levels(model, shape.member?.shape, member)];
    if (shape.type !== 'map') return [own];
    const [key = '', value = ''] = [shape.key, shape.value].map((one) => this.#levels(model, one?.shape, member)[0]);
    return [own, key, value];
  }

  #own({ min, max, pattern, enum: values, type }: Shape, member: MemberId): string {
    if (type === 'structure' || type === 'timestamp') return '';
    const parts = type === 'double' || type === 'float' ? ['~'] : [];
    // A list's or a string's least length of 0 says nothing.
    if ((max !== undefined || (min ?? 0) !== 0) && this.#says('range', member))
      parts.push(`${min ?? ''}..${max ?? ''}`);
    if (pattern !== undefined && !matchesAll.has(pattern) && this.#says('pattern', member)) {
      const said = this.#but.otherPatterns[member[0]]?.[pattern] ?? pattern;
      if (compilePattern(said)) parts.push(`/${indexIn(this.#patterns, said)}`);
    }
    if (values !== undefined && this.#says('enum', member)) parts.push(`=${indexIn(this.#enums, values.join('|'))}`);
    return parts.join(' ');
  }

  /** Whether the table is to have this part of what the model says of a member. */
  #says(part: exceptions.Part, [service, structure, member]: MemberId): boolean {
    return !this.#but.leftOut.some(
      (one) =>
        one.service === service && one.member.test(`${structure}.${member}`) && (one.only?.includes(part) ?? true),
    );
  }
}

/** Service, structure, member; the latter two as the SDK's schemas name them. */
type MemberId = readonly [string, string, string];

const matchesAll = new Set(['[\\s\\S]*', '(?s).*', '[\\S\\s]*', '[\\s\\S]+', '[\\S\\s]+']);

function indexIn(list: string[], value: string): number {
  const at = list.indexOf(value);
  return at >= 0 ? at : list.push(value) - 1;
}

/** A line for each structure with constrained members, so that changes read well. */
function lines(structs: Structs): Record<string, string> {
  return Object.fromEntries(
    Object.entries(structs)
      .map(
        ([name, members]) =>
          [
            name,
            Object.entries(members)
              .map(([member, text]) => `${member} ${text}`)
              .join('; '),
          ] as const,
      )
      .filter(([, line]) => line !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
