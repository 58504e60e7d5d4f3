import { invalid } from './validation-error.ts';

/** One page of a list. The token is the position of the page's first item: lists only grow at their ends. */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
  size: number,
): { items: T[]; rest: { NextToken?: string } } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0 || start > items.length) throw invalid('Invalid NextToken');
  const end = start + size;
  return { items: items.slice(start, end), rest: end < items.length ? { NextToken: String(end) } : {} };
}
