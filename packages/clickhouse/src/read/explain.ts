import type { Disposition, Verdict } from '@herald/contracts/generated/delivery-attempt';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import type { Coordinates } from '@herald/domain/coordinates';
import type { DeliverySummary, RouteDecision, Scope } from '../history.ts';
import { type BothEnds, readBothEnds } from './both-ends.ts';
import { deliveriesOfEvent } from './delivery-detail.ts';
import type { DispositionOnRecord, EventOnRecord, MatchedBy } from './explain-evidence.ts';
import { readReport } from './ledger.ts';
import type { Reader } from './reader.ts';
import { decisionOf, FIRST_ROUTES, ROUTE_COLUMNS, type RouteRow } from './route-rows.ts';

/** A delivery and its redeliveries; more than these nobody reads. */
const MAX_DELIVERIES = 20;

export async function readEvidence(
  reader: Reader,
  scope: Scope,
  eventId: string,
  endpointId: string | undefined,
): Promise<EventOnRecord> {
  // First: what is read after it is at least as new as the moment that it is told to be of.
  const report = await readReport(reader);
  const [event, route, { deliveries }] = await Promise.all([
    acceptedOf(reader, scope, eventId),
    routedOf(reader, scope, eventId),
    // Cut between endpoints, so that what is told of one is all of it.
    deliveriesOfEvent(reader, scope, eventId, { endpointId, order: 'endpoint' }),
  ]);
  const [poison, dispositions] = await Promise.all([
    event && !route ? poisonAt(reader, event.origin) : undefined,
    dispositionsOf(reader, scope, endpointId === undefined ? [] : deliveries),
  ]);
  return {
    asOfMs: report?.asOfMs,
    accepted: event && { atMs: event.atMs, origin: event.origin },
    matchedBy: event?.matchedBy ?? route?.matchedBy,
    poison,
    route: route?.decision,
    deliveries,
    dispositions: dispositions.rows.map(dispositionOf),
    dispositionsLeftOut: dispositions.leftOut,
  };
}

interface Accepted {
  atMs: number;
  origin: Coordinates;
  matchedBy: MatchedBy;
}

interface MatchedRow {
  event_type: string;
  project_id: string;
  channel_id: string;
}

async function acceptedOf(reader: Reader, scope: Scope, eventId: string): Promise<Accepted | undefined> {
  const [row] = await reader.rows<
    MatchedRow & { recorded_at_ms: number; partition: number; offset: number; event: string }
  >(
    scope,
    (from) => `
      SELECT
        toUnixTimestamp64Milli(recorded_at) AS recorded_at_ms, partition, offset, event_type, project_id, channel_id, event
      FROM ${from.events}
      WHERE event_id = {id:String}
      ORDER BY recorded_at, partition, offset
      LIMIT 1`,
    { id: eventId },
  );
  if (!row) return undefined;
  const event = JSON.parse(row.event) as PublicationEvent;
  return {
    atMs: row.recorded_at_ms,
    origin: { topic: TOPICS.events, partition: row.partition, offset: row.offset },
    matchedBy: { ...matchedBy(row), aboutEndpointId: event.endpoint?.endpoint_id, event },
  };
}

async function routedOf(
  reader: Reader,
  scope: Scope,
  eventId: string,
): Promise<{ decision: RouteDecision; matchedBy: MatchedBy } | undefined> {
  const rows = await reader.rows<MatchedRow & RouteRow>(
    scope,
    (from) => `
      SELECT ${ROUTE_COLUMNS}, event_type, project_id, channel_id
      FROM ${from.routes}
      WHERE event_id = {id:String}
      ${FIRST_ROUTES}`,
    { id: eventId },
  );
  const decision = decisionOf(rows);
  return (
    decision && {
      decision,
      matchedBy: { ...matchedBy(rows[0]!), aboutEndpointId: undefined, event: undefined },
    }
  );
}

function matchedBy(row: MatchedRow): Pick<MatchedBy, 'eventType' | 'projectId' | 'channelId'> {
  return { eventType: row.event_type, projectId: row.project_id, channelId: row.channel_id };
}

/** Poison belongs to no account; these coordinates are of an event of the account. */
async function poisonAt(
  reader: Reader,
  { topic, partition, offset }: Coordinates,
): Promise<{ reason: string; detail: string } | undefined> {
  const [row] = await reader.allRows<{ reason: string; detail: string }>(
    ({ poison }) => `
      SELECT reason, detail FROM ${poison}
      WHERE source_topic = {topic:String} AND source_partition = {partition:Int32} AND source_offset = {offset:Int64}
      ORDER BY recorded_at DESC
      LIMIT 1`,
    { topic, partition, offset },
  );
  return row;
}

interface DispositionRow {
  id: string;
  delivery: string;
  step: number;
  attempt_number: number;
  disposition: Disposition;
  verdict: Verdict;
  reason: string;
  outcome: string;
  error_message: string;
  response_status: number;
  next_attempt_at_ms: number;
  retry_tier: string;
  started_at_ms: number;
  duration_ms: number;
  config_revision: number;
  delivery_topic: string;
  delivery_partition: number;
  delivery_offset: number;
}

async function dispositionsOf(
  reader: Reader,
  scope: Scope,
  deliveries: readonly DeliverySummary[],
): Promise<BothEnds<DispositionRow>> {
  if (deliveries.length === 0) return { rows: [], leftOut: 0 };
  const ids = deliveries.slice(-MAX_DELIVERIES).map(({ deliveryId }) => deliveryId);
  const read = (order: 'ASC' | 'DESC', limit: number) =>
    reader.rows<DispositionRow>(
      scope,
      (from) => `
      SELECT
        toString(attempt_id) AS id, toString(delivery_id) AS delivery, step, attempt_number, disposition, verdict, reason, outcome, error_message,
        response_status, toUnixTimestamp64Milli(next_attempt_at) AS next_attempt_at_ms, retry_tier,
        toUnixTimestamp64Milli(started_at) AS started_at_ms, duration_ms, config_revision,
        delivery_topic, delivery_partition, delivery_offset
      FROM ${from.attempts}
      WHERE delivery_id IN {ids:Array(UUID)}
      ORDER BY started_at ${order}, step ${order}, attempt_id ${order}
      LIMIT 1 BY attempt_id
      LIMIT {limit:UInt32}`,
      { ids, limit },
    );
  const count = async () => {
    const [row] = await reader.rows<{ total: number }>(
      scope,
      ({ attempts }) =>
        `SELECT uniqExact(attempt_id) AS total FROM ${attempts} WHERE delivery_id IN {ids:Array(UUID)}`,
      { ids },
    );
    return row!.total;
  };
  return readBothEnds(read, count);
}

function dispositionOf(row: DispositionRow): DispositionOnRecord {
  return {
    deliveryId: row.delivery,
    step: row.step,
    attemptNumber: row.attempt_number,
    disposition: row.disposition,
    verdict: row.verdict,
    reason: row.reason || undefined,
    outcome: row.outcome || undefined,
    errorMessage: row.error_message || undefined,
    status: row.response_status || undefined,
    nextAttemptAtMs: row.next_attempt_at_ms || undefined,
    retryTier: row.retry_tier || undefined,
    startedAtMs: row.started_at_ms,
    durationMs: row.duration_ms,
    configRevision: row.config_revision,
    readFrom: { topic: row.delivery_topic, partition: row.delivery_partition, offset: row.delivery_offset },
  };
}
