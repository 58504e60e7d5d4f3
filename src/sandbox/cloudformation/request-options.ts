import type { RollbackConfiguration } from '@aws-sdk/client-cloudformation';
import type { GetRoleResponse } from '@aws-sdk/client-iam';
import type { Call } from '../operations/operation.ts';
import { ServiceError } from '../world/service-error.ts';
import type { Engine } from './engine.ts';
import { invalid } from './validation-error.ts';

/**
 * The service role of a request, which must exist and trust CloudFormation; undefined: none was given.
 *
 * @throws ServiceError ValidationError
 */
export function checkedRole(engine: Engine, call: Call, arn: string | undefined): string | undefined {
  if (arn === undefined) return undefined;
  const name = /^arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  if (name === undefined || !trusts(engine, call, name)) {
    throw invalid(`Role ${arn} is invalid or cannot be assumed`);
  }
  return arn;
}

function trusts(engine: Engine, call: Call, RoleName: string): boolean {
  try {
    const { Role } = engine.aws(call)<object, GetRoleResponse>('iam', 'GetRole', { RoleName });
    return decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '').includes('cloudformation.amazonaws.com');
  } catch (error) {
    if (error instanceof ServiceError) return false;
    throw error;
  }
}

/** Refuses rollback triggers that CloudFormation would not take; there are no alarms here that could fire. */
export function checkRollbackTriggers(configuration: RollbackConfiguration | undefined): void {
  for (const { Arn = '', Type } of configuration?.RollbackTriggers ?? []) {
    if (Type !== 'AWS::CloudWatch::Alarm' && Type !== 'AWS::CloudWatch::CompositeAlarm') {
      throw invalid('Rollback Trigger Type not supported');
    }
    if (!/^arn:[^:]+:cloudwatch:[^:]*:\d{12}:alarm:.+/.test(Arn)) {
      throw invalid("RelativeId of a Rollback Trigger's ARN is incorrect");
    }
  }
}

/** The stack policy of a request, or undefined when it has none. It must be a JSON object with statements. */
export function policyBody(input: {
  StackPolicyBody?: string | undefined;
  StackPolicyURL?: string | undefined;
}): string | undefined {
  const { StackPolicyBody: body, StackPolicyURL: url } = input;
  if (body !== undefined && url !== undefined) {
    throw invalid('You cannot specify both StackPolicyURL and StackPolicyBody');
  }
  if (url !== undefined) throw invalid('StackPolicyURL must be a supported URL.');
  if (body === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw invalid('Error validating stack policy: Invalid stack policy');
  }
  const statements =
    typeof parsed === 'object' && parsed !== null && 'Statement' in parsed ? parsed.Statement : undefined;
  if (!Array.isArray(statements)) throw invalid('Error validating stack policy: Invalid stack policy');
  return body;
}
