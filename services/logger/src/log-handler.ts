import type { Row, RowMaker, TableName } from '@herald/clickhouse/rows/row-maker';
import type { Lane, LaneHandler } from '@herald/kafka/lane';
import type { LaneRecord } from '@herald/kafka/record';
import type { TableWriter } from './table-writer.ts';

/** What a record costs in memory beside its bytes: its objects, its row's, and a slot in each list. */
const OVERHEAD_BYTES = 1_000;

export interface LogHandlerOptions {
  rowOf: RowMaker['rowOf'];
  writers: Readonly<Record<TableName, Pick<TableWriter, 'add' | 'flush'>>>;
  lane: Pick<Lane, 'pause' | 'resume'>;
  /** Memory of records, over all partitions: beyond it the lane fetches nothing, until half of it is settled. */
  maxHeldBytes: number;
  onFatal: (error: unknown) => void;
}

export interface LogHandler extends LaneHandler {
  /** The record needs no memory any more. */
  settled(record: LaneRecord): void;
  readonly heldBytes: number;
}

/** Makes rows of records and hands them to the writers of their tables. */
export function createLogHandler({
  rowOf,
  writers,
  lane,
  maxHeldBytes,
  onFatal,
}: LogHandlerOptions): LogHandler {
  let heldBytes = 0;
  let isPaused = false;

  function add(record: LaneRecord, { table, bytes }: Row): void {
    writers[table].add({ record, bytes });
  }

  return {
    receive(record) {
      heldBytes += record.bytes + OVERHEAD_BYTES;
      if (heldBytes > maxHeldBytes && !isPaused) {
        isPaused = true;
        lane.pause();
      }
      const row = rowOf(record);
      if (row instanceof Promise) row.then((late) => add(record, late)).catch(onFatal);
      else add(record, row);
    },
    settled(record) {
      heldBytes -= record.bytes + OVERHEAD_BYTES;
      if (isPaused && heldBytes <= maxHeldBytes / 2) {
        isPaused = false;
        lane.resume();
      }
    },
    async suspend() {
      await Promise.all(Object.values(writers).map((writer) => writer.flush()));
    },
    resume() {
      // Rows of lost partitions are left out by their writers, who ask each record's claim.
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}
