import type { DescribeLogGroupsResponse, ListTagsForResourceResponse } from '@aws-sdk/client-cloudwatch-logs';
import { tags } from '../resources/resource-type.ts';
import { type LiveType, ownTags } from './live-type.ts';

const logGroup: LiveType = {
  read: (physicalId, expected, context) => {
    const { logGroups } = context.aws<object, DescribeLogGroupsResponse>('logs', 'DescribeLogGroups', {
      logGroupNamePrefix: physicalId,
    });
    const live = logGroups?.find(({ logGroupName }) => logGroupName === physicalId);
    if (!live) return undefined;
    const { tags: found = {} } = context.aws<object, ListTagsForResourceResponse>('logs', 'ListTagsForResource', {
      resourceArn: live.logGroupArn,
    });
    const all = Object.entries(found).map(([Key, Value]) => ({ Key, Value }));
    return {
      LogGroupClass: live.logGroupClass,
      LogGroupName: live.logGroupName,
      RetentionInDays: live.retentionInDays,
      Tags: ownTags(expected.Tags, all, context),
    };
  },
  tag: (physicalId, properties, removed, context) => {
    const resourceArn = context.world.arn('logs', `log-group:${physicalId}`);
    const all = Object.fromEntries(tags(properties.Tags, context).map(({ Key, Value }) => [Key, Value]));
    if (Object.keys(all).length > 0) context.aws('logs', 'TagResource', { resourceArn, tags: all });
    if (removed.length > 0) context.aws('logs', 'UntagResource', { resourceArn, tagKeys: removed });
  },
};

export const logsLive: Readonly<Record<string, LiveType>> = { 'AWS::Logs::LogGroup': logGroup };
