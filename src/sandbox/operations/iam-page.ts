import { ServiceError } from '../world/service-error.ts';
import { page, pageSize } from './paging.ts';

/** A page by IAM's `MaxItems` (1 to 1000, 100 unless told otherwise) and `Marker`. */
export function iamPage<T>(
  all: readonly T[],
  input: { MaxItems?: number | undefined; Marker?: string | undefined },
): { items: T[]; rest: { IsTruncated: boolean; Marker?: string } } {
  const size = pageSize(
    input.MaxItems,
    { min: 1, max: 1000, default: 100 },
    (asked) =>
      new ServiceError(
        'ValidationError',
        `1 validation error detected: Value '${asked}' at 'maxItems' failed to satisfy constraint: Member must have value ${asked < 1 ? 'greater than or equal to 1' : 'less than or equal to 1000'}`,
      ),
  );
  const { items, nextToken } = page(
    all,
    size,
    input.Marker,
    () => new ServiceError('ValidationError', `Invalid Marker: ${input.Marker}`),
  );
  return { items, rest: nextToken === undefined ? { IsTruncated: false } : { IsTruncated: true, Marker: nextToken } };
}
