import { ServiceError } from '../world/service-error.ts';
import { capitalised, page } from './paging.ts';

/** A page by Parameter Store's `MaxResults` and `NextToken`; `standard` is the page that comes unasked, the largest too. */
export function ssmPage<T>(
  all: readonly T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  standard: number,
): { items: T[]; rest: { NextToken?: string } } {
  const bad = () => new ServiceError('InvalidNextToken', "The specified token isn't valid.");
  return capitalised(page(all, input.MaxResults ?? standard, input.NextToken, bad));
}
