import { ServiceError } from '../world/service-error.ts';

/** One page of a list, and where the next begins. */
export interface Page<T> {
  items: T[];
  nextToken?: string;
}

/**
 * Cuts a page out of a list. Tokens hold a position: what is added or removed between two pages may shift them, as on AWS,
 * where paging is not a snapshot either. `invalidToken` is how the service answers a token it did not give.
 */
export function page<T>(
  all: readonly T[],
  size: number | undefined,
  token: string | undefined,
  invalidToken: () => ServiceError = () => new ServiceError('InvalidNextToken', 'The token is not valid.'),
): Page<T> {
  let start = 0;
  if (token !== undefined && token !== '') {
    const match = /^at:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
    if (!match) throw invalidToken();
    start = Number(match[1]);
  }
  const end = size === undefined ? all.length : start + size;
  const items = all.slice(start, end);
  return end < all.length ? { items, nextToken: Buffer.from(`at:${end}`).toString('base64url') } : { items };
}

/** A page for the services that spell the token's name with a capital: `rest` goes into the answer beside the items. */
export function capitalised<T>({ items, nextToken }: Page<T>): { items: T[]; rest: { NextToken?: string } } {
  return { items, rest: nextToken === undefined ? {} : { NextToken: nextToken } };
}

/** The page size asked for, or the default; refuses one out of range in the service's words. */
export function pageSize(
  asked: number | undefined,
  limits: { min: number; max: number; default: number },
  refuse: (asked: number) => ServiceError,
): number {
  if (asked === undefined) return limits.default;
  if (asked < limits.min || asked > limits.max) throw refuse(asked);
  return asked;
}
