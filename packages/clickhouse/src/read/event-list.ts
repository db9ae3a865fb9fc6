import { z } from 'zod';
import type { DeliverySummary, EventQuery, ListedEvent, Listing, Scope } from '../history.ts';
import { allOf, type Condition } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import { EVENT_COLUMNS, type EventRow, summaryOf } from './event-row.ts';
import { newestBefore } from './newest.ts';
import type { Reader } from './reader.ts';
import { settingsOf, UNORDERED } from './settings.ts';
import { type Step, type Stepped, stepBack } from './step-back.ts';
import { FIRST_STEP_MS } from './step-width.ts';
import * as summary from './summary.ts';
import { typeOf } from './types-of.ts';

/** Where an event stands in every list: by its time, then by its id. */
type Place = readonly [occurredAtMs: number, eventId: string];

const cursors = cursorsOf('events', z.tuple([z.int().nonnegative(), z.string()]).readonly());

/** Deliveries that are listed with each event; the event itself has all. */
const DELIVERIES_PER_EVENT = 20;

/** As the list of deliveries: in steps back in time, each as wide as the one before was cheap. */
export async function listEvents(
  reader: Reader,
  scope: Scope,
  { includeDeliveries, ...query }: EventQuery,
  nowMs: number,
): Promise<Listing<ListedEvent>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const { limit, fromMs, toMs } = query;
  const walk = {
    ...{ after: start.position, fromMs, toMs, nowMs, limit },
    firstStepMs: firstStepOf(query),
    // No event id is less than the empty one.
    endOf: (atMs: number): Place => [atMs, ''],
    newestBefore: (atMs: number) => newestBefore(reader, scope, 'events', atMs),
  };
  const { found, end } = await stepBack(walk, (step) => takeStep(reader, scope, query, step));
  const shown = found.slice(0, limit);
  const next = found.length > limit ? placeOf(shown.at(-1)!) : end;
  const deliveries = includeDeliveries ? await deliveriesOf(reader, scope, shown) : undefined;
  return {
    kind: 'page',
    items: shown.map((row) => ({ ...summaryOf(row), deliveries: deliveries?.get(row.event_id) ?? [] })),
    nextCursor: next && cursors.encode(next, query),
  };
}

function firstStepOf(query: EventQuery): number {
  if (query.publicationId !== undefined) return FIRST_STEP_MS.byId;
  return FIRST_STEP_MS[byType(query).length > 0 ? 'eventsOfType' : 'events'];
}

function byType({ eventType, projectId, channelId }: EventQuery): Condition[] {
  return typeOf('events', eventType, { project: projectId, channel: channelId });
}

function placeOf({ occurred_at_ms, event_id }: EventRow): Place {
  return [occurred_at_ms, event_id];
}

/** An event that was produced twice has two rows before they fall together; where there are more, a step follows. */
const SPARE_ROWS = 8;

async function takeStep(
  reader: Reader,
  scope: Scope,
  query: EventQuery,
  { after, sinceMs, wanted, isSparse }: Step<Place>,
): Promise<Stepped<Place, EventRow>> {
  const conditions = allOf([
    ['project_id = {project:String}', 'project', query.projectId],
    ['channel_id = {channel:String}', 'channel', query.channelId],
    ['event_type = {type:String}', 'type', query.eventType],
    ...byType(query),
    ['channel_id IN {channels:Array(String)}', 'channels', query.channelIds],
    ['event_type IN {types:Array(String)}', 'types', query.eventTypes],
    ['publication_id = {publication:String}', 'publication', query.publicationId],
    ["occurred_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC')", 'since', sinceMs],
    ["occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', query.toMs],
    // The time by itself finds the place in the index, the pair cuts exactly.
    ["occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', after?.[0]],
    [
      "(occurred_at, event_id) < (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:String})",
      'after_id',
      after?.[1],
    ],
  ]);
  const take = wanted + SPARE_ROWS;
  const { rows, rowsRead } = await reader.rowsAndCost<EventRow>(
    scope,
    (from) => `
      SELECT ${EVENT_COLUMNS}
      FROM ${from.events}
      WHERE ${conditions.sql}
      ORDER BY occurred_at DESC, event_id DESC, partition DESC, offset DESC
      LIMIT {take:UInt32}
      ${settingsOf(isSparse ? UNORDERED : {})}`,
    { ...conditions.params, take },
  );
  const found = distinct(rows).slice(0, wanted);
  const isCut = rows.length === take;
  return { found, end: isCut ? placeOf(found.at(-1)!) : [sinceMs, ''], isCut, rowsRead };
}

function distinct(rows: readonly EventRow[]): EventRow[] {
  return [...new Map(rows.map((row) => [placeOf(row).join(' '), row])).values()];
}

async function deliveriesOf(
  reader: Reader,
  scope: Scope,
  events: readonly EventRow[],
): Promise<Map<string, DeliverySummary[]>> {
  if (events.length === 0) return new Map();
  const rows = await reader.rows<summary.SummaryRow>(
    scope,
    ({ moments }) => `
      SELECT ${summary.SUMMARY_COLUMNS}
      FROM ${moments}
      WHERE occurred_at IN (SELECT fromUnixTimestamp64Milli(arrayJoin({times:Array(Int64)}), 'UTC'))
        AND event_id IN {ids:Array(String)}
      GROUP BY occurred_at, delivery_id
      ORDER BY min(moment_at), delivery_id
      LIMIT ${DELIVERIES_PER_EVENT} BY of_event`,
    {
      times: events.map(({ occurred_at_ms }) => occurred_at_ms),
      ids: events.map(({ event_id }) => event_id),
    },
  );
  return Map.groupBy(rows.map(summary.summaryOf), ({ eventId }) => eventId);
}
