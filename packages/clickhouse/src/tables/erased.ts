import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { ATTEMPTS } from './attempts.ts';
import { EVENTS, type EventRow } from './events.ts';
import { ROUTES } from './routes.ts';
import type { Table } from './table.ts';

/**
 * What the ledger needs of a row whose history was erased: places, ids and times, nothing of the content. These
 * tables keep no rows, the ledger is made from what passes through them.
 */
export const ERASED_EVENTS: Table<EventRow> = only(EVENTS, 'erased_events', [
  'partition',
  'offset',
  'recorded_at',
  'account_id',
]);

export const ERASED_ROUTES: Table<RouteRecord> = only(ROUTES, 'erased_routes', [
  'account_id',
  'origin_topic',
  'origin_partition',
  'origin_offset',
  'routed_at',
  'endpoint_ids',
  'delivery_ids',
]);

export const ERASED_ATTEMPTS: Table<DeliveryAttempt> = only(ATTEMPTS, 'erased_attempts', [
  'delivery_id',
  'endpoint_id',
  'account_id',
  'step',
  'state',
  'next_attempt_at',
  'retry_tier',
  'started_at',
  'origin_topic',
  'origin_partition',
  'origin_offset',
]);

function only<R>(table: Table<R>, name: string, kept: readonly string[]): Table<R> {
  const columns = table.columns.filter(([column]) => kept.includes(column));
  if (columns.length !== kept.length) throw new Error(`${table.name} has not all columns that ${name} keeps`);
  return { name, columns };
}
