/**
 * An error as an AWS service answers it: the code is the wire's (`Code`, or `__type`), not the SDK's class name.
 */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
  }
}
