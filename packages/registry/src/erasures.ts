import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/erasure';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import { covers, type Erasure, type Recorded } from '@herald/domain/erasure';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { erasureKey, erasureOf, erasureRecordOf } from './erasure-record.ts';
import { SUBJECTS } from './subjects.ts';

/** The local copy of `herald.erasures`: all that nothing may bring back into history. */
export interface ErasureTable {
  /** Two look-ups, however many erasures there are. */
  isErased(recorded: Recorded): boolean;
  /** When the history of a publication, with all of its account or alone, or (undefined) of the account, was erased last. */
  erasedAtMs(accountId: string, publicationId: string | undefined): number | undefined;
  list(): Erasure[];
  /** Returns the function that ends the subscription. */
  onErasure(listener: (erasure: Erasure) => void): () => void;
  /** True as soon as the record at that offset of the topic is known; false when that takes 5 seconds. */
  waitForRevision(revision: number): Promise<boolean>;
  isFollowing(): boolean;
  stop(): Promise<void>;
}

/** Resolves when the table has read to the end of the topic. */
export async function openErasureTable(options: TableOptions): Promise<ErasureTable> {
  const table = await openConfigurationTable<avro.Erasure, Erasure>(options, {
    topic: TOPICS.erasures,
    subjectSchema: SUBJECTS.erasures,
    parse: (record) => ({ ok: true, value: erasureOf(record) }),
  });
  const isCovered = (key: readonly string[], recorded: Recorded): boolean => {
    const erasure = table.get(JSON.stringify(key))?.value;
    return erasure !== undefined && covers(erasure, recorded);
  };
  let isEmpty = table.entries()[Symbol.iterator]().next().done === true;
  table.onChange(() => {
    isEmpty = false;
  });
  return {
    isErased(recorded) {
      if (isEmpty) return false;
      const { accountId, publicationId } = recorded;
      return isCovered([accountId], recorded) || isCovered([accountId, publicationId], recorded);
    },
    erasedAtMs(accountId, publicationId) {
      const keys = publicationId === undefined ? [[accountId]] : [[accountId], [accountId, publicationId]];
      const times = keys.flatMap((key) => table.get(JSON.stringify(key))?.value.erasedAtMs ?? []);
      return times.length === 0 ? undefined : Math.max(...times);
    },
    list: () => [...table.entries()].map(([, { value }]) => value),
    onErasure: (listener) => table.onChange((_, erasure) => erasure && listener(erasure)),
    waitForRevision: (revision) => table.waitForRevision(revision),
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}

export interface WantedErasure {
  accountId: string;
  /** Undefined for all of the account. */
  publicationId: string | undefined;
  /** For people. */
  erasedBy: string;
}

/**
 * Puts on record that history is to be erased; resolves with what is erased when that is acknowledged: from then on
 * nothing that writes history brings it back. Rejects when Kafka does not answer in time: it may be on record still.
 */
export type RecordErasure = (wanted: WantedErasure) => Promise<Erasure>;

export async function createErasureRecorder(options: {
  producer: Pick<BatchingProducer, 'send'>;
  reader: Pick<PartitionReader, 'bounds'>;
  source: SchemaSource;
  timeoutMs: number;
  now: () => number;
}): Promise<RecordErasure> {
  const { producer, reader, source, timeoutMs, now } = options;
  const encoder = await createEncoder<avro.Erasure>(source, SUBJECTS.erasures);

  async function record(wanted: WantedErasure, signal: AbortSignal): Promise<Erasure> {
    const bounds = await reader.bounds(TOPICS.events, signal);
    const eventEnds = Array.from({ length: bounds.size }, (_, partition) => bounds.get(partition)!.endOffset);
    const erasure = { ...wanted, erasedAtMs: now(), eventEnds };
    const value = encoder.encode(erasureRecordOf(erasure));
    await producer.send([{ topic: TOPICS.erasures, key: erasureKey(erasure), value }]);
    return erasure;
  }

  return async (wanted) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const expired = Promise.withResolvers<never>();
    const expire = () => expired.reject(new Error(`Kafka gave no answer in ${timeoutMs} ms`));
    signal.addEventListener('abort', expire, { once: true });
    try {
      return await Promise.race([record(wanted, signal), expired.promise]);
    } finally {
      signal.removeEventListener('abort', expire);
    }
  };
}
