import type { Decoded, Decoder, Encoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { TOPICS } from '@herald/contracts/topics';
import type { BatchingProducer, Haste } from '@herald/kafka/batching-producer';
import type { LaneHandler } from '@herald/kafka/lane';
import type { LaneRecord, OutgoingRecord } from '@herald/kafka/record';
import type { ConfiguredEndpoint, EndpointTable } from '@herald/registry/endpoint-table';
import { createFifo, type Fifo } from '../fifo.ts';
import { type Poison, poisonRecord } from '../poison.ts';
import { createUnderway } from '../underway.ts';
import { type Matches, planRoutes, type Readable, readEvent } from './plan.ts';

/** Written and not yet acknowledged; at the bound, routing waits. An event's fan-out may go beyond it, once. */
const MAX_UNACKNOWLEDGED_RECORDS = 5_000;
const MAX_UNACKNOWLEDGED_BYTES = 32 * 1024 * 1024;

/**
 * An endpoint is routed to at the latest this long after its creation was answered: nothing is routed by a table of
 * which it is not known that it was level with its topic so short a time ago.
 */
const MAX_CONFIGURATION_AGE_MS = 2_000;

/** How often a configuration that nothing may be routed by is asked whether it is again. */
const CONFIGURATION_CHECK_MS = 200;

export interface RouteLaneOptions {
  decoder: Decoder<PublicationEvent>;
  encoder: Encoder<RouteRecord>;
  endpoints: Pick<EndpointTable, 'match' | 'undecided' | 'revision' | 'isFollowing'>;
  producer: Pick<BatchingProducer, 'enqueue'>;
  /** The offset may move past the record. */
  complete: (record: LaneRecord) => void;
  onRouted: (deliveries: number) => void;
  onPoison: (record: LaneRecord, poison: Poison) => void;
  onFatal: (error: Error) => void;
  now: () => number;
}

/** An event that is being decoded or matched, or waits behind one of its partition that is. */
interface Entry {
  record: LaneRecord;
  decoded: Decoded<PublicationEvent> | 'awaited';
  /** Filters have so much of it to read that others have their turn in between. */
  isMatching: boolean;
}

/**
 * decode → match → deliveries → (acknowledged) → route record → (acknowledged) → complete. What one partition brings
 * is written in its order. Nothing is routed by a configuration that is not followed, or of which a record may be of any
 * account: route records would say for good that its endpoint did not want their events. An endpoint that cannot be read
 * gets a delivery of each event that it may want, and whether it does is decided when it can.
 */
export function createRouteLane(options: RouteLaneOptions): LaneHandler {
  const { decoder, encoder, endpoints, producer, complete, onRouted, onPoison, onFatal, now } = options;
  const queues = new Map<number, Fifo<Entry>>();
  const underway = createUnderway();
  let unacknowledgedRecords = 0;
  let unacknowledgedBytes = 0;
  let suspended = false;
  let configurationCheck: NodeJS.Timeout | undefined;

  return {
    receive(record) {
      const queue = queueOf(record.partition);
      const decoded = decoder.decode(record.value);
      if (!(decoded instanceof Promise)) {
        queue.push({ record, decoded, isMatching: false });
      } else {
        const entry: Entry = { record, decoded: 'awaited', isMatching: false };
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
      clearTimeout(configurationCheck);
      configurationCheck = undefined;
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
      if (head.isMatching || !mayRoute()) return;
      const read = readEvent(head.record, head.decoded);
      if (read.kind === 'poison') {
        leave(queue);
        poison(head.record, read.poison);
        continue;
      }
      const undecided = endpoints.undecided(read.routable);
      if (undecided.kind === 'anybodys') {
        lookAgain();
        return;
      }
      const beside = { undecided: undecided.endpointIds, revision: endpoints.revision };
      const matched = endpoints.match(read.routable);
      if (matched instanceof Promise) {
        awaitMatches(queue, head, read, matched, beside);
        return;
      }
      leave(queue);
      route(head.record, read, { endpoints: matched, ...beside });
    }
  }

  function leave(queue: Fifo<Entry>): void {
    queue.shift();
    underway.begin();
  }

  /** What comes of it while the lane is suspended is left: it is matched again. */
  function awaitMatches(
    queue: Fifo<Entry>,
    head: Entry,
    read: Extract<Readable, { kind: 'event' }>,
    matching: Promise<ConfiguredEndpoint[]>,
    beside: Omit<Matches, 'endpoints'>,
  ): void {
    head.isMatching = true;
    matching.then((matched) => {
      head.isMatching = false;
      if (suspended || queue.peek() !== head) return;
      leave(queue);
      route(head.record, read, { endpoints: matched, ...beside });
      routeFrom(queue);
    }, onFatal);
  }

  function mayRoute(): boolean {
    if (suspended) return false;
    if (unacknowledgedRecords >= MAX_UNACKNOWLEDGED_RECORDS) return false;
    if (unacknowledgedBytes >= MAX_UNACKNOWLEDGED_BYTES) return false;
    if (endpoints.isFollowing(MAX_CONFIGURATION_AGE_MS)) return true;
    lookAgain();
    return false;
  }

  function lookAgain(): void {
    configurationCheck ??= setTimeout(() => {
      configurationCheck = undefined;
      routeAll();
    }, CONFIGURATION_CHECK_MS);
  }

  function poison(record: LaneRecord, poisoned: Poison): void {
    onPoison(record, poisoned);
    write(record, [poisonRecord(record, poisoned)], 'lingering', () => end(record));
  }

  function route(record: LaneRecord, read: Extract<Readable, { kind: 'event' }>, matches: Matches): void {
    const { deliveries, route } = planRoutes(record, read, matches, now());
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
