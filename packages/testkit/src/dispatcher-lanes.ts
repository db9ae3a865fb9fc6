import { RETRY_TOPICS, TOPICS } from '@herald/contracts/topics';
import type { LaneGroup } from './lane-progress.ts';

/** The consumer groups by which the dispatcher is known in Kafka. */
export const DISPATCHER_LANES: readonly LaneGroup[] = [
  { groupId: 'herald.route', topics: [TOPICS.events] },
  { groupId: 'herald.delivery', topics: [TOPICS.deliveries, TOPICS.backfill] },
  { groupId: 'herald.retry', topics: RETRY_TOPICS },
];
