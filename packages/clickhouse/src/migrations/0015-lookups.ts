import type { Migration } from './migration.ts';

/**
 * A delivery, and those of an event, are found among days, which are half as many as moments; the moments of a
 * delivery that is known lie together. No index of moments is asked any more.
 */
export const lookups: Migration = {
  version: 15,
  name: 'lookups',
  statements: [
    'ALTER TABLE delivery_days ADD INDEX IF NOT EXISTS delivery_ids delivery_id TYPE bloom_filter(0.01) GRANULARITY 1',
    'ALTER TABLE delivery_days MATERIALIZE INDEX IF EXISTS delivery_ids',
    ...['delivery_ids', 'event_ids', 'states'].map(
      (index) => `ALTER TABLE delivery_moments DROP INDEX IF EXISTS ${index}`,
    ),
  ],
};
