import { ServiceError } from '../world/service-error.ts';
import type { Operation } from './operation.ts';
import { capitalised, page, pageSize } from './paging.ts';

/** What EC2 answers to `DryRun` when nothing speaks against the request: an error of its own (412). */
export function wouldHaveSucceeded(): ServiceError {
  return new ServiceError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

/**
 * EC2's operations, those that read too, as they are with `DryRun`: a caller who may do it is told so, and nothing is done.
 * RunInstances looks at the launch first, and answers by itself.
 */
export function withDryRun(operations: Readonly<Record<string, Operation>>): Record<string, Operation> {
  return Object.fromEntries(
    Object.entries(operations).map(([name, { schema, handle }]) => {
      const asked: Operation['handle'] = (input, call) => {
        const dry = (input as { DryRun?: boolean | undefined }).DryRun;
        if (dry && name !== 'RunInstances') throw wouldHaveSucceeded();
        return handle(input, call);
      };
      return [name, { schema, handle: asked }];
    }),
  );
}

/** A time as EC2 tells most of them: in whole seconds. */
export function wholeSecond(ms: number): Date {
  return new Date(Math.floor(ms / 1000) * 1000);
}

/** A page by EC2's `MaxResults` and `NextToken`; without `MaxResults` the answer is whole. */
export function ec2Page<T>(
  all: readonly T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  min = 5,
): { items: T[]; rest: { NextToken?: string } } {
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
  return capitalised(
    page(
      all,
      size,
      input.NextToken,
      () => new ServiceError('InvalidParameterValue', `Value (${input.NextToken}) for parameter nextToken is invalid.`),
    ),
  );
}
