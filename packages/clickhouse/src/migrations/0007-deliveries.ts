import type { Migration } from './migration.ts';

const SELECT = `SELECT
    account_id, occurred_at, delivery_id, toDate(moment_at) AS day,
    project_id, channel_id, endpoint_id, event_type, publication_id, event_id,
    bitOr(bitOr(
        bitShiftLeft(toUInt64(multiIf(state = 'delivered', 2, state = 'pending', 0, 1)), 36),
        bitShiftLeft(toUInt64(step + 1), 4)),
        toUInt64(state)) AS standing,
    if(response_status = 0, [], [response_status, intDiv(response_status, 100)]) AS statuses,
    if(outcome IN ('', 'response'), [], [toString(outcome)]) AS errors
FROM moments`;

/**
 * What lists are searched in: the moments of a delivery fall together to one row a day, in the order of lists. Small
 * granules, since what is looked for is seldom beside each other; indexes over what can be rare. They are of columns,
 * not of expressions: those are computed before the rows of one insert fall together.
 */
export const deliveries: Migration = {
  version: 7,
  name: 'deliveries',
  statements: [
    `CREATE TABLE IF NOT EXISTS deliveries
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
    INDEX times occurred_at TYPE minmax GRANULARITY 1,
    INDEX projects project_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX channels channel_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX endpoints endpoint_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX types event_type TYPE set(16) GRANULARITY 1,
    INDEX publications publication_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_ids event_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX standings standing TYPE set(128) GRANULARITY 1,
    INDEX statuses statuses TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX errors errors TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = AggregatingMergeTree
PARTITION BY day
ORDER BY (account_id, occurred_at, delivery_id)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 512`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS deliveries_of_moments TO deliveries AS\n${SELECT}`,

    `INSERT INTO deliveries
(account_id, occurred_at, delivery_id, day, project_id, channel_id, endpoint_id, event_type, publication_id, event_id, standing, statuses, errors)
${SELECT}
SETTINGS max_partitions_per_insert_block = 0`,
  ],
};
