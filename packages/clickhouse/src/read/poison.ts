import { z } from 'zod';
import type { Listing, PageQuery, PoisonRecord } from '../history.ts';
import { allOf } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import type { Reader } from './reader.ts';

const SHOWN_BYTES = 16 * 1024;

const cursors = cursorsOf(
  'poison',
  z.tuple([z.int().nonnegative(), z.string(), z.int().nonnegative(), z.int().nonnegative()]).readonly(),
);

interface PoisonRow {
  source_topic: string;
  source_partition: number;
  source_offset: number;
  first_recorded_at_ms: number;
  last_reason: string;
  last_detail: string;
  value_bytes: number;
  value_base64: string;
}

/** One entry a source record, however often it was found to be bad; newest first by when that was found first. */
export async function listPoison(reader: Reader, query: PageQuery): Promise<Listing<PoisonRecord>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const [atMs, topic, partition, offset] = start.position ?? [];
  const beyond = allOf([
    [
      `(first_recorded_at_ms, source_topic, source_partition, source_offset)
         < ({at_ms:Int64}, {topic:String}, {partition:Int32}, {offset:Int64})`,
      'at_ms',
      atMs,
    ],
  ]);
  const rows = await reader.allRows<PoisonRow>(
    ({ poison }) => `
      SELECT
        source_topic, source_partition, source_offset,
        toUnixTimestamp64Milli(min(recorded_at)) AS first_recorded_at_ms,
        argMax(reason, recorded_at) AS last_reason,
        argMax(detail, recorded_at) AS last_detail,
        max(length(value)) AS value_bytes,
        base64Encode(argMax(substring(value, 1, ${SHOWN_BYTES}), recorded_at)) AS value_base64
      FROM ${poison}
      GROUP BY source_topic, source_partition, source_offset
      HAVING ${beyond.sql}
      ORDER BY first_recorded_at_ms DESC, source_topic DESC, source_partition DESC, source_offset DESC
      LIMIT {take:UInt32}`,
    { ...beyond.params, topic, partition, offset, take: query.limit + 1 },
  );
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    kind: 'page',
    items: shown.map(recordOf),
    nextCursor: last && rows.length > shown.length ? cursors.encode(placeOf(last), query) : undefined,
  };
}

function placeOf(row: PoisonRow): readonly [number, string, number, number] {
  return [row.first_recorded_at_ms, row.source_topic, row.source_partition, row.source_offset];
}

function recordOf(row: PoisonRow): PoisonRecord {
  return {
    source: { topic: row.source_topic, partition: row.source_partition, offset: row.source_offset },
    reason: row.last_reason,
    detail: row.last_detail,
    recordedAtMs: row.first_recorded_at_ms,
    valueBytes: row.value_bytes,
    value: Buffer.from(row.value_base64, 'base64'),
  };
}
