import type { Inserter } from '@herald/clickhouse/inserter';
import {
  type Fault,
  isErasedTable,
  ROW_TABLES,
  type RowMaker,
  type SourceRecord,
  type TableName,
  withoutContent,
} from '@herald/clickhouse/rows/row-maker';
import type { LaneRecord } from '@herald/kafka/record';
import type { Logger } from '@herald/service-kit/log';
import type { Entry } from './collector.ts';
import type { createLoggerMetrics } from './metrics.ts';
import { createTableWriter, type TableWriter } from './table-writer.ts';

/** The cut of one insert. */
const MAX_INSERT_ROWS = 15_000;
const MAX_INSERT_BYTES = 12 * 1024 * 1024;

const TABLE_NAMES = Object.keys(ROW_TABLES) as TableName[];

export interface WritersOptions {
  inserter: Inserter;
  poisonRow: RowMaker['poisonRow'];
  flushMs: number;
  log: Logger;
  metrics: ReturnType<typeof createLoggerMetrics>;
  onSettled: (record: LaneRecord) => void;
  onFault: (record: LaneRecord, fault: Fault) => void;
  onFatal: (error: unknown) => void;
}

/** One writer a table. A row that ClickHouse refuses is kept in poison, with the record's bytes. */
export function createWriters(options: WritersOptions): Record<TableName, TableWriter> {
  const { inserter, poisonRow, flushMs, log, metrics, onSettled, onFault, onFatal } = options;

  function writerOf(
    name: TableName,
    insert: (rows: readonly Buffer[]) => ReturnType<Inserter['insert']>,
    onRefused: (entry: Entry, detail: string) => void,
  ): TableWriter {
    return createTableWriter({
      insert,
      flushMs,
      maxRows: MAX_INSERT_ROWS,
      maxBytes: MAX_INSERT_BYTES,
      onRefused,
      onSettled(entries) {
        for (const { record } of entries) onSettled(record);
        const [oldest] = entries;
        if (oldest) metrics.age.observe({ table: name }, (Date.now() - oldest.record.timestampMs) / 1_000);
      },
      onInserted({ rows, bytes, durationMs }) {
        metrics.rows.inc({ table: name }, rows);
        metrics.insertRows.observe({ table: name }, rows);
        metrics.insertBytes.observe({ table: name }, bytes);
        metrics.insertDuration.observe({ table: name }, durationMs / 1_000);
        log.debug({ table: name, rows, bytes, durationMs }, 'inserted');
      },
      onFailed(err, failures) {
        metrics.insertFailures.inc({ table: name });
        log.warn({ err, table: name, failures }, 'an insert failed, it is tried again');
      },
      now: Date.now,
      random: Math.random,
    });
  }

  function keepInPoison({ record }: Entry, kept: SourceRecord, detail: string): void {
    const fault = { reason: 'refused', detail };
    onFault(record, fault);
    writers.poison.add({ record, bytes: poisonRow(kept, fault).bytes });
  }

  function onRefused(name: TableName, entry: Entry, detail: string): void {
    const { record } = entry;
    if (name === 'poison') {
      // Poison takes any bytes: what it refuses says that the table is not what this code thinks it is.
      const { topic, partition, offset } = record;
      onFatal(new Error(`ClickHouse refuses the poison row of ${topic}:${partition}:${offset}: ${detail}`));
    } else {
      keepInPoison(entry, isErasedTable(name) ? withoutContent(record) : record, detail);
    }
  }

  const writers = Object.fromEntries(
    TABLE_NAMES.map((name) => [
      name,
      writerOf(
        name,
        (rows) => inserter.insert(ROW_TABLES[name], rows),
        (entry, detail) => onRefused(name, entry, detail),
      ),
    ]),
  ) as Record<TableName, TableWriter>;
  return writers;
}
