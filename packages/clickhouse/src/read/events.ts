import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { EventDetail, Scope } from '../history.ts';
import type { Conditions } from './conditions.ts';
import { deliveriesOfEvent } from './delivery-detail.ts';
import { EVENT_COLUMNS, type EventRow, summaryOf } from './event-row.ts';
import type { Reader } from './reader.ts';
import { decisionOf, FIRST_ROUTES, ROUTE_COLUMNS, type RouteRow } from './route-rows.ts';
import { atTimesOf, OF_EVENT, onDaysOf, type Whereabouts, whereaboutsOf } from './whereabouts.ts';

/** One event with its route record and how its deliveries stand; undefined where the account has none by that id. */
export async function getEvent(
  reader: Reader,
  scope: Scope,
  eventId: string,
): Promise<EventDetail | undefined> {
  const whereabouts = await whereaboutsOf(reader, scope, OF_EVENT, eventId);
  const [[row], routes, { deliveries, leftOut }] = await Promise.all([
    found(whereabouts, atTimesOf, (where) => eventRows(reader, scope, eventId, where)),
    found(
      whereabouts,
      (known) => onDaysOf(known, 'routed_at'),
      (where) => routeRows(reader, scope, eventId, where),
    ),
    deliveriesOfEvent(reader, scope, eventId, { whereabouts }),
  ]);
  if (row === undefined) return undefined;
  return {
    ...summaryOf(row),
    event: JSON.parse(row.event) as PublicationEvent,
    route: decisionOf(routes) ?? null,
    deliveries,
    deliveriesLeftOut: leftOut,
  };
}

const ANYWHERE: Conditions = { sql: 'true', params: {} };

/** Looked for where the event's deliveries are, and everywhere where that finds nothing: not every event has some. */
async function found<T>(
  whereabouts: Whereabouts,
  near: (whereabouts: Whereabouts) => Conditions,
  read: (where: Conditions) => Promise<T[]>,
): Promise<T[]> {
  const rows = whereabouts.times.length > 0 ? await read(near(whereabouts)) : [];
  return rows.length > 0 ? rows : read(ANYWHERE);
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

function routeRows(reader: Reader, scope: Scope, eventId: string, where: Conditions): Promise<RouteRow[]> {
  return reader.rows<RouteRow>(
    scope,
    (from) => `
      SELECT ${ROUTE_COLUMNS}
      FROM ${from.routes}
      WHERE ${where.sql} AND ${OF_EVENT}
      ${FIRST_ROUTES}`,
    { ...where.params, id: eventId },
  );
}
