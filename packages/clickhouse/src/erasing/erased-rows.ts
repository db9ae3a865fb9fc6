import type { ClickHouseClient } from '@clickhouse/client';
import { TOPICS } from '@herald/contracts/topics';
import { TEST_TOPIC } from '@herald/domain/coordinates';
import type { Erasure } from '@herald/domain/erasure';
import type { Erased } from './eraser.ts';

/** The rows of an erasure in ClickHouse: of records those that `covers` names, and all that was made of them. */
export function createErasedRows(client: ClickHouseClient) {
  const paramsOf = ({ accountId, publicationId, eventEnds, erasedAtMs }: Erasure) => ({
    account: accountId,
    publication: publicationId ?? '',
    ends: [...eventEnds],
    at: erasedAtMs,
  });

  async function rowsOf<T>(query: string, erasure: Erasure): Promise<T[]> {
    const result = await client.query({ query, query_params: paramsOf(erasure), format: 'JSONEachRow' });
    return result.json<T>();
  }

  return {
    /** Each once, however often it was inserted. */
    async count(erasure: Erasure): Promise<Erased> {
      const [counted] = await rowsOf<Erased>(
        `SELECT
          (SELECT uniqExact(partition, offset) FROM events WHERE ${ofEvents(erasure)}) AS events,
          (SELECT uniqExact(origin_partition, origin_offset) FROM routes WHERE ${ofOrigin(erasure)}) AS routes,
          (SELECT uniqExact(attempt_id) FROM attempts WHERE ${ofOrigin(erasure)}) AS attempts`,
        erasure,
      );
      return counted!;
    },

    async areGone(erasure: Erasure): Promise<boolean> {
      const counts = conditions(erasure).map(
        ([table, where]) => `(SELECT count() FROM ${table} WHERE ${where})`,
      );
      const [counted] = await rowsOf<{ rows: number }>(`SELECT ${counts.join(' + ')} AS rows`, erasure);
      return counted!.rows === 0;
    },

    /** Begins with a note of the deliveries, so that one that is killed half-way can be run again. */
    async delete(erasure: Erasure): Promise<void> {
      const params = { query_params: paramsOf(erasure) };
      await client.command({ query: noteDeliveries(erasure), ...params });
      for (const [table, where] of conditions(erasure)) {
        await client.command({ query: `DELETE FROM ${table} WHERE ${where}`, ...params });
      }
    },
  };
}

/**
 * What keeps rows of deliveries, beside their records, and what of a record tells which rows are made of it; by name:
 * the database may hold tables of others.
 */
const OF_DELIVERIES: Readonly<Record<string, { row: string; ofAttempt: string; ofRoute: string }>> = {
  delivery_moments: ofMoment(),
  delivery_days: ofDay(),
  delivery_troubles: ofDay(),
  delivery_deaths: ofMoment(),
  answers: { row: 'attempt_id', ofAttempt: 'attempt_id', ofRoute: 'delivery_id' },
};

function ofMoment() {
  return { row: 'moment_id', ofAttempt: 'attempt_id', ofRoute: 'delivery_id' };
}

/** The moments of a delivery and day are one row: where one of them stays, the row does. */
function ofDay() {
  const row = (day: string) => `(occurred_at, delivery_id, ${day})`;
  return { row: row('day'), ofAttempt: row('toDate(started_at)'), ofRoute: row('toDate(routed_at)') };
}

function conditions(erasure: Erasure): [table: string, where: string][] {
  return [
    ...Object.entries(OF_DELIVERIES).map(([table, { row, ofAttempt, ofRoute }]): [string, string] => [
      table,
      `${ofDeliveries(erasure)}
        AND ${row} NOT IN (SELECT ${ofAttempt} FROM attempts WHERE ${isKept(erasure)})
        AND ${row} NOT IN (SELECT ${ofRoute} FROM ${ROUTES_BY_DELIVERY} WHERE ${isKept(erasure)})`,
    ]),
    // Last: what the deliveries are known by.
    ['events', ofEvents(erasure)],
    ['routes', ofOrigin(erasure)],
    ['attempts', ofOrigin(erasure)],
  ];
}

const ROUTES_BY_DELIVERY = 'routes ARRAY JOIN delivery_ids AS delivery_id';

function noteDeliveries(erasure: Erasure): string {
  return `INSERT INTO erased_deliveries (account_id, publication_id, delivery_id, day)
    SELECT account_id, publication_id, delivery_id, toDate(started_at) FROM attempts WHERE ${ofOrigin(erasure)}
    UNION ALL
    SELECT account_id, publication_id, delivery_id, toDate(routed_at)
    FROM ${ROUTES_BY_DELIVERY} WHERE ${ofOrigin(erasure)}
    SETTINGS max_partitions_per_insert_block = 0`;
}

function ofOwner({ publicationId }: Erasure): string {
  const account = 'account_id = {account:String}';
  return publicationId === undefined ? account : `${account} AND publication_id = {publication:String}`;
}

function ofDeliveries(erasure: Erasure): string {
  return `account_id = {account:String}
    AND delivery_id IN (SELECT delivery_id FROM erased_deliveries WHERE ${ofOwner(erasure)})`;
}

/**
 * An event that was accepted again under its id leads to the same deliveries. What is on record of it is not erased by
 * an erasure from before, however often that is repeated.
 */
function isKept(erasure: Erasure): string {
  return `${ofDeliveries(erasure)} AND NOT (${ofOrigin(erasure)})`;
}

/** Arrays count from 1, and what is beyond the last is 0: before no offset. */
function ofEvents(erasure: Erasure): string {
  return `${ofOwner(erasure)} AND offset < arrayElement({ends:Array(Int64)}, partition + 1)`;
}

function ofOrigin(erasure: Erasure): string {
  return `${ofOwner(erasure)} AND (
    origin_topic = '${TOPICS.events}' AND origin_offset < arrayElement({ends:Array(Int64)}, origin_partition + 1)
    OR origin_topic = '${TEST_TOPIC}' AND origin_offset <= {at:Int64})`;
}
