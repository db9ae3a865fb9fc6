import { TOPICS } from '@herald/contracts/topics';
import { NO_FILTER, type ReplayJob } from '@herald/replay/job';

/** A replay of all events to one endpoint, but for what a test says about it. */
export function aJob(said: Partial<ReplayJob> = {}): ReplayJob {
  return {
    id: 'rp_1',
    accountId: 'acme',
    wanted: 'running',
    dryRun: false,
    source: { kind: 'topic', topic: TOPICS.events, ranges: [], fromMs: undefined, toMs: undefined },
    filter: NO_FILTER,
    targetEndpointId: 'ep',
    skipDelivered: true,
    perSecond: 10_000,
    createdAtMs: 0,
    updatedAtMs: 0,
    ...said,
  };
}
