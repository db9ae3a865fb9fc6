import type { Migration } from './migration.ts';

/** Fields of a packed moment, in their order, by what each is made of. Times are epoch milliseconds, 0 for none. */
export const PACKED = {
  state: 'toString(state)',
  moment_at_ms: 'toString(toUnixTimestamp64Milli(moment_at))',
  next_attempt_at_ms: 'toString(toUnixTimestamp64Milli(next_attempt_at))',
  reason: 'reason',
  outcome: 'outcome',
  response_status: 'toString(response_status)',
  endpoint_id: 'endpoint_id',
  event_id: 'event_id',
  project_id: 'project_id',
  channel_id: 'channel_id',
  publication_id: 'publication_id',
  event_type: 'event_type',
  cause: 'cause',
} as const;

/**
 * All of a moment that its delivery's summary is made of, beside the key, in one column. Fifty summaries of as many days
 * opened hundreds of files and loaded a million marks, and that was most of their time. Nobody can insert it: it says
 * what the other columns of its row say, and goes with the row.
 *
 * Written in the background for what is there; until that is done it is made of the other columns as it is read.
 */
export const packedMoments: Migration = {
  version: 21,
  name: 'packed-moments',
  statements: [
    `ALTER TABLE delivery_moments
    ADD COLUMN IF NOT EXISTS packed String
        MATERIALIZED toJSONString([${Object.values(PACKED).join(', ')}])
        COMMENT 'A JSON array of strings: ${Object.keys(PACKED).join(', ')}'
        CODEC(ZSTD(1))`,
    'ALTER TABLE delivery_moments MATERIALIZE COLUMN packed',
  ],
};
