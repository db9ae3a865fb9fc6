import { allOf, type Conditions } from './conditions.ts';
import type { Params } from './reader.ts';

/** Where a delivery stands in every list: by the time of its event, then by its id. It never moves. */
export type Place = readonly [occurredAtMs: number, deliveryId: string];

const LEAST_ID = '00000000-0000-0000-0000-000000000000';

/** The place after which only what happened before `atMs` comes. */
export function endOf(atMs: number): Place {
  return [atMs, LEAST_ID];
}

/** Of the tuple of a time and an id, as a query answers with it. */
export const AS_PLACE = 'place -> (toUnixTimestamp64Milli(place.1), toString(place.2))';

/** Places that travel with one query, at most. */
export const MAX_PLACES_IN_PARAMS = 2_000;

/** An event's id is its producer's. */
const TYPE_OF = { delivery_id: 'UUID', event_id: 'String' };

/** Rows whose time and `id` are in the parameters of that name. */
export function atPlaces(id: keyof typeof TYPE_OF, name: string): string {
  return `(occurred_at, ${id}) IN (
    SELECT fromUnixTimestamp64Milli(place.1, 'UTC'), place.2
    FROM (SELECT arrayJoin(arrayZip({${name}_times:Array(Int64)}, {${name}_ids:Array(${TYPE_OF[id]})})) AS place)
  )`;
}

export function placeParams(name: string, places: readonly Place[]): Params {
  return { [`${name}_times`]: places.map(([atMs]) => atMs), [`${name}_ids`]: places.map(([, id]) => id) };
}

/** A span of a list: beyond `after`, down to events of `sinceMs` and with them. */
export interface Span {
  after: Place | undefined;
  sinceMs: number;
}

/** The times are compared by themselves too: only that finds the place in the index. */
export function within({ after, sinceMs }: Span): Conditions {
  return allOf([
    ["occurred_at >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')", 'since_ms', sinceMs],
    ["occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', after?.[0]],
    [
      "(occurred_at, delivery_id) < (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:UUID})",
      'after_id',
      after?.[1],
    ],
  ]);
}

/** As `within`, for what an event leads to and not for single deliveries of it; beside `within` of a narrower span. */
export function withinTimes({ after, sinceMs }: Span): Conditions {
  // At the end of a millisecond nothing of it is left: to look at it again would be to stand still.
  const isBefore = after?.[1] === LEAST_ID ? '<' : '<=';
  return allOf([
    // Nothing on record is older than the epoch, and an index that would be asked for it lets all through.
    [
      "occurred_at >= fromUnixTimestamp64Milli({said_since_ms:Int64}, 'UTC')",
      'said_since_ms',
      sinceMs || undefined,
    ],
    [
      `occurred_at ${isBefore} fromUnixTimestamp64Milli({said_until_ms:Int64}, 'UTC')`,
      'said_until_ms',
      after?.[0],
    ],
  ]);
}
