import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { EventDetail, RouteDecision, Scope } from '../history.ts';
import type { Conditions } from './conditions.ts';
import { deliveriesOfEvent } from './delivery-detail.ts';
import { EVENT_COLUMNS, type EventRow, summaryOf } from './event-row.ts';
import type { Reader } from './reader.ts';
import { atTimesOf, OF_EVENT, onDaysOf, type Whereabouts, whereaboutsOf } from './whereabouts.ts';

/** One event with its route record and how its deliveries stand; undefined where the account has none by that id. */
export async function getEvent(
  reader: Reader,
  scope: Scope,
  eventId: string,
): Promise<EventDetail | undefined> {
  const whereabouts = await whereaboutsOf(reader, scope, OF_EVENT, eventId);
  const [row, route, deliveries] = await Promise.all([
    firstOf(whereabouts, atTimesOf, (where) => eventRows(reader, scope, eventId, where)),
    firstOf(
      whereabouts,
      (known) => onDaysOf(known, 'routed_at'),
      (where) => routeRows(reader, scope, eventId, where),
    ),
    deliveriesOfEvent(reader, scope, eventId, whereabouts),
  ]);
  if (row === undefined) return undefined;
  return {
    ...summaryOf(row),
    event: JSON.parse(row.event) as PublicationEvent,
    route: route ? decisionOf(route) : null,
    deliveries,
  };
}

const ANYWHERE: Conditions = { sql: 'true', params: {} };

/** Looked for where the event's deliveries are, and everywhere where that finds nothing: not every event has some. */
async function firstOf<T>(
  whereabouts: Whereabouts,
  near: (whereabouts: Whereabouts) => Conditions,
  read: (where: Conditions) => Promise<T[]>,
): Promise<T | undefined> {
  const [found] = whereabouts.times.length > 0 ? await read(near(whereabouts)) : [];
  return found ?? (await read(ANYWHERE))[0];
}

function eventRows(reader: Reader, scope: Scope, eventId: string, where: Conditions) {
  return reader.rows<EventRow & { event: string }>(
    scope,
    (from) => `
      SELECT ${EVENT_COLUMNS}, event
      FROM ${from.events}
      WHERE ${where.sql} AND ${OF_EVENT}
      ORDER BY recorded_at, partition, offset
      LIMIT 1`,
    { ...where.params, id: eventId },
  );
}

interface RouteRow {
  routed_at_ms: number;
  config_revision: number;
  endpoint_ids: string[];
  delivery_ids: string[];
}

function routeRows(reader: Reader, scope: Scope, eventId: string, where: Conditions): Promise<RouteRow[]> {
  return reader.rows<RouteRow>(
    scope,
    (from) => `
      SELECT toUnixTimestamp64Milli(routed_at) AS routed_at_ms, config_revision, endpoint_ids, delivery_ids
      FROM ${from.routes}
      WHERE ${where.sql} AND ${OF_EVENT}
      ORDER BY routed_at
      LIMIT 1`,
    { ...where.params, id: eventId },
  );
}

function decisionOf(row: RouteRow): RouteDecision {
  return {
    routedAtMs: row.routed_at_ms,
    configRevision: row.config_revision,
    deliveries: row.endpoint_ids.map((endpointId, index) => ({
      endpointId,
      deliveryId: row.delivery_ids[index] ?? '',
    })),
  };
}
