import { arnLike, type Context, fill, like, plain, type Version } from './policy-patterns.ts';

/** One line of a statement's Condition block. */
export interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

type Test = (value: string, wanted: string) => boolean;

const numeric =
  (compare: (a: number, b: number) => boolean): Test =>
  (value, wanted) =>
    compare(Number(value), Number(wanted));
const dated =
  (compare: (a: number, b: number) => boolean): Test =>
  (value, wanted) =>
    compare(instant(value), instant(wanted));
const same = (a: number, b: number) => a === b;
const less = (a: number, b: number) => a < b;
const atMost = (a: number, b: number) => a <= b;

function instant(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

/** The condition operators (IAM User Guide, Condition operators); those with Not are the negation of another. */
const tests: Readonly<Record<string, Test>> = {
  stringequals: (value, wanted) => value === plain(wanted),
  stringequalsignorecase: (value, wanted) => value.toLowerCase() === plain(wanted).toLowerCase(),
  stringlike: (value, wanted) => like(wanted, value),
  arnequals: (value, wanted) => arnLike(wanted, value),
  arnlike: (value, wanted) => arnLike(wanted, value),
  numericequals: numeric(same),
  numericlessthan: numeric(less),
  numericlessthanequals: numeric(atMost),
  numericgreaterthan: numeric((a, b) => less(b, a)),
  numericgreaterthanequals: numeric((a, b) => atMost(b, a)),
  dateequals: dated(same),
  datelessthan: dated(less),
  datelessthanequals: dated(atMost),
  dategreaterthan: dated((a, b) => less(b, a)),
  dategreaterthanequals: dated((a, b) => atMost(b, a)),
  bool: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  binaryequals: (value, wanted) => value === wanted,
  ipaddress: (value, wanted) => inBlock(value, wanted),
};

const negations: Readonly<Record<string, string>> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
  notipaddress: 'ipaddress',
};

function inBlock(address: string, block: string): boolean {
  const [base = '', bits = '32'] = block.split('/');
  const [a, b] = [ipv4(address), ipv4(base)];
  if (a === undefined || b === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(a / size) === Math.floor(b / size);
}

function ipv4(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** `ForAllValues:StringEqualsIfExists` in its parts. */
function operatorParts(operator: string) {
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/i.exec(operator) ?? [];
  const name = base.toLowerCase();
  const negated = Object.hasOwn(negations, name);
  return { set: set?.toLowerCase(), name: negations[name] ?? name, negated, ifExists: ifExists !== undefined };
}

/** Whether a condition holds; one that asks for a key which the request lacks does not, unless it says so. */
export function holds({ operator, key, values }: Condition, context: Context, version: Version): boolean {
  const { set, name, negated, ifExists } = operatorParts(operator);
  const found = context.get(key.toLowerCase());
  const given = found === undefined ? [] : typeof found === 'string' ? [found] : found;
  if (name === 'null') return values.some((value) => (given.length === 0) === (value.toLowerCase() === 'true'));
  const test = tests[name];
  if (!test) return false;
  // Over no values at all "for all" holds and "for any" does not (IAM User Guide, Set operators for multivalued keys).
  if (given.length === 0) return ifExists || set === 'forallvalues' || (negated && set === undefined);
  const wanted = values.flatMap((value) => fill(value, context, version) ?? []);
  const passes = (value: string) => wanted.some((one) => test(value, one)) !== negated;
  return set === 'forallvalues' ? given.every(passes) : given.some(passes);
}

/** Whether there is a condition operator of this name. */
export function isOperator(operator: string): boolean {
  const { name } = operatorParts(operator);
  return name === 'null' || Object.hasOwn(tests, name);
}
