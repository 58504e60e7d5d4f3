import type { Repository } from '../world/ecr.ts';
import { ServiceError } from '../world/service-error.ts';

/** How ECR refuses a parameter. */
export function invalidParameter(member: string, constraint: string): ServiceError {
  return new ServiceError(
    'InvalidParameterException',
    `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`,
  );
}

/** Whether a repository's tags may be moved; exceptions by filters, which would be accepted and not kept, are refused. */
export function mutabilityOf(asked: string | undefined): Repository['mutability'] {
  if (asked === undefined || asked === 'MUTABLE' || asked === 'IMMUTABLE') return asked ?? 'MUTABLE';
  throw invalidParameter('imageTagMutability', 'this sandbox has MUTABLE and IMMUTABLE, without exclusion filters');
}
