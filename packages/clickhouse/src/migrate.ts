import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { type ClickHouseOptions, connectClickHouse } from './client.ts';
import { GONE, MIGRATIONS } from './migrations/all.ts';
import type { Migration } from './migrations/migration.ts';
import { applyRetention } from './retention.ts';

export interface MigrateOptions extends ClickHouseOptions {
  /** Days that history is kept. */
  retentionDays: number;
  /** Days that the audit is kept; undefined for as long as it is already, 400 where it is new. */
  auditRetentionDays?: number | undefined;
  /** Leaves history alone that has a retention: a shorter one drops what is older, and nobody may have asked for it. */
  keepsRetention?: boolean;
}

export interface MigrateResult {
  /** What this call ran, in order; empty where the tables were in shape already. */
  applied: Array<{ version: number; name: string }>;
  /** Tables whose retention this call changed. */
  retentionChanged: string[];
}

/** The tables were made by a migration whose text has changed since: this code does not know their shape. */
export class MigrationChangedError extends Error {}

/** DDL that waits for a lock of a busy table. */
const LOCK_WAIT_S = 120;

const PROGRESS_MS = 30_000;

/** Each progress is a header of some 200 bytes more: enough for a day and a half of one statement. */
const MAX_HEADER_BYTES = 1024 * 1024;

/**
 * Brings the database, created where it is missing, into the shape that this code expects. Safe to run again, on
 * tables with data, and by several processes at once. Rejects when ClickHouse cannot be asked, and with
 * MigrationChangedError.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  await createDatabase(options);
  const client = connectForMigrations(options);
  try {
    const applied = await runPending(client, MIGRATIONS);
    // A process that began when they were still to be made, and was slower, may have made them again and been killed.
    for (const query of GONE) await client.command({ query });
    const retentionChanged = await applyRetention(client, {
      historyDays: options.retentionDays,
      keepsHistory: options.keepsRetention ?? false,
      auditDays: options.auditRetentionDays,
    });
    return { applied, retentionChanged };
  } finally {
    await client.close();
  }
}

/** A client for statements that take as long as they take. */
export function connectForMigrations(options: ClickHouseOptions): ClickHouseClient {
  return connectClickHouse(options, {
    maxConnections: 1,
    maxHeaderBytes: MAX_HEADER_BYTES,
    settings: {
      lock_acquire_timeout: LOCK_WAIT_S,
      // What rewrites a table goes on in the background. ClickHouse as a library waits for it by default, and says nothing.
      mutations_sync: '0',
      // A statement may rewrite a table for longer than a silent connection is waited for.
      send_progress_in_http_headers: 1,
      http_headers_progress_interval_ms: String(PROGRESS_MS),
    },
  });
}

async function createDatabase({ database, ...server }: ClickHouseOptions): Promise<void> {
  const client = connectClickHouse({ ...server, database: 'default' }, { maxConnections: 1, settings: {} });
  try {
    await client.command({
      query: 'CREATE DATABASE IF NOT EXISTS {database:Identifier}',
      query_params: { database },
    });
  } finally {
    await client.close();
  }
}

async function runPending(client: ClickHouseClient, migrations: readonly Migration[]) {
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS migrations
(
    version UInt32,
    name String,
    checksum String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY version`,
  });
  const done = await checksumsByVersion(client);
  const pending = migrations.filter((migration) => !isDone(migration, done));
  for (const migration of pending) {
    await runStatements(client, migration);
    const { version, name } = migration;
    await client.insert({
      table: 'migrations',
      values: [{ version, name, checksum: checksumOf(migration) }],
      format: 'JSONEachRow',
      clickhouse_settings: { async_insert: 0 },
    });
  }
  return pending.map(({ version, name }) => ({ version, name }));
}

/** Another process may be farther, and have dropped a table that a statement of an earlier migration fills. */
async function runStatements(client: ClickHouseClient, migration: Migration): Promise<void> {
  try {
    for (const query of migration.statements) await client.command({ query });
  } catch (error) {
    if (!isDone(migration, await checksumsByVersion(client))) throw error;
  }
}

async function checksumsByVersion(client: ClickHouseClient): Promise<Map<number, string>> {
  const result = await client.query({
    query: 'SELECT version, checksum FROM migrations',
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ version: number; checksum: string }>();
  return new Map(rows.map(({ version, checksum }) => [version, checksum]));
}

function isDone(migration: Migration, done: ReadonlyMap<number, string>): boolean {
  const checksum = done.get(migration.version);
  if (checksum === undefined) return false;
  if (checksum === checksumOf(migration)) return true;
  throw new MigrationChangedError(
    `Migration ${migration.version} (${migration.name}) was applied with another text than it has now. ` +
      'A released migration is never edited: restore its text and make the change as the next number.',
  );
}

function checksumOf({ statements }: Migration): string {
  return createHash('sha256').update(statements.join('\n;\n')).digest('hex');
}
