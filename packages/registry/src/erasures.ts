import { createEncoder } from '@herald/contracts/codec';
import type * as avro from '@herald/contracts/generated/erasure';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { TOPICS } from '@herald/contracts/topics';
import { covers, type Erasure, type Recorded } from '@herald/domain/erasure';
import type { BatchingProducer } from '@herald/kafka/batching-producer';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { erasureKey, erasureOf, erasureRecordOf } from './erasure-record.ts';
import { SUBJECTS } from './subjects.ts';

/** The local copy of `herald.erasures`: all that nothing may bring back into history. */
export interface ErasureTable {
  /** Two look-ups, however many erasures there are. */
  isErased(recorded: Recorded): boolean;
  list(): Erasure[];
  /** Returns the function that ends the subscription. */
  onErasure(listener: (erasure: Erasure) => void): () => void;
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
    list: () => [...table.entries()].map(([, { value }]) => value),
    onErasure: (listener) => table.onChange((_, erasure) => erasure && listener(erasure)),
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}

/** Resolves when the erasure is acknowledged: from then on nothing that writes history may bring it back. */
export type WriteErasure = (erasure: Erasure) => Promise<void>;

export async function createErasureWriter(options: {
  producer: Pick<BatchingProducer, 'send'>;
  source: SchemaSource;
}): Promise<WriteErasure> {
  const encoder = await createEncoder<avro.Erasure>(options.source, SUBJECTS.erasures);
  return (erasure) =>
    options.producer.send([
      {
        topic: TOPICS.erasures,
        key: erasureKey(erasure),
        value: encoder.encode(erasureRecordOf(erasure)),
      },
    ]);
}
