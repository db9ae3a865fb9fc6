import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import { z } from 'zod';
import type { EventDetail, EventQuery, EventSummary, Listing, RouteDecision, Scope } from '../history.ts';
import { allOf } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import { deliveriesOfEvent } from './delivery-detail.ts';
import type { Reader } from './reader.ts';

const cursors = cursorsOf('events', z.tuple([z.int().nonnegative(), z.string()]).readonly());

/** An event that was produced twice is listed twice before it falls together, so a page reads this much more. */
const ROWS_PER_EVENT = 2;

const SUMMARY_COLUMNS = `
  event_id, event_type, project_id, channel_id, channel_type, publication_id, partition, offset,
  toUnixTimestamp64Milli(occurred_at) AS occurred_at_ms,
  toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms`;

interface EventRow {
  event_id: string;
  event_type: string;
  project_id: string;
  channel_id: string;
  channel_type: string;
  publication_id: string;
  partition: number;
  offset: number;
  occurred_at_ms: number;
  recorded_at_ms: number;
}

export async function listEvents(
  reader: Reader,
  scope: Scope,
  query: EventQuery,
): Promise<Listing<EventSummary>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const after = start.position;
  const conditions = allOf([
    ['project_id = {project:String}', 'project', query.projectId],
    ['channel_id = {channel:String}', 'channel', query.channelId],
    ['event_type = {type:String}', 'type', query.eventType],
    ['publication_id = {publication:String}', 'publication', query.publicationId],
    ["occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')", 'from', query.fromMs],
    ["occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', query.toMs],
    // The time by itself finds the place in the index, the pair cuts exactly.
    ["occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', after?.[0]],
    [
      "(occurred_at, event_id) < (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:String})",
      'after_id',
      after?.[1],
    ],
  ]);
  const take = (query.limit + 1) * ROWS_PER_EVENT;
  const rows = await reader.rows<EventRow>(
    scope,
    (from) => `
      SELECT ${SUMMARY_COLUMNS}
      FROM ${from.events}
      WHERE ${conditions.sql}
      ORDER BY occurred_at DESC, event_id DESC, partition DESC, offset DESC
      LIMIT {take:UInt32}`,
    { ...conditions.params, take },
  );
  const distinct = [...new Map(rows.map((row) => [`${row.occurred_at_ms} ${row.event_id}`, row])).values()];
  const items = distinct.slice(0, query.limit);
  const last = items.at(-1);
  const isLast = rows.length < take && distinct.length === items.length;
  return {
    kind: 'page',
    items: items.map(summaryOf),
    nextCursor: isLast || !last ? undefined : cursors.encode([last.occurred_at_ms, last.event_id], query),
  };
}

/** One event with its route record and how its deliveries stand; undefined where the account has none by that id. */
export async function getEvent(
  reader: Reader,
  scope: Scope,
  eventId: string,
): Promise<EventDetail | undefined> {
  const [[row], route, deliveries] = await Promise.all([
    reader.rows<EventRow & { event: string }>(
      scope,
      (from) => `
        SELECT ${SUMMARY_COLUMNS}, event
        FROM ${from.events}
        WHERE event_id = {id:String}
        ORDER BY recorded_at, partition, offset
        LIMIT 1`,
      { id: eventId },
    ),
    routeOf(reader, scope, eventId),
    deliveriesOfEvent(reader, scope, eventId),
  ]);
  if (row === undefined) return undefined;
  return { ...summaryOf(row), event: JSON.parse(row.event) as PublicationEvent, route, deliveries };
}

async function routeOf(reader: Reader, scope: Scope, eventId: string): Promise<RouteDecision | null> {
  const [row] = await reader.rows<{
    routed_at_ms: number;
    config_revision: number;
    endpoint_ids: string[];
    delivery_ids: string[];
  }>(
    scope,
    (from) => `
      SELECT toUnixTimestamp64Milli(routed_at) AS routed_at_ms, config_revision, endpoint_ids, delivery_ids
      FROM ${from.routes}
      WHERE event_id = {id:String}
      ORDER BY routed_at
      LIMIT 1`,
    { id: eventId },
  );
  if (row === undefined) return null;
  return {
    routedAtMs: row.routed_at_ms,
    configRevision: row.config_revision,
    deliveries: row.endpoint_ids.map((endpointId, index) => ({
      endpointId,
      deliveryId: row.delivery_ids[index] ?? '',
    })),
  };
}

function summaryOf(row: EventRow): EventSummary {
  return {
    eventId: row.event_id,
    eventType: row.event_type,
    projectId: row.project_id,
    channelId: row.channel_id,
    channelType: row.channel_type,
    publicationId: row.publication_id,
    occurredAtMs: row.occurred_at_ms,
    recordedAtMs: row.recorded_at_ms,
    origin: { topic: TOPICS.events, partition: row.partition, offset: row.offset },
  };
}
