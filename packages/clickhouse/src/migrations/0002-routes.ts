import type { Migration } from './migration.ts';

/** One row a route record; routing an event again gives the same row. */
export const routes: Migration = {
  version: 2,
  name: 'routes',
  statements: [
    `CREATE TABLE IF NOT EXISTS routes
(
    event_id String,
    account_id String,
    project_id String,
    channel_id String,
    publication_id String,
    event_type LowCardinality(String),
    occurred_at DateTime64(3, 'UTC') COMMENT '1970 where the route record does not say',
    origin_topic LowCardinality(String),
    origin_partition Int32,
    origin_offset Int64,
    config_revision Int64,
    routed_at DateTime64(3, 'UTC'),
    endpoint_ids Array(String) COMMENT 'Of the matched endpoints; as long as delivery_ids',
    delivery_ids Array(UUID)
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(routed_at)
ORDER BY (account_id, event_id, origin_partition, origin_offset)
SETTINGS ttl_only_drop_parts = 1`,
  ],
};
