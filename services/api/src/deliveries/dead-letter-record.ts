import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { partitionForKey } from '@herald/kafka/murmur2';
import type { PartitionReader } from '@herald/kafka/partition-reader';

export interface DeadDelivery {
  deliveryId: string;
  endpointId: string;
  /** When it was given up, by the dispatcher's clock. */
  diedAtMs: number;
}

/** The record is written when its delivery dies: so far the clocks of the dispatcher and of the brokers may be apart. */
const CLOCK_SLACK_MS = 60_000;

/** What is read of the topic in search of one record. */
const MAX_BYTES = 16 * 1024 * 1024;
const FETCH_BYTES = 1024 * 1024;

/** The event's bytes as the dead letter has them; undefined where it has expired or is not found where it should be. */
export async function findDeadLetter(
  reader: Pick<PartitionReader, 'bounds' | 'offsetsAt' | 'read'>,
  { deliveryId, endpointId, diedAtMs }: DeadDelivery,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const topic = TOPICS.deadLetters;
  const bounds = await reader.bounds(topic, signal);
  const partition = partitionForKey(endpointId, bounds.size);
  const [first, beyond] = await Promise.all(
    [diedAtMs - CLOCK_SLACK_MS, diedAtMs + CLOCK_SLACK_MS].map((atMs) =>
      reader.offsetsAt(topic, Math.max(0, atMs), signal),
    ),
  );
  const to = beyond!.get(partition) ?? 0;
  let from = Math.max(first!.get(partition) ?? 0, bounds.get(partition)?.lowOffset ?? 0);
  for (let bytes = 0; from < to && bytes < MAX_BYTES; bytes += FETCH_BYTES) {
    const read = await reader.read({ topic, partition, from, to, maxBytes: FETCH_BYTES }, signal);
    if (read.kind === 'expired' || read.nextOffset === from) return undefined;
    for (const { headers, value } of read.records) {
      const decoded = decodeDeliveryHeaders(headers);
      if (value && decoded.ok && decoded.delivery.deliveryId === deliveryId) return Buffer.from(value);
    }
    from = read.nextOffset;
  }
  return undefined;
}
