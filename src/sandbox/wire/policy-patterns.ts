/** What conditions and policy variables see of a request. Names are in lower case. */
export type Context = ReadonlyMap<string, string | readonly string[]>;

/** The version of the policy language: the older one has no variables. */
export type Version = '2012-10-17' | '2008-10-17';

/**
 * Whether a resource fits the pattern of a statement: part by part of an ARN. A pattern with fewer parts leaves the others
 * open when it ends in a star (`arn:aws:ec2:*`); one that is no ARN (`*`) is held against the whole.
 */
export function resourceLike(pattern: string, resource: string): boolean {
  const wanted = arnParts(pattern);
  if (!pattern.startsWith('arn:')) return like(pattern, resource);
  return (wanted.length === 6 || pattern.endsWith('*')) && partsLike(wanted, arnParts(resource));
}

/** Whether an ARN fits the pattern of a condition, which has all six parts (IAM User Guide, ARN condition operators). */
export function arnLike(pattern: string, value: string): boolean {
  const wanted = arnParts(pattern);
  return wanted.length === 6 && partsLike(wanted, arnParts(value));
}

function partsLike(wanted: readonly string[], given: readonly string[]): boolean {
  return given.length === 6 && wanted.every((part, index) => like(part, given[index] ?? ''));
}

/** `arn:partition:service:region:account:resource`; only the last part may hold colons. */
function arnParts(text: string): string[] {
  const parts = text.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

// A literal `*`, `?` or `$` of a pattern, written `${*}` and so on, travels as one of these private characters.
const literals = new Map([
  ['*', '\ue000'],
  ['?', '\ue001'],
  ['$', '\ue002'],
]);

/** Policy variables, `${aws:username}` or with a default `${aws:username, 'x'}`; undefined when one has no value. */
export function fill(pattern: string, context: Context, version: Version): string | undefined {
  if (version === '2008-10-17' || !pattern.includes('${')) return pattern;
  let complete = true;
  const filled = pattern.replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
    const literal = literals.get(inside);
    if (literal !== undefined) return literal;
    const [name = '', fallback] = inside.split(/\s*,\s*'(.*)'\s*$/);
    const value = context.get(name.trim().toLowerCase());
    const single = typeof value === 'string' ? value : fallback;
    if (single === undefined) complete = false;
    return protect(single ?? '');
  });
  return complete ? filled : undefined;
}

function protect(text: string): string {
  return text.replace(/[*?$]/g, (character) => literals.get(character) ?? character);
}

/** Whether `value` fits a pattern with `*` and `?`, in time linear in both but for repeated stars. */
export function like(pattern: string, value: string): boolean {
  let [at, in_, star, mark] = [0, 0, -1, 0];
  const wanted = [...pattern];
  const given = [...protect(value)];
  while (in_ < given.length) {
    if (wanted[at] === '*') {
      star = at++;
      mark = in_;
    } else if (wanted[at] === '?' || wanted[at] === given[in_]) {
      at++;
      in_++;
    } else if (star >= 0) {
      at = star + 1;
      in_ = ++mark;
    } else {
      return false;
    }
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}

/** A value in which nothing is a wildcard: the literals of {@link fill} as themselves. */
export function plain(text: string): string {
  return text.replace(/[\ue000-\ue002]/g, (character) => '*?$'[character.charCodeAt(0) - 0xe000] ?? '');
}
