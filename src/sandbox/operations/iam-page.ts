import { ServiceError } from '../world/service-error.ts';
import { page } from './paging.ts';

/** A page by IAM's `MaxItems` (100 unless told otherwise) and `Marker`. */
export function iamPage<T>(
  all: readonly T[],
  input: { MaxItems?: number | undefined; Marker?: string | undefined },
): { items: T[]; rest: { IsTruncated: boolean; Marker?: string } } {
  const { items, nextToken } = page(
    all,
    input.MaxItems ?? 100,
    input.Marker,
    () => new ServiceError('ValidationError', `Invalid Marker: ${input.Marker}`),
  );
  return { items, rest: nextToken === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: nextToken } };
}
