import type { Disposition, Verdict } from '@herald/contracts/generated/delivery-attempt';
import type { Attempt, DeliveryDetail, DeliverySummary, Scope } from '../history.ts';
import { type BothEnds, readBothEnds } from './both-ends.ts';
import { allOf, type Conditions } from './conditions.ts';
import type { Reader, ScopedTables } from './reader.ts';
import { SUMMARY_COLUMNS_BY_ID, type SummaryRow, summaryOf } from './summary.ts';
import {
  atTimesOf,
  OF_DELIVERY,
  OF_EVENT,
  onDaysOf,
  type Whereabouts,
  whereaboutsOf,
} from './whereabouts.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Deliveries of one event that are read with it: its fan-out, and what replays added. */
const MAX_DELIVERIES_OF_EVENT = 1_000;

/** One delivery with its whole life; undefined where the account has none by that id. */
export async function getDelivery(
  reader: Reader,
  scope: Scope,
  deliveryId: string,
): Promise<DeliveryDetail | undefined> {
  if (!UUID.test(deliveryId)) return undefined;
  const whereabouts = await whereaboutsOf(reader, scope, OF_DELIVERY, deliveryId);
  if (whereabouts.times.length === 0) return undefined;
  const [[summary], attempts] = await Promise.all([
    summariesOf(reader, scope, { sql: OF_DELIVERY, params: { id: deliveryId } }, whereabouts),
    attemptsOf(reader, scope, deliveryId, whereabouts),
  ]);
  if (summary === undefined) return undefined;
  const first = attempts.rows[0];
  return {
    ...summaryOf(summary),
    origin: first
      ? { topic: first.origin_topic, partition: first.origin_partition, offset: first.origin_offset }
      : null,
    history: attempts.rows.map(attemptOf),
    historyLeftOut: attempts.leftOut,
  };
}

/** The first of them by `order`, and how many more there are. */
export interface DeliveriesOfEvent {
  deliveries: DeliverySummary[];
  leftOut: number;
}

/** How the deliveries of one event stand, whatever their cause; only those to `endpointId`, where it is given. */
export async function deliveriesOfEvent(
  reader: Reader,
  scope: Scope,
  eventId: string,
  {
    endpointId,
    order = 'time',
    whereabouts,
  }: { endpointId?: string | undefined; order?: Order; whereabouts?: Whereabouts },
): Promise<DeliveriesOfEvent> {
  const known = whereabouts ?? (await whereaboutsOf(reader, scope, OF_EVENT, eventId));
  if (known.times.length === 0) return { deliveries: [], leftOut: 0 };
  const wanted = allOf([
    [OF_EVENT, 'id', eventId],
    ['endpoint_id = {endpoint:String}', 'endpoint', endpointId],
  ]);
  const rows = await summariesOf(reader, scope, wanted, known, order);
  return { deliveries: rows.map(summaryOf), leftOut: (rows[0]?.total ?? 0) - rows.length };
}

/** When they began, or each endpoint's together. */
type Order = 'time' | 'endpoint';

function summariesOf(
  reader: Reader,
  scope: Scope,
  condition: Conditions,
  whereabouts: Whereabouts,
  order: Order = 'time',
): Promise<(SummaryRow & { total: number })[]> {
  const atTimes = atTimesOf(whereabouts);
  return reader.rows(
    scope,
    (from) => `
      SELECT ${SUMMARY_COLUMNS_BY_ID}, count() OVER () AS total
      FROM ${from.moments}
      WHERE ${atTimes.sql} AND ${condition.sql}
      GROUP BY delivery_id
      ORDER BY ${order === 'endpoint' ? 'of_endpoint, ' : ''}min(moment_at), delivery_id
      LIMIT ${MAX_DELIVERIES_OF_EVENT}`,
    { ...atTimes.params, ...condition.params },
  );
}

/** Attempts of the days of these deliveries: each part of the others would be looked into for them. */
export function ofDays({ deliveries }: ScopedTables, ofDeliveries: string): string {
  return `toDate(started_at) IN (SELECT day FROM ${deliveries} WHERE ${ofDeliveries})`;
}

/**
 * What one reading answers of the bodies that were sent, and of those that came back; beyond it they are left out, but
 * those of the first row. A life of fifty requests of half a megabyte would be held several times over.
 */
const MAX_BODY_BYTES = 1024 * 1024;

/** Bodies travel as Base64: JSON cannot hold bytes. */
function attemptsOf(
  reader: Reader,
  scope: Scope,
  deliveryId: string,
  whereabouts: Whereabouts,
): Promise<BothEnds<AttemptRow>> {
  const onDays = onDaysOf(whereabouts, 'started_at');
  const params = { ...onDays.params, id: deliveryId };
  const ofDelivery = `${OF_DELIVERY} AND ${onDays.sql}`;
  const read = (order: 'ASC' | 'DESC', limit: number) => {
    const inOrder = `ORDER BY step ${order}, started_at ${order}, attempt_id ${order}`;
    return reader.rows<AttemptRow>(
      scope,
      (from) => `
      SELECT
        toString(attempt_id) AS id, step, attempt_number, disposition, verdict, reason, outcome, error_message,
        toUnixTimestamp64Milli(next_attempt_at) AS next_attempt_at_ms, retry_tier,
        request_method, request_url, request_headers,
        if(sent_before < {max_body_bytes:UInt64}, base64Encode(request_body), NULL) AS request_body_base64,
        response_status, response_headers,
        if(answered_before < {max_body_bytes:UInt64}, base64Encode(response_body), NULL) AS response_body_base64,
        response_body_truncated, remote_address,
        toUnixTimestamp64Milli(started_at) AS started_at_ms, duration_ms, first_byte_ms, dns_ms, connect_ms, tls_ms,
        origin_topic, origin_partition, origin_offset, delivery_topic, delivery_partition, delivery_offset,
        config_revision, dispatcher_id
      FROM (
        SELECT
          *, sum(length(request_body)) OVER before AS sent_before, sum(length(response_body)) OVER before AS answered_before
        FROM (SELECT * FROM ${from.attempts} WHERE ${ofDelivery} ${inOrder} LIMIT 1 BY attempt_id LIMIT {limit:UInt32})
        WINDOW before AS (${inOrder} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      )
      ${inOrder}`,
      { ...params, limit, max_body_bytes: MAX_BODY_BYTES },
    );
  };
  const count = async () => {
    const [row] = await reader.rows<{ total: number }>(
      scope,
      ({ attempts }) => `SELECT uniqExact(attempt_id) AS total FROM ${attempts} WHERE ${ofDelivery}`,
      params,
    );
    return row!.total;
  };
  return readBothEnds(read, count);
}

interface AttemptRow {
  id: string;
  step: number;
  attempt_number: number;
  disposition: Disposition;
  verdict: Verdict;
  reason: string;
  outcome: string;
  error_message: string;
  next_attempt_at_ms: number;
  retry_tier: string;
  request_method: string;
  request_url: string;
  request_headers: Record<string, string>;
  request_body_base64: string | null;
  response_status: number;
  response_headers: Record<string, string>;
  response_body_base64: string | null;
  response_body_truncated: boolean;
  remote_address: string;
  started_at_ms: number;
  duration_ms: number;
  first_byte_ms: number;
  dns_ms: number;
  connect_ms: number;
  tls_ms: number;
  origin_topic: string;
  origin_partition: number;
  origin_offset: number;
  delivery_topic: string;
  delivery_partition: number;
  delivery_offset: number;
  config_revision: number;
  dispatcher_id: string;
}

function measured(ms: number): number | null {
  return ms < 0 ? null : ms;
}

function bytesOf(base64: string | null): Buffer | null {
  return base64 === null ? null : Buffer.from(base64, 'base64');
}

function attemptOf(row: AttemptRow): Attempt {
  return {
    attemptId: row.id,
    step: row.step,
    attemptNumber: row.attempt_number,
    disposition: row.disposition,
    verdict: row.verdict,
    reason: row.reason || null,
    outcome: row.outcome || null,
    errorMessage: row.error_message || null,
    nextAttemptAtMs: row.next_attempt_at_ms || null,
    retryTier: row.retry_tier || null,
    request: row.request_method
      ? {
          method: row.request_method,
          url: row.request_url,
          headers: row.request_headers,
          body: bytesOf(row.request_body_base64),
        }
      : null,
    response: row.response_status
      ? {
          status: row.response_status,
          headers: row.response_headers,
          body: bytesOf(row.response_body_base64),
          bodyTruncated: row.response_body_truncated,
        }
      : null,
    remoteAddress: row.remote_address || null,
    startedAtMs: row.started_at_ms,
    durationMs: row.duration_ms,
    firstByteMs: measured(row.first_byte_ms),
    dnsMs: measured(row.dns_ms),
    connectMs: measured(row.connect_ms),
    tlsMs: measured(row.tls_ms),
    configRevision: row.config_revision,
    dispatcherId: row.dispatcher_id,
    readFrom: {
      topic: row.delivery_topic,
      partition: row.delivery_partition,
      offset: row.delivery_offset,
    },
  };
}
