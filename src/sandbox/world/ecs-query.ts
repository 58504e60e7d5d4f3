import { agentVersion } from './ecs-attributes.ts';
import type { ContainerInstance } from './ecs-state.ts';
import { ServiceError } from './service-error.ts';

/** Whether a container instance is one that an expression means. */
export type InstanceTest = (one: ContainerInstance) => boolean;

/** One word of an expression: `and`, `attribute:ecs.instance-type`, `==`, `[`, or a quoted string without its quotes. */
interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

const words =
  /\s*(?:"([^"]*)"|'([^']*)'|(!exists|!in\b|&&|\|\||==|!=|>=|<=|=~|!~|[<>!()[\],])|([^\s"'()[\],=<>!~&|]+))/y;

/** Symbols and the words that mean the same (ECS Developer Guide, Create expressions to define container instances). */
const operators: Readonly<Record<string, string>> = {
  '==': 'equals',
  '!=': 'not_equals',
  '>': 'greater_than',
  '>=': 'greater_than_equal',
  '<': 'less_than',
  '<=': 'less_than_equal',
  '!exists': 'not_exists',
  '!in': 'not_in',
  '=~': 'matches',
  '!~': 'not_matches',
};

function wrong(expression: string): ServiceError {
  return new ServiceError('InvalidParameterException', `Invalid expression: ${expression}`);
}

/** Reads an expression of the cluster query language, or refuses it with `InvalidParameterException`. */
export function instanceTest(expression: string): InstanceTest {
  const tokens = tokensOf(expression);
  let next = 0;
  const peek = (...texts: string[]) => {
    const token = tokens[next];
    return token !== undefined && !token.quoted && texts.includes(token.text);
  };
  const take = (): string => {
    const token = tokens[next];
    if (!token) throw wrong(expression);
    next += 1;
    return token.text;
  };
  const expect = (text: string) => {
    if (!peek(text)) throw wrong(expression);
    next += 1;
  };
  const either = (): InstanceTest => {
    const parts = [both()];
    while (peek('or', '||')) {
      next += 1;
      parts.push(both());
    }
    return (one) => parts.some((part) => part(one));
  };
  const both = (): InstanceTest => {
    const parts = [single()];
    while (peek('and', '&&')) {
      next += 1;
      parts.push(single());
    }
    return (one) => parts.every((part) => part(one));
  };
  const single = (): InstanceTest => {
    if (peek('not', '!')) {
      next += 1;
      const inner = single();
      return (one) => !inner(one);
    }
    if (peek('(')) {
      next += 1;
      const inner = either();
      expect(')');
      return inner;
    }
    return comparison();
  };
  const comparison = (): InstanceTest => {
    const values = subject(take(), expression);
    const symbol = take();
    const operator = operators[symbol] ?? symbol;
    if (operator === 'exists') return (one) => values(one).length > 0;
    if (operator === 'not_exists') return (one) => values(one).length === 0;
    const wanted: string[] = [];
    if (operator === 'in' || operator === 'not_in') {
      expect('[');
      wanted.push(take());
      while (peek(',')) {
        next += 1;
        wanted.push(take());
      }
      expect(']');
    } else {
      wanted.push(take());
    }
    const holds = relation(operator, wanted, expression);
    return (one) => holds(values(one));
  };
  const test = either();
  if (next < tokens.length) throw wrong(expression);
  return test;
}

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  const text = expression.trimEnd();
  words.lastIndex = 0;
  while (words.lastIndex < text.length) {
    const match = words.exec(text);
    if (!match) throw wrong(expression);
    const quoted = match[1] ?? match[2];
    tokens.push({ text: quoted ?? match[3] ?? match[4] ?? '', quoted: quoted !== undefined });
  }
  return tokens;
}

/** The values that a subject has on an instance: none where it has no such attribute. */
function subject(name: string, expression: string): (one: ContainerInstance) => string[] {
  if (name.startsWith('attribute:')) {
    const attribute = name.slice('attribute:'.length);
    return (one) => {
      const value = one.attributes.get(attribute);
      return value === undefined ? [] : [value];
    };
  }
  switch (name) {
    case 'agentConnected':
      return (one) => [String(one.agentConnected)];
    case 'agentVersion':
      return () => [agentVersion.agentVersion];
    case 'ec2InstanceId':
      return (one) => [one.instance.id];
    case 'registeredAt':
      return (one) => [new Date(one.registeredAt).toISOString()];
    case 'runningTasksCount':
      return (one) => [String([...one.tasks].filter((task) => task.lastStatus === 'RUNNING').length)];
    case 'task:group':
      return (one) => [...one.tasks].map((task) => task.group);
    default:
      throw wrong(expression);
  }
}

/** What an operator says of the values of a subject; one that has none equals nothing and differs from everything. */
function relation(operator: string, wanted: readonly string[], expression: string): (values: string[]) => boolean {
  const [first = ''] = wanted;
  const among = (values: string[]) => values.some((value) => wanted.includes(value));
  switch (operator) {
    case 'equals':
    case 'in':
      return among;
    case 'not_equals':
    case 'not_in':
      return (values) => !among(values);
    case 'greater_than':
      return (values) => values.some((value) => compare(value, first) > 0);
    case 'greater_than_equal':
      return (values) => values.some((value) => compare(value, first) >= 0);
    case 'less_than':
      return (values) => values.some((value) => compare(value, first) < 0);
    case 'less_than_equal':
      return (values) => values.some((value) => compare(value, first) <= 0);
    case 'matches':
    case 'not_matches': {
      const pattern = patternOf(first, expression);
      return (values) => values.some((value) => pattern.test(value)) === (operator === 'matches');
    }
    default:
      throw wrong(expression);
  }
}

/** Patterns are Java's; those that people write mean the same here. They match a whole value. */
function patternOf(text: string, expression: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw wrong(expression);
  }
}

/** Numbers and versions by their parts (`1.9` before `1.10`), dates by their time. */
function compare(left: string, right: string): number {
  if (/^\d{4}-\d\d-\d\d/.test(left)) {
    // A date without a zone is in UTC.
    const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(right) || !right.includes('T') ? right : `${right}Z`;
    return Date.parse(left) - Date.parse(zoned);
  }
  const [a, b] = [left.split('.'), right.split('.')];
  for (let n = 0; n < Math.max(a.length, b.length); n++) {
    const difference = Number(a[n] ?? 0) - Number(b[n] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
