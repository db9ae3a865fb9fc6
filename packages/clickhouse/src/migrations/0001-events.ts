import type { Migration } from './migration.ts';

/**
 * One row an offset of publication.events. Days are of Kafka's clock, not of the event's: an old event that was
 * produced today is kept as long as others, and no producer's clock can open a thousand partitions.
 */
export const events: Migration = {
  version: 1,
  name: 'events',
  statements: [
    `CREATE TABLE IF NOT EXISTS events
(
    partition Int32,
    offset Int64,
    recorded_at DateTime64(3, 'UTC') COMMENT 'When Kafka took it',
    account_id String COMMENT 'Empty where the record cannot be decoded',
    project_id String,
    channel_id String,
    channel_type LowCardinality(String),
    publication_id String,
    event_id String,
    event_type LowCardinality(String),
    occurred_at DateTime64(3, 'UTC') COMMENT 'When it happened at the platform',
    undecodable LowCardinality(String) COMMENT 'Why it cannot be decoded, in a word; empty where it can',
    event String COMMENT 'The event as JSON, fields as in the Avro schema' CODEC(ZSTD(3)),
    INDEX event_ids event_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX projects project_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX channels channel_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX publications publication_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(recorded_at)
ORDER BY (account_id, occurred_at, event_id, partition, offset)
SETTINGS ttl_only_drop_parts = 1`,
  ],
};
