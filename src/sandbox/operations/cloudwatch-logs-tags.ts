import {
  ListTagsForResource$,
  type ListTagsForResourceRequest,
  type ListTagsForResourceResponse,
  ListTagsLogGroup$,
  type ListTagsLogGroupRequest,
  type ListTagsLogGroupResponse,
  TagLogGroup$,
  type TagLogGroupRequest,
  TagResource$,
  type TagResourceRequest,
  UntagLogGroup$,
  type UntagLogGroupRequest,
  UntagResource$,
  type UntagResourceRequest,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogGroup } from '../world/cloudwatch-logs.ts';
import { groupNamed } from './cloudwatch-logs-requests.ts';
import { operation } from './operation.ts';

function tag(group: LogGroup, tags: Readonly<Record<string, string>> | undefined): Record<string, never> {
  for (const [key, value] of Object.entries(tags ?? {})) group.tags.set(key, value);
  return {};
}

function untag(group: LogGroup, keys: readonly string[] | undefined): Record<string, never> {
  for (const key of keys ?? []) group.tags.delete(key);
  return {};
}

const tagsOf = (group: LogGroup) => ({ tags: Object.fromEntries(group.tags) });

/** Tags of log groups by ARN, and the older operations by name, which Ansible's modules still use. */
export const tagOperations = {
  TagResource: operation<TagResourceRequest, Record<string, never>>(TagResource$, (input, { world }) =>
    tag(groupNamed(world, input.resourceArn), input.tags),
  ),

  UntagResource: operation<UntagResourceRequest, Record<string, never>>(UntagResource$, (input, { world }) =>
    untag(groupNamed(world, input.resourceArn), input.tagKeys),
  ),

  ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>(
    ListTagsForResource$,
    (input, { world }) => tagsOf(groupNamed(world, input.resourceArn)),
  ),

  TagLogGroup: operation<TagLogGroupRequest, Record<string, never>>(TagLogGroup$, (input, { world }) =>
    tag(groupNamed(world, input.logGroupName), input.tags),
  ),

  UntagLogGroup: operation<UntagLogGroupRequest, Record<string, never>>(UntagLogGroup$, (input, { world }) =>
    untag(groupNamed(world, input.logGroupName), input.tags),
  ),

  ListTagsLogGroup: operation<ListTagsLogGroupRequest, ListTagsLogGroupResponse>(
    ListTagsLogGroup$,
    (input, { world }) => tagsOf(groupNamed(world, input.logGroupName)),
  ),
};
