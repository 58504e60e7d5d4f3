import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ProblemError } from '../core/problem.ts';
import type { Aws } from './clients.ts';

/** A Jenkins user of the farm, as its secret holds it. */
export interface SecretUser {
  readonly username: string;
  /** The password; the fixed API token is `11` and this. */
  readonly token: string;
}

/**
 * Reads a user's secret, `{"username":…,"token":…}`. `AWSPREVIOUS` is what the secret held before it was last changed:
 * a master has the values of its own start, since ECS injects secrets only then.
 */
export async function secretUser(
  aws: Aws,
  secretId: string,
  stage: 'AWSCURRENT' | 'AWSPREVIOUS',
  signal?: AbortSignal,
): Promise<SecretUser> {
  const action = 'secretsmanager:GetSecretValue';
  const answer = await aws.call(
    action,
    (o) =>
      aws.client(SecretsManagerClient).send(new GetSecretValueCommand({ SecretId: secretId, VersionStage: stage }), o),
    signal,
  );
  const user = parse(answer.SecretString ?? '');
  if (user) return user;
  throw new ProblemError({
    kind: 'nonsense',
    source: action,
    message: 'the secret of the Jenkins user is not {"username":…,"token":…}',
    advice: 'put the value that the stack made back, or replace the secret with an update of the stack',
  });
}

function parse(text: string): SecretUser | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('username' in value) || !('token' in value)) return undefined;
    const { username, token } = value;
    return typeof username === 'string' && typeof token === 'string' ? { username, token } : undefined;
  } catch {
    return undefined;
  }
}
