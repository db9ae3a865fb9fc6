import { setTimeout as sleep } from 'node:timers/promises';
import type { Inserter } from '../inserter.ts';
import {
  isErasedTable,
  ROW_TABLES,
  type RowMaker,
  type SourceRecord,
  type TableName,
  withoutContent,
} from '../rows/row-maker.ts';
import type { RebuildPositions } from './positions.ts';
import { type RebuildRange, rangesToRead } from './ranges.ts';

/** Reads topics by offset, without a group; @herald/kafka/partition-reader is one. */
export interface RebuildSource {
  bounds(
    topic: string,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, { lowOffset: number; endOffset: number }>>;
  /** `nextOffset` is `from` where nothing can be read yet: a transaction of a producer is open there. */
  read(
    range: RebuildRange & { maxBytes: number; committedOnly: true },
    signal: AbortSignal,
  ): Promise<
    | {
        kind: 'records';
        records: ReadonlyArray<
          Omit<SourceRecord, 'topic' | 'partition' | 'offset'> & { offsetNumber: number }
        >;
        nextOffset: number;
      }
    | { kind: 'expired'; lowOffset: number }
  >;
}

export interface RebuildOptions {
  topics: readonly string[];
  source: RebuildSource;
  rows: RowMaker;
  inserter: Pick<Inserter, 'insert'>;
  positions: Pick<RebuildPositions, 'read' | 'save'>;
  /** Ends the rebuild early; what was inserted is noted, and another rebuild goes on from there. */
  signal: AbortSignal;
  onProgress: (progress: RebuildProgress) => void;
}

export interface RebuildProgress {
  /** Offsets, of all that this rebuild reads. */
  done: number;
  total: number;
}

export interface Rebuilt extends RebuildProgress {
  isComplete: boolean;
  /** Rows inserted, by table; `erased_…` passed into the ledger alone. */
  rows: Partial<Record<TableName, number>>;
}

const LOOK_BYTES = 4 * 1024 * 1024;
/** Before the next look where nothing can be read yet. */
const PAUSE_MS = 200;
/** The cut of one insert, as the logger's. */
const MAX_INSERT_ROWS = 15_000;
const MAX_INSERT_BYTES = 12 * 1024 * 1024;

interface Entry {
  record: SourceRecord;
  bytes: Buffer;
}

/**
 * Makes history anew from what Kafka keeps, by the same rows as the logger: rows that are there already collapse with
 * theirs, so it may run beside loggers and again. No consumer group is touched. Waits for the end of transactions that
 * are open. Rejects when ClickHouse or Kafka cannot
 * be asked; a further rebuild goes on from what was noted.
 */
export async function rebuildHistory(options: RebuildOptions): Promise<Rebuilt> {
  const { source, signal, onProgress } = options;
  const ranges = await planRanges(options);
  const total = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const batch = new Batch(options);
  let done = 0;
  onProgress({ done, total });

  for (const range of ranges) {
    for (let at = range.from; at < range.to && !signal.aborted; ) {
      // What was aborted was neither routed nor logged.
      const look = { ...range, from: at, maxBytes: LOOK_BYTES, committedOnly: true } as const;
      const read = await source.read(look, signal);
      const next = read.kind === 'expired' ? Math.min(read.lowOffset, range.to) : read.nextOffset;
      if (read.kind === 'records') {
        for (const record of read.records) await batch.add(sourceRecordOf(range, record));
      }
      batch.reached({ ...range, nextOffset: next });
      if (batch.isFull) await batch.insert();
      done += next - at;
      at = next;
      // Stopped meanwhile, it ends as ever: with what it has.
      if (next === look.from) await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
      onProgress({ done, total });
    }
  }
  await batch.insert();
  return { done, total, isComplete: done === total, rows: batch.inserted };
}

async function planRanges({ topics, source, positions, signal }: RebuildOptions): Promise<RebuildRange[]> {
  const bounds = await Promise.all(
    topics.map(async (topic) =>
      [...(await source.bounds(topic, signal))].map(([partition, log]) => ({ topic, partition, ...log })),
    ),
  );
  return rangesToRead(bounds.flat(), await positions.read());
}

type FetchedSource = Extract<
  Awaited<ReturnType<RebuildSource['read']>>,
  { kind: 'records' }
>['records'][number];

function sourceRecordOf({ topic, partition }: RebuildRange, fetched: FetchedSource): SourceRecord {
  const { offsetNumber: offset, value, headers, timestampMs } = fetched;
  return { topic, partition, offset, value, headers, timestampMs };
}

/** Rows of all tables that are inserted together, and where the topics have been read to with them. */
class Batch {
  readonly inserted: Partial<Record<TableName, number>> = {};
  readonly #options: RebuildOptions;
  readonly #reached = new Map<string, { topic: string; partition: number; nextOffset: number }>();
  #tables = new Map<TableName, Entry[]>();
  #rows = 0;
  #bytes = 0;

  constructor(options: RebuildOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#rows >= MAX_INSERT_ROWS || this.#bytes >= MAX_INSERT_BYTES;
  }

  async add(record: SourceRecord): Promise<void> {
    const { table, bytes } = await this.#options.rows.rowOf(record);
    const entries = this.#tables.get(table) ?? [];
    this.#tables.set(table, entries);
    entries.push({ record, bytes });
    this.#rows += 1;
    this.#bytes += bytes.length;
  }

  reached(position: { topic: string; partition: number; nextOffset: number }): void {
    const { topic, partition, nextOffset } = position;
    this.#reached.set(`${topic}:${partition}`, { topic, partition, nextOffset });
  }

  async insert(): Promise<void> {
    for (const [table, entries] of this.#tables) await this.#insertInto(table, entries);
    if (this.#reached.size > 0) await this.#options.positions.save([...this.#reached.values()]);
    this.#tables = new Map();
    this.#reached.clear();
    this.#rows = 0;
    this.#bytes = 0;
  }

  /** Halves what is refused until the rows at fault stand alone, and keeps these in poison, as the logger does. */
  async #insertInto(table: TableName, entries: readonly Entry[]): Promise<void> {
    const { inserter, rows } = this.#options;
    const result = await inserter.insert(
      ROW_TABLES[table],
      entries.map(({ bytes }) => bytes),
    );
    if (result.kind === 'inserted') {
      this.inserted[table] = (this.inserted[table] ?? 0) + entries.length;
    } else if (entries.length > 1) {
      const half = Math.ceil(entries.length / 2);
      await this.#insertInto(table, entries.slice(0, half));
      await this.#insertInto(table, entries.slice(half));
    } else if (table === 'poison') {
      throw new Error(`ClickHouse refuses a row of poison: ${result.detail}`);
    } else {
      const [{ record }] = entries as [Entry];
      const kept = isErasedTable(table) ? withoutContent(record) : record;
      const { bytes } = rows.poisonRow(kept, { reason: 'refused', detail: result.detail });
      await this.#insertInto('poison', [{ record, bytes }]);
    }
  }
}
