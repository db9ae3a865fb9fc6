import type { Scope } from '../history.ts';
import type { Conditions } from './conditions.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import {
  AS_PLACE,
  atPlaces,
  MAX_PLACES_IN_PARAMS,
  type Place,
  placeParams,
  type Span,
  within,
} from './place.ts';
import type { Reader } from './reader.ts';
import { settingsOf, UNORDERED } from './settings.ts';
import type { WordFilter } from './word-search.ts';

/** What is asked of one span of a list. */
export interface Search {
  filter: DeliveryFilter;
  /** What its event or an answer must have; undefined where no words are looked for. */
  words: WordFilter | undefined;
  span: Span;
  /** Candidates looked at, at most: rows that match, some of one delivery, and of deliveries that may not. */
  candidates: number;
  /** Places wanted, at most. */
  wanted: number;
  /** Whether there are likely fewer candidates than may be looked at. */
  isSparse: boolean;
}

export interface Found {
  /** In the order of the list. */
  places: Place[];
  /** The last candidate, where there were as many as were looked at; undefined where the span is done. */
  lastCandidate: Place | undefined;
  rowsRead: number;
}

/**
 * Finds deliveries in the order of the list: candidates by single rows, then what each of them is by all its rows.
 * Several rows of one delivery, and the same row twice, make no difference.
 */
export async function searchDeliveries(reader: Reader, scope: Scope, search: Search): Promise<Found> {
  const { filter, words, span, candidates, wanted, isSparse } = search;
  const range = within(span);
  const { rows, rowsRead } = await reader.rowsAndCost<{ looked_at: number; last: Place; places: Place[] }>(
    scope,
    // Not distinct: only a plain limit keeps each part from reading far ahead.
    (from) => `
      SELECT
        count() AS looked_at, arrayMap(${AS_PLACE}, [min((occurred_at, delivery_id))])[1] AS last,
        arrayMap(${AS_PLACE}, arrayReverseSort(groupUniqArray((occurred_at, delivery_id)))) AS places
      FROM (
        SELECT occurred_at, delivery_id FROM ${from[filter.candidatesIn]}
        WHERE ${filter.ofRow.sql} AND ${range.sql} AND ${words?.sql(from) ?? 'true'}
        ORDER BY occurred_at DESC, delivery_id DESC
        LIMIT {candidates:UInt32}
      )
      ${settingsOf({ ...filter.settings, ...(isSparse && UNORDERED) })}`,
    { ...filter.ofRow.params, ...range.params, ...words?.params, candidates },
  );
  const { looked_at, last, places } = rows[0]!;
  const fitting = filter.ofDelivery
    ? await fittingOf(reader, scope, filter.ofDelivery, places, wanted)
    : { places, rowsRead: 0 };
  return {
    places: fitting.places.slice(0, wanted),
    lastCandidate: looked_at >= candidates ? last : undefined,
    rowsRead: rowsRead + fitting.rowsRead,
  };
}

/** Of the places those whose delivery fits, all its rows taken together; `wanted` at least, where there are so many. */
async function fittingOf(
  reader: Reader,
  scope: Scope,
  ofDelivery: Conditions,
  places: readonly Place[],
  wanted: number,
): Promise<{ places: Place[]; rowsRead: number }> {
  const fitting: Place[] = [];
  let read = 0;
  for (let from = 0; from < places.length && fitting.length < wanted; from += MAX_PLACES_IN_PARAMS) {
    const judged = places.slice(from, from + MAX_PLACES_IN_PARAMS);
    const { rows, rowsRead } = await reader.rowsAndCost<{ id: string }>(
      scope,
      ({ deliveries }) => `
        SELECT toString(delivery_id) AS id FROM ${deliveries}
        WHERE ${atPlaces('delivery_id', 'judged')}
        GROUP BY occurred_at, delivery_id
        HAVING ${ofDelivery.sql}`,
      { ...ofDelivery.params, ...placeParams('judged', judged) },
    );
    const ids = new Set(rows.map(({ id }) => id));
    fitting.push(...judged.filter(([, id]) => ids.has(id)));
    read += rowsRead;
  }
  return { places: fitting, rowsRead: read };
}
