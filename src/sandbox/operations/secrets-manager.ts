import {
  CreateSecret$,
  type CreateSecretRequest,
  type CreateSecretResponse,
  DeleteSecret$,
  type DeleteSecretRequest,
  type DeleteSecretResponse,
  DescribeSecret$,
  type DescribeSecretRequest,
  type DescribeSecretResponse,
  GetRandomPassword$,
  type GetRandomPasswordRequest,
  type GetRandomPasswordResponse,
  GetSecretValue$,
  type GetSecretValueRequest,
  type GetSecretValueResponse,
  ListSecrets$,
  type ListSecretsRequest,
  type ListSecretsResponse,
  ListSecretVersionIds$,
  type ListSecretVersionIdsRequest,
  type ListSecretVersionIdsResponse,
  PutSecretValue$,
  type PutSecretValueRequest,
  type PutSecretValueResponse,
  RestoreSecret$,
  type RestoreSecretRequest,
  type RestoreSecretResponse,
  type SecretListEntry,
  TagResource$,
  type TagResourceRequest,
  UntagResource$,
  type UntagResourceRequest,
} from '@aws-sdk/client-secrets-manager';
import {
  createSecret,
  liveSecretOf,
  putVersion,
  randomPassword,
  type Secret,
  secretOf,
  secrets,
  versionOf,
} from '../world/secrets-manager.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagList, tagsFrom } from '../world/tags.ts';
import { operation, type Service } from './operation.ts';
import { page, pageSize } from './paging.ts';

const day = 86_400_000;

/** AWS keeps the last day of access, not the time. */
const startOfDay = (ms: number) => new Date(Math.floor(ms / day) * day);

function factsOf(secret: Secret): SecretListEntry & DescribeSecretResponse {
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === undefined ? {} : { Description: secret.description }),
    ...(secret.kmsKeyId === undefined ? {} : { KmsKeyId: secret.kmsKeyId }),
    CreatedDate: new Date(secret.createdAt),
    LastChangedDate: new Date(secret.changedAt),
    ...(secret.accessedAt === undefined ? {} : { LastAccessedDate: startOfDay(secret.accessedAt) }),
    ...(secret.deletion ? { DeletedDate: new Date(secret.deletion.at) } : {}),
    Tags: tagList(secret.tags),
  };
}

function stagesOf(secret: Secret): Record<string, string[]> {
  return Object.fromEntries([...secret.versions.values()].map(({ id, stages }) => [id, [...stages]]));
}

function secretValue(input: { SecretString?: string | undefined; SecretBinary?: Uint8Array | undefined }) {
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

/** AWS Secrets Manager. */
export const secretsManager: Service = {
  signingName: 'secretsmanager',
  operations: {
    CreateSecret: operation<CreateSecretRequest, CreateSecretResponse>(CreateSecret$, (input, { world }) => {
      const name = input.Name ?? '';
      if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) {
        throw new ServiceError(
          'ValidationException',
          'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
        );
      }
      const value = secretValue(input);
      const secret = createSecret(world, {
        name,
        ...(input.Description === undefined ? {} : { description: input.Description }),
        ...(input.KmsKeyId === undefined ? {} : { kmsKeyId: input.KmsKeyId }),
        tags: tagsFrom(input.Tags),
      });
      if (value === undefined) return { ARN: secret.arn, Name: name };
      const id = input.ClientRequestToken;
      const version = putVersion(world, secret, value, id === undefined ? {} : { id });
      return { ARN: secret.arn, Name: name, VersionId: version.id };
    }),

    PutSecretValue: operation<PutSecretValueRequest, PutSecretValueResponse>(PutSecretValue$, (input, { world }) => {
      const secret = liveSecretOf(world, input.SecretId ?? '');
      const value = secretValue(input);
      if (value === undefined) {
        throw new ServiceError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
      }
      const version = putVersion(world, secret, value, {
        ...(input.ClientRequestToken === undefined ? {} : { id: input.ClientRequestToken }),
        ...(input.VersionStages === undefined ? {} : { stages: input.VersionStages }),
      });
      return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
    }),

    GetSecretValue: operation<GetSecretValueRequest, GetSecretValueResponse>(GetSecretValue$, (input, { world }) => {
      const secret = liveSecretOf(world, input.SecretId ?? '');
      const version = versionOf(secret, { id: input.VersionId, stage: input.VersionStage });
      secret.accessedAt = world.now;
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.id,
        VersionStages: [...version.stages],
        CreatedDate: new Date(version.createdAt),
        ...(typeof version.value === 'string' ? { SecretString: version.value } : { SecretBinary: version.value }),
      };
    }),

    DescribeSecret: operation<DescribeSecretRequest, DescribeSecretResponse>(DescribeSecret$, (input, { world }) => {
      const secret = secretOf(world, input.SecretId ?? '');
      return { ...factsOf(secret), VersionIdsToStages: stagesOf(secret) };
    }),

    ListSecretVersionIds: operation<ListSecretVersionIdsRequest, ListSecretVersionIdsResponse>(
      ListSecretVersionIds$,
      (input, { world }) => {
        const secret = secretOf(world, input.SecretId ?? '');
        const { items, nextToken } = page([...secret.versions.values()], input.MaxResults, input.NextToken, () => {
          return new ServiceError('InvalidNextTokenException', 'Invalid token.');
        });
        return {
          ARN: secret.arn,
          Name: secret.name,
          Versions: items.map(({ id, stages, createdAt }) => ({
            VersionId: id,
            VersionStages: [...stages],
            CreatedDate: new Date(createdAt),
          })),
          ...(nextToken === undefined ? {} : { NextToken: nextToken }),
        };
      },
    ),

    ListSecrets: operation<ListSecretsRequest, ListSecretsResponse>(ListSecrets$, (input, { world }) => {
      const kept = [...secrets(world).values()]
        .filter(({ deletion }) => input.IncludePlannedDeletion || !deletion)
        .filter((secret) =>
          (input.Filters ?? []).every(({ Key, Values }) =>
            (Values ?? []).some((value) => matches(secret, Key ?? 'all', value)),
          ),
        );
      const size = pageSize(
        input.MaxResults,
        { min: 1, max: 100, default: 100 },
        (asked) => new ServiceError('InvalidParameterException', `MaxResults must be between 1 and 100, not ${asked}.`),
      );
      const { items, nextToken } = page(
        kept,
        size,
        input.NextToken,
        () => new ServiceError('InvalidNextTokenException', 'The NextToken value is invalid.'),
      );
      return {
        SecretList: items.map((secret) => ({ ...factsOf(secret), SecretVersionsToStages: stagesOf(secret) })),
        ...(nextToken === undefined ? {} : { NextToken: nextToken }),
      };
    }),

    DeleteSecret: operation<DeleteSecretRequest, DeleteSecretResponse>(DeleteSecret$, (input, { world }) => {
      const id = input.SecretId ?? '';
      const now = input.ForceDeleteWithoutRecovery === true;
      if (now && input.RecoveryWindowInDays !== undefined) {
        throw new ServiceError(
          'InvalidParameterException',
          "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        );
      }
      const days = input.RecoveryWindowInDays ?? 30;
      if (days < 7 || days > 30) {
        throw new ServiceError(
          'InvalidParameterException',
          'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
        );
      }
      const secret = now ? secretOf(world, id) : liveSecretOf(world, id);
      const goneAt = world.now + (now ? 0 : days * day);
      if (now) {
        secrets(world).delete(secret.name);
      } else {
        const deletion = { at: world.now, goneAt };
        secret.deletion = deletion;
        world.schedule(days * day, () => {
          // Restored in the meantime: another deletion, or none.
          if (secret.deletion === deletion) secrets(world).delete(secret.name);
        });
      }
      return { ARN: secret.arn, Name: secret.name, DeletionDate: new Date(goneAt) };
    }),

    RestoreSecret: operation<RestoreSecretRequest, RestoreSecretResponse>(RestoreSecret$, (input, { world }) => {
      const secret = secretOf(world, input.SecretId ?? '');
      delete secret.deletion;
      return { ARN: secret.arn, Name: secret.name };
    }),

    TagResource: operation<TagResourceRequest, Record<string, never>>(TagResource$, (input, { world }) => {
      const secret = liveSecretOf(world, input.SecretId ?? '');
      for (const [key, value] of tagsFrom(input.Tags)) secret.tags.set(key, value);
      return {};
    }),

    UntagResource: operation<UntagResourceRequest, Record<string, never>>(UntagResource$, (input, { world }) => {
      const secret = liveSecretOf(world, input.SecretId ?? '');
      for (const key of input.TagKeys ?? []) secret.tags.delete(key);
      return {};
    }),

    GetRandomPassword: operation<GetRandomPasswordRequest, GetRandomPasswordResponse>(
      GetRandomPassword$,
      (input, { world }) => ({ RandomPassword: randomPassword(world, input) }),
    ),
  },
};
