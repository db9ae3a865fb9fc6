import type { TableName } from '@herald/clickhouse/rows/row-maker';
import type { Lane } from '@herald/kafka/lane';
import type { Metrics } from '@herald/service-kit/metrics';
import type { Sweep } from './erasing/sweep.ts';
import type { LogHandler } from './log-handler.ts';
import type { TableWriter } from './table-writer.ts';

/** The metrics of the logger; a help text says what to do when its metric moves. */
export function createLoggerMetrics(metrics: Metrics) {
  return {
    rows: metrics.counter<'table'>({
      name: 'herald_logger_rows_inserted_total',
      help: 'Rows that ClickHouse has acknowledged. Zero while the lag grows: look at readiness and at the failures of inserts.',
      labelNames: ['table'],
    }),
    insertRows: metrics.histogram<'table'>({
      name: 'herald_logger_insert_batch_rows',
      help: 'Rows an insert. Near 1 while the lag grows: something settles rows one by one, look for refused rows.',
      labelNames: ['table'],
      buckets: [1, 10, 100, 500, 1_000, 2_500, 5_000, 10_000, 20_000],
    }),
    insertBytes: metrics.histogram<'table'>({
      name: 'herald_logger_insert_batch_bytes',
      help: 'Bytes an insert. At its bound all the time: the logger is behind; add loggers, or CPU for ClickHouse.',
      labelNames: ['table'],
      buckets: [1e3, 1e4, 1e5, 1e6, 4e6, 8e6, 16e6, 32e6],
    }),
    insertDuration: metrics.histogram<'table'>({
      name: 'herald_logger_insert_duration_seconds',
      help: 'From the sending of an insert to its acknowledgement. Rises: ClickHouse is short of CPU or disk, or merges too many small parts.',
      labelNames: ['table'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    }),
    insertFailures: metrics.counter<'table'>({
      name: 'herald_logger_insert_failures_total',
      help: 'Inserts that failed and are tried again. Rises: ClickHouse is away or in trouble, the log has its words; nothing is lost while Kafka keeps the topics.',
      labelNames: ['table'],
    }),
    faults: metrics.counter<'topic' | 'reason'>({
      name: 'herald_logger_faulty_records_total',
      help: "Records of Herald's own topics that are in the table poison instead of their own: undecodable, unwritable, or refused by ClickHouse. Any: read reason and detail there; it is a bug or a foreign producer.",
      labelNames: ['topic', 'reason'],
    }),
    gaps: metrics.counter({
      name: 'herald_logger_offset_gaps_total',
      help: 'Ranges of records that were gone before they were read. Any: the history misses them for good; raise the retention of the topic that the log names.',
    }),
    age: metrics.histogram<'table'>({
      name: 'herald_logger_row_age_seconds',
      help: 'From the writing of a record to its row in ClickHouse, of the oldest row of each insert. Rises: the history that people see is this old; look at the lag.',
      labelNames: ['table'],
      buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 3_600],
    }),
  };
}

/** What is read at each scrape. */
export interface Watched {
  lane: Pick<Lane, 'lag' | 'windows'>;
  handler: Pick<LogHandler, 'heldBytes'>;
  writers: Readonly<Record<TableName, Pick<TableWriter, 'pendingRows'>>>;
  sweep: Pick<Sweep, 'waiting'>;
}

export function watch(metrics: Metrics, { lane, handler, writers, sweep }: Watched): void {
  metrics.gauge<'topic' | 'partition'>({
    name: 'herald_logger_consumer_lag_records',
    help: 'Records between what is in ClickHouse and the end of the partition. Grows: see inserts; the history falls behind, deliveries do not.',
    labelNames: ['topic', 'partition'],
    collect() {
      this.reset();
      for (const { topic, partition, lagRecords } of lane.lag()) this.set({ topic, partition }, lagRecords);
    },
  });
  metrics.gauge<'topic' | 'partition'>({
    name: 'herald_logger_window_received_records',
    help: 'Records received and not in ClickHouse yet. At its bound for long: inserts are slower than the topics.',
    labelNames: ['topic', 'partition'],
    collect() {
      this.reset();
      for (const { topic, partition, records } of lane.windows()) this.set({ topic, partition }, records);
    },
  });
  metrics.gauge({
    name: 'herald_logger_records_held_bytes',
    help: 'Memory of the records that are not in ClickHouse yet. At its bound: fetching is paused until ClickHouse takes rows again.',
    collect() {
      this.set(handler.heldBytes);
    },
  });
  metrics.gauge<'table'>({
    name: 'herald_logger_inserts_pending_rows',
    help: 'Rows that wait for their insert or its acknowledgement. High in one table alone: its inserts fail, see the log.',
    labelNames: ['table'],
    collect() {
      for (const [table, { pendingRows }] of Object.entries(writers)) this.set({ table }, pendingRows);
    },
  });
  metrics.gauge({
    name: 'herald_logger_erasures_waiting',
    help: 'Erasures of history that this logger has not finished. Above 0 for minutes: rows that were to be erased may be there still; ClickHouse is away, or the log says what it refuses.',
    collect() {
      this.set(sweep.waiting);
    },
  });
}
