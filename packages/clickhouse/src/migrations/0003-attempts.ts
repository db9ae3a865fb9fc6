import type { Migration } from './migration.ts';

/** One row a disposition, with the request and the response; sorted so that the life of one delivery is read in one go. */
export const attempts: Migration = {
  version: 3,
  name: 'attempts',
  statements: [
    `CREATE TABLE IF NOT EXISTS attempts
(
    attempt_id UUID,
    delivery_id UUID,
    event_id String,
    endpoint_id String,
    account_id String,
    project_id String,
    channel_id String,
    publication_id String,
    event_type LowCardinality(String),
    cause String,
    step Int32,
    attempt_number Int32,
    disposition LowCardinality(String),
    verdict LowCardinality(String),
    state Enum8('pending' = 0, 'waiting' = 1, 'held' = 2, 'cancelled' = 3, 'dead' = 4, 'delivered' = 5)
        COMMENT 'What the disposition leaves the delivery in',
    reason LowCardinality(String),
    outcome LowCardinality(String),
    error_message String CODEC(ZSTD(1)),
    next_attempt_at DateTime64(3, 'UTC'),
    retry_tier LowCardinality(String),
    request_method LowCardinality(String),
    request_url String CODEC(ZSTD(1)),
    request_headers Map(String, String) CODEC(ZSTD(1)),
    request_body String CODEC(ZSTD(3)),
    response_status UInt16,
    response_headers Map(String, String) CODEC(ZSTD(1)),
    response_body String CODEC(ZSTD(3)),
    response_body_truncated Bool,
    remote_address String CODEC(ZSTD(1)),
    started_at DateTime64(3, 'UTC'),
    duration_ms Float64,
    first_byte_ms Float64 COMMENT '-1 where no answer came',
    occurred_at DateTime64(3, 'UTC'),
    origin_topic LowCardinality(String),
    origin_partition Int32,
    origin_offset Int64,
    delivery_topic LowCardinality(String),
    delivery_partition Int32,
    delivery_offset Int64,
    config_revision Int64,
    dispatcher_id LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(started_at)
ORDER BY (account_id, delivery_id, step, attempt_id)
SETTINGS ttl_only_drop_parts = 1`,
  ],
};
