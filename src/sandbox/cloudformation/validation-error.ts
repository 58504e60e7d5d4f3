import { ServiceError } from '../world/service-error.ts';

/** CloudFormation's ValidationError. */
export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}

/** The same for a template whose form is wrong. */
export function formatError(message: string): ServiceError {
  return invalid(`Template format error: ${message}`);
}
