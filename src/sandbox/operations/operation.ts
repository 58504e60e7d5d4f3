import type { StaticOperationSchema } from '@smithy/types';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';

/** Who calls: what the credential scope and the sandbox's key table give. */
export interface Caller {
  accessKeyId: string;
  /** ARN of the user or assumed role. */
  arn: string;
}

/** What every handler gets besides its input. */
export interface Call {
  readonly world: World;
  readonly caller: Caller;
  /** Throws the service's access-denied error when the caller's policies do not allow this; absent: all is allowed. */
  readonly authorise?: (service: string, operation: string, input: unknown) => void;
}

/**
 * One operation: the SDK's own schema, by which the wire reads the input and writes the output, and what it does. It
 * answers at once, in world time; what takes time is scheduled in the world. It throws {@link ServiceError} and then
 * leaves the world unchanged.
 */
export interface Operation {
  readonly schema: StaticOperationSchema;
  // The input's type is bound where the operation is defined; the wire hands over whatever the schema decoded.
  readonly handle: (input: never, call: Call) => unknown;
}

/** Binds a handler, typed by the SDK's input and output types, to the schema that carries it. */
export function operation<I, O>(schema: StaticOperationSchema, handle: (input: I, call: Call) => O): Operation {
  return { schema, handle: handle as (input: never, call: Call) => unknown };
}

/** One AWS service of the sandbox. */
export interface Service {
  /** The service's name in the SigV4 credential scope: `ecs`, `ec2`, `elasticloadbalancing`, `autoscaling`, … */
  readonly signingName: string;
  /** By operation name: `DescribeTasks`. */
  readonly operations: Readonly<Record<string, Operation>>;
}

/** Calls an operation from inside the world, as CloudFormation and the simulated masters do. */
export function invoke<I, O>(service: Service, name: string, input: I, call: Call): O {
  const found = service.operations[name];
  if (!found) throw new ServiceError('InvalidAction', `Could not find operation ${name}`);
  call.authorise?.(service.signingName, name, input);
  return found.handle(input as never, call) as O;
}
