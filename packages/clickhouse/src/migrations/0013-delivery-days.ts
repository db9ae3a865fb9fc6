import type { Migration } from './migration.ts';

/**
 * Always false, so it parts nothing. But ClickHouse keeps the least and the greatest value of each column that
 * partitions are made by, of each part and in memory: with it the parts that have nothing of a time are left out
 * before one of their files is opened, which is most of what a page costs otherwise.
 */
export const KNOWS_TIMES = "occurred_at < toDateTime64(0, 3, 'UTC')";

/** Days that are over are merged to one part each: nothing comes to them but what a logger catches up on. */
export const MERGED_WHOLE =
  'min_age_to_force_merge_seconds = 7200, min_age_to_force_merge_on_partition_only = 1';

const MOMENT_COLUMNS =
  'account_id, occurred_at, delivery_id, step, moment_id, moment_at, project_id, channel_id, endpoint_id, event_id, publication_id, event_type, cause, state, reason, attempt_number, outcome, response_status, duration_ms, next_attempt_at';

const MOMENTS_OF = {
  routes: `SELECT
    account_id, occurred_at, delivery_id, toInt32(-1) AS step, delivery_id AS moment_id, routed_at AS moment_at,
    project_id, channel_id, endpoint_id, event_id, publication_id, event_type, 'event' AS cause, 'pending' AS state,
    '' AS reason, toInt32(0) AS attempt_number, '' AS outcome, toUInt16(0) AS response_status,
    toFloat64(0) AS duration_ms, toDateTime64(0, 3, 'UTC') AS next_attempt_at
FROM routes
ARRAY JOIN endpoint_ids AS endpoint_id, delivery_ids AS delivery_id
WHERE occurred_at > 0`,

  attempts: `SELECT
    account_id, occurred_at, delivery_id, step, attempt_id AS moment_id, started_at AS moment_at,
    project_id, channel_id, endpoint_id, event_id, publication_id, event_type, cause, state, reason,
    attempt_number, outcome, response_status, duration_ms, next_attempt_at
FROM attempts`,
} as const;

/** Rows of one delivery and day fall together, in the order of lists. */
function daysTable(name: string, indexes: readonly string[]): string {
  return `CREATE TABLE IF NOT EXISTS ${name}
(
    account_id String,
    occurred_at DateTime64(3, 'UTC'),
    delivery_id UUID,
    day Date COMMENT 'Of the moments that it was made from',
    project_id SimpleAggregateFunction(any, LowCardinality(String)),
    channel_id SimpleAggregateFunction(any, LowCardinality(String)),
    endpoint_id SimpleAggregateFunction(any, LowCardinality(String)),
    event_type SimpleAggregateFunction(any, LowCardinality(String)),
    publication_id SimpleAggregateFunction(any, String),
    event_id SimpleAggregateFunction(any, String),
    standing SimpleAggregateFunction(max, UInt64)
        COMMENT 'From the top: 2 bits of rank, 32 of the step + 1, 4 of the state',
    statuses SimpleAggregateFunction(groupUniqArrayArray, Array(UInt16))
        COMMENT 'Of its answers: each status, and its hundreds, as 503 and 5',
    errors SimpleAggregateFunction(groupUniqArrayArray, Array(String))
        COMMENT 'The wire errors that its requests ended in',
    ${indexes.map((index) => `INDEX ${index} GRANULARITY 1`).join(',\n    ')}
)
ENGINE = AggregatingMergeTree
PARTITION BY (day, ${KNOWS_TIMES})
ORDER BY (account_id, occurred_at, delivery_id)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 512, ${MERGED_WHOLE}`;
}

const DAYS_OF_MOMENTS = `SELECT
    account_id, occurred_at, delivery_id, toDate(moment_at) AS day,
    project_id, channel_id, endpoint_id, event_type, publication_id, event_id,
    bitOr(bitOr(
        bitShiftLeft(toUInt64(multiIf(state = 'delivered', 2, state = 'pending', 0, 1)), 36),
        bitShiftLeft(toUInt64(step + 1), 4)),
        toUInt64(state)) AS standing,
    if(response_status = 0, [], [response_status, intDiv(response_status, 100)]) AS statuses,
    if(outcome IN ('', 'response'), [], [toString(outcome)]) AS errors
FROM delivery_moments`;

/** Most deliveries are routed and delivered at the first request: nobody looks for these by what went wrong. */
const IS_TROUBLE =
  "step >= 0 AND NOT (step = 0 AND state = 'delivered' AND response_status BETWEEN 200 AND 299)";

/** What is no more from here on. */
export const replacedByDays = [
  'DROP VIEW IF EXISTS moments_of_routes',
  'DROP VIEW IF EXISTS moments_of_attempts',
  'DROP VIEW IF EXISTS deliveries_of_moments',
  'DROP TABLE IF EXISTS moments',
  'DROP TABLE IF EXISTS deliveries',
];

/**
 * `moments` and `deliveries` anew, with parts that know their times, granules as small as what is read of them, and
 * no index that nothing asks; and once more what did not go well at once, which is little, so that what is rare is
 * looked for there. Filled from the records themselves; what they replace goes last.
 */
export const deliveryDays: Migration = {
  version: 13,
  name: 'delivery-days',
  statements: [
    `CREATE TABLE IF NOT EXISTS delivery_moments
(
    account_id String,
    occurred_at DateTime64(3, 'UTC'),
    delivery_id UUID,
    step Int32 COMMENT '-1 for the routing',
    moment_id UUID COMMENT 'The attempt, or the delivery itself for its routing',
    moment_at DateTime64(3, 'UTC'),
    project_id LowCardinality(String),
    channel_id LowCardinality(String),
    endpoint_id LowCardinality(String),
    event_id String,
    publication_id String,
    event_type LowCardinality(String),
    cause LowCardinality(String),
    state Enum8('pending' = 0, 'waiting' = 1, 'held' = 2, 'cancelled' = 3, 'dead' = 4, 'delivered' = 5),
    reason LowCardinality(String),
    attempt_number Int32,
    outcome LowCardinality(String),
    response_status UInt16,
    duration_ms Float64,
    next_attempt_at DateTime64(3, 'UTC'),
    INDEX delivery_ids delivery_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_ids event_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX states state TYPE set(8) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY (toDate(moment_at), ${KNOWS_TIMES})
ORDER BY (account_id, occurred_at, delivery_id, step, moment_id)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 512, ${MERGED_WHOLE}`,

    daysTable('delivery_days', [
      'projects project_id TYPE bloom_filter(0.01)',
      'channels channel_id TYPE bloom_filter(0.01)',
      'endpoints endpoint_id TYPE bloom_filter(0.01)',
      'types event_type TYPE set(16)',
      'publications publication_id TYPE bloom_filter(0.01)',
      'event_ids event_id TYPE bloom_filter(0.01)',
      'standings standing TYPE minmax',
      'statuses statuses TYPE bloom_filter(0.01)',
    ]),
    daysTable('delivery_troubles', [
      'projects project_id TYPE bloom_filter(0.01)',
      'endpoints endpoint_id TYPE bloom_filter(0.01)',
      'statuses statuses TYPE bloom_filter(0.01)',
      'errors errors TYPE bloom_filter(0.01)',
    ]),
    `CREATE MATERIALIZED VIEW IF NOT EXISTS delivery_days_of_moments TO delivery_days AS\n${DAYS_OF_MOMENTS}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS delivery_troubles_of_moments TO delivery_troubles AS
${DAYS_OF_MOMENTS}
WHERE ${IS_TROUBLE}`,

    ...Object.entries(MOMENTS_OF).flatMap(([from, select]) => [
      `CREATE MATERIALIZED VIEW IF NOT EXISTS delivery_moments_of_${from} TO delivery_moments AS\n${select}`,
      `INSERT INTO delivery_moments (${MOMENT_COLUMNS})\n${select}\nSETTINGS max_partitions_per_insert_block = 0`,
    ]),

    ...replacedByDays,
  ],
};
