/** One name of a `tree=` expression; `children` is absent when nothing was asked below it. */
export interface TreeNode {
  readonly name: string;
  readonly children?: readonly TreeNode[];
  /** `{from,to}`: elements from (included) to (excluded) of a list. */
  readonly range?: { readonly from: number; readonly to: number };
}

/** A `tree=` that Jenkins would not understand either. */
export class TreeSyntaxError extends Error {
  constructor(expression: string, at: number) {
    super(`Tree expression "${expression}" cannot be understood at character ${at + 1}`);
    this.name = 'TreeSyntaxError';
  }
}

/**
 * Parses a `tree=` expression (Jenkins handbook, Remote access API): names separated by commas, what to show of each in
 * brackets, and a range of a list in braces: `jobs[name,builds[number,result]{0,5}]{,10}`.
 */
export function parseTree(expression: string): TreeNode[] {
  let at = 0;
  const peek = () => expression[at];
  const take = (wanted: string) => {
    if (peek() !== wanted) throw new TreeSyntaxError(expression, at);
    at += 1;
  };
  const list = (): TreeNode[] => {
    const nodes = [node()];
    while (peek() === ',') {
      at += 1;
      nodes.push(node());
    }
    return nodes;
  };
  const node = (): TreeNode => {
    const name = /^[^,[\]{}]+/.exec(expression.slice(at))?.[0];
    if (name === undefined) throw new TreeSyntaxError(expression, at);
    at += name.length;
    let children: TreeNode[] | undefined;
    if (peek() === '[') {
      at += 1;
      children = list();
      take(']');
    }
    const range = peek() === '{' ? readRange() : undefined;
    return { name, ...(children ? { children } : {}), ...(range ? { range } : {}) };
  };
  const readRange = (): { from: number; to: number } => {
    const found = /^\{(\d*)(?:(,)(\d*))?\}/.exec(expression.slice(at));
    if (!found || (found[1] === '' && !found[3])) throw new TreeSyntaxError(expression, at);
    at += found[0].length;
    const from = found[1] === '' ? 0 : Number(found[1]);
    // `{n}` is the one element n, `{n,}` everything from it on.
    const to = found[2] === undefined ? from + 1 : found[3] ? Number(found[3]) : Number.POSITIVE_INFINITY;
    return { from, to };
  };
  const nodes = list();
  if (at < expression.length) throw new TreeSyntaxError(expression, at);
  return nodes;
}
