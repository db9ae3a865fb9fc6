import { decodeDeliveryHeaders, REASON_HEADER } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import type { PartitionReader } from '@herald/kafka/partition-reader';

const TOPIC = TOPICS.deadLetters;

const FETCH_BYTES = 1024 * 1024;

/** Of one reading, with the waiting for brokers that are away: then it rejects. */
const READ_TIMEOUT_MS = 60_000;

/** The deliveries that are given up by an order, from a moment on; the dead letters are read with each call. */
export type Cancellations = () => AsyncGenerator<Delivery>;

/** Resolves at the moment that they are read from. */
export async function cancellationsFromNow(reader: PartitionReader): Promise<Cancellations> {
  const began = await reader.bounds(TOPIC, AbortSignal.timeout(READ_TIMEOUT_MS));
  return async function* () {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    for (const [partition, { endOffset }] of await reader.bounds(TOPIC, signal)) {
      yield* cancelledIn(reader, partition, began.get(partition)?.endOffset ?? 0, endOffset, signal);
    }
  };
}

async function* cancelledIn(
  reader: PartitionReader,
  partition: number,
  begin: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<Delivery> {
  for (let from = begin; from < to; ) {
    const read = await reader.read({ topic: TOPIC, partition, from, to, maxBytes: FETCH_BYTES }, signal);
    if (read.kind === 'expired') {
      from = read.lowOffset;
      continue;
    }
    for (const { headers } of read.records) {
      const decoded = decodeDeliveryHeaders(headers);
      if (decoded.ok && headers[REASON_HEADER]?.toString() === 'cancelled') yield decoded.delivery;
    }
    if (read.nextOffset === from) return;
    from = read.nextOffset;
  }
}
