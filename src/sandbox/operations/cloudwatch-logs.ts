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
  PutRetentionPolicy$,
  type PutRetentionPolicyRequest,
  type LogGroup as WireGroup,
  type LogStream as WireStream,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  createLogGroup,
  keptEvents,
  LogEvent,
  type LogGroup,
  type LogStream,
  logGroups,
  logStreamOf,
  messageFilter,
} from '../world/cloudwatch-logs.ts';
import type { World } from '../world/world.ts';
import { insightsOperations } from './cloudwatch-logs-insights.ts';
import { readingOperations } from './cloudwatch-logs-reading.ts';
import { badToken, groupNamed, invalid, logsPage } from './cloudwatch-logs-requests.ts';
import { tagOperations } from './cloudwatch-logs-tags.ts';
import { writingOperations } from './cloudwatch-logs-writing.ts';
import { operation, type Service } from './operation.ts';

/** Days that PutRetentionPolicy takes (CloudWatch Logs API reference). */
const retentions = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

function groupView(group: LogGroup): WireGroup {
  return {
    logGroupName: group.name,
    creationTime: Math.round(group.createdAt),
    ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
    metricFilterCount: 0,
    arn: group.arn,
    logGroupArn: group.arn.replace(/:\*$/, ''),
    storedBytes: [...group.streams.values()].reduce((sum, stream) => sum + stream.storedBytes, 0),
    ...(group.kmsKeyId === undefined ? {} : { kmsKeyId: group.kmsKeyId }),
    logGroupClass: group.class,
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

/**
 * GetLogEvents walks both ways. A token is a position counted from the stream's first event ever, so that it stays good
 * while events are appended; at an end, the same token comes back.
 */
function getEvents(world: World, input: GetLogEventsRequest): GetLogEventsResponse {
  const group = groupNamed(world, input.logGroupName, input.logGroupIdentifier);
  const stream = logStreamOf(world, group.name, input.logStreamName ?? '');
  const limit = input.limit ?? 10_000;
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
    .sort((a, b) => LogEvent.inOrder(a.event, b.event));
  const { items, ...next } = logsPage(events, input, 10_000);
  return {
    events: items.map(({ stream, event }) => ({
      logStreamName: stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestedAt,
      eventId: event.id,
    })),
    searchedLogStreams: [],
    ...next,
  };
}

/** Amazon CloudWatch Logs. */
export const cloudwatchLogs: Service = {
  signingName: 'logs',
  operations: {
    ...writingOperations,
    ...readingOperations,
    ...insightsOperations,
    ...tagOperations,

    CreateLogGroup: operation<CreateLogGroupRequest, Record<string, never>>(CreateLogGroup$, (input, { world }) => {
      const name = input.logGroupName ?? '';
      if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
        throw invalid(
          `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
        );
      }
      createLogGroup(world, name, {
        tags: new Map(Object.entries(input.tags ?? {})),
        ...(input.logGroupClass === undefined ? {} : { class: input.logGroupClass }),
        ...(input.kmsKeyId === undefined ? {} : { kmsKeyId: input.kmsKeyId }),
      });
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
          .filter((group) => input.logGroupClass === undefined || group.class === input.logGroupClass)
          .filter(({ name }) => name.startsWith(input.logGroupNamePrefix ?? ''))
          .filter(({ name }) => name.toLowerCase().includes((input.logGroupNamePattern ?? '').toLowerCase()))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
        const { items, ...next } = logsPage(kept, input, 50);
        return { logGroups: items.map(groupView), ...next };
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
        const { items, ...next } = logsPage(kept, input, 50);
        return { logStreams: items.map((stream) => streamView(group, stream)), ...next };
      },
    ),

    GetLogEvents: operation<GetLogEventsRequest, GetLogEventsResponse>(GetLogEvents$, (input, { world }) =>
      getEvents(world, input),
    ),

    FilterLogEvents: operation<FilterLogEventsRequest, FilterLogEventsResponse>(FilterLogEvents$, (input, { world }) =>
      filterEvents(world, input),
    ),
  },
};
