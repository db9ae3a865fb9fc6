import type { ClickHouseClient } from '@clickhouse/client';

/** Ids that one query is asked by. */
const MAX_IDS = 1_000;

/** What lists are read from; the days and the troubles are made of the moments that are inserted. */
const COPIED = ['delivery_moments', 'answers'];
const LISTED = [...COPIED, 'delivery_days', 'delivery_troubles'];

/**
 * A delivery stands in lists at the time of its event. Where the event was produced again with another time, it has
 * rows at both: they are put to the earliest, so that it is listed and counted once. Repeated, nothing changes; what
 * is logged at the other times later is put there the next time.
 */
export async function keepOneTime(client: ClickHouseClient, deliveryIds: readonly string[]): Promise<void> {
  for (let from = 0; from < deliveryIds.length; from += MAX_IDS) {
    const places = await misplacedOf(client, deliveryIds.slice(from, from + MAX_IDS));
    if (places.length > 0) await move(client, places);
  }
}

interface Misplaced {
  account: string;
  id: string;
  /** Milliseconds. */
  at: number;
  to: number;
}

async function misplacedOf(client: ClickHouseClient, ids: readonly string[]): Promise<Misplaced[]> {
  const result = await client.query({
    query: `
      SELECT account, id, toUnixTimestamp64Milli(arrayJoin(times) AS time) AS at, toUnixTimestamp64Milli(earliest) AS to
      FROM (
        SELECT
          account_id AS account, toString(delivery_id) AS id, groupUniqArray(occurred_at) AS times,
          min(occurred_at) AS earliest
        FROM delivery_days
        WHERE delivery_id IN {ids:Array(UUID)}
        GROUP BY account_id, delivery_id
        HAVING length(times) > 1
      )
      WHERE time != earliest`,
    query_params: { ids },
    format: 'JSONEachRow',
  });
  return result.json<Misplaced>();
}

/** First to where they belong: cut off in between, they are in both places again. */
async function move(client: ClickHouseClient, places: readonly Misplaced[]): Promise<void> {
  for (let from = 0; from < places.length; from += MAX_IDS) {
    const some = places.slice(from, from + MAX_IDS);
    const params = {
      query_params: {
        accounts: [...new Set(some.map(({ account }) => account))],
        ids: some.map(({ id }) => id),
        at: some.map(({ at }) => at),
        to: some.map(({ to }) => to),
      },
    };
    for (const table of COPIED) await client.command({ query: copyOf(table), ...params });
    for (const table of LISTED) {
      await client.command({ query: `DELETE FROM ${table} WHERE ${IS_MISPLACED}`, ...params });
    }
  }
}

const IS_MISPLACED = `account_id IN {accounts:Array(String)} AND (occurred_at, delivery_id) IN (
  SELECT fromUnixTimestamp64Milli(place.1, 'UTC'), place.2
  FROM (SELECT arrayJoin(arrayZip({at:Array(Int64)}, {ids:Array(UUID)})) AS place))`;

const EARLIEST = `fromUnixTimestamp64Milli(
  arrayElement({to:Array(Int64)}, indexOf({ids:Array(UUID)}, delivery_id)), 'UTC')`;

/** Chosen within: outside, the time is the new one. */
function copyOf(table: string): string {
  return `INSERT INTO ${table}
    SELECT * REPLACE (${EARLIEST} AS occurred_at) FROM (SELECT * FROM ${table} WHERE ${IS_MISPLACED})`;
}
