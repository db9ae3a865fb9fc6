import { KNOWS_TIMES, MERGED_WHOLE } from './0013-delivery-days.ts';
import type { Migration } from './migration.ts';

const COLUMNS =
  'account_id, occurred_at, delivery_id, step, moment_id, moment_at, project_id, channel_id, endpoint_id, event_type, cause, reason, response_status';

const DEATHS = `SELECT ${COLUMNS}\nFROM delivery_moments\nWHERE state = 'dead'`;

/**
 * The moments at which deliveries died, once more: one delivery in a hundred dies, so there is one in every granule of
 * moments, and no index of those could tell where. Only a death knows the reason and the answer that it is of.
 */
export const deaths: Migration = {
  version: 22,
  name: 'deaths',
  statements: [
    `CREATE TABLE IF NOT EXISTS delivery_deaths
(
    account_id String,
    occurred_at DateTime64(3, 'UTC'),
    delivery_id UUID,
    step Int32,
    moment_id UUID COMMENT 'The attempt',
    moment_at DateTime64(3, 'UTC'),
    project_id LowCardinality(String),
    channel_id LowCardinality(String),
    endpoint_id LowCardinality(String),
    event_type LowCardinality(String),
    cause LowCardinality(String),
    reason LowCardinality(String),
    response_status UInt16,
    INDEX projects project_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX endpoints endpoint_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX reasons reason TYPE set(16) GRANULARITY 1
)
ENGINE = ReplacingMergeTree
PARTITION BY (toDate(moment_at), ${KNOWS_TIMES})
ORDER BY (account_id, occurred_at, delivery_id, step, moment_id)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 512, min_compress_block_size = 8192, merge_selector_base = 12,
    marks_compression_codec = 'LZ4', ${MERGED_WHOLE}`,
    `CREATE MATERIALIZED VIEW IF NOT EXISTS delivery_deaths_of_moments TO delivery_deaths AS\n${DEATHS}`,
    `INSERT INTO delivery_deaths (${COLUMNS})\n${DEATHS}\nSETTINGS max_partitions_per_insert_block = 0`,
  ],
};
