import type { Migration } from './migration.ts';

/** A search by words opens the dictionary of each part: those of days that are over are merged to one. */
export const wholeAnswers: Migration = {
  version: 16,
  name: 'whole-answers',
  statements: [
    'ALTER TABLE answers MODIFY SETTING min_age_to_force_merge_seconds = 7200, min_age_to_force_merge_on_partition_only = 1',
  ],
};
