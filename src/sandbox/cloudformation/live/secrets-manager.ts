import type { DescribeSecretResponse } from '@aws-sdk/client-secrets-manager';
import { tags } from '../resources/resource-type.ts';
import { found, type LiveType, ownTags } from './live-type.ts';

/** The secret itself is written, never read back: no drift of it is seen, as on AWS. */
const secret: LiveType = {
  read: (SecretId, expected, context) => {
    const live = found(() =>
      context.aws<object, DescribeSecretResponse>('secretsmanager', 'DescribeSecret', { SecretId }),
    );
    if (!live || live.DeletedDate !== undefined) return undefined;
    return { Name: live.Name, Description: live.Description, Tags: ownTags(expected.Tags, live.Tags, context) };
  },
  tag: (SecretId, properties, removed, context) => {
    const Tags = tags(properties.Tags, context);
    if (Tags.length > 0) context.aws('secretsmanager', 'TagResource', { SecretId, Tags });
    if (removed.length > 0) context.aws('secretsmanager', 'UntagResource', { SecretId, TagKeys: removed });
  },
};

export const secretsManagerLive: Readonly<Record<string, LiveType>> = { 'AWS::SecretsManager::Secret': secret };
