import type { Migration } from './migration.ts';

/** Records that cannot be decoded, and rows that ClickHouse did not take; types that take anything. */
export const poison: Migration = {
  version: 4,
  name: 'poison',
  statements: [
    `CREATE TABLE IF NOT EXISTS poison
(
    source_topic LowCardinality(String),
    source_partition Int32,
    source_offset Int64,
    recorded_at DateTime64(3, 'UTC'),
    reason LowCardinality(String),
    detail String CODEC(ZSTD(1)),
    value String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(recorded_at)
ORDER BY (source_topic, source_partition, source_offset, reason)
SETTINGS ttl_only_drop_parts = 1`,
  ],
};
