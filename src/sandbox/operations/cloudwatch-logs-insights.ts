import {
  DescribeQueries$,
  type DescribeQueriesRequest,
  type DescribeQueriesResponse,
  GetQueryResults$,
  type GetQueryResultsRequest,
  type GetQueryResultsResponse,
  type QueryStatus,
  StartQuery$,
  type StartQueryRequest,
  type StartQueryResponse,
  StopQuery$,
  type StopQueryRequest,
  type StopQueryResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { type LogGroup, logGroups } from '../world/cloudwatch-logs.ts';
import type { Row } from '../world/cloudwatch-logs-conditions.ts';
import { type Query, readQuery, rowsOf } from '../world/cloudwatch-logs-insights.ts';
import { ServiceError } from '../world/service-error.ts';
import { perWorld, type Timer, type World } from '../world/world.ts';
import { groupName, invalid } from './cloudwatch-logs-requests.ts';
import { type Operation, operation } from './operation.ts';

/** How long a query takes, seconds. */
const querySeconds = [1, 3] as const;
/** Queries whose results can still be asked for. */
const kept = 50;

interface Asked {
  readonly id: string;
  readonly text: string;
  readonly groups: readonly LogGroup[];
  readonly createdAt: number;
  status: QueryStatus;
  rows: Row[];
  scanned: number;
  bytes: number;
  timer?: Timer;
}

/** Newest first. */
const queries = perWorld((): Asked[] => []);

/** CloudWatch Logs Insights, as far as an operator looks for a line. */
export const insightsOperations: Record<string, Operation> = {
  StartQuery: operation<StartQueryRequest, StartQueryResponse>(StartQuery$, (input, { world }) => {
    const names = [
      ...(input.logGroupNames ?? []),
      ...(input.logGroupIdentifiers ?? []),
      ...(input.logGroupName === undefined ? [] : [input.logGroupName]),
    ];
    if (names.length === 0) throw invalid('Either logGroupName, logGroupNames or logGroupIdentifiers must be given.');
    const [from, to] = [milliseconds(input.startTime), milliseconds(input.endTime)];
    if (to < from) throw invalid('End time should not be less than start time');
    const query = readQuery(input.queryString ?? '');
    const groups = names.map((name) => queriedGroup(world, name));
    if (groups.every(({ createdAt }) => to < Math.floor(createdAt / 1000) * 1000)) {
      throw new ServiceError(
        'MalformedQueryException',
        `Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings ([${input.startTime},${input.endTime}])`,
      );
    }
    const asked: Asked = {
      id: world.uuid(),
      text: input.queryString ?? '',
      groups,
      createdAt: world.now,
      status: 'Running',
      rows: [],
      scanned: 0,
      bytes: 0,
    };
    asked.timer = world.scheduleWithin(querySeconds, () =>
      answer(world, asked, query, { from, to, most: input.limit }),
    );
    queries(world).unshift(asked);
    queries(world).length = Math.min(queries(world).length, kept);
    return { queryId: asked.id };
  }),
  GetQueryResults: operation<GetQueryResultsRequest, GetQueryResultsResponse>(GetQueryResults$, (input, { world }) => {
    const asked = queryOf(world, input.queryId);
    return {
      queryLanguage: 'CWLI',
      results: asked.rows.map((row) => [...row].map(([field, value]) => ({ field, value }))),
      statistics: {
        recordsMatched: asked.rows.length,
        recordsScanned: asked.scanned,
        estimatedRecordsSkipped: 0,
        bytesScanned: asked.bytes,
        estimatedBytesSkipped: 0,
        logGroupsScanned: asked.groups.length,
      },
      status: asked.status,
    };
  }),
  StopQuery: operation<StopQueryRequest, StopQueryResponse>(StopQuery$, (input, { world }) => {
    const asked = queryOf(world, input.queryId);
    if (asked.status !== 'Running') throw invalid(`Query (ID: ${asked.id}) is not running.`);
    asked.timer?.cancel();
    asked.status = 'Cancelled';
    return { success: true };
  }),
  DescribeQueries: operation<DescribeQueriesRequest, DescribeQueriesResponse>(DescribeQueries$, (input, { world }) => ({
    queries: queries(world)
      .filter(({ status }) => input.status === undefined || status === input.status)
      .filter(({ groups }) => !input.logGroupName || groups.some(({ name }) => name === input.logGroupName))
      .slice(0, input.maxResults ?? kept)
      .map(({ id, text, status, createdAt, groups }) => ({
        queryLanguage: 'CWLI',
        queryId: id,
        queryString: text,
        status,
        createTime: Math.round(createdAt),
        ...(groups[0] ? { logGroupName: groups[0].name } : {}),
      })),
  })),
};

/** Insights has words of its own for a group that is not there. */
function queriedGroup(world: World, nameOrArn: string): LogGroup {
  const name = groupName(nameOrArn);
  const group = logGroups(world).get(name);
  if (group) return group;
  throw new ServiceError(
    'ResourceNotFoundException',
    `Log group '${name}' does not exist for account ID '${world.settings.account}'`,
  );
}

/** Times of a query are seconds; what can only be milliseconds is taken for that. */
function milliseconds(time: number | undefined): number {
  const given = time ?? 0;
  return given > 100_000_000_000 ? given : given * 1000;
}

function answer(world: World, asked: Asked, query: Query, range: { from: number; to: number; most?: number }): void {
  // A time in whole seconds means all of its second.
  const rows = rowsOf(world, asked.groups, range.from, range.to + 999);
  asked.scanned = rows.length;
  asked.bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row.get('@message') ?? ''), 0);
  const found = query.run(rows);
  asked.rows = range.most === undefined ? found : found.slice(0, range.most);
  asked.status = 'Complete';
}

function queryOf(world: World, id: string | undefined): Asked {
  const found = queries(world).find((one) => one.id === id);
  if (!found) throw new ServiceError('ResourceNotFoundException', 'The specified query does not exist.');
  return found;
}
