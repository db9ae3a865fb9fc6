import { type ClickHouseOptions, connectClickHouse } from '../client.ts';
import type { RebuildPosition } from './ranges.ts';

/** How far a database was rebuilt, kept in it: a rebuild that was stopped or killed goes on from there. */
export interface RebuildPositions {
  read(): Promise<RebuildPosition[]>;
  save(positions: readonly RebuildPosition[]): Promise<void>;
  /** The next rebuild begins at the start. */
  forget(): Promise<void>;
  /** Empties all tables of history, and forgets. What loggers insert from now on stays. */
  resetHistory(): Promise<void>;
  /** Events on record before these offsets, by partition: what a reset would lose for good. */
  eventsBefore(lowOffsets: readonly number[]): Promise<number>;
  close(): Promise<void>;
}

/**
 * All that rows of records are made into. By name: the database may hold tables of others. The audit is none of them:
 * who has changed something must not be lost by a reset.
 */
const HISTORY_TABLES = [
  'events',
  'routes',
  'attempts',
  'poison',
  'delivery_moments',
  'delivery_days',
  'delivery_troubles',
  'delivery_deaths',
  'answers',
  'erased_deliveries',
  'ledger_entries',
  'ledger_changes',
  'ledger_sums',
  'ledger_reports',
];

/** The database has been migrated. */
export async function openRebuildPositions(options: ClickHouseOptions): Promise<RebuildPositions> {
  const client = connectClickHouse(options, {
    maxConnections: 1,
    settings: {
      async_insert: 0,
      output_format_json_quote_64bit_integers: 0,
      // A reset is meant: ClickHouse would refuse to empty a table of more than 50 GB.
      max_table_size_to_drop: '0',
    },
  });
  const rows = async <T>(query: string) => (await client.query({ query, format: 'JSONEachRow' })).json<T>();
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS rebuild_positions
(
    topic LowCardinality(String),
    partition Int32,
    next_offset Int64,
    saved_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(saved_at)
ORDER BY (topic, partition)`,
  });
  const forget = () => client.command({ query: 'TRUNCATE TABLE rebuild_positions' });

  return {
    read: () =>
      rows<RebuildPosition>(
        'SELECT topic, partition, next_offset AS nextOffset FROM rebuild_positions FINAL',
      ),
    async save(positions) {
      const values = positions.map(({ topic, partition, nextOffset }) => ({
        topic,
        partition,
        next_offset: nextOffset,
      }));
      await client.insert({ table: 'rebuild_positions', values, format: 'JSONEachRow' });
    },
    async forget() {
      await forget();
    },
    async resetHistory() {
      // Positions first: a reset that is killed half-way is followed by a whole rebuild.
      await forget();
      for (const name of HISTORY_TABLES) await client.command({ query: `TRUNCATE TABLE ${name}` });
    },
    async eventsBefore(lowOffsets) {
      const result = await client.query({
        query: `SELECT uniqExact(partition, offset) AS events FROM events
          WHERE offset < arrayElement({lows:Array(Int64)}, partition + 1)`,
        query_params: { lows: [...lowOffsets] },
        format: 'JSONEachRow',
      });
      return (await result.json<{ events: number }>())[0]!.events;
    },
    close: () => client.close(),
  };
}
