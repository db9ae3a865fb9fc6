import type * as avro from '@herald/contracts/generated/erasure';
import { TOPICS } from '@herald/contracts/topics';
import { covers, type Erasure, type Recorded } from '@herald/domain/erasure';
import type { TableEntry } from '@herald/kafka/compacted-table';
import { openConfigurationTable, type TableOptions } from './configuration-table.ts';
import { erasureOf } from './erasure-record.ts';
import { SUBJECTS } from './subjects.ts';

/** The local copy of `herald.erasures`: all that nothing may bring back into history. */
export interface ErasureTable {
  /** Two look-ups, however many erasures there are. */
  isErased(recorded: Recorded): boolean;
  /** When the history of a publication, with all of its account or alone, or (undefined) of the account, was erased last. */
  erasedAtMs(accountId: string, publicationId: string | undefined): number | undefined;
  list(): Erasure[];
  /** By the key of its record. */
  entry(key: string): TableEntry<Erasure> | undefined;
  /** Returns the function that ends the subscription. */
  onErasure(listener: (erasure: Erasure) => void): () => void;
  /** True as soon as the record at that offset of the topic is known; false when `timeoutMs` (default 5,000) passed before. */
  waitForRevision(revision: number, timeoutMs?: number): Promise<boolean>;
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
    entry: table.get,
    waitForRevision: table.waitForRevision,
    isFollowing: table.isFollowing,
    stop: table.stop,
  };
}
