import type { Scope } from '../history.ts';
import type { Conditions } from './conditions.ts';
import type { DeliveryFilter } from './delivery-filter.ts';
import { type Place, type Span, within } from './place.ts';
import type { Reader, ScopedTables } from './reader.ts';
import { wordFilter } from './word-search.ts';

/** What is asked of one span of a list. */
export interface Search {
  filter: DeliveryFilter;
  /** Words that its event or an answer must have. */
  text: string | undefined;
  span: Span;
  /** Candidates looked at, at most: rows that match, some of one delivery, and of deliveries that may not. */
  candidates: number;
  /** Places wanted, at most. */
  wanted: number;
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
  const { filter, text, span, candidates, wanted } = search;
  const words = text === undefined ? undefined : wordFilter({ words: text, filter }, span);
  const range = within(span);
  // Not distinct: only a plain limit keeps each part from reading far ahead.
  const candidatesOf = (from: ScopedTables) => `
    SELECT occurred_at, delivery_id FROM ${from[filter.candidatesIn]}
    WHERE ${filter.ofRow.sql} AND ${range.sql} AND ${words?.sql(from) ?? 'true'}
    ORDER BY occurred_at DESC, delivery_id DESC
    LIMIT {candidates:UInt32}`;
  const { rows, rowsRead } = await reader.rowsAndCost<FoundRow>(
    scope,
    (from) =>
      filter.ofDelivery
        ? judgedBy(filter.ofDelivery, from.deliveries, candidatesOf(from))
        : `SELECT count() AS looked_at, ${LAST_PLACE}, ${placesIf('true')} FROM (${candidatesOf(from)})`,
    {
      ...filter.ofRow.params,
      ...filter.ofDelivery?.params,
      ...range.params,
      ...words?.params,
      candidates,
      wanted,
    },
  );
  const { looked_at, last_place, places } = rows[0]!;
  return { places, lastCandidate: looked_at >= candidates ? last_place : undefined, rowsRead };
}

/** A candidate is one row; what the delivery is, all its rows decide. */
function judgedBy(ofDelivery: Conditions, deliveries: string, candidates: string): string {
  return `
    SELECT (SELECT count() FROM (${candidates})) AS looked_at, ${LAST_PLACE}, ${placesIf('fits')}
    FROM (
      SELECT occurred_at, delivery_id, ${ofDelivery.sql} AS fits FROM ${deliveries}
      WHERE (occurred_at, delivery_id) IN (${candidates})
      GROUP BY occurred_at, delivery_id
    )`;
}

const LAST_PLACE =
  '(toUnixTimestamp64Milli((min((occurred_at, delivery_id)) AS last).1), toString(last.2)) AS last_place';

function placesIf(condition: string): string {
  return `
    arrayMap(place -> (toUnixTimestamp64Milli(place.1), toString(place.2)), arraySlice(
      arrayReverseSort(groupUniqArrayIf((occurred_at, delivery_id), ${condition})), 1, {wanted:UInt32})) AS places`;
}

interface FoundRow {
  looked_at: number;
  last_place: Place;
  places: Place[];
}
