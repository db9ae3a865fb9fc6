import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import { partitionForKey } from '@herald/kafka/murmur2';
import type { PartitionReader } from '@herald/kafka/partition-reader';

/** A delivery that was given up, as far as is needed to find its dead letter. */
export interface DeadDelivery {
  deliveryId: string;
  endpointId: string;
  /** When it was given up, by the dispatcher's clock. */
  diedAtMs: number;
}

export interface DeadLetter {
  delivery: Delivery;
  /** The event's bytes, where they lie in the fetch response: copy what is kept. */
  value: Buffer;
}

export interface FindDeadLetters {
  wanted: readonly DeadDelivery[];
  /** Of one stretch of a partition: deaths within two minutes of each other are looked for together. */
  maxBytes: number;
  signal: AbortSignal;
}

/** The record is written when its delivery dies: so far the clocks of the dispatcher and of the brokers may be apart. */
const CLOCK_SLACK_MS = 60_000;

const FETCH_BYTES = 1024 * 1024;

type Reader = Pick<PartitionReader, 'bounds' | 'offsetsAt' | 'read'>;

/** Brokers give nothing where records are, as right after a leader has moved: to be asked again. */
export class DeadLettersUnread extends Error {
  override name = 'DeadLettersUnread';
}

/**
 * Dead letters by their deliveries; what has expired, or is not where it should be, does not come. Rejects with
 * DeadLettersUnread.
 */
export async function* findDeadLetters(
  reader: Reader,
  { wanted, maxBytes, signal }: FindDeadLetters,
): AsyncGenerator<DeadLetter> {
  if (wanted.length === 0) return;
  const bounds = await reader.bounds(TOPICS.deadLetters, signal);
  const byPartition = Map.groupBy(wanted, ({ endpointId }) => partitionForKey(endpointId, bounds.size));
  for (const [partition, ofPartition] of byPartition) {
    const lowOffset = bounds.get(partition)?.lowOffset ?? 0;
    for (const stretch of stretchesOf(ofPartition)) {
      yield* lettersOf(reader, stretch, { partition, lowOffset, maxBytes, signal });
    }
  }
}

interface Stretch {
  fromMs: number;
  toMs: number;
  missing: Set<string>;
}

/** Times at which the deliveries died, those that touch as one. */
function stretchesOf(wanted: readonly DeadDelivery[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { deliveryId, diedAtMs } of wanted.toSorted((a, b) => a.diedAtMs - b.diedAtMs)) {
    const [fromMs, toMs] = [diedAtMs - CLOCK_SLACK_MS, diedAtMs + CLOCK_SLACK_MS];
    const last = stretches.at(-1);
    if (last && fromMs <= last.toMs) {
      last.toMs = toMs;
      last.missing.add(deliveryId);
    } else stretches.push({ fromMs, toMs, missing: new Set([deliveryId]) });
  }
  return stretches;
}

interface Within {
  partition: number;
  lowOffset: number;
  maxBytes: number;
  signal: AbortSignal;
}

async function* lettersOf(
  reader: Reader,
  { fromMs, toMs, missing }: Stretch,
  { partition, lowOffset, maxBytes, signal }: Within,
): AsyncGenerator<DeadLetter> {
  const topic = TOPICS.deadLetters;
  const [first, beyond] = await Promise.all(
    [fromMs, toMs].map((atMs) => reader.offsetsAt(topic, atMs, signal)),
  );
  const to = beyond!.get(partition) ?? 0;
  let from = Math.max(first!.get(partition) ?? 0, lowOffset);
  for (let bytes = 0; from < to && missing.size > 0 && bytes < maxBytes; bytes += FETCH_BYTES) {
    const read = await reader.read({ topic, partition, from, to, maxBytes: FETCH_BYTES }, signal);
    if (read.kind === 'expired') return;
    if (read.nextOffset === from)
      throw new DeadLettersUnread(`nothing is read at ${topic}:${partition}:${from}`);
    for (const { headers, value } of read.records) {
      const decoded = decodeDeliveryHeaders(headers);
      if (!value || !decoded.ok || !missing.delete(decoded.delivery.deliveryId)) continue;
      yield { delivery: decoded.delivery, value };
    }
    from = read.nextOffset;
  }
}
