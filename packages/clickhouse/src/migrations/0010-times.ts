import type { Migration } from './migration.ts';

const TABLES = ['events', 'moments'];

/**
 * Where an account ends in a part, the primary key cannot tell that what is looked for is of another day: a granule of
 * every part was read for every page. The least and the greatest time of a granule tell.
 */
export const times: Migration = {
  version: 10,
  name: 'times',
  statements: TABLES.flatMap((table) => [
    `ALTER TABLE ${table} ADD INDEX IF NOT EXISTS times occurred_at TYPE minmax GRANULARITY 1`,
    `ALTER TABLE ${table} MATERIALIZE INDEX IF EXISTS times`,
  ]),
};
