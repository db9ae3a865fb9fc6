import type { Migration } from './migration.ts';

/** An event that is on record twice leads to one delivery from two offsets: its other entries are found by its id. */
export const twins: Migration = {
  version: 19,
  name: 'twins',
  statements: [
    'ALTER TABLE ledger_entries ADD INDEX IF NOT EXISTS delivery_ids delivery_id TYPE bloom_filter(0.01) GRANULARITY 1',
    'ALTER TABLE ledger_entries MATERIALIZE INDEX IF EXISTS delivery_ids',
  ],
};
