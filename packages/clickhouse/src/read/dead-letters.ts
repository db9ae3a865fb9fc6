import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { z } from 'zod';
import type {
  DeliverySummary,
  DeliveryWithOrigin,
  EventToEndpoint,
  Listing,
  PageQuery,
  Scope,
  TimeRange,
} from '../history.ts';
import { allOf, type Condition, type Conditions } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import { ofDays } from './delivery-detail.ts';
import { type PackedSummaryRow, packedSummaries, summaryOfPacked } from './packed-summary.ts';
import type { Reader, ScopedTables } from './reader.ts';
import { listReplayed } from './replayed.ts';
import { isState } from './standing.ts';
import { CURRENT_STATE, DIED_BY, SUMMARY_COLUMNS_BY_ID, type SummaryRow, summaryOf } from './summary.ts';

export interface DeadLetterFilter extends TimeRange {
  projectId?: string | undefined;
  channelId?: string | undefined;
  endpointId?: string | undefined;
  eventType?: string | undefined;
  /** As in DeadReason of @herald/domain/verdict. */
  reason?: string | undefined;
  /** HTTP status of the answer that it died of; 0 where it died of none. */
  status?: number | undefined;
}

export interface DeadLetterQuery extends PageQuery, DeadLetterFilter {}

/** A delivery that was given up. */
export interface DeadLetter extends DeliverySummary {
  /** When `webhook.dead-letters` forgets it. */
  expiresAtMs: number;
  /** What was sent of its event to its endpoint since, the latest; null where nothing was that is on record. */
  redriven: DeliverySummary | null;
}

/** Dead letters of one endpoint with one reason and one status. Times are epoch milliseconds. */
export interface DeadLetterGroup {
  endpointId: string;
  reason: string;
  /** 0 where they died of no answer. */
  status: number;
  deliveries: number;
  firstAtMs: number;
  lastAtMs: number;
  /** The latest one. */
  sampleDeliveryId: string;
  /** When the first of them is forgotten. */
  expiresAtMs: number;
}

/** Delivery ids that are looked up at once. */
export const MAX_FOUND = 100;

export interface DeadLetterReads {
  /** Those of the deliveries that the account has, dead or not; at most `MAX_FOUND` ids, each a UUID. */
  find(scope: Scope, deliveryIds: readonly string[]): Promise<DeliveryWithOrigin[]>;
  list(scope: Scope, query: DeadLetterQuery): Promise<Listing<DeadLetter>>;
  /** The largest first, at most 500. Those that were redriven count too: each is still a dead letter. */
  groups(scope: Scope, filter: DeadLetterFilter): Promise<DeadLetterGroup[]>;
}

const MAX_GROUPS = 500;

const RETENTION_MS = Number(
  TOPIC_SPECS.find(({ name }) => name === TOPICS.deadLetters)!.config['retention.ms'],
);

/** By the time of the event, then by the delivery's id. */
const cursors = cursorsOf('dead-letters', z.tuple([z.int().nonnegative(), z.guid()]).readonly());

export function deadLetterReads(reader: Reader): DeadLetterReads {
  return {
    find: (scope, deliveryIds) => findDeliveries(reader, scope, deliveryIds),
    list: (scope, query) => listDeadLetters(reader, scope, query),
    groups: (scope, filter) => groupDeadLetters(reader, scope, filter),
  };
}

async function listDeadLetters(
  reader: Reader,
  scope: Scope,
  query: DeadLetterQuery,
): Promise<Listing<DeadLetter>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const [afterMs, afterId] = start.position ?? [];
  const [dead, diedOf] = [troublesOf(query), momentsOf(query)];
  const beyond = allOf([
    // The time by itself finds the place in the index, the pair cuts exactly.
    ["occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', afterMs],
    [
      "(occurred_at, delivery_id) < (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:UUID})",
      'after_id',
      afterId,
    ],
  ]);
  const candidates = ({ moments, troubles }: ScopedTables) => {
    const maybeDead = `${troubles} WHERE ${dead.sql} AND ${beyond.sql}`;
    if (query.reason === undefined && query.status === undefined) return maybeDead;
    const died = `${moments} WHERE ${diedOf.sql} AND ${beyond.sql}`;
    // Of a whole account it is cheaper to ask each moment for its state than to look up all that is dead by its place.
    return isOfPart(query)
      ? `${died} AND (occurred_at, delivery_id) IN (SELECT occurred_at, delivery_id FROM ${maybeDead})`
      : died;
  };
  const isTaken = (from: ScopedTables) => `(occurred_at, delivery_id) IN (
        SELECT DISTINCT occurred_at, delivery_id FROM ${candidates(from)}
        ORDER BY occurred_at DESC, delivery_id DESC
        LIMIT {take:UInt32}
      )`;
  const rows = await reader.rows<PackedSummaryRow>(
    scope,
    (from) => `
      ${packedSummaries(from.moments, isTaken(from))}
      ORDER BY occurred_at DESC, delivery_id DESC`,
    { ...dead.params, ...diedOf.params, ...beyond.params, take: query.limit + 1 },
  );
  const read = rows.slice(0, query.limit);
  // One that was dead once may be it no longer.
  const items = read.map(summaryOfPacked).filter(({ state, cause }) => state === 'dead' && cause !== TEST);
  const replayed = await listReplayed(reader, scope, items);
  const last = rows.length > query.limit ? read.at(-1) : undefined;
  return {
    kind: 'page',
    items: items.map((item) => ({
      ...item,
      expiresAtMs: item.updatedAtMs + RETENTION_MS,
      redriven: replayed.find((later) => isRedriveOf(item, later)) ?? null,
    })),
    nextCursor: last && cursors.encode([last.occurred_at_ms, last.id], query),
  };
}

/** Of replays, the latest comes first. One that has the dead letter itself for a result is not after it. */
function isRedriveOf(dead: DeliverySummary, later: DeliverySummary): boolean {
  return (
    isSamePair(dead, later) && later.deliveryId !== dead.deliveryId && later.updatedAtMs > dead.updatedAtMs
  );
}

function isSamePair(a: EventToEndpoint, b: EventToEndpoint): boolean {
  return a.eventId === b.eventId && a.endpointId === b.endpointId;
}

/** Whoever asked for a test was told, and nobody else waits for its event. */
const TEST = 'test';

/** By the moment of death, which alone tells the reason and the answer. */
function momentsOf(filter: DeadLetterFilter): Conditions {
  return allOf([
    ['state = {state:String}', 'state', 'dead'],
    ['cause != {tests:String}', 'tests', TEST],
    ['reason = {reason:String}', 'reason', filter.reason],
    ['response_status = {status:UInt16}', 'status', filter.status],
    ...whereOf(filter),
  ]);
}

/** By what is on record among the few troubles of what may have died. */
function troublesOf(filter: DeadLetterFilter): Conditions {
  return allOf([
    [isState('standing', 'dead'), 'state', 'dead'],
    // What died of no answer may have had others.
    ['has(statuses, {status:UInt16})', 'status', filter.status || undefined],
    ...whereOf(filter),
  ]);
}

function isOfPart({ projectId, channelId, endpointId }: DeadLetterFilter): boolean {
  return projectId !== undefined || channelId !== undefined || endpointId !== undefined;
}

function whereOf(filter: DeadLetterFilter): Condition[] {
  return [
    ['project_id = {project:String}', 'project', filter.projectId],
    ['channel_id = {channel:String}', 'channel', filter.channelId],
    ['endpoint_id = {endpoint:String}', 'endpoint', filter.endpointId],
    ['event_type = {type:String}', 'type', filter.eventType],
    ["occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')", 'from', filter.fromMs],
    ["occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', filter.toMs],
  ];
}

async function groupDeadLetters(
  reader: Reader,
  scope: Scope,
  filter: DeadLetterFilter,
): Promise<DeadLetterGroup[]> {
  const [dead, diedOf] = [troublesOf(filter), momentsOf(filter)];
  const rows = await reader.rows<Omit<DeadLetterGroup, 'expiresAtMs'>>(
    scope,
    ({ moments, troubles }) => `
      SELECT
        of_endpoint AS endpointId, died_of AS reason, died_by AS status, count() AS deliveries,
        toUnixTimestamp64Milli(min(died_at)) AS firstAtMs, toUnixTimestamp64Milli(max(died_at)) AS lastAtMs,
        toString(argMax(delivery_id, died_at)) AS sampleDeliveryId
      FROM (
        SELECT
          delivery_id, any(endpoint_id) AS of_endpoint, ${CURRENT_STATE} AS current_state,
          maxIf(moment_at, state = 'dead') AS died_at,
          argMaxIf(reason, moment_at, state = 'dead') AS died_of,
          ${DIED_BY} AS died_by
        FROM ${moments}
        WHERE (occurred_at, delivery_id) IN (SELECT occurred_at, delivery_id FROM ${troubles} WHERE ${dead.sql})
        GROUP BY occurred_at, delivery_id
        HAVING current_state = 'dead' AND countIf(${diedOf.sql}) > 0
      )
      GROUP BY of_endpoint, died_of, died_by
      ORDER BY deliveries DESC, lastAtMs DESC, of_endpoint
      LIMIT ${MAX_GROUPS}`,
    { ...dead.params, ...diedOf.params },
  );
  return rows.map((row) => ({ ...row, expiresAtMs: row.firstAtMs + RETENTION_MS }));
}

async function findDeliveries(
  reader: Reader,
  scope: Scope,
  deliveryIds: readonly string[],
): Promise<DeliveryWithOrigin[]> {
  const ids = deliveryIds.slice(0, MAX_FOUND);
  if (ids.length === 0) return [];
  const [rows, origins] = await Promise.all([
    reader.rows<SummaryRow>(
      scope,
      ({ deliveries, moments }) => `
        SELECT ${SUMMARY_COLUMNS_BY_ID} FROM ${moments}
        WHERE (occurred_at, delivery_id) IN
          (SELECT occurred_at, delivery_id FROM ${deliveries} WHERE delivery_id IN {ids:Array(UUID)})
        GROUP BY delivery_id`,
      { ids },
    ),
    reader.rows<{ id: string; place: [topic: string, partition: number, offset: number] }>(
      scope,
      (from) => `
        SELECT toString(delivery_id) AS id, any((origin_topic, origin_partition, origin_offset)) AS place
        FROM ${from.attempts}
        WHERE delivery_id IN {ids:Array(UUID)} AND ${ofDays(from, 'delivery_id IN {ids:Array(UUID)}')}
        GROUP BY delivery_id`,
      { ids },
    ),
  ]);
  const places = new Map(origins.map(({ id, place }) => [id, place]));
  return rows.map((row) => {
    const place = places.get(row.id);
    const origin = place ? { topic: place[0], partition: place[1], offset: place[2] } : null;
    return { ...summaryOf(row), origin };
  });
}
