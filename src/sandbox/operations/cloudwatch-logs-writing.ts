import {
  CreateLogStream$,
  type CreateLogStreamRequest,
  DeleteLogStream$,
  type DeleteLogStreamRequest,
  PutLogEvents$,
  type PutLogEventsRequest,
  type PutLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { createLogStream, logGroupOf, logStreamOf, putEvent } from '../world/cloudwatch-logs.ts';
import { invalid } from './cloudwatch-logs-requests.ts';
import { type Operation, operation } from './operation.ts';

/** Older events, and such from the future, are not taken (CloudWatch Logs API, PutLogEvents), ms. */
const oldest = 14 * 86_400_000;
const newest = 2 * 3_600_000;

/** What a shipper of logs does beside the containers' own log driver. */
export const writingOperations: Record<string, Operation> = {
  CreateLogStream: operation<CreateLogStreamRequest, Record<string, never>>(CreateLogStream$, (input, { world }) => {
    const name = input.logStreamName ?? '';
    if (!/^[^:*]{1,512}$/.test(name)) {
      throw invalid(
        `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
      );
    }
    createLogStream(world, logGroupOf(world, input.logGroupName ?? ''), name);
    return {};
  }),
  DeleteLogStream: operation<DeleteLogStreamRequest, Record<string, never>>(DeleteLogStream$, (input, { world }) => {
    const group = logGroupOf(world, input.logGroupName ?? '');
    group.streams.delete(logStreamOf(world, group.name, input.logStreamName ?? '').name);
    return {};
  }),
  PutLogEvents: operation<PutLogEventsRequest, PutLogEventsResponse>(PutLogEvents$, (input, { world }) => {
    const group = logGroupOf(world, input.logGroupName ?? '');
    const stream = logStreamOf(world, group.name, input.logStreamName ?? '');
    const events = (input.logEvents ?? []).map(({ timestamp = 0, message = '' }) => ({ timestamp, message }));
    if (events.some((event, index) => event.timestamp < (events[index - 1]?.timestamp ?? 0))) {
      throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
    }
    const expiry = group.retentionDays === undefined ? 0 : world.now - group.retentionDays * 86_400_000;
    const expired = events.filter(({ timestamp }) => timestamp < expiry).length;
    const tooOld = events.filter(({ timestamp }) => timestamp < world.now - oldest).length;
    const tooNew = events.findIndex(({ timestamp }) => timestamp > world.now + newest);
    const end = tooNew < 0 ? events.length : tooNew;
    for (const { timestamp, message } of events.slice(Math.max(expired, tooOld), end)) {
      putEvent(world, group, stream, timestamp, message);
    }
    const rejected = {
      ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
      ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
      ...(tooNew < 0 ? {} : { tooNewLogEventStartIndex: tooNew }),
    };
    return {
      // Tokens are not checked any more, and given all the same.
      nextSequenceToken: String(stream.dropped + stream.events.length).padStart(56, '4'),
      ...(Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {}),
    };
  }),
};
