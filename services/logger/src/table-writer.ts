import type { InsertResult } from '@herald/clickhouse/inserter';
import { pause } from '@herald/kafka/patience';
import { backoffMs } from './backoff.ts';
import { type Bounds, Collector, type Entry } from './collector.ts';

export interface TableWriter {
  /** Its row is inserted with others within `flushMs`, or as soon as there are enough for one insert. */
  add(entry: Entry): void;
  /**
   * Inserts what is collected at once. Resolves with true when all of it is settled, and with false when inserts fail:
   * what is left then is tried on and on, and is read again by whoever owns its partition next.
   */
  flush(): Promise<boolean>;
  /** Rows that are not settled. */
  readonly pendingRows: number;
  /** The last failure, while no insert has succeeded since. */
  readonly failure: { error: unknown; sinceMs: number } | undefined;
  /** Ends the tries. */
  close(): void;
}

export interface InsertReport {
  rows: number;
  bytes: number;
  durationMs: number;
}

export interface TableWriterOptions extends Bounds {
  insert: (rows: readonly Buffer[]) => Promise<InsertResult>;
  flushMs: number;
  /** On record, or not ours any more: nothing is left to do for these. */
  onSettled: (entries: readonly Entry[]) => void;
  /** ClickHouse will never take this row; whoever is told has to see to it that the record is settled. */
  onRefused: (entry: Entry, detail: string) => void;
  onInserted: (report: InsertReport) => void;
  onFailed: (error: unknown, failures: number) => void;
  now: () => number;
  /** As Math.random. */
  random: () => number;
}

/**
 * Brings the rows of one table into ClickHouse, one insert at a time. A row is settled when its insert is
 * acknowledged; while ClickHouse is away the same rows are tried again, with pauses. Rows are idempotent, so an
 * insert that was done without our knowing is done again.
 */
export function createTableWriter(options: TableWriterOptions): TableWriter {
  const { insert, flushMs, onSettled, onRefused, onInserted, onFailed, now, random } = options;
  const collector = new Collector(options);
  const closing = new AbortController();
  let inserting = 0;
  /** How many of the oldest rows have waited long enough for others. */
  let dueRows = 0;
  let loop: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failure: { error: unknown; sinceMs: number } | undefined;
  let failures = 0;
  /** For those who wait for a flush, and not for ClickHouse to come back. */
  let failed = Promise.withResolvers<void>();

  function makeAllDue(): void {
    clearTimeout(timer);
    timer = undefined;
    dueRows = collector.rows;
    wake();
  }

  function isDue(): boolean {
    return (dueRows > 0 || collector.isFull) && !closing.signal.aborted;
  }

  function wake(): void {
    if (loop || !isDue()) return;
    loop = insertDue().finally(() => {
      loop = undefined;
      wake();
    });
  }

  async function insertDue(): Promise<void> {
    while (isDue()) {
      const entries = collector.take();
      inserting = entries.length;
      dueRows = Math.max(0, dueRows - inserting);
      await settle(entries);
      inserting = 0;
    }
  }

  /** Halves a batch that is refused until the rows at fault stand alone. */
  async function settle(entries: readonly Entry[]): Promise<void> {
    const { result, ours } = await insertPatiently(entries);
    if (result === undefined) return;
    if (result.kind === 'inserted') return onSettled(ours);
    if (ours.length === 1) return onRefused(ours[0]!, result.detail);
    const half = Math.ceil(ours.length / 2);
    await settle(ours.slice(0, half));
    await settle(ours.slice(half));
  }

  /** Tries until ClickHouse has answered; without a result when there is nothing of ours to insert, or nobody to. */
  async function insertPatiently(
    entries: readonly Entry[],
  ): Promise<{ result: InsertResult | undefined; ours: readonly Entry[] }> {
    for (let ours = entries; ; ) {
      const lost = ours.filter(({ record }) => !record.claim.isCurrent());
      if (lost.length > 0) {
        onSettled(lost);
        ours = ours.filter(({ record }) => record.claim.isCurrent());
      }
      if (ours.length === 0 || closing.signal.aborted) return { result: undefined, ours };
      const result = await tryInsert(ours);
      if (result !== undefined) return { result, ours };
      await pause(backoffMs(failures, random), closing.signal);
    }
  }

  /** Undefined when it is not known to be done. */
  async function tryInsert(entries: readonly Entry[]): Promise<InsertResult | undefined> {
    const startedMs = now();
    const rows = entries.map(({ bytes }) => bytes);
    try {
      const result = await insert(rows);
      failure = undefined;
      failures = 0;
      if (result.kind === 'inserted') {
        const bytes = rows.reduce((sum, row) => sum + row.length, 0);
        onInserted({ rows: rows.length, bytes, durationMs: now() - startedMs });
      }
      return result;
    } catch (error) {
      failures += 1;
      failure = { error, sinceMs: failure?.sinceMs ?? startedMs };
      onFailed(error, failures);
      failed.resolve();
      failed = Promise.withResolvers();
      return undefined;
    }
  }

  async function insertAll(): Promise<void> {
    for (makeAllDue(); loop; makeAllDue()) await loop;
  }

  return {
    add(entry) {
      collector.add(entry);
      timer ??= setTimeout(makeAllDue, flushMs);
      wake();
    },
    async flush() {
      if (failure !== undefined) return false;
      return Promise.race([insertAll().then(() => true), failed.promise.then(() => false)]);
    },
    get pendingRows() {
      return collector.rows + inserting;
    },
    get failure() {
      return failure;
    },
    close() {
      clearTimeout(timer);
      closing.abort();
    },
  };
}
