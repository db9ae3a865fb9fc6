import type { Coordinates } from '@herald/domain/coordinates';
import { type Table, writeTime } from './table.ts';

/** A record that cannot be decoded, or whose row ClickHouse does not take; with its bytes, so that it can be put right. */
export interface PoisonRow {
  /** Where the record stands that is at fault. */
  source: Coordinates;
  /** When that was found. */
  recordedAtMs: number;
  /** In a word. */
  reason: string;
  detail: string;
  value: Buffer | null;
}

export const POISON: Table<PoisonRow> = {
  name: 'poison',
  columns: [
    ['source_topic', (to, row) => to.string(row.source.topic)],
    ['source_partition', (to, row) => to.int32(row.source.partition)],
    ['source_offset', (to, row) => to.int64(row.source.offset)],
    ['recorded_at', (to, row) => writeTime(to, row.recordedAtMs)],
    ['reason', (to, row) => to.string(row.reason)],
    ['detail', (to, row) => to.string(row.detail)],
    ['value', (to, row) => to.bytes(row.value ?? Buffer.alloc(0))],
  ],
};
