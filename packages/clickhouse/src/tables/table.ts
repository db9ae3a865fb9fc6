import { RowWriter, UnwritableValue } from '../row-binary.ts';

/** One column of an insert: its name and how a row's value for it is written. */
export type Column<R> = readonly [name: string, write: (to: RowWriter, row: R) => void];

/** What is inserted into a table, column by column. The table itself is in the migration of the same name. */
export interface Table<R> {
  name: string;
  columns: ReadonlyArray<Column<R>>;
}

/** As much of a table as an insert of rows that are made already has to know. */
export interface InsertTarget {
  name: string;
  columns: ReadonlyArray<readonly [name: string, ...unknown[]]>;
}

/** A row as ClickHouse takes it, or why it can never be one. */
export type EncodedRow = { ok: true; bytes: Buffer } | { ok: false; detail: string };

export function createRowEncoder<R>(table: Table<R>): (row: R) => EncodedRow {
  const writer = new RowWriter();
  return (row) => {
    let at = '';
    try {
      for (const [name, write] of table.columns) {
        at = name;
        write(writer, row);
      }
      return { ok: true, bytes: writer.take() };
    } catch (error) {
      if (!(error instanceof UnwritableValue)) throw error;
      writer.discard();
      return { ok: false, detail: `${table.name}.${at}: ${error.message}` };
    }
  };
}

/** 9999-12-31, UTC, in epoch milliseconds: the last day that ClickHouse prints. */
const MAX_TIME_MS = 253_402_214_400_000;

/**
 * A time as tables have it. One that no calendar has (of a producer that wrote microseconds) is brought to the nearest
 * that is kept, so that it still sorts; the event itself keeps what was written.
 */
function keptTimeMs(epochMs: number): number {
  return Math.min(Math.max(Math.trunc(epochMs), 0), MAX_TIME_MS);
}

/** As `keptTimeMs`, when an event happened: 0 means, of a route, that it does not say that, and lists leave it out. */
export function keptEventTimeMs(epochMs: number): number {
  return Math.max(keptTimeMs(epochMs), 1);
}

/** DateTime64(3) */
export function writeEventTime(to: RowWriter, epochMs: number): void {
  to.int64(keptEventTimeMs(epochMs));
}

/** DateTime64(3) */
export function writeTime(to: RowWriter, epochMs: number): void {
  to.int64(keptTimeMs(epochMs));
}

/** Map(String, String) */
export function writeMap(to: RowWriter, map: Readonly<Record<string, string>>): void {
  const entries = Object.entries(map);
  to.length(entries.length);
  for (const [key, value] of entries) {
    to.string(key);
    to.string(value);
  }
}
