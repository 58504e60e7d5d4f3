import { ServiceError } from '../../world/service-error.ts';
import type { World } from '../../world/world.ts';
import { isMap, type Value, type ValueMap } from '../value.ts';

/** Calls an operation of another service, named by its signing name: `aws('ecs', 'CreateCluster', input)`. */
export type Aws = <I, O>(signingName: string, operation: string, input: I) => O;

/** What a resource type's handler gets to work with. */
export interface ResourceContext {
  readonly world: World;
  readonly aws: Aws;
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** Tags of the stack itself, which CloudFormation puts on every resource that can have tags. */
  readonly stackTags: readonly { Key: string; Value: string }[];
  /** A physical name as CloudFormation makes one: stack, logical id and a random end, at most `length` characters. */
  generatedName(length: number): string;
  /** The resource's UpdatePolicy; only of interest to an Auto Scaling group. */
  readonly updatePolicy: ValueMap;
  /** Writes an event of the resource that explains what it waits for. */
  note(reason: string): void;
}

/** What making or updating a resource gave. */
export interface Made {
  /** What `Ref` gives. */
  physicalId: string;
  /** What `Fn::GetAtt` gives. */
  attributes?: Readonly<Record<string, Value>>;
  /** Looked at until true; absent: the resource is stable at once. It may throw a {@link ServiceError}. */
  settled?: () => boolean;
}

/** One resource type, made of operations of its service. */
export interface ResourceType {
  /** Every property it knows, and whether a change of it needs a new physical resource. */
  readonly properties: Readonly<Record<string, 'in-place' | 'replace'>>;
  readonly required: readonly string[];
  readonly attributes: readonly string[];
  /** Attributes that an update in place may change. */
  readonly volatile?: readonly string[];
  create(properties: ValueMap, context: ResourceContext): Made;
  /** Absent: every change needs a new resource. */
  update?(physicalId: string, properties: ValueMap, previous: ValueMap, context: ResourceContext): Made;
  /** Ends it; the function it may give is looked at until true. What is gone already is no error. */
  remove(physicalId: string, properties: ValueMap, context: ResourceContext): (() => boolean) | undefined;
  /**
   * What the resource really is, for drift detection: the properties that its service tells, in the template's shape.
   * A property left out cannot be read back; undefined: the resource is gone. Absent: the type knows no drift.
   */
  read?(physicalId: string, expected: ValueMap, context: ResourceContext): ValueMap | undefined;
  /** Puts the resource's and the stack's tags on it and takes `removed` off. Absent: tags are set when it is made. */
  tag?(physicalId: string, properties: ValueMap, removed: readonly string[], context: ResourceContext): void;
}

/** A handler's refusal that no service gave, with CloudFormation's handler error code. */
export class HandlerError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'HandlerError';
    this.code = code;
  }
}

/** A property as text; '' when absent. */
export function text(value: Value): string {
  return value === undefined || value === null ? '' : String(value);
}

/** A property as text, or undefined when absent. */
export function optionalText(value: Value): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

/** A property as a number, or undefined when absent. */
export function optionalNumber(value: Value): number | undefined {
  if (value === undefined || value === null) return undefined;
  const number = Number(value);
  if (Number.isNaN(number)) {
    throw new HandlerError(
      'InvalidRequest',
      `Model validation failed (expected type: Number, found: ${typeName(value)})`,
    );
  }
  return number;
}

function typeName(value: Value): string {
  return Array.isArray(value) ? 'JSONArray' : isMap(value) ? 'JSONObject' : 'String';
}

/** A property as a truth value (templates write both true and 'true'), or undefined when absent. */
export function optionalBoolean(value: Value): boolean | undefined {
  return value === undefined || value === null ? undefined : String(value) === 'true';
}

export function texts(value: Value): string[] {
  return Array.isArray(value) ? value.map(text) : value === undefined ? [] : [text(value)];
}

export function maps(value: Value): ValueMap[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

export function map(value: Value): ValueMap {
  return isMap(value) ? value : {};
}

/** The resource's own tags and those of its stack; its own win. */
export function tags(value: Value, context: ResourceContext): { Key: string; Value: string }[] {
  const own = maps(value).map((tag) => ({ Key: text(tag.Key), Value: text(tag.Value) }));
  return [...context.stackTags.filter(({ Key }) => own.every((tag) => tag.Key !== Key)), ...own];
}

/** Runs a deletion; what does not exist any more is what was wanted. */
export function unlessGone(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** Whether a service says that something does not exist; each has its own word for it. */
export function isGone(error: unknown): boolean {
  return (
    error instanceof ServiceError &&
    (/NotFound|NoSuch|DoesNotExist/.test(error.code) ||
      (error.code === 'ValidationError' && /not found/i.test(error.message)) ||
      (error.code === 'InvalidChangeBatch' && /not found/i.test(error.message)))
  );
}
