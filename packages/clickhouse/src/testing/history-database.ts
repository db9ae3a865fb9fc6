import { randomUUID } from 'node:crypto';
import type { ClickHouseOptions } from '../client.ts';
import { connectClickHouse } from '../client.ts';
import { type Inserter, openInserter } from '../inserter.ts';
import { migrate } from '../migrate.ts';
import { createRowEncoder, type Table } from '../tables/table.ts';

/** A database of its own on a real server, for one test file. */
export interface HistoryDatabase {
  options: ClickHouseOptions;
  insert<R>(table: Table<R>, rows: readonly R[]): Promise<void>;
  /** The answer of a query as rows. */
  ask<T>(query: string): Promise<T[]>;
  run(statement: string): Promise<void>;
  drop(): Promise<void>;
}

export async function createHistoryDatabase(url: string): Promise<HistoryDatabase> {
  const options = { url, database: `herald_test_${randomUUID().replaceAll('-', '')}` };
  await migrate({ ...options, retentionDays: 36_500 });
  const inserter = openInserter(options);
  const client = connectClickHouse(options, {
    maxConnections: 2,
    settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return {
    options,
    insert: (table, rows) => insertRows(inserter, table, rows),
    async ask<T>(query: string) {
      const result = await client.query({ query, format: 'JSONEachRow' });
      return result.json<T>();
    },
    async run(statement) {
      await client.command({ query: statement });
    },
    async drop() {
      await client.command({ query: `DROP DATABASE ${options.database} SYNC` });
      await Promise.all([client.close(), inserter.close()]);
    },
  };
}

/** Into the tables of a database that is migrated. */
export async function insertRows<R>(inserter: Inserter, table: Table<R>, rows: readonly R[]): Promise<void> {
  const encode = createRowEncoder(table);
  const encoded = rows.map((row) => {
    const result = encode(row);
    if (!result.ok) throw new Error(result.detail);
    return result.bytes;
  });
  const result = await inserter.insert(table, encoded);
  if (result.kind === 'refused') throw new Error(result.detail);
}
