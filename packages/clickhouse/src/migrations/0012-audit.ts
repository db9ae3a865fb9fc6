import type { Migration } from './migration.ts';

/** Who changed what. Of the records of one audit_id the last one counts. */
export const audit: Migration = {
  version: 12,
  name: 'audit',
  statements: [
    `CREATE TABLE IF NOT EXISTS audit
(
    account_id String,
    asked_at DateTime64(3, 'UTC'),
    audit_id UUID,
    actor_kind LowCardinality(String),
    actor_id String,
    action LowCardinality(String),
    subject_kind LowCardinality(String),
    subject_id String,
    state LowCardinality(String),
    decided_on Int64 COMMENT '-1 where there is none',
    revision Int64 COMMENT '-1 where there is none',
    before String CODEC(ZSTD(3)),
    after String CODEC(ZSTD(3)),
    request_id String,
    record_offset Int64
)
ENGINE = ReplacingMergeTree(record_offset)
PARTITION BY toYYYYMM(asked_at)
ORDER BY (account_id, asked_at, audit_id)
SETTINGS ttl_only_drop_parts = 1`,
  ],
};
