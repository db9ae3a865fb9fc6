import type { Migration } from './migration.ts';

/**
 * The narrow table behind lists, states and counts: one row for a delivery's routing (step -1) and one for each
 * disposition, no bodies. All rows of a delivery have the same time, that of its event, so they lie together, a
 * page is read from where it begins, and a delivery never moves within a list.
 */
export const moments: Migration = {
  version: 5,
  name: 'moments',
  statements: [
    `CREATE TABLE IF NOT EXISTS moments
(
    account_id String,
    occurred_at DateTime64(3, 'UTC'),
    delivery_id UUID,
    step Int32,
    moment_id UUID COMMENT 'The attempt, or the delivery itself for its routing',
    moment_at DateTime64(3, 'UTC'),
    project_id String,
    channel_id String,
    endpoint_id String,
    event_id String,
    publication_id String,
    event_type LowCardinality(String),
    cause String,
    state Enum8('pending' = 0, 'waiting' = 1, 'held' = 2, 'cancelled' = 3, 'dead' = 4, 'delivered' = 5),
    reason LowCardinality(String),
    attempt_number Int32,
    outcome LowCardinality(String),
    response_status UInt16,
    duration_ms Float64,
    next_attempt_at DateTime64(3, 'UTC'),
    INDEX delivery_ids delivery_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX projects project_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX endpoints endpoint_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_ids event_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX publications publication_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX states state TYPE set(8) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(moment_at)
ORDER BY (account_id, occurred_at, delivery_id, step, moment_id)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 2048`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS moments_of_routes TO moments AS
SELECT
    account_id, occurred_at, delivery_id, toInt32(-1) AS step, delivery_id AS moment_id, routed_at AS moment_at,
    project_id, channel_id, endpoint_id, event_id, publication_id, event_type, 'event' AS cause,
    'pending' AS state
FROM routes
ARRAY JOIN endpoint_ids AS endpoint_id, delivery_ids AS delivery_id
WHERE occurred_at > 0`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS moments_of_attempts TO moments AS
SELECT
    account_id, occurred_at, delivery_id, step, attempt_id AS moment_id, started_at AS moment_at,
    project_id, channel_id, endpoint_id, event_id, publication_id, event_type, cause, state, reason,
    attempt_number, outcome, response_status, duration_ms, next_attempt_at
FROM attempts`,
  ],
};
