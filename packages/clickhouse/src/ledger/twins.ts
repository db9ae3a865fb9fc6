import type { ClickHouseClient } from '@clickhouse/client';
import type { Stretch } from './count-stretches.ts';
import { DUE_MS, entriesIn, has, IS_OPEN, MARK, sumsAt } from './expressions.ts';
import { keepOneTime } from './one-time.ts';

/** Of what is due, the longest due first: the rest comes when these are settled. */
const MAX_STRETCHES = 5_000;
const MAX_OVERDUE = 10_000;

/** Entries that are written at a time. */
const MAX_ENTRIES = 20_000;

/** Deliveries that may have twins. */
interface Suspects {
  /** Subquery of their ids. */
  sql: string;
  params: Record<string, unknown>;
}

/**
 * An event that is on record twice leads to one delivery from two offsets. Whichever of them is read second is
 * dropped, and nothing ever becomes of its entry: so what nothing happens to is looked for at other offsets.
 *
 * The first entry of a delivery stands for all of them, and as far as the furthest does; the others are marked and
 * count no more. Resolves with the stretches that changed; none where each delivery has one entry, or is settled.
 */
export async function settleOverdueTwins(
  client: ClickHouseClient,
  due: { fromMs: number; beforeMs: number },
): Promise<Stretch[]> {
  return settle(client, { sql: OVERDUE, params: { from_ms: due.fromMs, before_ms: due.beforeMs } });
}

/**
 * As `settleOverdueTwins`, of all events that were routed twice: reads the key of every route record. What became of
 * a delivery whose event could not be read is put to the time of the event, too: that of a record stood in for it.
 */
export async function settleAllTwins(client: ClickHouseClient): Promise<Stretch[]> {
  const unread = await rowsOf<{ id: string }>(client, { sql: OF_UNREAD_EVENTS, params: {} });
  await keepOneTime(
    client,
    unread.map(({ id }) => id),
  );
  return settle(client, { sql: ROUTED_TWICE, params: {} });
}

async function settle(client: ClickHouseClient, suspects: Suspects): Promise<Stretch[]> {
  const changed: Stretch[] = [];
  // Nearly always there is none, and then no entry is looked for by its id.
  const count = `SELECT count() AS suspected FROM (${suspects.sql})`;
  const [counted] = await rowsOf<{ suspected: number }>(client, { ...suspects, sql: count });
  if (counted!.suspected === 0) return changed;
  for (;;) {
    const entries = await rowsOf<EntryRow>(client, { ...suspects, sql: unsettledOf(suspects.sql) });
    if (entries.length === 0) return changed;
    // First: once its entries are settled, a delivery is not looked for again.
    await keepOneTime(client, [...new Set(entries.map(({ delivery_id }) => delivery_id))]);
    await client.insert({ table: 'ledger_entries', values: entries, format: 'JSONEachRow' });
    changed.push(
      ...entries.map((entry): Stretch => [entry.origin_topic, entry.origin_partition, entry.stretch]),
    );
    if (entries.length < MAX_ENTRIES) return changed;
  }
}

const OVERDUE = `
  SELECT delivery_id
  FROM ${entriesIn(
    `SELECT origin_topic, origin_partition, stretch
     FROM ${sumsAt('all', 'pending + waiting + held > 0')}
     WHERE due_at < fromUnixTimestamp64Milli({before_ms:Int64}, 'UTC')
     ORDER BY due_at LIMIT ${MAX_STRETCHES}`,
    `${IS_OPEN} AND ${DUE_MS} >= {from_ms:Int64} AND ${DUE_MS} < {before_ms:Int64}`,
  )}
  ORDER BY ${DUE_MS}
  LIMIT ${MAX_OVERDUE}`;

/** They have no type. In a healthy history there is none. */
const OF_UNREAD_EVENTS = `
  SELECT toString(delivery_id) AS id
  FROM delivery_days
  WHERE delivery_id IN (SELECT delivery_id FROM delivery_days WHERE event_type = '')
  GROUP BY account_id, delivery_id
  HAVING min(occurred_at) != max(occurred_at)
  LIMIT ${MAX_OVERDUE}`;

/** In the order of the table, so that memory does not grow with it; only of those found are the deliveries read. */
const ROUTED_TWICE = `
  SELECT arrayJoin(delivery_ids) AS delivery_id
  FROM routes
  WHERE (account_id, event_id) IN (
    SELECT account_id, event_id
    FROM routes
    GROUP BY account_id, event_id
    HAVING min((origin_partition, origin_offset)) != max((origin_partition, origin_offset))
    SETTINGS optimize_aggregation_in_order = 1
  )`;

/** A row of ledger_entries; of its numbers those that are greater than JavaScript's are text. */
interface EntryRow {
  origin_topic: string;
  origin_partition: number;
  stretch: number;
  origin_offset: number;
  delivery_id: string;
  day: string;
  account_id: string;
  endpoint_id: string;
  marks: number;
  first_at: string;
  standing: string;
}

/** What has to be added to the entries of these deliveries. It lives as long as the entries that it is about. */
function unsettledOf(deliveries: string): string {
  return `
    SELECT
      entry.1 AS origin_topic, entry.2 AS origin_partition, intDiv(entry.3, 128) AS stretch,
      entry.3 AS origin_offset, toString(delivery_id) AS delivery_id, toString(last_day) AS day,
      of_account AS account_id, of_endpoint AS endpoint_id,
      if(place = 1, named, ${MARK.twin}) AS marks, toString(noted_at) AS first_at,
      toString(if(place = 1, furthest, 0)) AS standing
    FROM (
      SELECT
        delivery_id, max(account) AS of_account, max(endpoint) AS of_endpoint, max(until_day) AS last_day,
        min(since) AS noted_at, max(stands) AS furthest, bitAnd(groupBitOr(marked), ${MARK.named}) AS named,
        arraySort(groupArray((topic, partition, offset, marked, stands))) AS entries
      FROM (
        SELECT
          delivery_id, origin_topic AS topic, origin_partition AS partition, origin_offset AS offset,
          max(account_id) AS account, max(endpoint_id) AS endpoint, max(day) AS until_day,
          min(first_at) AS since, groupBitOr(marks) AS marked, max(standing) AS stands
        FROM ledger_entries
        WHERE delivery_id IN (${deliveries})
        GROUP BY topic, partition, offset, delivery_id
      )
      GROUP BY delivery_id
      HAVING length(entries) > 1
    )
    ARRAY JOIN entries AS entry, arrayEnumerate(entries) AS place
    WHERE if(place = 1, entry.5 < furthest OR bitAnd(entry.4, named) != named, NOT ${has('twin', 'entry.4')})
    ORDER BY delivery_id, place
    LIMIT ${MAX_ENTRIES}`;
}

async function rowsOf<T>(client: ClickHouseClient, { sql, params }: Suspects): Promise<T[]> {
  const result = await client.query({ query: sql, query_params: params, format: 'JSONEachRow' });
  return result.json<T>();
}
