import type { RouteRecord } from '@herald/contracts/generated/route-record';
import { type Table, writeEventTime, writeTime } from './table.ts';

/** One route record, with its deliveries as two arrays of one length. */
export const ROUTES: Table<RouteRecord> = {
  name: 'routes',
  columns: [
    ['event_id', (to, row) => to.string(row.event_id)],
    ['account_id', (to, row) => to.string(row.account_id)],
    ['project_id', (to, row) => to.string(row.project_id)],
    ['channel_id', (to, row) => to.string(row.channel_id)],
    ['publication_id', (to, row) => to.string(row.publication_id)],
    ['event_type', (to, row) => to.string(row.event_type)],
    ['occurred_at', (to, row) => writeEventTime(to, row.occurred_at)],
    ['origin_topic', (to, row) => to.string(row.origin_topic)],
    ['origin_partition', (to, row) => to.int32(row.origin_partition)],
    ['origin_offset', (to, row) => to.int64(row.origin_offset)],
    ['config_revision', (to, row) => to.int64(row.config_revision)],
    ['routed_at', (to, row) => writeTime(to, row.routed_at)],
    [
      'endpoint_ids',
      (to, { deliveries }) => {
        to.length(deliveries.length);
        for (const { endpoint_id } of deliveries) to.string(endpoint_id);
      },
    ],
    [
      'delivery_ids',
      (to, { deliveries }) => {
        to.length(deliveries.length);
        for (const { delivery_id } of deliveries) to.uuid(delivery_id);
      },
    ],
  ],
};
