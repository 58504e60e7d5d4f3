import type { Call } from '../operations/operation.ts';
import { authority } from '../world/authority.ts';
import { type ResourceStep, resourceFailure } from '../world/resource-faults.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { type Evaluation, evaluation, type ResourceValues } from './evaluation.ts';
import { exportedValue } from './exports.ts';
import type { TypeLookup } from './graph.ts';
import type { ParameterLookups } from './parameters.ts';
import { type Aws, HandlerError, type ResourceContext, type ResourceType } from './resources/resource-type.ts';
import type { AttributeLookup } from './rules.ts';
import { type Source, type Stack, type StackResource, setResourceStatus } from './stack.ts';
import type { Value, ValueMap } from './value.ts';

/** What the engine stands on: the resource types and the account it looks into. */
export interface Engine {
  readonly types: Readonly<Record<string, ResourceType>>;
  aws(call: Call): Aws;
  lookups(call: Call): ParameterLookups;
  attributeOf(call: Call): AttributeLookup;
}

export function typeLookup(engine: Engine): TypeLookup {
  return (type) => engine.types[type];
}

/**
 * Evaluates a source for a stack.
 *
 * @param exported gives what other stacks export; where one that is missing must not hinder, something that stands for it
 */
export function evaluationFor(
  world: World,
  stack: Pick<Stack, 'id' | 'name' | 'notificationArns'>,
  source: Source,
  exported: (name: string) => string | undefined = (name) => exportedValue(world, name),
): Evaluation {
  return evaluation(
    source.template,
    source.parameters,
    {
      stackName: stack.name,
      stackId: stack.id,
      region: world.settings.region,
      account: world.settings.account,
      notificationArns: stack.notificationArns,
    },
    {
      zones: (region) => (region === world.settings.region ? world.settings.zones : []),
      exported,
    },
  );
}

/** What a stack's resources stand for right now. */
export function valuesOf(resources: ReadonlyMap<string, StackResource>): ResourceValues {
  const known = (logicalId: string) => {
    const resource = resources.get(logicalId);
    if (resource?.physicalId !== undefined) return resource;
    throw new ServiceError(
      'ValidationError',
      `Template format error: Unresolved resource dependencies [${logicalId}] in the Resources block of the template`,
    );
  };
  return {
    reference: (logicalId) => known(logicalId).physicalId,
    attribute: (logicalId, attribute): Value => {
      const resource = known(logicalId);
      const value = resource.attributes[attribute];
      if (value === undefined) {
        throw new ServiceError(
          'ValidationError',
          `Template error: resource ${logicalId} does not support attribute type ${attribute} in Fn::GetAtt`,
        );
      }
      return value;
    },
  };
}

/** A call with the rights of a stack's service role, where its caller's own are judged; without a role, the caller's. */
function withRights(call: Call, roleArn: string | undefined): Call {
  if (roleArn === undefined || !call.authorise) return call;
  const { judge } = authority(call.world);
  return {
    ...call,
    authorise: (service, operation, input) => judge({ roleArn, name: 'AWSCloudFormation' }, service, operation, input),
  };
}

/** A handler's surroundings for one resource. */
export function contextFor(engine: Engine, call: Call, stack: Stack, resource: StackResource): ResourceContext {
  const { world } = call;
  return {
    world,
    aws: engine.aws(withRights(call, stack.roleArn)),
    stackName: stack.name,
    stackId: stack.id,
    logicalId: resource.logicalId,
    stackTags: stack.source?.tags ?? [],
    updatePolicy: resource.definition.updatePolicy,
    generatedName: (length) => {
      const end = world.hex(12).toUpperCase();
      const room = length - end.length - 2;
      const stackPart = stack.name.slice(
        0,
        Math.max(1, room - Math.min(resource.logicalId.length, Math.ceil(room / 2))),
      );
      return `${stackPart}-${resource.logicalId.slice(0, room - stackPart.length)}-${end}`;
    },
    note: (reason) => setResourceStatus(world, stack, resource, resource.status, reason),
  };
}

/** Fails as an injected fault says, if there is one for this step of this resource. */
export function meetFault(world: World, resource: StackResource, step: ResourceStep): void {
  const { logicalId, definition } = resource;
  const fault = resourceFailure(world, { logicalId, type: definition.type }, step);
  if (!fault) return;
  throw new HandlerError(step === 'stabilize' ? 'NotStabilized' : 'GeneralServiceException', fault.reason);
}

/** Refuses properties that a type does not have and misses those it must have, in CloudFormation's words. */
export function checkProperties(type: ResourceType, properties: ValueMap): void {
  const strange = Object.keys(properties).find((name) => !(name in type.properties));
  if (strange) throw new HandlerError('plain', `Encountered unsupported property ${strange}`);
  const missing = type.required.filter((name) => properties[name] === undefined);
  if (missing.length > 0) {
    throw new HandlerError(
      'plain',
      `Property validation failure: [${missing.map((name) => `The property {/${name}} is required`).join(', ')}]`,
    );
  }
}

const serviceNames: Readonly<Record<string, string>> = {
  autoscaling: 'AutoScaling',
  ec2: 'Ec2',
  ecs: 'Ecs',
  elasticloadbalancing: 'ElasticLoadBalancing',
  iam: 'Iam',
  logs: 'CloudWatchLogs',
  route53: 'Route53',
  secretsmanager: 'SecretsManager',
  ssm: 'Ssm',
};

/** The status reason of a resource whose handler threw. */
export function failureReason(world: World, type: string, error: unknown): string {
  if (error instanceof HandlerError) {
    if (error.code === 'plain') return error.message;
    return `Resource handler returned message: "${error.message}" (RequestToken: ${world.uuid()}, HandlerErrorCode: ${error.code})`;
  }
  if (error instanceof ServiceError) {
    if (error.code === 'ValidationError' && /^Template (format )?error/.test(error.message)) return error.message;
    const service = serviceNames[signingNameOf(type)] ?? signingNameOf(type);
    return `Resource handler returned message: "${error.message} (Service: ${service}, Status Code: ${error.status}, Request ID: ${world.uuid()})" (RequestToken: ${world.uuid()}, HandlerErrorCode: ${handlerCode(error.code)})`;
  }
  throw error;
}

/** `AWS::ElasticLoadBalancing::LoadBalancer` is of the service `elasticloadbalancing`. */
function signingNameOf(type: string): string {
  return type.split('::')[1]?.toLowerCase() ?? type;
}

function handlerCode(code: string): string {
  if (/NotFound|NoSuch/.test(code)) return 'NotFound';
  if (/AlreadyExists|Duplicate/.test(code)) return 'AlreadyExists';
  if (/AccessDenied|Unauthorized/.test(code)) return 'AccessDenied';
  if (/Throttl|RequestLimitExceeded/.test(code)) return 'Throttling';
  if (/LimitExceeded/.test(code)) return 'ServiceLimitExceeded';
  if (/Conflict|DependencyViolation|InUse/.test(code)) return 'ResourceConflict';
  return 'InvalidRequest';
}
