import { ServiceError } from './service-error.ts';

/** A row of a result: fields and their values, in the order in which they are shown. */
export type Row = Map<string, string>;

/** `MalformedQueryException`, naming what could not be read. */
export function malformed(text: string): ServiceError {
  return new ServiceError('MalformedQueryException', `Unexpected or unsupported query text: ${text}`);
}

const tokens =
  /\s*(?:(\/(?:[^/\\]|\\.)+\/i?)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(=~|!=|<=|>=|[=<>(),[\]])|([@\w.:-]+))/y;

type Test = (row: Row) => boolean;

/** `@message like /x/ and not (@logStream = "y" or …)` */
export function readCondition(text: string): Test {
  const found: { kind: 'pattern' | 'string' | 'word'; text: string }[] = [];
  const whole = text.trim();
  tokens.lastIndex = 0;
  while (tokens.lastIndex < whole.length) {
    const match = tokens.exec(whole);
    if (!match) throw malformed(`filter ${text}`);
    const [, pattern, double, single, symbol, word] = match;
    if (pattern !== undefined) found.push({ kind: 'pattern', text: pattern });
    else if (double !== undefined || single !== undefined) found.push({ kind: 'string', text: double ?? single ?? '' });
    else found.push({ kind: 'word', text: symbol ?? word ?? '' });
  }
  let next = 0;
  const peek = (wanted: string) => found[next]?.kind === 'word' && found[next]?.text.toLowerCase() === wanted;
  const accept = (wanted: string): boolean => {
    if (!peek(wanted)) return false;
    next += 1;
    return true;
  };
  const take = () => {
    const token = found[next];
    if (!token) throw malformed(`filter ${text}`);
    next += 1;
    return token;
  };
  const either = (): Test => {
    const parts = [both()];
    while (accept('or')) parts.push(both());
    return (row) => parts.some((part) => part(row));
  };
  const both = (): Test => {
    const parts = [single()];
    while (accept('and')) parts.push(single());
    return (row) => parts.every((part) => part(row));
  };
  const single = (): Test => {
    if (accept('not')) {
      const inner = single();
      return (row) => !inner(row);
    }
    if (accept('(')) {
      const inner = either();
      if (!accept(')')) throw malformed(`filter ${text}`);
      return inner;
    }
    return comparison();
  };
  const comparison = (): Test => {
    const field = take();
    if (field.kind !== 'word') throw malformed(`filter ${text}`);
    const negated = accept('not');
    const operator = take().text.toLowerCase();
    const values = operator === 'in' ? list() : [take()];
    const test = relation(operator, values, text);
    return (row) => {
      const value = row.get(field.text);
      return (value !== undefined && test(value)) !== negated;
    };
  };
  const list = () => {
    if (!accept('[')) throw malformed(`filter ${text}`);
    const values = [take()];
    while (accept(',')) values.push(take());
    if (!accept(']')) throw malformed(`filter ${text}`);
    return values;
  };
  const test = either();
  if (next < found.length) throw malformed(`filter ${text}`);
  return test;
}

function relation(
  operator: string,
  values: readonly { kind: string; text: string }[],
  query: string,
): (value: string) => boolean {
  const [first] = values;
  if (!first) throw malformed(`filter ${query}`);
  const wanted = first.text;
  switch (operator) {
    case '=~':
    case 'like': {
      if (first.kind !== 'pattern') return (value) => value.includes(wanted);
      const pattern = patternOf(wanted, query);
      return (value) => pattern.test(value);
    }
    case '=':
    case 'in':
      return (value) => values.some((one) => one.text === value);
    case '!=':
      return (value) => value !== wanted;
    case '<':
      return (value) => Number(value) < Number(wanted);
    case '<=':
      return (value) => Number(value) <= Number(wanted);
    case '>':
      return (value) => Number(value) > Number(wanted);
    case '>=':
      return (value) => Number(value) >= Number(wanted);
    default:
      throw malformed(`filter ${query}`);
  }
}

/** `/x/`, or with `(?i)` or `i` without regard to case. */
function patternOf(text: string, query: string): RegExp {
  const [, body = '', flag = ''] = /^\/([\s\S]*)\/(i?)$/.exec(text) ?? [];
  const ignoring = body.startsWith('(?i)');
  try {
    return new RegExp(ignoring ? body.slice(4) : body, ignoring || flag ? 'i' : '');
  } catch {
    throw malformed(`filter ${query}`);
  }
}
