import { DELIVERY_STATES, type DeliveryState } from '../delivery-state.ts';
import type { Scope } from '../history.ts';
import { allOf, type Condition, type Conditions } from './conditions.ts';
import { AS_PLACE, type Place } from './place.ts';
import type { Params, Reader, ScopedTables } from './reader.ts';
import type { ReplaySelection, SelectionPlace } from './replay-reads.ts';
import { stateIn } from './standing.ts';
import { DIED_BY, SUMMARY_COLUMNS, type SummaryRow } from './summary.ts';

/** Candidates that are judged together, at most. */
const MAX_CANDIDATES = 50_000;

/** What one look has found, oldest event first. */
export interface Selected {
  rows: SummaryRow[];
  /** Behind all that was looked at; undefined where there is no more. */
  end: SelectionPlace | undefined;
}

/**
 * Up to `limit` behind `after`; fewer, or none, where what is chosen is rare: the next look goes on at the end of this
 * one. How a delivery stood is known when its moments are taken together, which is too much to do for all of an
 * account: rows of days, which are in the order of the walk, name those that may be chosen, and only these are judged.
 */
export async function selectRows(
  reader: Reader,
  scope: Scope,
  selection: ReplaySelection,
  after: SelectionPlace | undefined,
  limit: number,
): Promise<Selected> {
  const rows: SummaryRow[] = [];
  let from = after;
  for (let limitOfRows = 2 * limit; ; limitOfRows = Math.min(4 * limitOfRows, MAX_CANDIDATES)) {
    const stretch = await stretchBehind(reader, scope, selection, from, limitOfRows);
    if (!stretch) return { rows, end: undefined };
    rows.push(...(await judge(reader, scope, selection, stretch, limit - rows.length)));
    const last = rows.at(-1);
    if (last && rows.length >= limit) return { rows, end: placeOf(last) };
    if (stretch.isLast) return { rows, end: undefined };
    from = stretch.to;
    if (limitOfRows === MAX_CANDIDATES) return { rows, end: from };
  }
}

function placeOf({ occurred_at_ms, id }: SummaryRow): SelectionPlace {
  return { occurredAtMs: occurred_at_ms, deliveryId: id };
}

/** A part of the walk: behind `after`, up to `to` and with it. */
interface Stretch {
  after: SelectionPlace | undefined;
  to: SelectionPlace;
  isLast: boolean;
}

/**
 * As far as so many rows that may be chosen reach; undefined where there is none. Rows fall together as parts merge, so
 * what they name is asked for by where they end, and not by their number again: that would be another stretch.
 */
async function stretchBehind(
  reader: Reader,
  scope: Scope,
  selection: ReplaySelection,
  after: SelectionPlace | undefined,
  limitOfRows: number,
): Promise<Stretch | undefined> {
  const candidates = candidatesOf(selection, { after });
  const [row] = await reader.rows<{ looked_at: number; last: Place }>(
    scope,
    (from) => `
      SELECT count() AS looked_at, arrayMap(${AS_PLACE}, [max((occurred_at, delivery_id))])[1] AS last
      FROM (${candidates.sql(from)} ORDER BY occurred_at, delivery_id LIMIT {limit_of_rows:UInt32})`,
    { ...candidates.params, limit_of_rows: limitOfRows },
  );
  const { looked_at, last } = row!;
  const [occurredAtMs, deliveryId] = last;
  if (looked_at === 0) return undefined;
  return { after, to: { occurredAtMs, deliveryId }, isLast: looked_at < limitOfRows };
}

async function judge(
  reader: Reader,
  scope: Scope,
  selection: ReplaySelection,
  stretch: Stretch,
  limit: number,
): Promise<SummaryRow[]> {
  const happened = allOf(asOf(selection));
  const standing = standingOf(selection);
  const candidates = candidatesOf(selection, stretch);
  return reader.rows<SummaryRow>(
    scope,
    (from) => `
      SELECT ${SUMMARY_COLUMNS}
      FROM ${from.moments}
      WHERE ${happened.sql} AND (occurred_at, delivery_id) IN (${candidates.sql(from)})
      GROUP BY occurred_at, delivery_id
      HAVING ${standing.sql}
      ORDER BY occurred_at, delivery_id
      LIMIT {limit:UInt32}`,
    { ...happened.params, ...standing.params, ...candidates.params, limit },
  );
}

/** Rows that one of a delivery must be among, or it is not chosen; as many as it had such days. */
interface Candidates {
  params: Params;
  sql(from: ScopedTables): string;
}

function candidatesOf(
  selection: ReplaySelection,
  { after, to }: Pick<Stretch, 'after'> & Partial<Stretch>,
): Candidates {
  const { asOfMs, states, reasons, lastStatuses } = selection;
  const isOfFailures = lastStatuses.length > 0 && lastStatuses.every((status) => status >= 300);
  const isOfTroubles =
    reasons.length > 0 ||
    isOfFailures ||
    (states.length > 0 && !states.includes('pending') && !states.includes('delivered'));
  const matching = allOf([
    ...placed(selection),
    ...within(after, to),
    [`day <= ${AS_OF_DAY}`, 'as_of', asOfMs],
    [
      // As it stood when its day ended: a row from the day before `as_of` on may have what came after that, too.
      `(${stateIn('standing')} IN {state_numbers:Array(UInt8)} OR day >= ${AS_OF_DAY} - 1)`,
      'state_numbers',
      states.length > 0 ? states.map((state) => DELIVERY_STATES.indexOf(state as DeliveryState)) : undefined,
    ],
    [
      // May be of another day than the state.
      'hasAny(statuses, {statuses:Array(UInt16)})',
      'statuses',
      isOfFailures && states.length === 0 ? lastStatuses : undefined,
    ],
  ]);
  return {
    params: matching.params,
    sql: ({ troubles, deliveries }) => `
      SELECT occurred_at, delivery_id FROM ${isOfTroubles ? troubles : deliveries}
      WHERE ${matching.sql}`,
  };
}

const AS_OF_DAY = "toDate(fromUnixTimestamp64Milli({as_of:Int64}, 'UTC'))";

/** Moments that had happened then. */
function asOf({ asOfMs }: ReplaySelection): Condition[] {
  return [
    // By the time itself parts of later days are left out.
    ["moment_at <= fromUnixTimestamp64Milli({as_of:Int64}, 'UTC')", 'as_of', asOfMs],
    // A request counts from its end: one that was under way has an outcome only after whoever asked then.
    ['toUnixTimestamp64Milli(moment_at) + duration_ms <= {as_of:Int64}', 'as_of', asOfMs],
  ];
}

/** What is the same in all rows of a delivery. */
function placed(selection: ReplaySelection): Condition[] {
  return [
    ['project_id = {project:String}', 'project', selection.projectId],
    isIn('endpoint_id', 'endpoints', selection.endpointIds),
    isIn('channel_id', 'channels', selection.channelIds),
    isIn('event_type', 'types', selection.eventTypes),
    isIn('publication_id', 'publications', selection.publicationIds),
    isIn('event_id', 'events', selection.eventIds),
    ["occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')", 'from', selection.fromMs],
    ["occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', selection.toMs],
  ];
}

/** The times by themselves find the place in the index, the pairs cut exactly. */
function within(after: SelectionPlace | undefined, to: SelectionPlace | undefined): Condition[] {
  return [
    ["occurred_at >= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', after?.occurredAtMs],
    [
      "(occurred_at, delivery_id) > (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:UUID})",
      'after_id',
      after?.deliveryId,
    ],
    ["occurred_at <= fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')", 'to_ms', to?.occurredAtMs],
    [
      "(occurred_at, delivery_id) <= (fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC'), {to_id:UUID})",
      'to_id',
      to?.deliveryId,
    ],
  ];
}

/** How a delivery must stand, all its moments taken together. */
function standingOf({ states, lastStatuses, reasons }: ReplaySelection): Conditions {
  return allOf([
    isIn('toString(current_state)', 'states', states),
    isIn('current_reason', 'reasons', reasons),
    [
      `if(current_state = 'dead', ${DIED_BY}, last_status) IN {last_statuses:Array(UInt16)}`,
      'last_statuses',
      lastStatuses.length > 0 ? lastStatuses : undefined,
    ],
  ]);
}

function isIn(column: string, name: string, values: readonly string[]): Condition {
  return [`${column} IN {${name}:Array(String)}`, name, values.length > 0 ? values : undefined];
}
