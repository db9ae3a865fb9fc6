import type { Decoded, Decoder } from '@herald/contracts/codec';
import type { AuditRecord } from '@herald/contracts/generated/audit-record';
import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { POISON_HEADERS } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import { type Coordinates, parseCoordinates } from '@herald/domain/coordinates';
import type { Recorded } from '@herald/domain/erasure';
import { ATTEMPTS } from '../tables/attempts.ts';
import { AUDIT } from '../tables/audit.ts';
import { ERASED_ATTEMPTS, ERASED_EVENTS, ERASED_ROUTES } from '../tables/erased.ts';
import { EVENTS } from '../tables/events.ts';
import { POISON } from '../tables/poison.ts';
import { ROUTES } from '../tables/routes.ts';
import { createRowEncoder, type EncodedRow, type InsertTarget } from '../tables/table.ts';

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

/** `erased_…`: history that was erased, of which the ledger alone is made. */
export type TableName =
  | 'events'
  | 'routes'
  | 'attempts'
  | 'poison'
  | 'audit'
  | 'erased_events'
  | 'erased_routes'
  | 'erased_attempts';

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
  audit: Decoder<AuditRecord>;
  isErased: (recorded: Recorded) => boolean;
  /** Told of each record of Herald's own topics that had to go to poison. */
  onFault: (record: SourceRecord, fault: Fault) => void;
}

/** What rows of each name are inserted into. */
export const ROW_TABLES: Readonly<Record<TableName, InsertTarget>> = {
  events: EVENTS,
  routes: ROUTES,
  attempts: ATTEMPTS,
  poison: POISON,
  audit: AUDIT,
  erased_events: ERASED_EVENTS,
  erased_routes: ERASED_ROUTES,
  erased_attempts: ERASED_ATTEMPTS,
};

export function isErasedTable(name: TableName): boolean {
  return name.startsWith('erased_');
}

export const LOGGED_TOPICS = [
  TOPICS.events,
  TOPICS.routes,
  TOPICS.attempts,
  TOPICS.eventsPoison,
  TOPICS.audit,
] as const;

export function createRowMaker(options: RowMakerOptions): RowMaker {
  const { events, routes, attempts, audit, isErased, onFault } = options;
  const encodeEvent = createRowEncoder(EVENTS);
  const encodeRoute = createRowEncoder(ROUTES);
  const encodeAttempt = createRowEncoder(ATTEMPTS);
  const encodeErasedEvent = createRowEncoder(ERASED_EVENTS);
  const encodeErasedRoute = createRowEncoder(ERASED_ROUTES);
  const encodeErasedAttempt = createRowEncoder(ERASED_ATTEMPTS);
  const encodePoison = createRowEncoder(POISON);
  const encodeAudit = createRowEncoder(AUDIT);

  /** An event that cannot be decoded keeps its place among the events; the route lane puts its bytes into poison. */
  function eventRow(record: SourceRecord, decoded: Decoded<PublicationEvent>): Row {
    const { partition, offset, timestampMs: recordedAtMs } = record;
    const content = decoded.ok ? { ok: true as const, event: decoded.value } : decoded;
    const row = { partition, offset, recordedAtMs, content };
    if (decoded.ok && isErased(recordedOf(decoded.value, record)))
      return written(withoutContent(record), 'erased_events', encodeErasedEvent(row));
    return written(record, 'events', encodeEvent(row));
  }

  function routeRow(record: SourceRecord, decoded: Decoded<RouteRecord>): Row {
    if (!decoded.ok) return faulty(record, decoded);
    const { value } = decoded;
    return isErased(recordedOf(value, originOf(value)))
      ? written(withoutContent(record), 'erased_routes', encodeErasedRoute(value))
      : written(record, 'routes', encodeRoute(value));
  }

  function attemptRow(record: SourceRecord, decoded: Decoded<DeliveryAttempt>): Row {
    if (!decoded.ok) return faulty(record, decoded);
    const { value } = decoded;
    return isErased(recordedOf(value, originOf(value)))
      ? written(withoutContent(record), 'erased_attempts', encodeErasedAttempt(value))
      : written(record, 'attempts', encodeAttempt(value));
  }

  /** An erasure leaves it: it says who asked for that. */
  function auditRow(record: SourceRecord, decoded: Decoded<AuditRecord>): Row {
    if (!decoded.ok) return faulty(record, decoded);
    return written(record, 'audit', encodeAudit({ record: decoded.value, offset: record.offset }));
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
        case TOPICS.audit:
          return decodedTo(record, audit, auditRow);
        case TOPICS.eventsPoison:
          return foundRow(record);
        default:
          throw new Error(`There is no table for topic ${record.topic}`);
      }
    },
    poisonRow,
  };
}

/** As a record that is erased may be kept in poison. */
export function withoutContent({
  topic,
  partition,
  offset,
  headers,
  timestampMs,
}: SourceRecord): SourceRecord {
  return { topic, partition, offset, headers, timestampMs, value: null };
}

function recordedOf(
  { account_id: accountId, publication_id: publicationId }: { account_id: string; publication_id: string },
  { topic, partition, offset }: Coordinates,
): Recorded {
  return { accountId, publicationId, origin: { topic, partition, offset } };
}

function originOf(value: RouteRecord | DeliveryAttempt): Coordinates {
  return { topic: value.origin_topic, partition: value.origin_partition, offset: value.origin_offset };
}

function decodedTo<T>(
  record: SourceRecord,
  decoder: Decoder<T>,
  make: (record: SourceRecord, decoded: Decoded<T>) => Row,
): Row | Promise<Row> {
  const decoded = decoder.decode(record.value);
  return decoded instanceof Promise ? decoded.then((late) => make(record, late)) : make(record, decoded);
}
