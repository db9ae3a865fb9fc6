import type { Migration } from './migration.ts';

/** What each table says to the ledger. A row is idempotent here too: entries of one key collapse to their maximum. */
export const ENTRIES: Readonly<Record<string, string>> = {
  events: `SELECT
    'publication.events' AS origin_topic, partition AS origin_partition, intDiv(offset, 128) AS stretch,
    offset AS origin_offset, toUUID('00000000-0000-0000-0000-000000000000') AS delivery_id,
    toDate(recorded_at) AS day, account_id, '' AS endpoint_id, toUInt8(1) AS marks, recorded_at AS first_at,
    toUInt64(0) AS standing
FROM events`,

  // The offset itself, and each delivery that it led to.
  routes: `SELECT
    origin_topic, origin_partition, intDiv(origin_offset, 128) AS stretch, origin_offset, delivery_id,
    toDate(routed_at) AS day, account_id, endpoint_id,
    toUInt8(multiIf(delivery_id != toUUID('00000000-0000-0000-0000-000000000000'), 16, empty(delivery_ids), 2, 6)) AS marks,
    routed_at AS first_at,
    least(toUInt64(toUnixTimestamp64Milli(routed_at)), 4398046511103) AS standing
FROM routes
ARRAY JOIN
    arrayPushFront(endpoint_ids, '') AS endpoint_id,
    arrayPushFront(delivery_ids, toUUID('00000000-0000-0000-0000-000000000000')) AS delivery_id`,

  // A retry without a tier waits in its place in webhook.held: like all there it is due before the topic forgets it.
  attempts: `SELECT
    origin_topic, origin_partition, intDiv(origin_offset, 128) AS stretch, origin_offset, delivery_id,
    toDate(started_at) AS day, account_id, endpoint_id, toUInt8(0) AS marks, started_at AS first_at,
    bitOr(bitOr(bitOr(
        bitShiftLeft(toUInt64(multiIf(state = 'delivered', 2, state = 'pending', 0, 1)), 62),
        bitShiftLeft(toUInt64(least(step + 1, 131071)), 45)),
        bitShiftLeft(toUInt64(state), 42)),
        least(toUInt64(toUnixTimestamp64Milli(multiIf(
            state != 'waiting' OR next_attempt_at = 0, started_at,
            retry_tier != '', next_attempt_at,
            next_attempt_at + toIntervalDay(14)))), 4398046511103)) AS standing
FROM attempts`,

  poison: `SELECT
    source_topic AS origin_topic, source_partition AS origin_partition, intDiv(source_offset, 128) AS stretch,
    source_offset AS origin_offset, toUUID('00000000-0000-0000-0000-000000000000') AS delivery_id,
    toDate(recorded_at) AS day, '' AS account_id, '' AS endpoint_id, toUInt8(8) AS marks,
    recorded_at AS first_at, toUInt64(0) AS standing
FROM poison
WHERE source_topic = 'publication.events'`,
};

/**
 * What the ledger is counted from, without reading history. Entries lie by the offset of the event that they come
 * from, in stretches of 128 offsets; a stretch that something is written into is counted again, and no other.
 */
export const ledger: Migration = {
  version: 6,
  name: 'ledger',
  statements: [
    `CREATE TABLE IF NOT EXISTS ledger_entries
(
    origin_topic LowCardinality(String),
    origin_partition Int32,
    stretch Int64 COMMENT 'origin_offset div 128',
    origin_offset Int64,
    delivery_id UUID COMMENT 'Zero for the offset itself',
    day Date COMMENT 'Of the row that it was made from',
    account_id SimpleAggregateFunction(max, String),
    endpoint_id SimpleAggregateFunction(max, String),
    marks SimpleAggregateFunction(groupBitOr, UInt8)
        COMMENT 'Of an offset: 1 event on record, 2 routed, 4 matched, 8 poison. Of a delivery: 16 named by a route record',
    first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    standing SimpleAggregateFunction(max, UInt64)
        COMMENT 'From the top: 2 bits of rank, 17 of the step, 3 of the state, 42 of the time, in ms, that it is due or was made'
)
ENGINE = AggregatingMergeTree
PARTITION BY day
ORDER BY (origin_topic, origin_partition, stretch, origin_offset, delivery_id)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 512`,

    `CREATE TABLE IF NOT EXISTS ledger_changes
(
    changed_at DateTime64(3, 'UTC') COMMENT 'Clock of ClickHouse, when the insert began',
    origin_topic LowCardinality(String),
    origin_partition Int32,
    stretch Int64
)
ENGINE = MergeTree
PARTITION BY toDate(changed_at)
ORDER BY changed_at
TTL toDate(changed_at) + toIntervalDay(3)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 1024`,

    `CREATE TABLE IF NOT EXISTS ledger_sums
(
    level Enum8('all' = 0, 'account' = 1, 'endpoint' = 2),
    account_id String,
    endpoint_id String,
    origin_topic LowCardinality(String),
    origin_partition Int32,
    stretch Int64,
    accepted UInt64,
    routed UInt64,
    unmatched UInt64,
    poison UInt64,
    unrouted UInt64,
    unrecorded UInt64,
    matched UInt64,
    pending UInt64,
    waiting UInt64,
    held UInt64,
    cancelled UInt64,
    dead UInt64,
    delivered UInt64,
    gap_at DateTime64(3, 'UTC') COMMENT 'The first offset that is not accounted for, if there is one',
    due_at DateTime64(3, 'UTC') COMMENT 'When the first open delivery is due, if there is one',
    last_day Date,
    counted_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(counted_at)
ORDER BY (level, account_id, endpoint_id, origin_topic, origin_partition, stretch)
SETTINGS index_granularity = 1024`,

    `CREATE TABLE IF NOT EXISTS ledger_reports
(
    counted_at DateTime64(3, 'UTC'),
    as_of DateTime64(3, 'UTC') COMMENT '1970 while that is not known',
    overdue_after_ms UInt64,
    judged_from DateTime64(3, 'UTC') COMMENT 'What was due before it is not judged',
    changes_until DateTime64(3, 'UTC') COMMENT 'Clock of ClickHouse: changes before it are counted',
    recounted_at DateTime64(3, 'UTC') COMMENT 'Clock of ClickHouse: when everything was counted',
    watermarks Array(String) COMMENT 'As topic:partition:offset, what is on record ends before the offset'
)
ENGINE = MergeTree
ORDER BY counted_at
TTL toDate(counted_at) + toIntervalDay(3)`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_changes_of_entries TO ledger_changes AS
SELECT now64(3) AS changed_at, origin_topic, origin_partition, stretch
FROM ledger_entries
GROUP BY origin_topic, origin_partition, stretch`,

    ...Object.entries(ENTRIES).flatMap(([from, select]) => [
      `CREATE MATERIALIZED VIEW IF NOT EXISTS ledger_entries_of_${from} TO ledger_entries AS\n${select}`,
      `INSERT INTO ledger_entries\n(origin_topic, origin_partition, stretch, origin_offset, delivery_id, day, account_id, endpoint_id, marks, first_at, standing)\n${select}\nSETTINGS max_partitions_per_insert_block = 0`,
    ]),
  ],
};
