import type { DeliveryState } from '../delivery-state.ts';
import type { DeliverySummary } from '../history.ts';
import { PACKED } from '../migrations/0021-packed-moments.ts';
import { orderOf, STATE_TYPE, summaryOf } from './summary.ts';

type Field = keyof typeof PACKED;

const FIELDS = Object.keys(PACKED) as Field[];

/** ClickHouse counts from 1. */
function told(field: Field): string {
  return `told[${FIELDS.indexOf(field) + 1}]`;
}

const MOMENT_AT_MS = `toInt64(${told('moment_at_ms')})`;

const IS_REQUEST = `${told('outcome')} != ''`;

/**
 * The query for the summaries of deliveries, out of the packed column of their moments: beside the key and what
 * `condition` asks, nothing else is read. What follows it may order and limit; it is grouped by (occurred_at,
 * delivery_id).
 */
export function packedSummaries(moments: string, condition: string): string {
  return `
  WITH
    JSONExtract(packed, 'Array(String)') AS told,
    CAST(${told('state')}, '${STATE_TYPE}') AS told_state
  SELECT
    toString(delivery_id) AS id,
    toUnixTimestamp64Milli(occurred_at) AS occurred_at_ms,
    argMax(told, (${orderOf('told_state')}, ${MOMENT_AT_MS}, moment_id)) AS latest,
    uniqExactIf(moment_id, ${IS_REQUEST}) AS requests,
    argMaxIf(told, (step, ${MOMENT_AT_MS}, moment_id), ${IS_REQUEST}) AS last_request
  FROM ${moments}
  WHERE ${condition}
  GROUP BY occurred_at, delivery_id`;
}

export interface PackedSummaryRow {
  id: string;
  occurred_at_ms: number;
  /** The moment that decides how the delivery stands, packed. */
  latest: readonly string[];
  requests: number;
  /** Of the last request, packed; empty where there was none. */
  last_request: readonly string[];
}

export function summaryOfPacked({
  id,
  occurred_at_ms,
  latest,
  requests,
  last_request,
}: PackedSummaryRow): DeliverySummary {
  const of = (moment: readonly string[], field: Field) => moment[FIELDS.indexOf(field)] ?? '';
  return summaryOf({
    id,
    occurred_at_ms,
    of_endpoint: of(latest, 'endpoint_id'),
    of_event: of(latest, 'event_id'),
    of_project: of(latest, 'project_id'),
    of_channel: of(latest, 'channel_id'),
    of_publication: of(latest, 'publication_id'),
    of_type: of(latest, 'event_type'),
    of_cause: of(latest, 'cause'),
    current_state: of(latest, 'state') as DeliveryState,
    current_reason: of(latest, 'reason'),
    next_attempt_at_ms: Number(of(latest, 'next_attempt_at_ms')),
    updated_at_ms: Number(of(latest, 'moment_at_ms')),
    requests,
    last_outcome: of(last_request, 'outcome'),
    last_status: Number(of(last_request, 'response_status')),
  });
}
