import {
  DeleteParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { ProblemError } from '../core/problem.ts';
import type { Aws } from './clients.ts';

export interface StoredParameter {
  readonly name: string;
  readonly value: string;
}

/** All parameters directly below a path. */
export async function parametersBelow(aws: Aws, path: string): Promise<StoredParameter[]> {
  const found: StoredParameter[] = [];
  let token: string | undefined;
  do {
    const page = await aws.call('ssm:GetParametersByPath', (options) =>
      // 10 is the most a page of this call may hold.
      aws
        .client(SSMClient)
        .send(new GetParametersByPathCommand({ Path: path, MaxResults: 10, NextToken: token }), options),
    );
    for (const parameter of page.Parameters ?? []) {
      found.push({ name: parameter.Name ?? '', value: parameter.Value ?? '' });
    }
    token = page.NextToken;
  } while (token);
  return found;
}

/** Makes a parameter that must not exist yet; false when it does. PutParameter without Overwrite is atomic. */
export async function createParameter(aws: Aws, name: string, value: string): Promise<boolean> {
  try {
    await aws.call('ssm:PutParameter', (options) =>
      aws
        .client(SSMClient)
        .send(new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: false }), options),
    );
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'ParameterAlreadyExists') return false;
    throw error;
  }
}

export async function overwriteParameter(aws: Aws, name: string, value: string): Promise<void> {
  await aws.call('ssm:PutParameter', (options) =>
    aws
      .client(SSMClient)
      .send(new PutParameterCommand({ Name: name, Value: value, Type: 'String', Overwrite: true }), options),
  );
}

/** Deletes a parameter; one that is gone already is no error. */
export async function deleteParameter(aws: Aws, name: string): Promise<void> {
  try {
    await aws.call('ssm:DeleteParameter', (options) =>
      aws.client(SSMClient).send(new DeleteParameterCommand({ Name: name }), options),
    );
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.kind !== 'not-found') throw error;
  }
}
