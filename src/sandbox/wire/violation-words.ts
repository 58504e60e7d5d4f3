import type { Mistyped, Rule, Step, Violation } from './codec.ts';

/**
 * The words of services built on AWS's common framework: `1 validation error detected: Value 'x' at 'stackName' failed to
 * satisfy constraint: Member must have length less than or equal to 128`. Recorded by many clients of CloudFormation,
 * CloudWatch Logs, Route 53 (`…resourceRecordSet.tTL`) and IAM.
 */
export function constraintSentence(violations: readonly Violation[]): string {
  const each = violations.map((one) => {
    const value = one.rule.kind === 'present' ? ' null' : one.secret ? '' : ` '${written(one.value)}'`;
    return `Value${value} at '${memberPath(one.path)}' failed to satisfy constraint: ${demand(one.rule)}`;
  });
  return `${each.length} validation error${each.length === 1 ? '' : 's'} detected: ${each.join('; ')}`;
}

/** The path as the framework writes it: `tags.1.member.key`, every name with its first letter in lower case. */
export function memberPath(path: readonly Step[]): string {
  return path.map((step) => (typeof step === 'string' ? initialLower(step) : `${stepText(step)}.member`)).join('.');
}

export function stepText(step: Step): string {
  return typeof step === 'object' ? step.key : String(step);
}

/** What a rule demands, as the framework says it. */
export function demand(rule: Rule): string {
  switch (rule.kind) {
    case 'present':
      return 'Member must not be null';
    case 'shortest':
      return `Member must have length greater than or equal to ${rule.bound}`;
    case 'longest':
      return `Member must have length less than or equal to ${rule.bound}`;
    case 'least':
      return `Member must have value greater than or equal to ${rule.bound}`;
    case 'most':
      return `Member must have value less than or equal to ${rule.bound}`;
    case 'pattern':
      return `Member must satisfy regular expression pattern: ${rule.pattern}`;
    case 'enum':
      return `Member must satisfy enum value set: [${rule.values.join(', ')}]`;
    case 'items':
      return `Member must satisfy constraint: [${rule.rules.map(demand).join(', ')}]`;
    case 'keys':
      return `Map keys must satisfy constraint: [${rule.rules.map(demand).join(', ')}]`;
    case 'values':
      return `Map value must satisfy constraint: [${rule.rules.map(demand).join(', ')}]`;
  }
}

/** How the framework's JSON reader refuses a value of another type than the model's. */
export function mistypedWords({ value, wanted }: Mistyped): string {
  if (Array.isArray(value)) return 'Start of list found where not expected.';
  if (typeof value === 'object') return 'Start of structure or map found where not expected.';
  const to = readable[wanted];
  if (to === undefined) return 'Unexpected field type';
  const token =
    typeof value === 'boolean' ? String(value).toUpperCase() : typeof value === 'string' ? 'STRING' : 'NUMBER';
  return `${token}_VALUE can not be converted to ${to}`;
}

const readable: Readonly<Partial<Record<Mistyped['wanted'], string>>> = {
  string: 'a String',
  integer: 'an Integer',
  number: 'a Double',
  boolean: 'a Boolean',
};

/** A value as Java prints it: `[a, b]`, `{k=v}`. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  // Java prints the buffer, not what is in it.
  if (value instanceof Uint8Array) return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof String)) {
    const members = Object.entries(value).map(([name, one]) => `${initialLower(name)}=${written(one)}`);
    return `{${members.join(', ')}}`;
  }
  return String(value);
}

function initialLower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
