import type { GetSecretValueRequest, GetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import type { GetParameterRequest, GetParameterResult } from '@aws-sdk/client-ssm';
import { ServiceError } from '../world/service-error.ts';
import { type Aws, HandlerError } from './resources/resource-type.ts';
import { isMap, type Value, type ValueMap } from './value.ts';

const reference = /\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}/g;

/** Properties with their dynamic references, `{{resolve:ssm:name}}`, replaced by what these stand for at this moment. */
export function withReferences(properties: ValueMap, aws: Aws): ValueMap {
  const resolve = (value: Value): Value => {
    if (typeof value === 'string') {
      return value.replace(reference, (_whole, service: string, rest: string) =>
        service === 'secretsmanager' ? secret(rest, aws) : parameter(service, rest, aws),
      );
    }
    if (Array.isArray(value)) return value.map(resolve);
    if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
    return value;
  };
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, resolve(value)]));
}

/** `name` or `name:version` of the Parameter Store. */
function parameter(service: string, rest: string, aws: Aws): string {
  try {
    const { Parameter } = aws<GetParameterRequest, GetParameterResult>('ssm', 'GetParameter', {
      Name: rest,
      WithDecryption: service === 'ssm-secure',
    });
    if (service === 'ssm' && Parameter?.Type === 'SecureString') {
      throw new HandlerError(
        'plain',
        `Non-secure ssm prefix was used for secure parameter: [${rest.replace(/:\d+$/, '')}]`,
      );
    }
    return Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof ServiceError)
      throw new HandlerError('plain', `Parameters: [${service}:${rest}] cannot be found.`);
    throw error;
  }
}

/** `id:SecretString:key:stage:version`, where all but the id may be left out; an ARN has six more colons of its own. */
function secret(rest: string, aws: Aws): string {
  const parts = rest.split(':');
  const id = parts.splice(0, rest.startsWith('arn:') ? 7 : 1).join(':');
  const [, key = '', stage = '', version = ''] = parts;
  const found = aws<GetSecretValueRequest, GetSecretValueResponse>('secretsmanager', 'GetSecretValue', {
    SecretId: id,
    ...(stage === '' ? {} : { VersionStage: stage }),
    ...(version === '' ? {} : { VersionId: version }),
  });
  const whole = found.SecretString ?? '';
  if (key === '') return whole;
  let members: unknown;
  try {
    members = JSON.parse(whole);
  } catch {
    throw new HandlerError('plain', 'Could not parse SecretString JSON');
  }
  const value =
    typeof members === 'object' && members !== null
      ? Object.entries(members).find(([name]) => name === key)
      : undefined;
  if (!value) throw new HandlerError('plain', 'Could not find a value associated with JSONKey in SecretString');
  return String(value[1]);
}
