import { ENTRIES } from './0006-ledger.ts';
import type { Migration } from './migration.ts';

/** What the ledger takes of a row; its engine keeps none of it. */
const COLUMNS = {
  events: `partition Int32, offset Int64, recorded_at DateTime64(3, 'UTC'), account_id String`,
  routes: `account_id String, origin_topic String, origin_partition Int32, origin_offset Int64,
    routed_at DateTime64(3, 'UTC'), endpoint_ids Array(String), delivery_ids Array(UUID)`,
  attempts: `delivery_id UUID, endpoint_id String, account_id String, step Int32,
    state Enum8('pending' = 0, 'waiting' = 1, 'held' = 2, 'cancelled' = 3, 'dead' = 4, 'delivered' = 5),
    next_attempt_at DateTime64(3, 'UTC'), retry_tier String, started_at DateTime64(3, 'UTC'),
    origin_topic String, origin_partition Int32, origin_offset Int64`,
} as const;

/**
 * The ids of deliveries whose history was erased, by which what else is kept of them is found. And ways into the
 * ledger that leave no history behind: for records whose history was erased, and that are read again from Kafka or
 * made anew of an old event. The ledger must account for them like for all others.
 */
export const erased: Migration = {
  version: 9,
  name: 'erased',
  statements: [
    `CREATE TABLE IF NOT EXISTS erased_deliveries
(
    account_id String,
    publication_id String,
    delivery_id UUID,
    day Date COMMENT 'Of the row that it was found by'
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (account_id, publication_id, delivery_id)
SETTINGS ttl_only_drop_parts = 1`,

    ...Object.entries(COLUMNS).flatMap(([from, columns]) => [
      `CREATE TABLE IF NOT EXISTS erased_${from} (${columns}) ENGINE = Null`,
      `CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_entries_of_erased_${from} TO ledger_entries AS
${ENTRIES[from]!.replace(`FROM ${from}`, `FROM erased_${from}`)}`,
    ]),
  ],
};
