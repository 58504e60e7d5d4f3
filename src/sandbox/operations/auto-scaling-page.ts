import { validationError } from '../world/auto-scaling.ts';
import { capitalised, page, pageSize } from './paging.ts';

/** A page by Auto Scaling's `MaxRecords` (1 to 100) and `NextToken`. */
export function autoScalingPage<T>(
  all: readonly T[],
  input: { MaxRecords?: number | undefined; NextToken?: string | undefined },
  standard: number,
): { items: T[]; rest: { NextToken?: string } } {
  const size = pageSize(input.MaxRecords, { min: 1, max: 100, default: standard }, (asked) =>
    validationError(
      `1 validation error detected: Value '${asked}' at 'maxRecords' failed to satisfy constraint: Member must have value ${asked < 1 ? 'greater than or equal to 1' : 'less than or equal to 100'}`,
    ),
  );
  return capitalised(page(all, size, input.NextToken));
}
