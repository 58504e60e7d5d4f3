import type { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema } from '@smithy/types';
import type { Service } from '../operations/operation.ts';
import type { ServiceError } from '../world/service-error.ts';

/** A request as it came, its body read to the end. */
export interface WireRequest {
  readonly method: string;
  /** Path without the query, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

export type MemberName = (name: string, member: NormalizedSchema) => string;

/** The server's half of one protocol, for one service. */
export interface Codec {
  /** The name of the operation that the request asks for. Throws a {@link ServiceError} when it asks for none. */
  operationName(request: WireRequest, service: Service): string;
  /** The operation's input. Throws {@link InvalidInput} or a {@link ServiceError}. */
  decode(request: WireRequest, schema: StaticOperationSchema): unknown;
  /** How the service's errors call a member; by default as the schema does. */
  readonly memberName?: MemberName;
  encode(schema: StaticOperationSchema, output: unknown, requestId: string): WireAnswer;
  encodeError(error: ServiceError, requestId: string): WireAnswer;
  /** What the service answers to an operation it does not have. */
  unknownOperation(name: string, request: WireRequest): ServiceError;
  /** The service's own error for an input that its schema does not allow. */
  invalidInput(problem: InvalidInput): ServiceError;
}

/** An input that does not fit the operation's schema. */
export class InvalidInput extends Error {
  readonly kind: 'missing' | 'malformed';
  /** Where: member names and one-based list positions. */
  readonly path: readonly (string | number)[];

  constructor(kind: 'missing' | 'malformed', path: readonly (string | number)[], message: string) {
    super(message);
    this.name = 'InvalidInput';
    this.kind = kind;
    this.path = path;
  }
}

/**
 * The words in which services built on AWS's common framework refuse a missing member:
 * `1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null`.
 */
export function constraintSentence(problem: InvalidInput): string {
  const at = problem.path
    .map((step) => (typeof step === 'number' ? `${step}.member` : step.charAt(0).toLowerCase() + step.slice(1)))
    .join('.');
  return `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`;
}
