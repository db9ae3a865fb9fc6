import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClickHouseOptions } from '@herald/clickhouse/client';
import { migrate } from '@herald/clickhouse/migrate';
import { z } from 'zod';
import { fillHistory } from './fill.ts';
import { connectServer, type Server } from './server.ts';

const RETENTION_DAYS = 30;

const past = z.object({
  /** Epoch milliseconds: when it ends. */
  untilMs: z.number(),
  /** Events that are filled, with all that became of them. */
  events: z.number(),
  /** Undefined until all are. */
  attempts: z.number().optional(),
  fillS: z.number(),
});

type Note = z.infer<typeof past>;

/** A made-up past that a database has. */
export interface Past {
  attempts: number;
  fillS: number;
  untilMs: number;
}

export interface PastOptions extends ClickHouseOptions {
  rows: number;
  /** Where a past is kept; undefined where it is not. */
  dataDir: string | undefined;
  onProgress: (line: string) => void;
}

/** The past that is kept, filled to its end where it is not yet, or else a new one. */
export async function pastOf({ rows, dataDir, onProgress, ...options }: PastOptions): Promise<Past> {
  const noteFile = dataDir && join(dataDir, `past-of-${rows}.json`);
  const kept = noteFile ? await readNote(noteFile) : undefined;
  if (!kept) await dropDatabase(options);
  await migrate({ ...options, retentionDays: RETENTION_DAYS });
  if (kept?.attempts !== undefined) return { ...kept, attempts: kept.attempts };
  let note: Note = kept ?? { untilMs: Date.now(), events: 0, fillS: 0 };
  const startedMs = performance.now();
  const after = (said: Partial<Note>): Note => ({
    ...note,
    ...said,
    fillS: (kept?.fillS ?? 0) + (performance.now() - startedMs) / 1_000,
  });
  const save = async () => {
    if (noteFile) await writeFile(noteFile, JSON.stringify(note));
  };
  const attempts = await fillHistory({
    ...{ ...options, rows, untilMs: note.untilMs, fromEvent: note.events },
    async onFilled(events, of) {
      onProgress(`${events} of ${of} events with their attempts`);
      note = after({ events });
      await save();
    },
  });
  onProgress('what would have been merged by now is merged');
  const server = connectServer(options);
  await mergeDays(server).finally(() => server.close());
  note = after({ attempts });
  await save();
  return { ...note, attempts };
}

export async function dropDatabase({ database, ...options }: ClickHouseOptions): Promise<void> {
  const server = connectServer({ ...options, database: 'default' });
  await server.run(`DROP DATABASE IF EXISTS ${database} SYNC`).finally(() => server.close());
}

async function readNote(file: string): Promise<Note | undefined> {
  try {
    return past.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * What ClickHouse does by itself two hours after a day, see migrations 0013, 0016, 0018 and 0022; and today's, since rows of one delivery
 * that a logger brings within seconds are 100,000 events apart here.
 */
async function mergeDays(server: Server): Promise<void> {
  const days = ['delivery_moments', 'delivery_days', 'delivery_troubles', 'delivery_deaths'];
  for (const table of [...days, 'answers', 'events']) {
    await server.run(`OPTIMIZE TABLE ${table} FINAL`);
  }
}
