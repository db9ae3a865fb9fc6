import type { FetchedPartition } from './fetch-response.ts';

type Message = FetchedPartition['messages'][number];

/** The key of the marker that ends an aborted transaction: version 0, type 0. */
const ABORT_MARKER = Buffer.from([0, 0, 0, 0]);

/**
 * Leaves out what a transaction has written that was aborted, as a consumer does that reads what is committed. `aborted`
 * is what a broker tells with the records: whose transactions, and where each begins; its marker says where it ends.
 * kafkajs' own filter opens one transaction a record, and lets the second of two through that begin before the first.
 */
export function withoutAborted(
  messages: readonly Message[],
  aborted: FetchedPartition['abortedTransactions'],
): readonly Message[] {
  if (aborted.length === 0) return messages;
  const begins = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<bigint>();
  return messages.filter((message) => {
    const { producerId, inTransaction } = message.batchContext;
    while (begins.length > 0 && begins[0]!.firstOffset <= message.offsetNumber) {
      open.add(begins.shift()!.producerId);
    }
    if (message.isControlRecord) {
      if (message.key?.equals(ABORT_MARKER)) open.delete(producerId);
      return true;
    }
    return !(inTransaction && open.has(producerId));
  });
}
