import { eventTypeOf } from '@herald/contracts/event-type';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { type Table, writeEventTime, writeTime } from './table.ts';

/**
 * One offset of publication.events. An offset that cannot be decoded has a row too, without an account, so that the
 * ledger covers every offset; its bytes and the reason in words are in poison.
 */
export interface EventRow {
  partition: number;
  offset: number;
  /** When Kafka took it. */
  recordedAtMs: number;
  content: { ok: true; event: PublicationEvent } | { ok: false; reason: string };
}

export const EVENTS: Table<EventRow> = {
  name: 'events',
  columns: [
    ['partition', (to, row) => to.int32(row.partition)],
    ['offset', (to, row) => to.int64(row.offset)],
    ['recorded_at', (to, row) => writeTime(to, row.recordedAtMs)],
    ['account_id', (to, row) => to.string(eventOf(row)?.account_id ?? '')],
    ['project_id', (to, row) => to.string(eventOf(row)?.project_id ?? '')],
    ['channel_id', (to, row) => to.string(eventOf(row)?.channel.id ?? '')],
    ['channel_type', (to, row) => to.string(eventOf(row)?.channel.type ?? '')],
    ['publication_id', (to, row) => to.string(eventOf(row)?.publication_id ?? '')],
    ['event_id', (to, row) => to.string(eventOf(row)?.event_id ?? '')],
    ['event_type', (to, row) => to.string(typeOf(row))],
    ['occurred_at', (to, row) => writeEventTime(to, eventOf(row)?.occurred_at ?? row.recordedAtMs)],
    ['undecodable', (to, row) => to.string(row.content.ok ? '' : row.content.reason)],
    ['event', (to, row) => to.string(row.content.ok ? JSON.stringify(row.content.event) : '')],
  ],
};

function eventOf({ content }: EventRow): PublicationEvent | undefined {
  return content.ok ? content.event : undefined;
}

/** A type that this reader is too old to know is kept as `unknown`. */
function typeOf(row: EventRow): string {
  const event = eventOf(row);
  return event ? (eventTypeOf(event.event_type) ?? 'unknown') : '';
}
