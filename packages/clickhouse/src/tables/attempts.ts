import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { DELIVERY_STATES, stateAfter } from '../delivery-state.ts';
import { type Table, writeMap, writeTime } from './table.ts';

const NO_BYTES = Buffer.alloc(0);

/** One disposition. What a disposition without a request or an answer does not have is empty, 0 or 1970. */
export const ATTEMPTS: Table<DeliveryAttempt> = {
  name: 'attempts',
  columns: [
    ['attempt_id', (to, row) => to.uuid(row.attempt_id)],
    ['delivery_id', (to, row) => to.uuid(row.delivery_id)],
    ['event_id', (to, row) => to.string(row.event_id)],
    ['endpoint_id', (to, row) => to.string(row.endpoint_id)],
    ['account_id', (to, row) => to.string(row.account_id)],
    ['project_id', (to, row) => to.string(row.project_id)],
    ['channel_id', (to, row) => to.string(row.channel_id)],
    ['publication_id', (to, row) => to.string(row.publication_id)],
    ['event_type', (to, row) => to.string(row.event_type)],
    ['cause', (to, row) => to.string(row.cause)],
    ['step', (to, row) => to.int32(row.step)],
    ['attempt_number', (to, row) => to.int32(row.attempt_number)],
    ['disposition', (to, row) => to.string(row.disposition)],
    ['verdict', (to, row) => to.string(row.verdict)],
    ['state', (to, row) => to.uint8(DELIVERY_STATES.indexOf(stateAfter(row.disposition, row.verdict)))],
    ['reason', (to, row) => to.string(row.reason ?? '')],
    ['outcome', (to, row) => to.string(row.outcome ?? '')],
    ['error_message', (to, row) => to.string(row.error_message ?? '')],
    ['next_attempt_at', (to, row) => writeTime(to, row.next_attempt_at ?? 0)],
    ['retry_tier', (to, row) => to.string(row.retry_tier ?? '')],
    ['request_method', (to, row) => to.string(row.request?.method ?? '')],
    ['request_url', (to, row) => to.string(row.request?.url ?? '')],
    ['request_headers', (to, row) => writeMap(to, row.request?.headers ?? {})],
    ['request_body', (to, row) => to.bytes(row.request?.body ?? NO_BYTES)],
    ['response_status', (to, row) => to.uint16(row.response?.status ?? 0)],
    ['response_headers', (to, row) => writeMap(to, row.response?.headers ?? {})],
    ['response_body', (to, row) => to.bytes(row.response?.body ?? NO_BYTES)],
    ['response_body_truncated', (to, row) => to.uint8(row.response?.body_truncated ? 1 : 0)],
    ['remote_address', (to, row) => to.string(row.remote_address ?? '')],
    ['started_at', (to, row) => writeTime(to, row.started_at)],
    ['duration_ms', (to, row) => to.float64(row.duration_ms)],
    ['first_byte_ms', (to, row) => to.float64(row.first_byte_ms ?? -1)],
    ['occurred_at', (to, row) => writeTime(to, row.occurred_at)],
    ['origin_topic', (to, row) => to.string(row.origin_topic)],
    ['origin_partition', (to, row) => to.int32(row.origin_partition)],
    ['origin_offset', (to, row) => to.int64(row.origin_offset)],
    ['delivery_topic', (to, row) => to.string(row.delivery_topic)],
    ['delivery_partition', (to, row) => to.int32(row.delivery_partition)],
    ['delivery_offset', (to, row) => to.int64(row.delivery_offset)],
    ['config_revision', (to, row) => to.int64(row.config_revision)],
    ['dispatcher_id', (to, row) => to.string(row.dispatcher_id)],
  ],
};
