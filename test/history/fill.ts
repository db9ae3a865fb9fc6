import { type ClickHouseClient, createClient } from '@clickhouse/client';
import type { ClickHouseOptions } from '@herald/clickhouse/client';
import {
  ERROR_MESSAGE,
  EVENT_JSON,
  FAILED_STATUS,
  REQUEST_BODY,
  REQUEST_HEADERS,
  RESPONSE_BODY,
  WIRE_ERROR,
} from './texts.ts';
import {
  ATTEMPTS_PER_EVENT,
  chance,
  eventsFrom,
  failureChance,
  isHeld,
  LAST_STEP,
  type Past,
  SCHEDULE_MS,
  TIER_NAMES,
} from './world.ts';

/** Events a statement: its rows and their indexes are made in memory. */
const EVENTS_AT_ONCE = 100_000;

/** On a machine that is busy with other things. */
const MAX_STATEMENT_MS = 1_800_000;

export interface FillOptions extends ClickHouseOptions {
  /** Attempts wanted, at least. */
  rows: number;
  /** The newest event, epoch milliseconds; the oldest is two weeks before. */
  untilMs: number;
  /** Events that are there already, of the same past. */
  fromEvent?: number;
  /** So many events are there, with all that became of them. */
  onFilled: (events: number, of: number) => Promise<void> | void;
}

/** Fills a migrated database inside ClickHouse, in the order of time; resolves with the attempts that are there. */
export async function fillHistory(options: FillOptions): Promise<number> {
  const { rows, untilMs, fromEvent = 0, onFilled, ...server } = options;
  const client = createClient({
    ...server,
    request_timeout: MAX_STATEMENT_MS,
    clickhouse_settings: {
      // A statement takes longer on a busy machine than a silent connection is waited for.
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: '10000',
    },
  });
  try {
    const past = { total: Math.ceil(rows / ATTEMPTS_PER_EVENT), untilMs };
    for (let from = fromEvent; from < past.total; from += EVENTS_AT_ONCE) {
      const count = Math.min(EVENTS_AT_ONCE, past.total - from);
      await fillSlice(client, from, count, past);
      await onFilled(from + count, past.total);
    }
    const answer = await client.query({
      query: 'SELECT count() AS rows FROM attempts',
      format: 'JSONEachRow',
    });
    const [row] = await answer.json<{ rows: string }>();
    return Number(row?.rows);
  } finally {
    await client.close();
  }
}

async function fillSlice(client: ClickHouseClient, from: number, count: number, past: Past): Promise<void> {
  const events = eventsFrom(from, count, past);
  const settings = {
    max_partitions_per_insert_block: '0',
    // One part a day and statement, as large flushes make.
    min_insert_block_size_rows: '200000',
    min_insert_block_size_bytes: '0',
    max_threads: 1,
  };
  // Side by side, since each goes through its views and indexes on one core.
  await Promise.all(
    [intoEvents(events), intoRoutes(events), intoAttempts(events, past)].map((query) =>
      client.command({ query, clickhouse_settings: settings }),
    ),
  );
}

function intoEvents(events: string): string {
  return `
    INSERT INTO events
      (partition, offset, recorded_at, account_id, project_id, channel_id, channel_type, publication_id, event_id,
       event_type, occurred_at, event)
    SELECT partition, offset, occurred_at + toIntervalMillisecond(5), account_id, project_id, channel_id, channel_type,
      publication_id, event_id, event_type, occurred_at, ${EVENT_JSON}
    FROM (${events})`;
}

function intoRoutes(events: string): string {
  return `
    INSERT INTO routes
      (event_id, account_id, project_id, channel_id, publication_id, event_type, occurred_at, origin_topic,
       origin_partition, origin_offset, config_revision, routed_at, endpoint_ids, delivery_ids)
    SELECT event_id, account_id, project_id, channel_id, publication_id, event_type, occurred_at, 'publication.events',
      partition, offset, 7, occurred_at + toIntervalMillisecond(10), endpoint_ids, delivery_ids
    FROM (${events})`;
}

/**
 * Each delivery fails as often as its endpoint does, by its schedule, until it is delivered or given up; what would be
 * later than the past's end has not happened yet.
 */
function intoAttempts(events: string, { untilMs }: Past): string {
  return `
    INSERT INTO attempts
      (attempt_id, delivery_id, event_id, endpoint_id, account_id, project_id, channel_id, publication_id, event_type,
       cause, step, attempt_number, disposition, verdict, state, reason, outcome, error_message, next_attempt_at,
       retry_tier, request_method, request_url, request_headers, request_body, response_status, response_headers,
       response_body, response_body_truncated, remote_address, started_at, duration_ms, first_byte_ms, occurred_at,
       origin_topic, origin_partition, origin_offset, delivery_topic, delivery_partition, delivery_offset,
       config_revision, dispatcher_id)
    SELECT
      reinterpretAsUUID(sipHash128(n, endpoint, step, 'attempt')), delivery_id, event_id, endpoint_id, account_id,
      project_id, channel_id, publication_id, event_type,
      'event', toInt32(step), toInt32(if(held, 0, step + 1)),
      if(held, 'HELD', 'ATTEMPTED'),
      multiIf(held, 'HOLD', failed AND last, 'DEAD', failed, 'RETRY', 'DELIVERED') AS verdict,
      transform(verdict, ['HOLD', 'DEAD', 'RETRY', 'DELIVERED'], ['held', 'dead', 'waiting', 'delivered'], 'pending') AS state,
      multiIf(held, 'paused', verdict = 'DEAD', 'exhausted', '') AS reason,
      multiIf(held, '', failed AND ${chance('wire', 'n, endpoint, step')} < 0.4, ${WIRE_ERROR}, 'response') AS outcome,
      if(outcome IN ('', 'response'), '', ${ERROR_MESSAGE}),
      if(verdict = 'RETRY', fromUnixTimestamp64Milli(at_ms + delays[step + 2], 'UTC'), toDateTime64(0, 3, 'UTC')),
      if(verdict = 'RETRY', ${TIER_NAMES}[step + 1], ''),
      if(held, '', 'POST'),
      if(held, '', concat('https://', endpoint_id, '.customer.example/webhooks/herald')),
      if(held, map(), ${REQUEST_HEADERS}),
      if(held, '', ${REQUEST_BODY}),
      multiIf(outcome != 'response', 0, failed, ${FAILED_STATUS}, [200, 200, 200, 201, 202, 204][1 + n % 6]) AS response_status,
      if(response_status = 0, map(), map('content-type', 'application/json', 'server', 'nginx', 'x-request-id', hex(cityHash64(n, endpoint, step)))),
      ${RESPONSE_BODY}, false, '203.0.113.7:443',
      fromUnixTimestamp64Milli(at_ms + 20 + delays[step + 1], 'UTC') AS started_at,
      if(held, 0, round(multiIf(outcome = 'timeout', 15000, 5 + 200 * pow(${chance('duration', 'n, endpoint, step')}, 4)), 2)) AS duration_ms,
      if(response_status = 0, -1, duration_ms - 0.5), occurred_at,
      'publication.events', partition, offset, 'webhook.deliveries', toInt32(endpoint % 12), toInt64(n),
      7, 'dispatcher-1'
    FROM (
      SELECT *, step, step = ${LAST_STEP} AS last, step < failures OR failures = ${LAST_STEP} AS failed
      FROM (
        SELECT *, endpoint, endpoint_id, delivery_id,
          ${isHeld(untilMs)} AS held,
          ${failureChance(untilMs)} AS failure_chance,
          if(held, 0, toUInt32(least(log(${chance('failures', 'n, endpoint')}) / log(failure_chance), ${LAST_STEP}))) AS failures,
          ${SCHEDULE_MS} AS delays
        FROM (${events})
        ARRAY JOIN endpoints AS endpoint, endpoint_ids AS endpoint_id, delivery_ids AS delivery_id
      )
      ARRAY JOIN range(failures + 1) AS step
      WHERE at_ms + delays[step + 1] < ${untilMs}
    )`;
}
