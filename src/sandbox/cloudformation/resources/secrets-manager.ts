import type {
  CreateSecretRequest,
  CreateSecretResponse,
  GetRandomPasswordRequest,
  GetRandomPasswordResponse,
} from '@aws-sdk/client-secrets-manager';
import { sameValue, type ValueMap } from '../value.ts';
import {
  HandlerError,
  map,
  optionalBoolean,
  optionalNumber,
  optionalText,
  type ResourceContext,
  type ResourceType,
  tags,
  text,
  unlessGone,
} from './resource-type.ts';

/** The secret's text: given, or generated and put into the template under its key. */
function secretString(properties: ValueMap, context: ResourceContext): string {
  if (properties.GenerateSecretString === undefined) return text(properties.SecretString);
  const wish = map(properties.GenerateSecretString);
  const { RandomPassword: password = '' } = context.aws<GetRandomPasswordRequest, GetRandomPasswordResponse>(
    'secretsmanager',
    'GetRandomPassword',
    {
      PasswordLength: optionalNumber(wish.PasswordLength) ?? 32,
      ExcludeCharacters: optionalText(wish.ExcludeCharacters),
      ExcludeNumbers: optionalBoolean(wish.ExcludeNumbers),
      ExcludePunctuation: optionalBoolean(wish.ExcludePunctuation),
      ExcludeUppercase: optionalBoolean(wish.ExcludeUppercase),
      ExcludeLowercase: optionalBoolean(wish.ExcludeLowercase),
      IncludeSpace: optionalBoolean(wish.IncludeSpace),
      RequireEachIncludedType: optionalBoolean(wish.RequireEachIncludedType),
    },
  );
  const key = optionalText(wish.GenerateStringKey);
  const template = optionalText(wish.SecretStringTemplate);
  if ((key === undefined) !== (template === undefined)) {
    throw new HandlerError('InvalidRequest', 'GenerateStringKey and SecretStringTemplate must be specified together');
  }
  if (key === undefined || template === undefined) return password;
  try {
    return JSON.stringify({ ...(JSON.parse(template) as object), [key]: password });
  } catch {
    throw new HandlerError('InvalidRequest', 'SecretStringTemplate is not valid JSON');
  }
}

/** AWS::SecretsManager::Secret: the physical id is its ARN. */
const secret: ResourceType = {
  properties: {
    Description: 'in-place',
    GenerateSecretString: 'in-place',
    KmsKeyId: 'in-place',
    Name: 'replace',
    SecretString: 'in-place',
    Tags: 'in-place',
  },
  required: [],
  attributes: ['Id'],
  create: (properties, context) => {
    const made = context.aws<Partial<CreateSecretRequest>, CreateSecretResponse>('secretsmanager', 'CreateSecret', {
      Name: optionalText(properties.Name) ?? context.generatedName(64),
      Description: optionalText(properties.Description),
      SecretString: secretString(properties, context),
      Tags: tags(properties.Tags, context),
    });
    return { physicalId: made.ARN ?? '', attributes: { Id: made.ARN } };
  },
  update: (physicalId, properties, previous, context) => {
    const changed = ['GenerateSecretString', 'SecretString'].some(
      (name) => !sameValue(properties[name], previous[name]),
    );
    if (changed) {
      context.aws('secretsmanager', 'PutSecretValue', {
        SecretId: physicalId,
        SecretString: secretString(properties, context),
      });
    }
    return { physicalId };
  },
  // At once and for good, so that a stack of the same name can be made again.
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws('secretsmanager', 'DeleteSecret', { SecretId: physicalId, ForceDeleteWithoutRecovery: true }));
    return undefined;
  },
};

export const secretsManagerTypes: Readonly<Record<string, ResourceType>> = { 'AWS::SecretsManager::Secret': secret };
