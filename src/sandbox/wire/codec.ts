import type { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema } from '@smithy/types';
import type { Service } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';

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
  /** The service's own error for an input that its schema or its model does not allow. */
  invalidInput(problem: InvalidInput, operation: string): ServiceError;
}

/**
 * No protocol of the service takes such a request: a method, a content type or a path that none has. AWS's common
 * framework then answers 404 and `<UnknownOperationException/>`, whatever the service's protocol is.
 */
export class Unrouted extends ServiceError {
  constructor() {
    super('UnknownOperationException', '', 404);
    this.name = 'Unrouted';
  }
}

/** One step to a value: a member's name, a one-based position in a list, or a key of a map. */
export type Step = string | number | { readonly key: string };

/** A value that a service's model does not allow. */
export interface Violation {
  readonly path: readonly Step[];
  /** Absent: the member is required and missing. */
  readonly value?: unknown;
  /** Whether the value must not be repeated. */
  readonly secret: boolean;
  readonly rule: Rule;
}

/** What was demanded of a value; that of items, keys and values names everything demanded of them. */
export type Rule =
  | { readonly kind: 'present' }
  | { readonly kind: 'shortest' | 'longest' | 'least' | 'most'; readonly bound: number }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'items' | 'keys' | 'values'; readonly rules: readonly Rule[] };

/** An input that does not fit the operation's schema or the service's model: unreadable, or with values not allowed. */
export class InvalidInput extends Error {
  /** Where the unreadable value stands. */
  readonly path: readonly Step[];
  /** Empty when the input cannot be read. */
  readonly violations: readonly Violation[];
  /** The value of another type than the schema has, and that type. */
  readonly mistyped: Mistyped | undefined;

  constructor(
    path: readonly Step[],
    message: string,
    more: { readonly violations?: readonly Violation[]; readonly mistyped?: Mistyped } = {},
  ) {
    super(message);
    this.name = 'InvalidInput';
    this.path = path;
    this.violations = more.violations ?? [];
    this.mistyped = more.mistyped;
  }
}

export type WireType = 'list' | 'map' | 'structure' | 'boolean' | 'integer' | 'number' | 'time' | 'blob' | 'string';

export interface Mistyped {
  readonly value: unknown;
  readonly wanted: WireType;
}
