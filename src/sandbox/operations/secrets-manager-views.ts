import type {
  DescribeSecretResponse,
  GetSecretValueRequest,
  ListSecretsRequest,
  SecretListEntry,
  SecretValueEntry,
} from '@aws-sdk/client-secrets-manager';
import { liveSecretOf, noteAccess, type Secret, secrets, versionOf } from '../world/secrets-manager.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList } from '../world/tags.ts';
import type { World } from '../world/world.ts';
import { capitalised, page } from './paging.ts';

/** A day, ms. */
export const day = 86_400_000;

/** AWS keeps the last day of access, not the time. */
export function lastAccess({ accessedAt }: { accessedAt?: number }): { LastAccessedDate?: Date } {
  return accessedAt === undefined ? {} : { LastAccessedDate: new Date(Math.floor(accessedAt / day) * day) };
}

/** A secret without its value. */
export function factsOf(secret: Secret): SecretListEntry & DescribeSecretResponse {
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    ...(secret.kmsKeyId === undefined ? {} : { KmsKeyId: secret.kmsKeyId }),
    CreatedDate: new Date(secret.createdAt),
    LastChangedDate: new Date(secret.changedAt),
    ...lastAccess(secret),
    ...(secret.deletion ? { DeletedDate: new Date(secret.deletion.at) } : {}),
    Tags: tagList(secret.tags),
  };
}

/** The labels of a secret's versions, by version. */
export function stagesOf(secret: Secret): Record<string, string[]> {
  return Object.fromEntries(
    [...secret.versions.values()].filter(({ stages }) => stages.size > 0).map(({ id, stages }) => [id, [...stages]]),
  );
}

/** The value that a request gives a secret: one of text and bytes. */
export function secretValue(input: { SecretString?: string | undefined; SecretBinary?: Uint8Array | undefined }) {
  if (input.SecretString !== undefined && input.SecretBinary !== undefined) {
    throw new ServiceError('InvalidParameterException', "You can't specify both SecretString and SecretBinary.");
  }
  return input.SecretString ?? input.SecretBinary;
}

function matches(secret: Secret, key: string, value: string): boolean {
  // A value with `!` in front keeps what does not match; matching is by the beginning of a word, here of the text.
  if (value.startsWith('!')) return !matches(secret, key, value.slice(1));
  const starts = (text: string) => text.startsWith(value);
  if (key === 'name') return starts(secret.name);
  if (key === 'description') return (secret.description ?? '').toLowerCase().includes(value.toLowerCase());
  if (key === 'tag-key') return [...secret.tags.keys()].some(starts);
  if (key === 'tag-value') return [...secret.tags.values()].some(starts);
  if (key === 'all')
    return ['name', 'description', 'tag-key', 'tag-value'].some((each) => matches(secret, each, value));
  return false;
}

/** A secret's value and which version it is of; reading it is noted. */
export function secretValueOf(world: World, input: GetSecretValueRequest): SecretValueEntry {
  const secret = liveSecretOf(world, input.SecretId ?? '');
  const version = versionOf(secret, { id: input.VersionId, stage: input.VersionStage });
  noteAccess(world, secret, version);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    VersionStages: [...version.stages],
    CreatedDate: new Date(version.createdAt),
    ...(typeof version.value === 'string' ? { SecretString: version.value } : { SecretBinary: version.value }),
  };
}

/** Secrets that pass the filters, by when they were made. */
export function listed(
  world: World,
  input: Pick<ListSecretsRequest, 'Filters' | 'IncludePlannedDeletion' | 'SortOrder'>,
) {
  const kept = [...secrets(world).values()]
    .filter(({ deletion }) => input.IncludePlannedDeletion || !deletion)
    .filter((secret) =>
      (input.Filters ?? []).every(({ Key, Values }) =>
        (Values ?? []).some((value) => matches(secret, Key ?? 'all', value)),
      ),
    );
  return input.SortOrder === 'desc' ? kept.reverse() : kept;
}

/** A page by `MaxResults` and `NextToken`; `standard` is the page that comes unasked, the largest too. */
export function secretsPage<T>(
  all: readonly T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  standard: number,
): { items: T[]; rest: { NextToken?: string } } {
  const bad = () => new ServiceError('InvalidNextTokenException', 'The NextToken value is invalid.');
  return capitalised(page(all, input.MaxResults ?? standard, input.NextToken, bad));
}
