import {
  type APIErrorType,
  BatchGetSecretValue$,
  type BatchGetSecretValueRequest,
  type BatchGetSecretValueResponse,
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
  GetResourcePolicy$,
  type GetResourcePolicyRequest,
  type GetResourcePolicyResponse,
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
  RotateSecret$,
  type RotateSecretRequest,
  type RotateSecretResponse,
  type SecretValueEntry,
  TagResource$,
  type TagResourceRequest,
  UntagResource$,
  type UntagResourceRequest,
  UpdateSecret$,
  type UpdateSecretRequest,
  type UpdateSecretResponse,
  UpdateSecretVersionStage$,
  type UpdateSecretVersionStageRequest,
  type UpdateSecretVersionStageResponse,
} from '@aws-sdk/client-secrets-manager';
import {
  createSecret,
  liveSecretOf,
  moveStage,
  putVersion,
  randomPassword,
  secretOf,
  secrets,
} from '../world/secrets-manager.ts';
import { ServiceError } from '../world/service-error.ts';
import { tagsFrom } from '../world/tags.ts';
import { operation, type Service } from './operation.ts';
import {
  day,
  factsOf,
  lastAccess,
  listed,
  secretsPage,
  secretValue,
  secretValueOf,
  stagesOf,
} from './secrets-manager-views.ts';

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

    GetSecretValue: operation<GetSecretValueRequest, GetSecretValueResponse>(GetSecretValue$, (input, { world }) =>
      secretValueOf(world, input),
    ),

    BatchGetSecretValue: operation<BatchGetSecretValueRequest, BatchGetSecretValueResponse>(
      BatchGetSecretValue$,
      (input, { world }) => {
        if ((input.SecretIdList === undefined) === (input.Filters === undefined)) {
          throw new ServiceError('InvalidParameterException', 'Either SecretIdList or Filters must be provided.');
        }
        const ids = input.SecretIdList ?? listed(world, input).map(({ name }) => name);
        const values: SecretValueEntry[] = [];
        const errors: APIErrorType[] = [];
        const { items, rest } = secretsPage(ids, input, 20);
        for (const id of items) {
          try {
            values.push(secretValueOf(world, { SecretId: id }));
          } catch (error) {
            if (!(error instanceof ServiceError)) throw error;
            errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
          }
        }
        return { SecretValues: values, Errors: errors, ...rest };
      },
    ),

    UpdateSecret: operation<UpdateSecretRequest, UpdateSecretResponse>(UpdateSecret$, (input, { world }) => {
      const secret = liveSecretOf(world, input.SecretId ?? '');
      const value = secretValue(input);
      const id = input.ClientRequestToken;
      const version =
        value === undefined ? undefined : putVersion(world, secret, value, id === undefined ? {} : { id });
      if (input.Description !== undefined) secret.description = input.Description;
      if (input.KmsKeyId !== undefined) secret.kmsKeyId = input.KmsKeyId;
      secret.changedAt = world.now;
      return { ARN: secret.arn, Name: secret.name, ...(version ? { VersionId: version.id } : {}) };
    }),

    UpdateSecretVersionStage: operation<UpdateSecretVersionStageRequest, UpdateSecretVersionStageResponse>(
      UpdateSecretVersionStage$,
      (input, { world }) => {
        const secret = liveSecretOf(world, input.SecretId ?? '');
        moveStage(secret, input.VersionStage ?? '', input.RemoveFromVersionId, input.MoveToVersionId);
        secret.changedAt = world.now;
        return { ARN: secret.arn, Name: secret.name };
      },
    ),

    // Rotation is a Lambda function's work, and there is no Lambda here: it is refused as AWS refuses a wrong function.
    RotateSecret: operation<RotateSecretRequest, RotateSecretResponse>(RotateSecret$, (input, { world }) => {
      liveSecretOf(world, input.SecretId ?? '');
      if (input.RotationLambdaARN === undefined) {
        throw new ServiceError(
          'InvalidRequestException',
          'No Lambda rotation function ARN is associated with this secret.',
        );
      }
      throw new ServiceError(
        'AccessDeniedException',
        'Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.',
      );
    }),

    GetResourcePolicy: operation<GetResourcePolicyRequest, GetResourcePolicyResponse>(
      GetResourcePolicy$,
      (input, { world }) => {
        const secret = secretOf(world, input.SecretId ?? '');
        return { ARN: secret.arn, Name: secret.name };
      },
    ),

    DescribeSecret: operation<DescribeSecretRequest, DescribeSecretResponse>(DescribeSecret$, (input, { world }) => {
      const secret = secretOf(world, input.SecretId ?? '');
      return { ...factsOf(secret), VersionIdsToStages: stagesOf(secret) };
    }),

    ListSecretVersionIds: operation<ListSecretVersionIdsRequest, ListSecretVersionIdsResponse>(
      ListSecretVersionIds$,
      (input, { world }) => {
        const secret = secretOf(world, input.SecretId ?? '');
        const kept = [...secret.versions.values()].filter(({ stages }) => input.IncludeDeprecated || stages.size > 0);
        const { items, rest } = secretsPage(kept, input, 100);
        return {
          ARN: secret.arn,
          Name: secret.name,
          Versions: items.map((version) => ({
            VersionId: version.id,
            ...(version.stages.size > 0 ? { VersionStages: [...version.stages] } : {}),
            ...lastAccess(version),
            CreatedDate: new Date(version.createdAt),
            // AWS's name for its own key aws/secretsmanager.
            KmsKeyIds: [secret.kmsKeyId ?? 'DefaultEncryptionKey'],
          })),
          ...rest,
        };
      },
    ),

    ListSecrets: operation<ListSecretsRequest, ListSecretsResponse>(ListSecrets$, (input, { world }) => {
      const { items, rest } = secretsPage(listed(world, input), input, 100);
      return {
        SecretList: items.map((secret) => ({ ...factsOf(secret), SecretVersionsToStages: stagesOf(secret) })),
        ...rest,
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
