import type { StaticOperationSchema } from '@smithy/types';
import { ServiceError } from '../world/service-error.ts';
import { type Call, type Operation, operation } from './operation.ts';
import { type Page, page, pageSize } from './paging.ts';

/**
 * An EC2 operation that changes something. With `DryRun` it is only asked whether it would be allowed, which EC2 answers
 * by an error of its own (412).
 */
export function ec2Change<I extends { DryRun?: boolean | undefined }, O>(
  schema: StaticOperationSchema,
  handle: (input: I, call: Call) => O,
): Operation {
  return operation<I, O>(schema, (input, call) => {
    if (input.DryRun) {
      throw new ServiceError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    }
    return handle(input, call);
  });
}

/** A page by EC2's `MaxResults` and `NextToken`; without `MaxResults` the answer is whole. */
export function ec2Page<T>(
  all: readonly T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  min = 5,
): Page<T> {
  const size =
    input.MaxResults === undefined
      ? undefined
      : pageSize(
          input.MaxResults,
          { min, max: 1000, default: 1000 },
          (asked) =>
            new ServiceError(
              'InvalidParameterValue',
              `Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value ${asked < min ? `greater than ${min}` : 'less than 1000'}.`,
            ),
        );
  return page(
    all,
    size,
    input.NextToken,
    () => new ServiceError('InvalidParameterValue', `Value (${input.NextToken}) for parameter nextToken is invalid.`),
  );
}
