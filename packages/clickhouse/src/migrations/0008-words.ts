import type { Migration } from './migration.ts';

/** What was answered, and the typed error; and what a test sent, since no event on record has it. */
const SELECT = `SELECT
    account_id, occurred_at, delivery_id, step, attempt_id, started_at,
    project_id, channel_id, endpoint_id, event_type,
    concat(error_message, '\\n', response_body, if(cause = 'test', concat('\\n', request_body), '')) AS answer
FROM attempts
WHERE outcome != ''`;

/** In JSON a line break is a letter behind a backslash, which would be part of the word that follows. */
export function saidIn(column: string): string {
  return `lowerUTF8(replaceRegexpAll(${column}, '\\\\\\\\(u[0-9a-fA-F]{4}|[bfnrt])', ' '))`;
}

/**
 * For searches by words. What was sent is found by its event: that is indexed once, not once for each attempt, which
 * would be the dearest part of an insert. What came back is kept again, in the order of lists.
 */
export const words: Migration = {
  version: 8,
  name: 'words',
  statements: [
    `CREATE TABLE IF NOT EXISTS answers
(
    account_id String,
    occurred_at DateTime64(3, 'UTC'),
    delivery_id UUID,
    step Int32,
    attempt_id UUID,
    started_at DateTime64(3, 'UTC'),
    project_id LowCardinality(String),
    channel_id LowCardinality(String),
    endpoint_id LowCardinality(String),
    event_type LowCardinality(String),
    answer String CODEC(ZSTD(1)),
    INDEX times occurred_at TYPE minmax GRANULARITY 1,
    INDEX words ${saidIn('answer')} TYPE text(tokenizer = 'splitByNonAlpha')
)
ENGINE = ReplacingMergeTree
PARTITION BY toDate(started_at)
ORDER BY (account_id, occurred_at, delivery_id, step, attempt_id)
SETTINGS ttl_only_drop_parts = 1, index_granularity = 2048`,

    `CREATE MATERIALIZED VIEW IF NOT EXISTS answers_of_attempts TO answers AS\n${SELECT}`,

    `INSERT INTO answers
(account_id, occurred_at, delivery_id, step, attempt_id, started_at, project_id, channel_id, endpoint_id, event_type, answer)
${SELECT}
SETTINGS max_partitions_per_insert_block = 0`,

    `ALTER TABLE events ADD INDEX IF NOT EXISTS words ${saidIn('event')} TYPE text(tokenizer = 'splitByNonAlpha')`,

    // In the background: until it is done, a search reads the events themselves.
    'ALTER TABLE events MATERIALIZE INDEX IF EXISTS words',
  ],
};
