import type { StatsQuery } from '@herald/clickhouse/read/stats-figures';
import { z } from 'zod';
import type { Account } from '../account/account.ts';
import { invalidRequest } from '../http/invalid.ts';
import { type Answer, type AnyOperation, operation } from '../http/operation.ts';
import { notFound } from '../http/problems.ts';
import type { ReadHistory } from '../http/read-history.ts';
import { type AskedRange, type Bucket, decideBucket, decideRange, type TimeSpan } from './range.ts';
import * as fields from './stats-fields.ts';
import { viewEndpoints, viewLag, viewStats, viewTopFailing } from './stats-view.ts';

const none = z.strictObject({});

export interface StatsOperationsOptions {
  readHistory: ReadHistory;
  now: () => number;
}

export function statsOperations({ readHistory, now }: StatsOperationsOptions): AnyOperation[] {
  const all = operation({
    method: 'get',
    path: '/v1/stats',
    operationId: 'getStats',
    tag: 'stats',
    summary: 'Attempts by verdict, outcome and duration, and deliveries by state, in buckets of time.',
    role: 'read',
    params: none,
    query: fields.statsQuery,
    body: undefined,
    answers: fields.statsView,
    problems: ['503 history_unavailable'],
    handle: ({ account, query }) =>
      figures(account, query, {
        projectId: query.project_id,
        channelId: query.channel_id,
        endpointId: query.endpoint_id,
        eventType: query.event_type,
      }),
  });

  const ofEndpoint = operation({
    method: 'get',
    path: '/v1/endpoints/{endpoint_id}/stats',
    operationId: 'getEndpointStats',
    tag: 'stats',
    summary: 'The same of one endpoint.',
    role: 'read',
    params: fields.endpointParams,
    query: fields.endpointStatsQuery,
    body: undefined,
    answers: fields.statsView,
    problems: ['404 not_found', '503 history_unavailable'],
    handle: ({ account, params, query }) =>
      account.endpoints.get(params.endpoint_id)
        ? figures(account, query, { endpointId: params.endpoint_id, eventType: query.event_type })
        : { problem: notFound('endpoint', params.endpoint_id) },
  });

  const endpoints = operation({
    method: 'get',
    path: '/v1/stats/endpoints',
    operationId: 'listEndpointStats',
    tag: 'stats',
    summary: 'Attempts to each endpoint in a time by verdict, outcome and duration; the most first.',
    role: 'read',
    params: none,
    query: fields.endpointsQuery,
    body: undefined,
    answers: fields.endpointsView,
    problems: ['503 history_unavailable'],
    handle: ({ account, query }) =>
      inRange(query, (range) =>
        readHistory(
          () => account.stats.endpoints({ ...range, projectId: query.project_id, limit: query.limit }),
          (found) => ({ status: 200, body: viewEndpoints(found, range) }),
        ),
      ),
  });

  const topFailing = operation({
    method: 'get',
    path: '/v1/stats/top-failing',
    operationId: 'listTopFailing',
    tag: 'stats',
    summary: 'The endpoints whose attempts failed most often in a time, with the share of their failures.',
    role: 'read',
    params: none,
    query: fields.endpointsQuery,
    body: undefined,
    answers: fields.topFailingView,
    problems: ['503 history_unavailable'],
    handle: ({ account, query }) =>
      inRange(query, (range) =>
        readHistory(
          () => account.stats.topFailing({ ...range, projectId: query.project_id, limit: query.limit }),
          (found) => ({ status: 200, body: viewTopFailing(found, range) }),
        ),
      ),
  });

  const lag = operation({
    method: 'get',
    path: '/v1/stats/lag',
    operationId: 'listLag',
    tag: 'stats',
    summary: 'The endpoints with open deliveries, and how long the oldest of each is due; the longest first.',
    role: 'read',
    wholeAccount: true,
    params: none,
    query: fields.lagQuery,
    body: undefined,
    answers: fields.lagView,
    problems: ['503 history_unavailable'],
    handle: ({ account, query }) =>
      readHistory(
        () => account.stats.lag(query.limit),
        (found) => ({ status: 200, body: viewLag(found) }),
      ),
  });

  return [all, ofEndpoint, endpoints, topFailing, lag];

  function figures(
    account: Account,
    asked: AskedRange & { bucket?: Bucket | undefined },
    narrowed: Pick<StatsQuery, 'projectId' | 'channelId' | 'endpointId' | 'eventType'>,
  ): Answer | Promise<Answer> {
    return inRange(asked, (range) => {
      const bucket = decideBucket(asked.bucket, range);
      if (!bucket.ok) return { problem: invalidRequest(bucket.mistakes) };
      return readHistory(
        () => account.stats.read({ ...range, bucketMs: bucket.value, ...narrowed }),
        (stats) => ({ status: 200, body: viewStats(stats, range, bucket.value) }),
      );
    });
  }

  function inRange(
    asked: AskedRange,
    answer: (range: TimeSpan) => Answer | Promise<Answer>,
  ): Answer | Promise<Answer> {
    const range = decideRange(asked, now());
    return range.ok ? answer(range.value) : { problem: invalidRequest(range.mistakes) };
  }
}
