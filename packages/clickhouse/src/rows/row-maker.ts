import type { Decoded, Decoder } from '@herald/contracts/codec';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { POISON_HEADERS } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { parseCoordinates } from '@herald/domain/coordinates';
import { ATTEMPTS } from '../tables/attempts.ts';
import { EVENTS } from '../tables/events.ts';
import { POISON } from '../tables/poison.ts';
import { ROUTES } from '../tables/routes.ts';
import { createRowEncoder, type EncodedRow } from '../tables/table.ts';

/** A record of a logged topic, by whatever it was read. */
export interface SourceRecord {
  topic: string;
  partition: number;
  offset: number;
  value: Buffer | null;
  headers: Record<string, Buffer | undefined>;
  /** Kafka's, when it was appended. */
  timestampMs: number;
}

export type TableName = 'events' | 'routes' | 'attempts' | 'poison';

/** What a record becomes. */
export interface Row {
  table: TableName;
  bytes: Buffer;
}

/** Why a record cannot be kept as what it is; it is kept in poison then. */
export interface Fault {
  /** In a word: as in @herald/contracts/codec, `unwritable` or `refused`. */
  reason: string;
  detail: string;
}

export interface RowMaker {
  /** A promise only while the registry is asked for a schema that is new. Every record becomes a row. */
  rowOf(record: SourceRecord): Row | Promise<Row>;
  /** The row of a record that is at fault, with its bytes. */
  poisonRow(record: SourceRecord, fault: Fault): Row;
}

export interface RowMakerOptions {
  events: Decoder<PublicationEvent>;
  routes: Decoder<RouteRecord>;
  attempts: Decoder<DeliveryAttempt>;
  /** Told of each record of Herald's own topics that had to go to poison. */
  onFault: (record: SourceRecord, fault: Fault) => void;
}

export const LOGGED_TOPICS = [TOPICS.events, TOPICS.routes, TOPICS.attempts, TOPICS.eventsPoison] as const;

export function createRowMaker({ events, routes, attempts, onFault }: RowMakerOptions): RowMaker {
  const encodeEvent = createRowEncoder(EVENTS);
  const encodeRoute = createRowEncoder(ROUTES);
  const encodeAttempt = createRowEncoder(ATTEMPTS);
  const encodePoison = createRowEncoder(POISON);

  /** An event that cannot be decoded keeps its place among the events; the route lane puts its bytes into poison. */
  function eventRow(record: SourceRecord, decoded: Decoded<PublicationEvent>): Row {
    const { partition, offset, timestampMs: recordedAtMs } = record;
    const content = decoded.ok ? { ok: true as const, event: decoded.value } : decoded;
    return written(record, 'events', encodeEvent({ partition, offset, recordedAtMs, content }));
  }

  function routeRow(record: SourceRecord, decoded: Decoded<RouteRecord>): Row {
    return decoded.ok ? written(record, 'routes', encodeRoute(decoded.value)) : faulty(record, decoded);
  }

  function attemptRow(record: SourceRecord, decoded: Decoded<DeliveryAttempt>): Row {
    return decoded.ok ? written(record, 'attempts', encodeAttempt(decoded.value)) : faulty(record, decoded);
  }

  /** Found by the dispatcher: the headers say where the record stood and what is wrong with it. */
  function foundRow(record: SourceRecord): Row {
    const header = (name: string) => record.headers[name]?.toString() ?? '';
    const source = parseCoordinates(header(POISON_HEADERS.origin)) ?? record;
    const fault = { reason: header(POISON_HEADERS.reason), detail: header(POISON_HEADERS.detail) };
    return poisonRowAt(source, record, fault);
  }

  function written(record: SourceRecord, table: TableName, row: EncodedRow): Row {
    if (row.ok) return { table, bytes: row.bytes };
    return faulty(record, { reason: 'unwritable', detail: row.detail });
  }

  function faulty(record: SourceRecord, fault: Fault): Row {
    onFault(record, fault);
    return poisonRow(record, fault);
  }

  function poisonRow(record: SourceRecord, fault: Fault): Row {
    return poisonRowAt(record, record, fault);
  }

  function poisonRowAt(
    { topic, partition, offset }: { topic: string; partition: number; offset: number },
    { value, timestampMs: recordedAtMs }: SourceRecord,
    { reason, detail }: Fault,
  ): Row {
    const row = encodePoison({ source: { topic, partition, offset }, recordedAtMs, reason, detail, value });
    if (!row.ok) throw new Error(`A poison row takes any record, but not this one: ${row.detail}`);
    return { table: 'poison', bytes: row.bytes };
  }

  return {
    rowOf(record) {
      switch (record.topic) {
        case TOPICS.events:
          return decodedTo(record, events, eventRow);
        case TOPICS.routes:
          return decodedTo(record, routes, routeRow);
        case TOPICS.attempts:
          return decodedTo(record, attempts, attemptRow);
        case TOPICS.eventsPoison:
          return foundRow(record);
        default:
          throw new Error(`There is no table for topic ${record.topic}`);
      }
    },
    poisonRow,
  };
}

function decodedTo<T>(
  record: SourceRecord,
  decoder: Decoder<T>,
  make: (record: SourceRecord, decoded: Decoded<T>) => Row,
): Row | Promise<Row> {
  const decoded = decoder.decode(record.value);
  return decoded instanceof Promise ? decoded.then((late) => make(record, late)) : make(record, decoded);
}
