import type { HistoryStore, Scope } from '@herald/clickhouse/history';
import { createDecoder, createEncoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import type { SchemaSource } from '@herald/contracts/schema-registry';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { Coordinates } from '@herald/domain/coordinates';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import { type DeadDelivery, findDeadLetters } from '@herald/registry/dead-letters';

export interface WantedEvent {
  eventId: string;
  /** Where the event was read from. */
  origin: Coordinates;
  /** The delivery that is sent again, where it was given up. */
  dead: DeadDelivery | undefined;
}

/**
 * The bytes of one event of the account; undefined where they are nowhere any more. Rejects when Kafka or ClickHouse
 * cannot be asked.
 */
export type EventBytes = (
  scope: Scope,
  wanted: WantedEvent,
  signal: AbortSignal,
) => Promise<Buffer | undefined>;

export interface EventBytesOptions {
  source: SchemaSource;
  reader: Pick<PartitionReader, 'read' | 'bounds' | 'offsetsAt'>;
  history: { events: Pick<HistoryStore['events'], 'get'> };
}

/** One record comes whole, however large it is. */
const FETCH_BYTES = 64 * 1024;

/** Read in search of a dead letter, while somebody waits. */
const MAX_DEAD_LETTER_BYTES = 16 * 1024 * 1024;

/**
 * From its place in the topic, byte for byte; where that has expired, from the dead letter, which is kept for longer;
 * else written anew from the event as the history has it. What is read must be this account's event: a topic that was
 * made anew has other events at its places.
 */
export async function openEventBytes({ source, reader, history }: EventBytesOptions): Promise<EventBytes> {
  const subjectSchema = { subject: subjectOf(TOPICS.events), schema: publicationEventSchema };
  const decoder = createDecoder<PublicationEvent>({ source, subjectSchema });
  const encoder = await createEncoder<PublicationEvent>(source, subjectSchema);

  async function atOrigin(origin: Coordinates, signal: AbortSignal): Promise<Buffer | undefined> {
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

  async function fromDeadLetter(dead: DeadDelivery, signal: AbortSignal): Promise<Buffer | undefined> {
    const found = findDeadLetters(reader, { wanted: [dead], maxBytes: MAX_DEAD_LETTER_BYTES, signal });
    for await (const { value } of found) return Buffer.from(value);
    return undefined;
  }

  async function isOf(accountId: string, eventId: string, bytes: Buffer | undefined): Promise<boolean> {
    if (!bytes) return false;
    const decoded = await decoder.decode(bytes);
    return decoded.ok && decoded.value.event_id === eventId && decoded.value.account_id === accountId;
  }

  return async ({ accountId }, { eventId, origin, dead }, signal) => {
    const original = await atOrigin(origin, signal);
    if (await isOf(accountId, eventId, original)) return original;
    const kept = dead && (await fromDeadLetter(dead, signal));
    if (await isOf(accountId, eventId, kept)) return kept;
    const recorded = await history.events.get({ accountId }, eventId);
    return recorded && encoder.encode(recorded.event);
  };
}
