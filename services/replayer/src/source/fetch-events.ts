import type { SelectedDelivery } from '@herald/clickhouse/read/replay-reads';
import type { Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { Coordinates } from '@herald/domain/coordinates';
import type { PartitionReader } from '@herald/kafka/partition-reader';
import { DeadLettersUnread, findDeadLetters } from '@herald/registry/dead-letters';
import type { Phase } from '@herald/replay/next-action';
import { createPageEvents, type PageEvents } from './page-events.ts';
import { MustWait } from './source.ts';

/** Of one look into a partition: the events of one page are seldom neighbours. */
const MAX_LOOK_BYTES = 64 * 1024;

/** Events of one page, in memory at once; a single one may be larger. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** Read in search of dead letters that died within minutes of each other. */
const MAX_DEAD_LETTER_BYTES = 256 * 1024 * 1024;

export interface FetchEvents {
  deliveries: readonly SelectedDelivery[];
  accountId: string;
  reader: Pick<PartitionReader, 'bounds' | 'offsetsAt' | 'read'>;
  decoder: Decoder<PublicationEvent>;
  phase: Phase;
  signal: AbortSignal;
}

/**
 * The events of deliveries from where they are in Kafka; those of dead ones that are gone from there, from their dead
 * letters, which are kept for longer. What lies at a place must be that event of that account: a topic that was made
 * anew has others there. Rejects with MustWait where brokers give nothing though they have it.
 */
export async function fetchEvents(options: FetchEvents): Promise<PageEvents> {
  const page = createPageEvents(options.deliveries.length, MAX_PAGE_BYTES);
  await fromEvents(page, options);
  await fromDeadLetters(page, options);
  return page;
}

interface Wanted {
  eventId: string;
  at: Coordinates;
  /** Deliveries of the page that it is wanted for. */
  indexes: number[];
}

async function fromEvents(page: PageEvents, options: FetchEvents): Promise<void> {
  const { deliveries, reader, phase, signal } = options;
  const wanted = new Map<string, Wanted>();
  for (const [index, { eventId, origin }] of deliveries.entries()) {
    if (!origin) continue;
    wanted.getOrInsertComputed(eventId, () => ({ eventId, at: origin, indexes: [] })).indexes.push(index);
  }
  const topics = new Set([...wanted.values()].map(({ at }) => at.topic));
  const bounds = new Map(
    await Promise.all([...topics].map(async (topic) => [topic, await reader.bounds(topic, signal)] as const)),
  );
  const byPartition = Map.groupBy(wanted.values(), ({ at }) => `${at.topic}:${at.partition}`);
  await Promise.all(
    [...byPartition.values()].map(async (ofPartition) => {
      const { topic, partition } = ofPartition[0]!.at;
      const log = bounds.get(topic)?.get(partition);
      const kept = ofPartition.filter(
        ({ at: { offset } }) => log && log.lowOffset <= offset && offset < log.endOffset,
      );
      if (phase === 'run') await fetchPartition(page, kept, options);
      else for (const { indexes, at } of kept) page.keep(indexes, { origin: at, value: null });
    }),
  );
}

/** By offset, so that one look may find several. */
async function fetchPartition(
  page: PageEvents,
  wanted: readonly Wanted[],
  options: FetchEvents,
): Promise<void> {
  const byOffset = new Map(wanted.map((one) => [one.at.offset, one]));
  let readTo = 0;
  for (const { at, indexes } of wanted.toSorted((a, b) => a.at.offset - b.at.offset)) {
    const { topic, partition, offset } = at;
    if (offset < readTo || indexes[0]! >= page.length) continue;
    const range = { topic, partition, from: offset, maxBytes: MAX_LOOK_BYTES };
    const read = await options.reader.read(range, options.signal);
    if (read.kind === 'expired') continue;
    if (read.nextOffset <= offset) throw nothingThere();
    readTo = read.nextOffset;
    for (const { offsetNumber, value } of read.records) {
      const found = byOffset.get(offsetNumber);
      if (!found || value === null || !(await isEvent(value, found.eventId, options))) continue;
      // A slice would keep all of the look in memory.
      page.keep(found.indexes, { origin: found.at, value: Buffer.from(value) });
    }
  }
}

async function fromDeadLetters(page: PageEvents, options: FetchEvents): Promise<void> {
  const { deliveries, reader, phase, signal } = options;
  const indexes = new Map<string, number>();
  for (const [index, { deliveryId, state }] of deliveries.entries()) {
    if (index < page.length && !page.at(index) && state === 'dead') indexes.set(deliveryId, index);
  }
  const wanted = [...indexes.values()].map((index) => {
    const { deliveryId, endpointId, updatedAtMs } = deliveries[index]!;
    return { deliveryId, endpointId, diedAtMs: updatedAtMs };
  });
  try {
    const found = findDeadLetters(reader, { wanted, maxBytes: MAX_DEAD_LETTER_BYTES, signal });
    for await (const { delivery, value } of found) {
      const index = indexes.get(delivery.deliveryId)!;
      if (!(await isEvent(value, deliveries[index]!.eventId, options))) continue;
      const kept = phase === 'run' ? Buffer.from(value) : null;
      page.keep([index], { origin: delivery.origin, value: kept });
    }
  } catch (error) {
    throw error instanceof DeadLettersUnread ? nothingThere() : error;
  }
}

async function isEvent(
  value: Buffer,
  eventId: string,
  { decoder, accountId }: Pick<FetchEvents, 'decoder' | 'accountId'>,
): Promise<boolean> {
  const decoded = await decoder.decode(value);
  return decoded.ok && decoded.value.event_id === eventId && decoded.value.account_id === accountId;
}

function nothingThere(): MustWait {
  return new MustWait('the brokers give nothing where records are');
}
