import {
  CreateLogGroup$,
  type CreateLogGroupRequest,
  DeleteLogGroup$,
  type DeleteLogGroupRequest,
  DeleteRetentionPolicy$,
  type DeleteRetentionPolicyRequest,
  DescribeLogGroups$,
  type DescribeLogGroupsRequest,
  type DescribeLogGroupsResponse,
  DescribeLogStreams$,
  type DescribeLogStreamsRequest,
  type DescribeLogStreamsResponse,
  FilterLogEvents$,
  type FilterLogEventsRequest,
  type FilterLogEventsResponse,
  GetLogEvents$,
  type GetLogEventsRequest,
  type GetLogEventsResponse,
  ListTagsForResource$,
  type ListTagsForResourceRequest,
  type ListTagsForResourceResponse,
  PutRetentionPolicy$,
  type PutRetentionPolicyRequest,
  TagResource$,
  type TagResourceRequest,
  UntagResource$,
  type UntagResourceRequest,
  type LogGroup as WireGroup,
  type LogStream as WireStream,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  createLogGroup,
  keptEvents,
  type LogGroup,
  type LogStream,
  logGroupOf,
  logGroups,
  logStreamOf,
  messageFilter,
} from '../world/cloudwatch-logs.ts';
import { ServiceError } from '../world/service-error.ts';
import type { World } from '../world/world.ts';
import { insightsOperations } from './cloudwatch-logs-insights.ts';
import { readingOperations } from './cloudwatch-logs-reading.ts';
import { writingOperations } from './cloudwatch-logs-writing.ts';
import { operation, type Service } from './operation.ts';
import { page, pageSize } from './paging.ts';

/** Days that PutRetentionPolicy takes (CloudWatch Logs API reference). */
const retentions = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterException', message);
}

/** A group is named by its name, or by its ARN. */
function groupNamed(world: World, name: string | undefined, identifier?: string | undefined): LogGroup {
  const text = name ?? identifier ?? '';
  return logGroupOf(world, /^arn:[^:]+:logs:[^:]+:[^:]+:log-group:([^:]+)/.exec(text)?.[1] ?? text);
}

function groupView(group: LogGroup): WireGroup {
  return {
    logGroupName: group.name,
    creationTime: Math.round(group.createdAt),
    ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
    metricFilterCount: 0,
    arn: group.arn,
    logGroupArn: group.arn.replace(/:\*$/, ''),
    storedBytes: [...group.streams.values()].reduce((sum, stream) => sum + stream.storedBytes, 0),
    logGroupClass: 'STANDARD',
  };
}

function streamView(group: LogGroup, stream: LogStream): WireStream {
  const [first] = stream.events;
  const last = stream.events.at(-1);
  return {
    logStreamName: stream.name,
    creationTime: Math.round(stream.createdAt),
    ...(first && last
      ? {
          firstEventTimestamp: first.timestamp,
          lastEventTimestamp: last.timestamp,
          lastIngestionTime: last.ingestedAt,
        }
      : {}),
    arn: group.arn.replace(/\*$/, `log-stream:${stream.name}`),
    storedBytes: 0,
  };
}

function size(asked: number | undefined, max: number, standard = max): number {
  return pageSize(asked, { min: 1, max, default: standard }, (value) =>
    invalid(
      `1 validation error detected: Value '${value}' at 'limit' failed to satisfy constraint: Member must have value ${value < 1 ? 'greater than or equal to 1' : `less than or equal to ${max}`}`,
    ),
  );
}

const badToken = () => invalid('The specified nextToken is invalid.');

const lower = <T>(token: T | undefined) => (token === undefined ? {} : { nextToken: token });

/**
 * GetLogEvents walks both ways. A token is a position counted from the stream's first event ever, so that it stays good
 * while events are appended; at an end, the same token comes back.
 */
function getEvents(world: World, input: GetLogEventsRequest): GetLogEventsResponse {
  const group = groupNamed(world, input.logGroupName, input.logGroupIdentifier);
  const stream = logStreamOf(world, group.name, input.logStreamName ?? '');
  const limit = size(input.limit, 10_000);
  const [from, to] = [input.startTime ?? 0, input.endTime ?? Number.POSITIVE_INFINITY];
  const kept = keptEvents(world, group, stream);
  const dropped = stream.dropped + stream.events.length - kept.length;
  const fitting = kept
    .map((event, index) => ({ event, position: dropped + index }))
    .filter(({ event }) => event.timestamp >= from && event.timestamp < to);
  const end = dropped + kept.length;
  let chosen = input.startFromHead ? fitting.slice(0, limit) : fitting.slice(-limit);
  let [first, last] = [input.startFromHead ? dropped : end, input.startFromHead ? dropped : end];
  if (input.nextToken !== undefined) {
    const match = /^([fb])\/(\d{1,56})\/s$/.exec(input.nextToken);
    if (!match) throw badToken();
    const position = Number(match[2]);
    chosen =
      match[1] === 'f'
        ? fitting.filter((entry) => entry.position >= position).slice(0, limit)
        : fitting.filter((entry) => entry.position < position).slice(-limit);
    [first, last] = [position, position];
  }
  first = chosen[0]?.position ?? first;
  last = (chosen.at(-1)?.position ?? last - 1) + 1;
  const token = (kind: string, position: number) => `${kind}/${String(position).padStart(56, '0')}/s`;
  return {
    events: chosen.map(({ event }) => ({
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestedAt,
    })),
    nextForwardToken: token('f', last),
    nextBackwardToken: token('b', first),
  };
}

function filterEvents(world: World, input: FilterLogEventsRequest): FilterLogEventsResponse {
  const group = groupNamed(world, input.logGroupName, input.logGroupIdentifier);
  const fits = messageFilter(input.filterPattern);
  const names = input.logStreamNames;
  for (const name of names ?? []) logStreamOf(world, group.name, name);
  const prefix = input.logStreamNamePrefix ?? '';
  const [from, to] = [input.startTime ?? 0, input.endTime ?? Number.POSITIVE_INFINITY];
  const events = [...group.streams.values()]
    .filter(({ name }) => (!names?.length || names.includes(name)) && name.startsWith(prefix))
    .flatMap((stream) => keptEvents(world, group, stream).map((event) => ({ stream: stream.name, event })))
    .filter(({ event }) => event.timestamp >= from && event.timestamp <= to && fits(event.message))
    .sort((a, b) => (a.event.id < b.event.id ? -1 : 1));
  const { items, nextToken } = page(events, size(input.limit, 10_000), input.nextToken, badToken);
  return {
    events: items.map(({ stream, event }) => ({
      logStreamName: stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestedAt,
      eventId: event.id,
    })),
    searchedLogStreams: [],
    ...lower(nextToken),
  };
}

/** Amazon CloudWatch Logs. */
export const cloudwatchLogs: Service = {
  signingName: 'logs',
  operations: {
    ...writingOperations,
    ...readingOperations,
    ...insightsOperations,

    CreateLogGroup: operation<CreateLogGroupRequest, Record<string, never>>(CreateLogGroup$, (input, { world }) => {
      const name = input.logGroupName ?? '';
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
        throw invalid(
          `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
        );
      }
      createLogGroup(world, name, new Map(Object.entries(input.tags ?? {})));
      return {};
    }),

    DeleteLogGroup: operation<DeleteLogGroupRequest, Record<string, never>>(DeleteLogGroup$, (input, { world }) => {
      logGroups(world).delete(groupNamed(world, input.logGroupName).name);
      return {};
    }),

    PutRetentionPolicy: operation<PutRetentionPolicyRequest, Record<string, never>>(
      PutRetentionPolicy$,
      (input, { world }) => {
        const group = groupNamed(world, input.logGroupName);
        const days = input.retentionInDays ?? 0;
        if (!retentions.has(days)) {
          throw invalid(
            `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${[...retentions].join(', ')}]`,
          );
        }
        group.retentionDays = days;
        return {};
      },
    ),

    DeleteRetentionPolicy: operation<DeleteRetentionPolicyRequest, Record<string, never>>(
      DeleteRetentionPolicy$,
      (input, { world }) => {
        delete groupNamed(world, input.logGroupName).retentionDays;
        return {};
      },
    ),

    DescribeLogGroups: operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse>(
      DescribeLogGroups$,
      (input, { world }) => {
        const kept = [...logGroups(world).values()]
          .filter(({ name }) => name.startsWith(input.logGroupNamePrefix ?? ''))
          .filter(({ name }) => name.toLowerCase().includes((input.logGroupNamePattern ?? '').toLowerCase()))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        const { items, nextToken } = page(kept, size(input.limit, 50), input.nextToken, badToken);
        return { logGroups: items.map(groupView), ...lower(nextToken) };
      },
    ),

    DescribeLogStreams: operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse>(
      DescribeLogStreams$,
      (input, { world }) => {
        const group = groupNamed(world, input.logGroupName, input.logGroupIdentifier);
        const byTime = input.orderBy === 'LastEventTime';
        if (byTime && input.logStreamNamePrefix !== undefined) {
          throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
        }
        const last = (stream: LogStream) => stream.events.at(-1)?.timestamp ?? stream.createdAt;
        const kept = [...group.streams.values()]
          .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''))
          .sort((a, b) => (byTime ? last(a) - last(b) : a.name < b.name ? -1 : 1));
        if (input.descending) kept.reverse();
        const { items, nextToken } = page(kept, size(input.limit, 50), input.nextToken, badToken);
        return { logStreams: items.map((stream) => streamView(group, stream)), ...lower(nextToken) };
      },
    ),

    GetLogEvents: operation<GetLogEventsRequest, GetLogEventsResponse>(GetLogEvents$, (input, { world }) =>
      getEvents(world, input),
    ),

    FilterLogEvents: operation<FilterLogEventsRequest, FilterLogEventsResponse>(FilterLogEvents$, (input, { world }) =>
      filterEvents(world, input),
    ),

    TagResource: operation<TagResourceRequest, Record<string, never>>(TagResource$, (input, { world }) => {
      const group = groupNamed(world, input.resourceArn);
      for (const [key, value] of Object.entries(input.tags ?? {})) group.tags.set(key, value);
      return {};
    }),

    UntagResource: operation<UntagResourceRequest, Record<string, never>>(UntagResource$, (input, { world }) => {
      const group = groupNamed(world, input.resourceArn);
      for (const key of input.tagKeys ?? []) group.tags.delete(key);
      return {};
    }),

    ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>(
      ListTagsForResource$,
      (input, { world }) => ({ tags: Object.fromEntries(groupNamed(world, input.resourceArn).tags) }),
    ),
  },
};
