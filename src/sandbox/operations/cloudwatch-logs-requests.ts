import { type LogGroup, logGroupOf } from '../world/cloudwatch-logs.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { type Page, page } from './paging.ts';

/** `InvalidParameterException`, the code of most mistakes here. */
export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

/** The name of a group that a request names by its name or by its ARN. */
export function groupName(nameOrArn: string): string {
  return /^arn:[^:]+:logs:[^:]+:[^:]+:log-group:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** The group that a request names by its name, or by its ARN in either of two members. */
export function groupNamed(world: World, name: string | undefined, identifier?: string | undefined): LogGroup {
  return logGroupOf(world, groupName(name ?? identifier ?? ''));
}

/** A page by `limit` and `nextToken`; `standard` is the page that comes unasked. */
export function logsPage<T>(
  all: readonly T[],
  input: { limit?: number | undefined; nextToken?: string | undefined },
  standard: number,
): Page<T> {
  return page(all, input.limit ?? standard, input.nextToken, badToken);
}

/** How a paging token is refused that no list gave. */
export const badToken = () => invalid('The specified nextToken is invalid.');
