import type { Migration } from './migration.ts';

/**
 * As of answers: a word that is rare is looked for in the dictionary of each part. The words of a day are indexed once
 * more for it, sooner than ClickHouse does by itself with parts that grow old.
 */
export const wholeEvents: Migration = {
  version: 18,
  name: 'whole-events',
  statements: [
    'ALTER TABLE events MODIFY SETTING min_age_to_force_merge_seconds = 7200, min_age_to_force_merge_on_partition_only = 1',
  ],
};
