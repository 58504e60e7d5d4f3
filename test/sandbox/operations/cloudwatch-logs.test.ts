import type {
  FilterLogEventsResponse,
  GetLogEventsResponse,
  GetQueryResultsResponse,
  PutLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { append } from '../../../src/sandbox/world/cloudwatch-logs.ts';
import { caller, failure, freshRegion } from '../world/fresh-region.ts';

const logGroupName = 'farm';

/** A group with a line each second: `line N`, every tenth of them with ERROR, alternating over two streams. */
function group(lines: number) {
  const world = freshRegion();
  const aws = caller(world);
  const ask = <O>(operation: string, input: object = {}): O => aws<O>('logs', operation, input);
  ask('CreateLogGroup', { logGroupName });
  for (let line = 0; line < lines; line++) {
    append(world, logGroupName, line % 2 ? 'b' : 'a', `line ${line}${line % 10 === 0 ? ' ERROR disk' : ''}`);
    world.advance(1000);
  }
  const query = (queryString: string) => {
    const { queryId } = ask<{ queryId: string }>('StartQuery', {
      logGroupName,
      startTime: 0,
      endTime: Math.floor(world.now / 1000),
      queryString,
    });
    return queryId;
  };
  const results = (queryString: string) => {
    const queryId = query(queryString);
    world.advance(5000);
    return ask<GetQueryResultsResponse>('GetQueryResults', { queryId });
  };
  const rows = (queryString: string) =>
    (results(queryString).results ?? []).map((row) =>
      Object.fromEntries(row.map(({ field, value }) => [field, value])),
    );
  return { world, ask, query, results, rows };
}

describe('streams', () => {
  it('take lines of others in the order of their time stamps, but none that are too old or from the future', () => {
    const { world, ask } = group(3);
    const logStreamName = 'a';
    const day = 86_400_000;
    const put = (...times: number[]) =>
      ask<PutLogEventsResponse>('PutLogEvents', {
        logGroupName,
        logStreamName,
        logEvents: times.map((timestamp) => ({ timestamp, message: `at ${timestamp - world.now}` })),
      });
    expect(put(world.now - 2500).rejectedLogEventsInfo).toBeUndefined();
    const { events } = ask<GetLogEventsResponse>('GetLogEvents', { logGroupName, logStreamName, startFromHead: true });
    expect(events?.map(({ message }) => message)).toEqual(['line 0 ERROR disk', 'at -2500', 'line 2']);
    expect(events?.[1]?.ingestionTime).toBe(world.now);
    expect(put(world.now - 15 * day, world.now, world.now + day / 2).rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      tooNewLogEventStartIndex: 2,
    });
    expect(failure(() => put(world.now, world.now - 1)).message).toMatch(/must be in chronological order/);
  });

  it('are made once, and go with their lines', () => {
    const { ask } = group(1);
    const input = { logGroupName, logStreamName: 'mine' };
    ask('CreateLogStream', input);
    expect(failure(() => ask('CreateLogStream', input)).code).toBe('ResourceAlreadyExistsException');
    ask('DeleteLogStream', input);
    expect(failure(() => ask('GetLogEvents', input)).message).toBe('The specified log stream does not exist.');
  });

  it('are filtered by regular expressions too', () => {
    const { ask } = group(21);
    const found = (filterPattern: string) =>
      ask<FilterLogEventsResponse>('FilterLogEvents', { logGroupName, filterPattern }).events?.map(
        ({ message }) => message?.split(' ')[1],
      );
    expect(found('%line 1[0-2]%')).toEqual(['10', '11', '12']);
    expect(found('ERROR -%line \\d\\d%')).toEqual(['0']);
    expect(failure(() => found('%(%')).code).toBe('InvalidParameterException');
  });
});

describe('Insights', () => {
  it('runs for a moment, then shows the newest events with their pointers', () => {
    const { world, ask, query } = group(21);
    const queryId = query('fields @timestamp, @message | limit 2');
    expect(ask('GetQueryResults', { queryId })).toMatchObject({ status: 'Running', results: [] });
    world.advance(5000);
    const done = ask<GetQueryResultsResponse>('GetQueryResults', { queryId });
    expect(done).toMatchObject({ status: 'Complete', statistics: { recordsScanned: 21 } });
    expect(done.results?.map((row) => row.map(({ field }) => field))).toEqual([
      ['@timestamp', '@message', '@ptr'],
      ['@timestamp', '@message', '@ptr'],
    ]);
    expect(done.results?.[0]?.slice(0, 2)).toEqual([
      { field: '@timestamp', value: '2026-01-01 00:00:20.000' },
      { field: '@message', value: 'line 20 ERROR disk' },
    ]);
    expect(ask('DescribeQueries', { logGroupName })).toMatchObject({ queries: [{ queryId, status: 'Complete' }] });
    expect(failure(() => ask('StopQuery', { queryId })).code).toBe('InvalidParameterException');
    const stopped = query('fields @message');
    ask('StopQuery', { queryId: stopped });
    world.advance(5000);
    expect(ask('GetQueryResults', { queryId: stopped })).toMatchObject({ status: 'Cancelled', results: [] });
    expect(failure(() => ask('GetQueryResults', { queryId: 'none' })).code).toBe('ResourceNotFoundException');
  });

  it.each([
    ['filter @message like /ERROR/ | sort @timestamp asc', ['0', '10', '20']],
    ['filter @message like "ERROR" and @logStream = "a" and not @message =~ /2\\d/ | sort @timestamp', ['0', '10']],
    [
      'filter @message not like /(?i)LINE 1/ and (@logStream in ["b"] or @message like /20/) | sort @timestamp desc | limit 2',
      ['20', '9'],
    ],
    ['# newest first\nfields @message | dedup @logStream', ['20', '19']],
    ['filter @message like /a|b/ and @message like "line 7"', []],
  ])('reads %j', (text, wanted) => {
    const { rows } = group(21);
    expect(rows(text).map((row) => row['@message']?.split(' ')[1])).toEqual(wanted);
  });

  it('wants a group that is there, and a time when it was', () => {
    const { ask } = group(0);
    const start = (input: object) =>
      failure(() => ask('StartQuery', { logGroupName, queryString: 'limit 1', startTime: 0, endTime: 9e9, ...input }));
    expect(start({ logGroupName: 'none' })).toMatchObject({
      code: 'ResourceNotFoundException',
      message: "Log group 'none' does not exist for account ID '123456789012'",
    });
    expect(start({ endTime: 110 })).toMatchObject({
      code: 'MalformedQueryException',
      message: expect.stringMatching(/before the log groups creation time .*\(\[0,110\]\)$/),
    });
    expect(start({ startTime: 9e9, endTime: 8e9 }).code).toBe('InvalidParameterException');
  });

  it('counts', () => {
    const { rows } = group(21);
    expect(rows('stats count(*) as n by @logStream | sort n desc')).toEqual([
      { '@logStream': 'a', n: '11' },
      { '@logStream': 'b', n: '10' },
    ]);
    expect(rows('filter @message like /ERROR/ | stats count(*) by bin(10s) | sort bin(10s)')[2]).toEqual({
      'bin(10s)': '2026-01-01 00:00:20.000',
      'count(*)': '1',
    });
  });

  it.each([
    '',
    'flelds @message',
    'filter @message like',
    'filter (@a = 1',
    'limit x',
    'stats avg(x)',
    'filter @a like /(/',
  ])('refuses %j', (text) => {
    const { query } = group(0);
    expect(failure(() => query(text)).code).toBe('MalformedQueryException');
  });
});

describe('what can be hung on a group', () => {
  it('is listed, and there is none of it', () => {
    const { ask } = group(0);
    expect(ask('DescribeMetricFilters')).toEqual({ metricFilters: [] });
    expect(ask('DescribeSubscriptionFilters', { logGroupName })).toEqual({ subscriptionFilters: [] });
    expect(failure(() => ask('DescribeSubscriptionFilters', { logGroupName: 'none' })).code).toBe(
      'ResourceNotFoundException',
    );
    expect(ask('ListLogGroups', { logGroupNamePattern: '^fa' })).toMatchObject({ logGroups: [{ logGroupName }] });
    expect(ask('ListLogGroups', { logGroupNamePattern: '^arm' })).toEqual({ logGroups: [] });
  });
});

describe('tags of a group', () => {
  it('are the same by its ARN and by its name, as the older operations have it', () => {
    const { ask } = group(0);
    const resourceArn = `arn:aws:logs:eu-west-1:123456789012:log-group:${logGroupName}`;
    ask('TagResource', { resourceArn, tags: { a: '1', b: '2' } });
    ask('TagLogGroup', { logGroupName, tags: { b: '3', c: '4' } });
    const tags = { tags: { a: '1', b: '3', c: '4' } };
    expect(ask('ListTagsForResource', { resourceArn })).toEqual(tags);
    expect(ask('ListTagsLogGroup', { logGroupName })).toEqual(tags);
    ask('UntagLogGroup', { logGroupName, tags: ['a', 'c'] });
    expect(ask('ListTagsForResource', { resourceArn })).toEqual({ tags: { b: '3' } });
    expect(failure(() => ask('ListTagsLogGroup', { logGroupName: 'none' })).code).toBe('ResourceNotFoundException');
  });
});

describe('a group', () => {
  it('keeps its class and key, and is found by its class', () => {
    const { ask } = group(0);
    ask('CreateLogGroup', { logGroupName: 'rare', logGroupClass: 'INFREQUENT_ACCESS', kmsKeyId: 'arn:aws:kms:x' });
    const names = (operation: string, logGroupClass?: string) =>
      ask<{ logGroups: { logGroupName: string }[] }>(operation, { logGroupClass }).logGroups.map(
        ({ logGroupName: name }) => name,
      );
    for (const operation of ['DescribeLogGroups', 'ListLogGroups']) {
      expect(names(operation)).toEqual(['farm', 'rare']);
      expect(names(operation, 'STANDARD')).toEqual(['farm']);
      expect(names(operation, 'INFREQUENT_ACCESS')).toEqual(['rare']);
    }
    expect(ask('DescribeLogGroups', { logGroupNamePrefix: 'rare' })).toMatchObject({
      logGroups: [{ logGroupClass: 'INFREQUENT_ACCESS', kmsKeyId: 'arn:aws:kms:x' }],
    });
  });
});
