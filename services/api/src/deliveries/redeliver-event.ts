import type { HistoryStore, Scope } from '@herald/clickhouse/history';
import { createDecoder, createEncoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { Coordinates } from '@herald/domain/coordinates';
import type { PartitionReader } from '@herald/kafka/partition-reader';

/** The bytes of one event as they stood in its topic. Rejects when neither Kafka nor ClickHouse can be asked. */
export type EventBytes = (
  scope: Scope,
  eventId: string,
  origin: Coordinates,
  signal: AbortSignal,
) => Promise<Buffer | undefined>;

export interface EventBytesOptions {
  source: SchemaSource;
  reader: Pick<PartitionReader, 'read' | 'bounds'>;
  history: { events: Pick<HistoryStore['events'], 'get'> };
}

/** One record comes whole, however large it is. */
const FETCH_BYTES = 64 * 1024;

/**
 * From its place in the topic, byte for byte; where that has expired, written anew from the event as the history has
 * it. What lies at the place must be this account's event: a topic that was made anew has other events there.
 */
export async function openEventBytes({ source, reader, history }: EventBytesOptions): Promise<EventBytes> {
  const subjectSchema = { subject: subjectOf(TOPICS.events), schema: publicationEventSchema };
  const decoder = createDecoder<PublicationEvent>({ source, subjectSchema });
  const encoder = await createEncoder<PublicationEvent>(source, subjectSchema);

  async function fromTopic(origin: Coordinates, signal: AbortSignal): Promise<Buffer | undefined> {
    const { topic, partition, offset } = origin;
    if (topic !== TOPICS.events) return undefined;
    const log = (await reader.bounds(topic, signal)).get(partition);
    if (!log || offset < log.lowOffset || offset >= log.endOffset) return undefined;
    const read = await reader.read(
      { topic, partition, from: offset, to: offset + 1, maxBytes: FETCH_BYTES },
      signal,
    );
    const value = read.kind === 'records' ? read.records[0]?.value : undefined;
    return value ? Buffer.from(value) : undefined;
  }

  return async ({ accountId }, eventId, origin, signal) => {
    const bytes = await fromTopic(origin, signal);
    if (bytes) {
      const decoded = await decoder.decode(bytes);
      if (decoded.ok && decoded.value.event_id === eventId && decoded.value.account_id === accountId) {
        return bytes;
      }
    }
    const kept = await history.events.get({ accountId }, eventId);
    return kept && encoder.encode(kept.event);
  };
}
