import type { ClickHouseClient } from '@clickhouse/client';

/** Ids that one query is asked by. */
const MAX_IDS = 1_000;

/** What lists are read from, and what tells its rows of one delivery apart. */
const COPIED = { delivery_moments: 'step, moment_id', answers: 'step, attempt_id' };
/** Made of the moments that are inserted. */
const DERIVED = ['delivery_days', 'delivery_troubles', 'delivery_deaths'];

/**
 * A delivery stands in lists at the time of its event. Where the event was produced again with another time, it has
 * rows at both: they are put to the earliest, so that it is listed and counted once. Repeated, nothing changes; what
 * is logged at the other times meanwhile, or later, is put there with them, or the next time.
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

/**
 * First to where they belong: cut off in between, they are in both places again. What is logged at the old times
 * meanwhile stays there in the first turn, and loses its day: the second one takes it along.
 */
async function move(client: ClickHouseClient, places: readonly Misplaced[]): Promise<void> {
  for (let from = 0; from < places.length; from += MAX_IDS) {
    const some = places.slice(from, from + MAX_IDS);
    const query_params = {
      accounts: [...new Set(some.map(({ account }) => account))],
      ids: some.map(({ id }) => id),
      at: some.map(({ at }) => at),
      to: some.map(({ to }) => to),
    };
    await moveCopied(client, query_params);
    await Promise.all(
      DERIVED.map((table) =>
        client.command({ query: `DELETE FROM ${table} WHERE ${isAt('at')}`, query_params }),
      ),
    );
    if (await isSomethingLeft(client, query_params)) await moveCopied(client, query_params);
  }
}

type Params = Record<string, readonly unknown[]>;

async function moveCopied(client: ClickHouseClient, query_params: Params): Promise<void> {
  await Promise.all(
    Object.entries(COPIED).map(async ([table, key]) => {
      await client.command({ query: copyOf(table), query_params });
      await client.command({ query: deletionOfCopied(table, key), query_params });
    }),
  );
}

async function isSomethingLeft(client: ClickHouseClient, query_params: Params): Promise<boolean> {
  const query = `SELECT 1 FROM delivery_moments WHERE ${isAt('at')} LIMIT 1`;
  const result = await client.query({ query, query_params, format: 'JSONEachRow' });
  return (await result.json()).length > 0;
}

function isAt(times: 'at' | 'to'): string {
  return `account_id IN {accounts:Array(String)} AND (occurred_at, delivery_id) IN (
  SELECT fromUnixTimestamp64Milli(place.1, 'UTC'), place.2
  FROM (SELECT arrayJoin(arrayZip({${times}:Array(Int64)}, {ids:Array(UUID)})) AS place))`;
}

const EARLIEST = `fromUnixTimestamp64Milli(
  arrayElement({to:Array(Int64)}, indexOf({ids:Array(UUID)}, delivery_id)), 'UTC')`;

/** Chosen within: outside, the time is the new one. */
function copyOf(table: string): string {
  return `INSERT INTO ${table}
    SELECT * REPLACE (${EARLIEST} AS occurred_at) FROM (SELECT * FROM ${table} WHERE ${isAt('at')})`;
}

function deletionOfCopied(table: string, key: string): string {
  return `DELETE FROM ${table} WHERE ${isAt('at')}
    AND (delivery_id, ${key}) IN (SELECT delivery_id, ${key} FROM ${table} WHERE ${isAt('to')})`;
}
