import type {
  ParameterHistory,
  ParameterMetadata,
  ParameterTier,
  Parameter as WireParameter,
} from '@aws-sdk/client-ssm';
import type { Parameter } from '../world/ssm.ts';
import type { World } from '../world/world.ts';

/** A parameter's ARN has one slash after `parameter`, whether its name begins with one or not; AWS's own have no account. */
function arnOf(world: World, name: string): string {
  const resource = `parameter${name.startsWith('/') ? '' : '/'}${name}`;
  return name.startsWith('/aws/service/')
    ? `arn:aws:ssm:${world.settings.region}::${resource}`
    : world.arn('ssm', resource);
}

/** Without WithDecryption a SecureString comes as what KMS made of it. */
function shownValue(parameter: Parameter, decrypt: boolean | undefined): string {
  return parameter.type === 'SecureString' && !decrypt
    ? Buffer.from(`AQICAHh ${parameter.name} ${parameter.version}`).toString('base64')
    : parameter.value();
}

/** A parameter with its value; `selector` is the version or label that it was asked for by. */
export function parameterView(
  world: World,
  parameter: Parameter,
  decrypt: boolean | undefined,
  selector?: string,
): WireParameter {
  return {
    Name: parameter.name,
    Type: parameter.type,
    Value: shownValue(parameter, decrypt),
    Version: parameter.version,
    ...(selector === undefined ? {} : { Selector: selector }),
    LastModifiedDate: new Date(parameter.lastModified),
    ARN: arnOf(world, parameter.name),
    DataType: parameter.dataType,
  };
}

function facts(parameter: Parameter) {
  return {
    Name: parameter.name,
    Type: parameter.type,
    ...(parameter.keyId === undefined ? {} : { KeyId: parameter.keyId }),
    LastModifiedDate: new Date(parameter.lastModified),
    LastModifiedUser: parameter.modifiedBy,
    ...(parameter.description === undefined ? {} : { Description: parameter.description }),
    ...(parameter.allowedPattern === undefined ? {} : { AllowedPattern: parameter.allowedPattern }),
    Version: parameter.version,
    Tier: parameter.tier as ParameterTier,
    Policies: [],
    DataType: parameter.dataType,
  };
}

/** A parameter without its value, as DescribeParameters lists it. */
export function metadataView(world: World, parameter: Parameter): ParameterMetadata {
  return { ...facts(parameter), ARN: arnOf(world, parameter.name) };
}

/** One version of a parameter's history. */
export function historyView(parameter: Parameter, decrypt: boolean | undefined): ParameterHistory {
  return { ...facts(parameter), Value: shownValue(parameter, decrypt), Labels: [...parameter.labels] };
}
