import { z } from 'zod';
import type { DeliveryQuery, DeliverySummary, Listing, Scope } from '../history.ts';
import { allOf, type Conditions } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import type { Reader } from './reader.ts';
import { CURRENT_STATE, SUMMARY_COLUMNS, type SummaryRow, summaryOf } from './summary.ts';

/** Where a delivery stands in every list: by the time of its event, then by its id. It never moves. */
export type Place = readonly [occurredAtMs: number, deliveryId: string];

export const placeShape = z.tuple([z.int().nonnegative(), z.guid()]).readonly();

const cursors = cursorsOf('deliveries', placeShape);

/** Moments read for each delivery wanted, in the first step: most are routed, attempted, and that is all. */
const MOMENTS_PER_DELIVERY = 3;

/** A search for what is rare reads this many matching moments at most for one page, in steps that grow. */
const MAX_MOMENTS = 50_000;
const STEP_GROWTH = 5;

export async function listDeliveries(
  reader: Reader,
  scope: Scope,
  query: DeliveryQuery,
  nowMs: number,
): Promise<Listing<DeliverySummary>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const { items, next } = await searchDeliveries(
    {
      reader,
      scope,
      matching: conditionsOf(query),
      newestMs: Math.min(nowMs, query.toMs ?? nowMs),
      looksBackMs: query.publicationId || query.eventId ? AT_ONCE : LOOKS_BACK_MS,
      state: query.state,
    },
    start.position,
    query.limit,
  );
  return { kind: 'page', items, nextCursor: next && cursors.encode(next, query) };
}

/**
 * A page is made in steps. Each finds, in the table's own order and so as cheaply at the end of a list as at its
 * beginning, where the next so many matching moments end, and then reads how the deliveries up to there stand.
 */
export async function searchDeliveries(
  search: DeliverySearch,
  start: Place | undefined,
  limit: number,
): Promise<{ items: DeliverySummary[]; next: Place | undefined }> {
  const items: DeliverySummary[] = [];
  let after = start;
  let moments = limit * MOMENTS_PER_DELIVERY;
  for (let left = MAX_MOMENTS; left > 0; left -= moments, moments *= STEP_GROWTH) {
    const upTo = await endOfStep(search, after, Math.min(moments, left));
    const wanted = limit - items.length;
    const found = await summariesBetween(search, after, upTo, wanted + 1);
    items.push(...found.slice(0, wanted));
    if (found.length > wanted) return { items, next: placeOf(items.at(-1)!) };
    if (upTo === undefined || found.length === wanted) return { items, next: upTo };
    after = upTo;
  }
  return { items, next: after };
}

export interface DeliverySearch {
  reader: Reader;
  scope: Scope;
  /** What a moment must be for its delivery to be looked at. */
  matching: Conditions;
  /** Where to begin to look back from, and how far each time. */
  newestMs: number;
  looksBackMs: readonly number[];
  /** What the delivery's state must be now. */
  state: DeliveryQuery['state'];
}

function placeOf({ occurredAtMs, deliveryId }: DeliverySummary): Place {
  return [occurredAtMs, deliveryId];
}

function conditionsOf(query: DeliveryQuery): Conditions {
  return allOf([
    ['project_id = {project:String}', 'project', query.projectId],
    ['endpoint_id = {endpoint:String}', 'endpoint', query.endpointId],
    ['state = {state:String}', 'state', query.state],
    ['event_type = {type:String}', 'type', query.eventType],
    ['publication_id = {publication:String}', 'publication', query.publicationId],
    ['event_id = {event:String}', 'event', query.eventId],
    ["occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')", 'from', query.fromMs],
    ["occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', query.toMs],
  ]);
}

/**
 * How far back a step looks before it looks farther, in milliseconds. Without it the newest page would read the newest
 * matching row of every part of every day only to put it aside.
 */
export const LOOKS_BACK_MS = [3_600_000, 24 * 3_600_000, 7 * 24 * 3_600_000, Number.POSITIVE_INFINITY];

/** For what the bloom filters find wherever it is. */
const AT_ONCE = [Number.POSITIVE_INFINITY];

/** The place of the last of the next `moments`; undefined where the list ends before. */
async function endOfStep(
  search: DeliverySearch,
  after: Place | undefined,
  moments: number,
): Promise<Place | undefined> {
  const newestMs = Math.min(after?.[0] ?? search.newestMs, search.newestMs);
  for (const backMs of search.looksBackMs) {
    const end = await nthPlace(search, after, Math.max(0, newestMs - backMs), moments);
    if (end !== undefined) return end;
  }
  return undefined;
}

async function nthPlace(
  { reader, scope, matching }: DeliverySearch,
  after: Place | undefined,
  sinceMs: number,
  n: number,
): Promise<Place | undefined> {
  const beyond = between(after, undefined);
  const [place] = await reader.rows<{ at: number; id: string }>(
    scope,
    (from) => `
      SELECT toUnixTimestamp64Milli(occurred_at) AS at, toString(delivery_id) AS id
      FROM ${from.moments}
      WHERE ${matching.sql} AND ${beyond.sql}
        AND occurred_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
      ORDER BY occurred_at DESC, delivery_id DESC
      LIMIT 1 OFFSET {before:UInt32}`,
    { ...matching.params, ...beyond.params, since_ms: sinceMs, before: n - 1 },
  );
  return place && [place.at, place.id];
}

/** The wide columns are read of those deliveries only that are shown. */
async function summariesBetween(
  { reader, scope, matching, state }: DeliverySearch,
  after: Place | undefined,
  upTo: Place | undefined,
  limit: number,
): Promise<DeliverySummary[]> {
  const within = between(after, upTo);
  const rows = await reader.rows<SummaryRow>(
    scope,
    ({ moments }) => {
      const matches = `
        SELECT DISTINCT occurred_at, delivery_id FROM ${moments} WHERE ${matching.sql} AND ${within.sql}`;
      const matchesInState = `
        SELECT occurred_at, delivery_id FROM ${moments} WHERE (occurred_at, delivery_id) IN (${matches})
        GROUP BY occurred_at, delivery_id
        HAVING ${CURRENT_STATE} = {state:String}`;
      return `
        SELECT ${SUMMARY_COLUMNS} FROM ${moments}
        WHERE (occurred_at, delivery_id) IN (
          ${state === undefined ? matches : matchesInState}
          ORDER BY occurred_at DESC, delivery_id DESC
          LIMIT {limit:UInt32}
        )
        GROUP BY occurred_at, delivery_id
        ORDER BY occurred_at DESC, delivery_id DESC`;
    },
    { ...matching.params, ...within.params, limit },
  );
  return rows.map(summaryOf);
}

/** Beyond `after` up to and with `upTo`. The times are compared by themselves too: only that finds the place in the index. */
function between(after: Place | undefined, upTo: Place | undefined): Conditions {
  return allOf([
    ["occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', after?.[0]],
    [
      "(occurred_at, delivery_id) < (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:UUID})",
      'after_id',
      after?.[1],
    ],
    ["occurred_at >= fromUnixTimestamp64Milli({up_to_ms:Int64}, 'UTC')", 'up_to_ms', upTo?.[0]],
    [
      "(occurred_at, delivery_id) >= (fromUnixTimestamp64Milli({up_to_ms:Int64}, 'UTC'), {up_to_id:UUID})",
      'up_to_id',
      upTo?.[1],
    ],
  ]);
}
