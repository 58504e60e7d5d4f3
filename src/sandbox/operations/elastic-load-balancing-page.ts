import { ServiceError } from '../world/service-error.ts';

/** A page by this service's `PageSize` (1 to 400) and `Marker`, which is the name of the page's first item. */
export function balancingPage<T>(
  all: readonly T[],
  input: { PageSize?: number | undefined; Marker?: string | undefined },
  nameOf: (item: T) => string,
): { items: T[]; rest: { NextMarker?: string } } {
  const size = input.PageSize ?? 400;
  if (!(size >= 1 && size <= 400)) throw new ServiceError('ValidationError', 'PageSize must be between 1 and 400');
  const from = input.Marker ? all.findIndex((item) => nameOf(item) === input.Marker) : 0;
  if (from < 0) throw new ServiceError('ValidationError', 'Invalid Marker');
  const following = all[from + size];
  return {
    items: all.slice(from, from + size),
    rest: following === undefined ? {} : { NextMarker: nameOf(following) },
  };
}
