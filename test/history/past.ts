import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseOptions } from '@herald/clickhouse/client';
import { migrate } from '@herald/clickhouse/migrate';
import { z } from 'zod';
import { fillHistory } from './fill.ts';
import { connectServer, type Server } from './server.ts';

const RETENTION_DAYS = 30;

const past = z.object({
  attempts: z.number(),
  fillS: z.number(),
  /** Epoch milliseconds: when it ends. */
  untilMs: z.number(),
});

/** A made-up past that a database has. */
export type Past = z.infer<typeof past>;

export interface PastOptions extends ClickHouseOptions {
  rows: number;
  /** Where a past is kept; undefined where it is not. */
  dataDir: string | undefined;
  onProgress: (line: string) => void;
}

/** The past that is kept, or else a new one. What was filled half-way begins anew. */
export async function pastOf({ rows, dataDir, onProgress, ...options }: PastOptions): Promise<Past> {
  const noteFile = dataDir && join(dataDir, `past-of-${rows}.json`);
  const kept = noteFile && (await readNote(noteFile));
  if (kept) return kept;
  await dropDatabase(options);
  const startedMs = performance.now();
  const untilMs = Date.now();
  await migrate({ ...options, retentionDays: RETENTION_DAYS });
  const attempts = await fillHistory({ ...options, rows, untilMs, onProgress });
  const fillS = (performance.now() - startedMs) / 1_000;
  onProgress('the days that are over are merged');
  const server = connectServer(options);
  await mergeDaysOver(server).finally(() => server.close());
  const made = { attempts, fillS, untilMs };
  if (noteFile) await writeFile(noteFile, JSON.stringify(made));
  return made;
}

export async function dropDatabase({ database, ...options }: ClickHouseOptions): Promise<void> {
  const server = connectServer({ ...options, database: 'default' });
  await server.run(`DROP DATABASE IF EXISTS ${database} SYNC`).finally(() => server.close());
}

async function readNote(file: string): Promise<Past | undefined> {
  try {
    return past.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** What ClickHouse does by itself two hours after a day; see migration 0013. */
async function mergeDaysOver(server: Server): Promise<void> {
  const partitions = await server.ask<{ table: string; id: string }>(`
    SELECT DISTINCT table, partition_id AS id
    FROM system.parts
    WHERE active AND database = currentDatabase()
      AND table IN ('delivery_moments', 'delivery_days', 'delivery_troubles')
      AND extract(partition, '[0-9-]{10}') < toString(today())
    ORDER BY table, id`);
  for (const { table, id } of partitions)
    await server.run(`OPTIMIZE TABLE ${table} PARTITION ID '${id}' FINAL`);
}
