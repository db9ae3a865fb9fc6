import type { ReplayReads } from '@herald/clickhouse/read/replay-reads';
import { type Aim, aimsOf, type Endpoints } from '@herald/replay/decide';
import type { ReplayJob } from '@herald/replay/job';
import type { Phase } from '@herald/replay/next-action';
import { askingHistory, type SourceEntry } from './source/source.ts';

/** Entries that are looked up together. */
export interface Slice {
  items: { entry: SourceEntry; aims: readonly Aim[] }[];
  isDelivered(eventId: string, endpointId: string): boolean;
}

export interface SliceLookups {
  endpoints: Endpoints;
  history: Pick<ReplayReads, 'delivered'>;
}

const PLAN_ENTRIES = 1_000;
const MIN_RUN_ENTRIES = 20;
const MAX_RUN_ENTRIES = 500;

/** A run looks up about what it sends in a second: what is known of an endpoint must not be old when it gets it. */
export function sliceEntries(phase: Phase, perSecond: number): number {
  return phase === 'plan' ? PLAN_ENTRIES : Math.min(Math.max(perSecond, MIN_RUN_ENTRIES), MAX_RUN_ENTRIES);
}

/** Rejects with HistoryAway where it has to be known what was delivered, and nobody can say. */
export async function lookUpSlice(
  entries: readonly SourceEntry[],
  job: ReplayJob,
  { endpoints, history }: SliceLookups,
): Promise<Slice> {
  const items = entries.map((entry) => ({
    entry,
    aims: entry.candidate ? aimsOf(entry.candidate, job, endpoints) : [],
  }));
  const pairs = items.flatMap(({ aims }) =>
    aims.flatMap((aim) => {
      if (aim.kind !== 'send') return [];
      const { eventId, occurredAtMs } = aim.candidate.event;
      return [{ eventId, endpointId: aim.endpointId, occurredAtMs }];
    }),
  );
  if (!job.skipDelivered || pairs.length === 0) return { items, isDelivered: () => false };
  const delivered = new Set<string>();
  for (let at = 0; at < pairs.length; at += PLAN_ENTRIES) {
    const found = await askingHistory(() =>
      history.delivered({ accountId: job.accountId }, pairs.slice(at, at + PLAN_ENTRIES)),
    );
    for (const { eventId, endpointId } of found) delivered.add(`${eventId}\n${endpointId}`);
  }
  return { items, isDelivered: (eventId, endpointId) => delivered.has(`${eventId}\n${endpointId}`) };
}
