import { DELIVERY_STATES, type DeliveryState } from '../delivery-state.ts';
import type { DeliverySummary } from '../history.ts';
import { REQUESTS } from './requests.ts';

const STATE_BITS = 4;
const STEP_BITS = 32;

/**
 * The order between moments of one delivery, as `stateOf` in delivery-state.ts has it, in one number: rank, then
 * step, then state. The state is that of the greatest, so it can be had by a `max`, several times cheaper than the
 * `argMax` of a tuple over millions of rows.
 */
const ORDER = orderOf('state');

/** @param state an expression of STATE_TYPE */
export function orderOf(state: string): string {
  const rank = `multiIf(${state} = 'delivered', 2, ${state} = 'pending', 0, 1)`;
  return `bitOr(bitOr(
  bitShiftLeft(toUInt64(${rank}), ${STEP_BITS + STATE_BITS}),
  bitShiftLeft(toUInt64(step + 1), ${STATE_BITS})),
  toUInt64(${state}))`;
}

/** As a string within a query. */
export const STATE_TYPE = `Enum8(${DELIVERY_STATES.map((state, index) => `\\'${state}\\' = ${index}`).join(', ')})`;

/** The state column of a query that groups moments by delivery. */
export const CURRENT_STATE = `CAST(bitAnd(max(${ORDER}), ${2 ** STATE_BITS - 1}), '${STATE_TYPE}')`;

/** The status of the answer of which a dead delivery died, 0 for none, in a query that groups moments by delivery. */
export const DIED_BY = "argMaxIf(response_status, moment_at, state = 'dead')";

/** `pending` as a moment has it: beside a plain string, states would be compared as words and not by their order. */
export const PENDING = `CAST('pending', '${STATE_TYPE}')`;

/** Twins of one step are told apart by time, so that all fields of a summary are of one of them. */
const RECENCY = `(${ORDER}, moment_at, moment_id)`;

const LATEST_REQUEST = '(step, moment_at, moment_id)';

/** Columns of a summary, for a query over moments grouped by (occurred_at, delivery_id). */
export const SUMMARY_COLUMNS = columnsAt('occurred_at');

/** As SUMMARY_COLUMNS, for one grouped by delivery_id: the event may have been produced with several times. */
export const SUMMARY_COLUMNS_BY_ID = columnsAt('min(occurred_at)');

function columnsAt(occurredAt: string): string {
  return `
  toString(delivery_id) AS id,
  toUnixTimestamp64Milli(${occurredAt}) AS occurred_at_ms,
  any(endpoint_id) AS of_endpoint,
  any(event_id) AS of_event,
  any(project_id) AS of_project,
  any(channel_id) AS of_channel,
  any(publication_id) AS of_publication,
  any(event_type) AS of_type,
  any(cause) AS of_cause,
  ${CURRENT_STATE} AS current_state,
  argMax(reason, ${RECENCY}) AS current_reason,
  toUnixTimestamp64Milli(argMax(next_attempt_at, ${RECENCY})) AS next_attempt_at_ms,
  toUnixTimestamp64Milli(argMax(moment_at, ${RECENCY})) AS updated_at_ms,
  uniqExactIf(moment_id, ${REQUESTS}) AS requests,
  argMaxIf(outcome, ${LATEST_REQUEST}, ${REQUESTS}) AS last_outcome,
  argMaxIf(response_status, ${LATEST_REQUEST}, ${REQUESTS}) AS last_status`;
}

export interface SummaryRow {
  id: string;
  occurred_at_ms: number;
  of_endpoint: string;
  of_event: string;
  of_project: string;
  of_channel: string;
  of_publication: string;
  of_type: string;
  of_cause: string;
  current_state: DeliveryState;
  current_reason: string;
  next_attempt_at_ms: number;
  updated_at_ms: number;
  requests: number;
  last_outcome: string;
  last_status: number;
}

export function summaryOf(row: SummaryRow): DeliverySummary {
  return {
    deliveryId: row.id,
    endpointId: row.of_endpoint,
    eventId: row.of_event,
    projectId: row.of_project,
    channelId: row.of_channel,
    publicationId: row.of_publication,
    eventType: row.of_type,
    cause: row.of_cause,
    state: row.current_state,
    reason: row.current_reason || null,
    attempts: row.requests,
    lastOutcome: row.last_outcome || null,
    lastStatus: row.last_status || null,
    nextAttemptAtMs: row.current_state === 'waiting' ? row.next_attempt_at_ms || null : null,
    occurredAtMs: row.occurred_at_ms,
    updatedAtMs: row.updated_at_ms,
  };
}
