const blank = /[ \t\n\r]*/y;
const word = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/** Where a text stops being JSON, as line and column from 1; JSON.parse does not always say it. */
export function jsonErrorPlace(text: string): { line: number; column: number } {
  const before = text.slice(0, firstError(text));
  const lines = before.split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}

function firstError(text: string): number {
  let at = 0;
  const eat = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match !== null;
  };
  const is = (character: string): boolean => {
    eat(blank);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  /** What stands between brackets, separated by commas. */
  const list = (end: string, item: () => boolean): boolean => {
    if (is(end)) return true;
    do {
      if (!item()) return false;
    } while (is(','));
    return is(end);
  };
  const member = (): boolean => {
    eat(blank);
    return eat(string) && is(':') && value();
  };
  const value = (): boolean => {
    if (is('{')) return list('}', member);
    if (is('[')) return list(']', value);
    return eat(string) || eat(word);
  };
  if (value()) eat(blank);
  return at;
}
