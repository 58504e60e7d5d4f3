import { isAlias, isScalar, isSeq, isMap as isYamlMap, LineCounter, type Node, parseDocument } from 'yaml';
import { jsonErrorPlace } from './json-error.ts';
import { formatError } from './validation-error.ts';
import type { Value, ValueMap } from './value.ts';

/** The functions that YAML may write as tags (user guide, Intrinsic function reference). */
const shortForms = [
  'And',
  'Base64',
  'Cidr',
  'Condition',
  'Equals',
  'FindInMap',
  'GetAZs',
  'GetAtt',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Ref',
  'Select',
  'Split',
  'Sub',
  'Transform',
  // In Rules alone.
  'Contains',
  'EachMemberEquals',
  'EachMemberIn',
  'RefAll',
  'ValueOf',
  'ValueOfAll',
];

/** Reads a template's text, JSON or YAML, into values with the long forms of the intrinsic functions. */
export function readTemplate(body: string): Value {
  if (body.trimStart().startsWith('{')) {
    try {
      return JSON.parse(body) as Value;
    } catch {
      const { line, column } = jsonErrorPlace(body);
      throw formatError(`JSON not well-formed. (line ${line}, column ${column})`);
    }
  }
  const lines = new LineCounter();
  // Aliases are few in a template; the limit is the parser's guard against documents that expand without end.
  const document = parseDocument(body, { lineCounter: lines, logLevel: 'error', prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw formatError(`YAML not well-formed. (line ${line}, column ${col})`);
  }
  const convert = (node: Node | null): Value => {
    if (node === null) return null;
    if (isAlias(node)) return convert(node.resolve(document) ?? null);
    const plain = plainValue(node, convert);
    if (!node.tag?.startsWith('!') || node.tag.startsWith('!!')) return plain;
    const tag = node.tag.slice(1);
    if (!shortForms.includes(tag)) {
      // A node's range begins after its tag.
      const { line, col } = lines.linePos(Math.max(0, body.lastIndexOf(node.tag, node.range?.[0] ?? 0)));
      throw formatError(`YAML not well-formed. (line ${line}, column ${col})`);
    }
    return longForm(tag, plain);
  };
  return convert(document.contents as Node | null);
}

function plainValue(node: Node, convert: (node: Node | null) => Value): Value {
  if (isYamlMap(node)) {
    const map: ValueMap = {};
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      map[key] = convert(pair.value as Node | null);
    }
    return map;
  }
  if (isSeq(node)) return node.items.map((item) => convert(item as Node | null));
  if (isScalar(node)) {
    const value = node.value;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    return value === null ? null : String(value);
  }
  return null;
}

/** `!GetAtt A.B` and the like as the long form that JSON has. */
function longForm(tag: string, value: Value): Value {
  if (tag === 'Ref' || tag === 'Condition') return { [tag]: value };
  if (tag === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.');
    return { 'Fn::GetAtt': dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)] };
  }
  return { [`Fn::${tag}`]: value };
}
