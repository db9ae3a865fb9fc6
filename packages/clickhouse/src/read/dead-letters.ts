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
import { allOf, type Condition } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import { ofDays } from './delivery-detail.ts';
import { type PackedSummaryRow, packedSummaries, summaryOfPacked } from './packed-summary.ts';
import type { Reader, ScopedTables } from './reader.ts';
import { listReplayed } from './replayed.ts';
import { settingsOf } from './settings.ts';
import { isState } from './standing.ts';
import { SUMMARY_COLUMNS_BY_ID, type SummaryRow, summaryOf } from './summary.ts';

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
  const died = allOf([
    ...deathsOf(query),
    // The time by itself finds the place in the index, the pair cuts exactly.
    ["occurred_at <= fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC')", 'after_ms', afterMs],
    [
      "(occurred_at, delivery_id) < (fromUnixTimestamp64Milli({after_ms:Int64}, 'UTC'), {after_id:UUID})",
      'after_id',
      afterId,
    ],
  ]);
  const isTaken = ({ deaths }: ScopedTables) => `(occurred_at, delivery_id) IN (
        SELECT DISTINCT occurred_at, delivery_id FROM ${deaths} WHERE ${died.sql}
        ORDER BY occurred_at DESC, delivery_id DESC
        LIMIT {take:UInt32}
      )`;
  const rows = await reader.rows<PackedSummaryRow>(
    scope,
    (from) => `
      ${packedSummaries(from.moments, isTaken(from))}
      ORDER BY occurred_at DESC, delivery_id DESC`,
    { ...died.params, take: query.limit + 1 },
  );
  const read = rows.slice(0, query.limit);
  // One that was dead once may be it no longer.
  const items = read.map(summaryOfPacked).filter(({ state }) => state === 'dead');
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

function deathsOf(filter: DeadLetterFilter): Condition[] {
  return [
    ['cause != {tests:String}', 'tests', TEST],
    ['reason = {reason:String}', 'reason', filter.reason],
    ['response_status = {status:UInt16}', 'status', filter.status],
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
  const died = allOf(deathsOf(filter));
  const rows = await reader.rows<Omit<DeadLetterGroup, 'expiresAtMs'>>(
    scope,
    (from) => `
      SELECT
        of_endpoint AS endpointId, died_of AS reason, died_by AS status, count() AS deliveries,
        toUnixTimestamp64Milli(min(died_at)) AS firstAtMs, toUnixTimestamp64Milli(max(died_at)) AS lastAtMs,
        toString(argMax(delivery_id, died_at)) AS sampleDeliveryId
      FROM (
        SELECT
          delivery_id, any(endpoint_id) AS of_endpoint, max(moment_at) AS died_at,
          argMax(reason, moment_at) AS died_of, argMax(response_status, moment_at) AS died_by
        FROM ${from.deaths}
        WHERE (occurred_at, delivery_id) IN (${stillDead(from, died.sql)})
        GROUP BY occurred_at, delivery_id
      )
      GROUP BY of_endpoint, died_of, died_by
      ORDER BY deliveries DESC, lastAtMs DESC, of_endpoint
      LIMIT ${MAX_GROUPS}`,
    died.params,
  );
  return rows.map((row) => ({ ...row, expiresAtMs: row.firstAtMs + RETENTION_MS }));
}

/**
 * Of what died, that which nothing became of since. Judged by all days, not by the troubles alone: those do not have the
 * twin that was delivered by its first request. The endpoints are few, and spare looking up most of the pairs; what the
 * primary key leaves has a death in each granule, so no other index spares any.
 */
function stillDead({ deaths, deliveries }: ScopedTables, died: string): string {
  return `
          SELECT occurred_at, delivery_id FROM ${deliveries}
          WHERE endpoint_id IN (SELECT DISTINCT endpoint_id FROM ${deaths} WHERE ${died})
            AND (occurred_at, delivery_id) IN (SELECT occurred_at, delivery_id FROM ${deaths} WHERE ${died})
          GROUP BY occurred_at, delivery_id
          HAVING ${isState('max(standing)', 'dead')}
          ${settingsOf({ use_skip_indexes: '0' })}`;
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
