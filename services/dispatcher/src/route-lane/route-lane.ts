import type { Decoded, Decoder, Encoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { TOPICS } from '@herald/contracts/topics';
import type { BatchingProducer, Haste } from '@herald/kafka/batching-producer';
import type { LaneHandler } from '@herald/kafka/lane';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';
import type { EndpointTable } from '@herald/registry/endpoint-table';
import { createFifo, type Fifo } from '../fifo.ts';
import { type Poison, poisonRecord } from '../poison.ts';
import { createUnderway } from '../underway.ts';
import { planRoutes, readEvent } from './plan.ts';

/** Written and not yet acknowledged; at the bound, routing waits. An event's fan-out may go beyond it, once. */
const MAX_UNACKNOWLEDGED_RECORDS = 5_000;
const MAX_UNACKNOWLEDGED_BYTES = 32 * 1024 * 1024;

/**
 * An endpoint is routed to at the latest this long after its creation was answered: nothing is routed by a table of
 * which it is not known that it was level with its topic so short a time ago.
 */
const MAX_CONFIGURATION_AGE_MS = 2_000;

/** How often a configuration that is not followed is asked whether it is again. */
const FOLLOWING_CHECK_MS = 200;

export interface RouteLaneOptions {
  decoder: Decoder<PublicationEvent>;
  encoder: Encoder<RouteRecord>;
  endpoints: Pick<EndpointTable, 'match' | 'revision' | 'isFollowing'>;
  producer: Pick<BatchingProducer, 'enqueue'>;
  /** The offset may move past the record. */
  complete: (record: LaneRecord) => void;
  onRouted: (deliveries: number) => void;
  onPoison: (record: LaneRecord, poison: Poison) => void;
  onFatal: (error: Error) => void;
  now: () => number;
}

/** An event that is being decoded, or waits behind one of its partition that is. */
interface Entry {
  record: LaneRecord;
  decoded: Decoded<PublicationEvent> | 'awaited';
}

/**
 * decode → match → deliveries → (acknowledged) → route record → (acknowledged) → complete. What one partition brings
 * is written in its order. Nothing is routed by a configuration that is not followed.
 */
export function createRouteLane(options: RouteLaneOptions): LaneHandler {
  const { decoder, encoder, endpoints, producer, complete, onRouted, onPoison, onFatal, now } = options;
  const queues = new Map<number, Fifo<Entry>>();
  const underway = createUnderway();
  let unacknowledgedRecords = 0;
  let unacknowledgedBytes = 0;
  let suspended = false;
  let followingCheck: NodeJS.Timeout | undefined;

  return {
    receive(record) {
      const queue = queueOf(record.partition);
      const decoded = decoder.decode(record.value);
      if (!(decoded instanceof Promise)) {
        queue.push({ record, decoded });
      } else {
        const entry: Entry = { record, decoded: 'awaited' };
        queue.push(entry);
        decoded.then((answer) => {
          entry.decoded = answer;
          routeFrom(queue);
        }, onDecodingEnded);
      }
      routeFrom(queue);
    },

    suspend() {
      suspended = true;
      clearTimeout(followingCheck);
      followingCheck = undefined;
      return underway.drained();
    },

    resume() {
      for (const [partition, queue] of queues) {
        queue.takeWhere(({ record }) => !record.claim.isCurrent());
        if (queue.length === 0) queues.delete(partition);
      }
      suspended = false;
      routeAll();
    },
  };

  function queueOf(partition: number): Fifo<Entry> {
    const known = queues.get(partition);
    if (known) return known;
    const queue = createFifo<Entry>();
    queues.set(partition, queue);
    return queue;
  }

  function routeAll(): void {
    for (const queue of queues.values()) routeFrom(queue);
  }

  function routeFrom(queue: Fifo<Entry>): void {
    for (let head = queue.peek(); head && head.decoded !== 'awaited'; head = queue.peek()) {
      if (!mayRoute()) return;
      queue.shift();
      underway.begin();
      route(head.record, head.decoded);
    }
  }

  function mayRoute(): boolean {
    if (suspended) return false;
    if (unacknowledgedRecords >= MAX_UNACKNOWLEDGED_RECORDS) return false;
    if (unacknowledgedBytes >= MAX_UNACKNOWLEDGED_BYTES) return false;
    if (endpoints.isFollowing(MAX_CONFIGURATION_AGE_MS)) return true;
    followingCheck ??= setTimeout(() => {
      followingCheck = undefined;
      routeAll();
    }, FOLLOWING_CHECK_MS);
    return false;
  }

  function route(record: LaneRecord, decoded: Decoded<PublicationEvent>): void {
    const read = readEvent(record, decoded);
    if (read.kind === 'poison') {
      onPoison(record, read.poison);
      write(record, [poisonRecord(record, read.poison)], 'lingering', () => end(record));
      return;
    }
    const matched = endpoints.match(read.routable);
    const { deliveries, route } = planRoutes(record, read, matched, endpoints.revision, now());
    const routeRecord = { topic: TOPICS.routes, key: route.event_id, value: encoder.encode(route) };
    const finish = () => {
      onRouted(deliveries.length);
      write(record, [routeRecord], 'lingering', () => end(record));
    };
    if (deliveries.length === 0) finish();
    else write(record, deliveries, 'urgent', finish);
  }

  function write(
    record: LaneRecord,
    outgoing: readonly OutgoingRecord[],
    haste: Haste,
    acknowledged: () => void,
  ): void {
    const bytes = outgoing.length * record.bytes;
    unacknowledgedRecords += outgoing.length;
    unacknowledgedBytes += bytes;
    producer.enqueue(
      outgoing,
      (error) => {
        unacknowledgedRecords -= outgoing.length;
        unacknowledgedBytes -= bytes;
        if (error) {
          onFatal(error);
          return;
        }
        acknowledged();
        routeAll();
      },
      haste,
    );
  }

  function end(record: LaneRecord): void {
    complete(record);
    underway.end();
  }

  /** Only the end of the process ends a decoding: the record stays incomplete and is read again. */
  function onDecodingEnded(): void {}
}
