import type { Random } from '../../core/random.ts';
import type { Service } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { absentService } from './absent-service.ts';
import { authorisation } from './access.ts';
import { authenticate, expiredCredentials, scopeOf, unsigned } from './callers.ts';
import { type Codec, InvalidInput, Unrouted, type Violation, type WireAnswer, type WireRequest } from './codec.ts';
import { codecOf } from './codecs.ts';
import { constraintsOf } from './constraints.ts';
import type { Faults, OperationFault } from './faults.ts';
import { type Limits, throttled } from './limits.ts';
import { profiles } from './profile.ts';
import { checkInput } from './validation.ts';

/** What requests are answered from. */
export interface Region {
  readonly world: World;
  readonly services: readonly Service[];
  readonly faults: Faults;
  readonly limits: Limits;
  /** Request ids come from here, so that the same requests get the same ids. */
  readonly requestIds: Random;
  /** Told, in one line, of defects of the sandbox itself. */
  readonly report: (problem: string) => void;
}

/** A request routed to its operation: nothing has happened in the world yet. */
export interface Routed {
  readonly fault: OperationFault | undefined;
  /** Runs the operation, at world time. */
  run(): WireAnswer;
}

/** Routes an AWS request on the credential scope of its signature, then on the operation it names. */
export function route(region: Region, request: WireRequest): Routed {
  const requestId = uuid(region.requestIds);
  const scope = scopeOf(request);
  const codec = (scope && codecOf(scope.service)) ?? codecOf(request.headers['x-amz-target'] ? 'ecs' : 'sts');
  if (!codec) throw new Error('the codecs of the basic services are missing');
  const refuse = (error: ServiceError): Routed => ({
    fault: undefined,
    run: () => codec.encodeError(error, requestId),
  });
  try {
    if (!scope) throw unsigned(request);
    const { world } = region;
    const caller = authenticate(world, scope);
    if (region.faults.expired(scope.accessKeyId)) throw expiredCredentials(scope.service);
    const service = region.services.find((one) => one.signingName === scope.service);
    if (!service) return { fault: undefined, run: () => absentService(request, scope.service, requestId) };
    const name = codec.operationName(request, service);
    const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
    if (!operation) throw codec.unknownOperation(name, request);
    const run = () => {
      const input = codec.decode(request, operation.schema);
      const rules = { memberName: codec.memberName, constraints: constraintsOf(scope.service) };
      const violations = checkInput(operation.schema[4], input, rules);
      // Whether the caller may do this cannot be asked of a request that does not say to what.
      if (violations.some(({ rule }) => rule.kind === 'present')) throw notAllowed(violations);
      region.limits.take({ service: scope.service, operation: name, input });
      const authorise = authorisation(world, caller);
      authorise?.(scope.service, name, input);
      // Only somebody who may do it is told what is wrong with it.
      if (violations.length > 0) throw notAllowed(violations);
      const output = operation.handle(input as never, { world, caller, ...(authorise ? { authorise } : {}) });
      return codec.encode(operation.schema, output, requestId);
    };
    const fault = region.faults.take(scope.service, name);
    return {
      fault,
      run: () => guarded(region, codec, requestId, [scope.service, name], withFault(fault, scope.service, run)),
    };
  } catch (error) {
    if (error instanceof Unrouted) return { fault: undefined, run: () => unrouted(requestId) };
    if (error instanceof ServiceError) return refuse(error);
    throw error;
  }
}

/** What a service answers to a body that is larger than the sandbox takes: nothing of it was looked at. */
export function tooLarge(region: Region, request: WireRequest): WireAnswer {
  const signed = scopeOf(request)?.service;
  const codec = codecOf(signed ?? '') ?? codecOf('ecs');
  if (!codec) throw new Error('the codecs of the basic services are missing');
  const protocol = (signed === undefined ? undefined : profiles[signed]?.protocol) ?? 'json';
  const code = protocol === 'json' ? 'RequestEntityTooLargeException' : 'RequestEntityTooLarge';
  const error = new ServiceError(code, 'The request is larger than the sandbox takes.', 413);
  return codec.encodeError(error, uuid(region.requestIds));
}

function notAllowed(violations: readonly Violation[]): InvalidInput {
  return new InvalidInput([], 'a value is not allowed', { violations });
}

function guarded(
  region: Region,
  codec: Codec,
  requestId: string,
  [service, operation]: readonly [string, string],
  run: () => WireAnswer,
): WireAnswer {
  try {
    return run();
  } catch (error) {
    if (error instanceof ServiceError) return codec.encodeError(error, requestId);
    if (error instanceof InvalidInput) return codec.encodeError(codec.invalidInput(error, operation), requestId);
    const where = `${service}:${operation}`;
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    region.report(`${where} failed inside the sandbox: ${reason}`);
    const message = `The sandbox failed on ${where}: ${error instanceof Error ? error.message : String(error)}`;
    return codec.encodeError(new ServiceError('InternalFailure', message, 500), requestId);
  }
}

/** The operation as the fault lets it be; delays, hanging and cutting are the listener's. */
function withFault(fault: OperationFault | undefined, service: string, run: () => WireAnswer): () => WireAnswer {
  switch (fault?.kind) {
    case 'throttle':
      return () => {
        throw throttled(service, fault);
      };
    case 'error':
      return () => {
        const message = fault.message ?? 'An error was put in on purpose.';
        throw new ServiceError(fault.code ?? 'InternalFailure', message, fault.status ?? (fault.code ? 400 : 500));
      };
    case 'nonsense':
      return () => ({ status: fault.status ?? 502, headers: { 'content-type': 'text/html' }, body: htmlNonsense });
    default:
      return run;
  }
}

/** What a broken proxy on the way answers. */
export const htmlNonsense =
  '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n';

function unrouted(requestId: string): WireAnswer {
  return { status: 404, headers: { 'x-amzn-requestid': requestId }, body: '<UnknownOperationException/>\n' };
}

function uuid(random: Random): string {
  const hex = random.hex(30);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-a${hex.slice(15, 18)}-${hex.slice(18)}`;
}
