import { secretText } from './secrets-manager.ts';
import { ServiceError } from './service-error.ts';
import { nameOf, parameterOf } from './ssm.ts';
import type { World } from './world.ts';

/**
 * The value that ECS injects for a `valueFrom`: a secret's ARN with optional `:json-key:version-stage:version-id` (ECS
 * Developer Guide, Specifying sensitive data), or a parameter's name or ARN.
 */
export function resolveSecret(world: World, valueFrom: string): { value: string } | { error: string } {
  const secret = /^(arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:[^:]+)(?::([^:]*):([^:]*):([^:]*))?$/.exec(valueFrom);
  try {
    if (!secret?.[1]) return { value: parameterOf(world, valueFrom).value() };
    const [, arn, key, stage, id] = secret;
    const text = secretText(world, arn, { stage: stage || undefined, id: id || undefined });
    if (!key) return { value: text };
    const value = memberOf(text, key);
    return value === undefined
      ? failed('secrets from asm', `retrieved secret from Secrets Manager did not contain json key ${key}`)
      : { value };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return secret
      ? failed(
          'secret from asm',
          `failed to fetch secret ${secret[1]} from secrets manager: ${error.code}: ${error.message}`,
        )
      : failed('secrets from ssm', `invalid parameters: ${nameOf(valueFrom)}`);
  }
}

function failed(what: string, why: string): { error: string } {
  return {
    error: `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ${what}: service call has been retried 1 time(s): ${why}`,
  };
}

function memberOf(text: string, key: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const value: unknown = Reflect.get(parsed, key);
    return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    // Text that is no JSON has no members.
    return undefined;
  }
}
