import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import type { DeliverySummary, EventToEndpoint, Listing, PageQuery, Scope, TimeRange } from '../history.ts';
import { allOf, type Conditions } from './conditions.ts';
import { cursorsOf } from './cursor.ts';
import { LOOKS_BACK_MS, placeShape, searchDeliveries } from './delivery-list.ts';
import type { Reader } from './reader.ts';
import { listReplayed } from './replayed.ts';
import { CURRENT_STATE } from './summary.ts';

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

export interface DeadLetterReads {
  list(scope: Scope, query: DeadLetterQuery): Promise<Listing<DeadLetter>>;
  /** The largest first, at most 500. Those that were redriven count too: each is still a dead letter. */
  groups(scope: Scope, filter: DeadLetterFilter): Promise<DeadLetterGroup[]>;
}

const MAX_GROUPS = 500;

const RETENTION_MS = Number(
  TOPIC_SPECS.find(({ name }) => name === TOPICS.deadLetters)!.config['retention.ms'],
);

const cursors = cursorsOf('dead-letters', placeShape);

export function deadLetterReads(reader: Reader, now: () => number): DeadLetterReads {
  return {
    list: (scope, query) => listDeadLetters(reader, scope, query, now()),
    groups: (scope, filter) => groupDeadLetters(reader, scope, filter),
  };
}

async function listDeadLetters(
  reader: Reader,
  scope: Scope,
  query: DeadLetterQuery,
  nowMs: number,
): Promise<Listing<DeadLetter>> {
  const start = cursors.decode(query.cursor, query);
  if (!start.ok) return start;
  const { items, next } = await searchDeliveries(
    {
      reader,
      scope,
      matching: momentsOf(query),
      newestMs: Math.min(nowMs, query.toMs ?? nowMs),
      looksBackMs: LOOKS_BACK_MS,
      state: 'dead',
    },
    start.position,
    query.limit,
  );
  const replayed = await listReplayed(reader, scope, items);
  return {
    kind: 'page',
    items: items.map((item) => ({
      ...item,
      expiresAtMs: item.updatedAtMs + RETENTION_MS,
      redriven: replayed.find((later) => isRedriveOf(item, later)) ?? null,
    })),
    nextCursor: next && cursors.encode(next, query),
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

/** By the moment of death, which tells the reason and the answer. */
function momentsOf(filter: DeadLetterFilter): Conditions {
  return allOf([
    ['state = {state:String}', 'state', 'dead'],
    ['project_id = {project:String}', 'project', filter.projectId],
    ['channel_id = {channel:String}', 'channel', filter.channelId],
    ['endpoint_id = {endpoint:String}', 'endpoint', filter.endpointId],
    ['event_type = {type:String}', 'type', filter.eventType],
    ['reason = {reason:String}', 'reason', filter.reason],
    ['response_status = {status:UInt16}', 'status', filter.status],
    ["occurred_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')", 'from', filter.fromMs],
    ["occurred_at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')", 'to', filter.toMs],
  ]);
}

async function groupDeadLetters(
  reader: Reader,
  scope: Scope,
  filter: DeadLetterFilter,
): Promise<DeadLetterGroup[]> {
  const matching = momentsOf(filter);
  const rows = await reader.rows<Omit<DeadLetterGroup, 'expiresAtMs'>>(
    scope,
    ({ moments }) => `
      SELECT
        of_endpoint AS endpointId, died_of AS reason, died_by AS status, count() AS deliveries,
        toUnixTimestamp64Milli(min(died_at)) AS firstAtMs, toUnixTimestamp64Milli(max(died_at)) AS lastAtMs,
        toString(argMax(delivery_id, died_at)) AS sampleDeliveryId
      FROM (
        SELECT
          delivery_id, any(endpoint_id) AS of_endpoint, ${CURRENT_STATE} AS current_state,
          maxIf(moment_at, state = 'dead') AS died_at,
          argMaxIf(reason, moment_at, state = 'dead') AS died_of,
          argMaxIf(response_status, moment_at, state = 'dead') AS died_by
        FROM ${moments}
        WHERE (occurred_at, delivery_id) IN (SELECT occurred_at, delivery_id FROM ${moments} WHERE ${matching.sql})
        GROUP BY occurred_at, delivery_id
        HAVING current_state = 'dead'
      )
      GROUP BY of_endpoint, died_of, died_by
      ORDER BY deliveries DESC, lastAtMs DESC, of_endpoint
      LIMIT ${MAX_GROUPS}`,
    matching.params,
  );
  return rows.map((row) => ({ ...row, expiresAtMs: row.firstAtMs + RETENTION_MS }));
}
