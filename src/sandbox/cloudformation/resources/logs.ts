import type { CreateLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs';
import {
  optionalNumber,
  optionalText,
  type ResourceContext,
  type ResourceType,
  tags,
  unlessGone,
} from './resource-type.ts';

function setRetention(context: ResourceContext, logGroupName: string, days: number | undefined): void {
  if (days === undefined) return;
  context.aws('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: days });
}

/** AWS::Logs::LogGroup: the physical id is its name. */
const logGroup: ResourceType = {
  properties: {
    KmsKeyId: 'in-place',
    LogGroupClass: 'replace',
    LogGroupName: 'replace',
    RetentionInDays: 'in-place',
    Tags: 'in-place',
  },
  required: [],
  attributes: ['Arn'],
  create: (properties, context) => {
    const logGroupName = optionalText(properties.LogGroupName) ?? context.generatedName(512);
    // Read before anything is made, so that a wrong value leaves no group behind.
    const retention = optionalNumber(properties.RetentionInDays);
    context.aws<CreateLogGroupRequest, unknown>('logs', 'CreateLogGroup', {
      logGroupName,
      tags: Object.fromEntries(tags(properties.Tags, context).map((tag) => [tag.Key, tag.Value])),
    });
    setRetention(context, logGroupName, retention);
    // GetAtt's ARN ends in `:*`, which stands for the group's streams.
    return { physicalId: logGroupName, attributes: { Arn: context.world.arn('logs', `log-group:${logGroupName}:*`) } };
  },
  update: (physicalId, properties, _previous, context) => {
    setRetention(context, physicalId, optionalNumber(properties.RetentionInDays));
    return { physicalId };
  },
  remove: (physicalId, _properties, { aws }) => {
    unlessGone(() => aws('logs', 'DeleteLogGroup', { logGroupName: physicalId }));
    return undefined;
  },
};

export const logsTypes: Readonly<Record<string, ResourceType>> = { 'AWS::Logs::LogGroup': logGroup };
