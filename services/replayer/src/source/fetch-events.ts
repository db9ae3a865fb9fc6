import type { SelectedDelivery } from '@herald/clickhouse/read/replay-reads';
import type { Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Coordinates } from '@herald/domain/coordinates';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import type { Phase } from '@herald/replay/next-action';

/** Of one look into a partition: the events of one page are seldom neighbours. */
const MAX_LOOK_BYTES = 64 * 1024;

export interface FetchEvents {
  deliveries: readonly SelectedDelivery[];
  accountId: string;
  reader: PartitionReader;
  decoder: Decoder<PublicationEvent>;
  phase: Phase;
  signal: AbortSignal;
}

/**
 * The events of deliveries from where they are in Kafka, by event id; those that are gone are left out. A plan is told
 * only that they are `kept`. What lies at a place must be that event of that account: a topic that was made anew has
 * others there.
 */
export async function fetchEvents(options: FetchEvents): Promise<Map<string, Buffer | 'kept'>> {
  const { deliveries, reader, phase, signal } = options;
  const found = new Map<string, Buffer | 'kept'>();
  const wanted = new Map<string, Coordinates>();
  for (const { eventId, origin } of deliveries) if (origin) wanted.set(eventId, origin);

  const byPartition = Map.groupBy(wanted, ([, { topic, partition }]) => `${topic}:${partition}`);
  for (const ofPartition of byPartition.values()) {
    const { topic, partition } = ofPartition[0]![1];
    const bounds = (await reader.bounds(topic, signal)).get(partition);
    const kept = ofPartition.filter(
      ([, { offset }]) => bounds && bounds.lowOffset <= offset && offset < bounds.endOffset,
    );
    if (phase === 'plan') for (const [eventId] of kept) found.set(eventId, 'kept');
    else await fetchPartition(kept, options, found);
  }
  return found;
}

/** By offset, so that one look may find several. */
async function fetchPartition(
  wanted: readonly (readonly [eventId: string, at: Coordinates])[],
  { accountId, reader, decoder, signal }: FetchEvents,
  found: Map<string, Buffer | 'kept'>,
): Promise<void> {
  const byOffset = new Map(wanted.map(([eventId, { offset }]) => [offset, eventId]));
  const sorted = wanted.map(([, at]) => at).toSorted((a, b) => a.offset - b.offset);
  let readTo = 0;
  for (const { topic, partition, offset } of sorted) {
    if (offset < readTo) continue;
    const read = await reader.read({ topic, partition, from: offset, maxBytes: MAX_LOOK_BYTES }, signal);
    if (read.kind === 'expired') continue;
    readTo = read.nextOffset;
    for (const { offsetNumber, value } of read.records) {
      const eventId = byOffset.get(offsetNumber);
      if (eventId === undefined || value === null) continue;
      const decoded = await decoder.decode(value);
      const isIt = decoded.ok && decoded.value.event_id === eventId && decoded.value.account_id === accountId;
      // A slice would keep all of the look in memory.
      if (isIt) found.set(eventId, Buffer.from(value));
    }
  }
}
