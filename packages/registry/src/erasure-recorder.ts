import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/erasure';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import { type Erasure, including } from '@herald/domain/erasure';
import type { KafkaConnection } from '@herald/kafka/connection';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import { endsWithin } from '@herald/kafka/patience';
import { UNAUDITED } from './audit/log.ts';
import { createEditor } from './editor.ts';
import { erasureKey, erasureRecordOf } from './erasure-record.ts';
import type { ErasureTable } from './erasures.ts';
import { createFencedLog } from './fenced-log.ts';
import { SUBJECTS } from './subjects.ts';

export interface WantedErasure {
  accountId: string;
  /** Undefined for all of the account. */
  publicationId: string | undefined;
  /** For people. */
  erasedBy: string;
}

export type ErasureRecorded =
  /** Acknowledged: from now on nothing that writes history brings back what `erasure` covers. */
  | { kind: 'recorded'; erasure: Erasure }
  /** Kafka gave no answer in time: it may be on record still. */
  | { kind: 'unavailable'; detail: string };

/** Puts on record that history is to be erased. Any number of processes may have one: what one erased stays erased. */
export interface ErasureRecorder {
  record(wanted: WantedErasure): Promise<ErasureRecorded>;
  /** Waits for the records under way. */
  close(): Promise<void>;
}

export interface ErasureRecorderOptions {
  connection: KafkaConnection;
  table: Pick<ErasureTable, 'entry' | 'waitForRevision'>;
  reader: Pick<PartitionReader, 'bounds'>;
  source: SchemaSource;
  /** To learn where events end, and again to write, milliseconds. */
  timeoutMs: number;
  now: () => number;
}

export async function createErasureRecorder(options: ErasureRecorderOptions): Promise<ErasureRecorder> {
  const { connection, table, reader, source, timeoutMs, now } = options;
  const encoder = await createEncoder<avro.Erasure>(source, SUBJECTS.erasures);
  const editor = createEditor<Erasure>({
    log: createFencedLog({ connection, topic: TOPICS.erasures, timeoutMs: timeoutMs / 2 }),
    table: { get: table.entry, waitForRevision: table.waitForRevision },
    encode: (erasure) => encoder.encode(erasureRecordOf(erasure)),
    // Who asked is on record before: an account's erasure has rows to go, and its audit is made around both.
    audit: UNAUDITED,
    timeoutMs,
    now,
  });

  return {
    async record(wanted) {
      let asked: Erasure;
      try {
        asked = { ...wanted, erasedAtMs: now(), eventEnds: await endsOfEvents() };
      } catch (error) {
        return { kind: 'unavailable', detail: error instanceof Error ? error.message : String(error) };
      }
      let erasure = asked;
      const edited = await editor.edit<never>(erasureKey(asked), (current) => {
        erasure = including(asked, current?.value);
        return { write: erasure };
      });
      return edited.kind === 'unavailable' ? edited : { kind: 'recorded', erasure };
    },
    close: () => editor.close(),
  };

  async function endsOfEvents(): Promise<number[]> {
    const bounds = reader.bounds(TOPICS.events, AbortSignal.timeout(timeoutMs));
    if (!(await endsWithin(bounds, timeoutMs))) throw new Error(`Kafka gave no answer in ${timeoutMs} ms`);
    const known = await bounds;
    return Array.from({ length: known.size }, (_, partition) => known.get(partition)!.endOffset);
  }
}
