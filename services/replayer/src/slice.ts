import type { EventToEndpoint } from '@herald/clickhouse/history';
import type { EventToEndpointAt, ReplayReads } from '@herald/clickhouse/read/replay-reads';
import { TOPICS } from '@herald/contracts/topics';
import { replayCause } from '@herald/domain/cause';
import { OVERDUE_MS } from '@herald/domain/overdue';
import type { Routable } from '@herald/domain/subscription';
import { type Aim, aimsOf, asksWhoWants, type Endpoints, type Known } from '@herald/replay/decide';
import type { ReplayJob, ReplaySource } from '@herald/replay/job';
import type { Phase } from '@herald/replay/next-action';
import { askingHistory, type SourceEntry } from './source/source.ts';

/** Entries that are looked up together. */
export interface Slice {
  items: { entry: SourceEntry; aims: readonly Aim[] }[];
  deliveredBy: Known['deliveredBy'];
}

/** As `Endpoints`, and later where filters have so much to read that others have their turn in between. */
export interface EndpointsInTurns {
  exists: Endpoints['exists'];
  isOff: Endpoints['isOff'];
  /** Undefined for one that is not there. */
  createdAtMs(endpointId: string): number | undefined;
  wanting(event: Routable): readonly string[] | Promise<readonly string[]>;
}

export interface SliceLookups {
  endpoints: EndpointsInTurns;
  isPlanned: Endpoints['isPlanned'];
  history: Pick<ReplayReads, 'delivered' | 'underway'>;
  now(): number;
}

const PLAN_ENTRIES = 1_000;
const MIN_RUN_ENTRIES = 20;
const MAX_RUN_ENTRIES = 500;

/** A run looks up about what it sends in a second: what is known of an endpoint must not be old when it gets it. */
export function sliceEntries(phase: Phase, perSecond: number): number {
  return phase === 'plan' ? PLAN_ENTRIES : Math.min(Math.max(perSecond, MIN_RUN_ENTRIES), MAX_RUN_ENTRIES);
}

/** Rejects with MustWait where it has to be known what was delivered, and nobody can say. */
export async function lookUpSlice(
  entries: readonly SourceEntry[],
  job: ReplayJob,
  { endpoints, isPlanned, history, now }: SliceLookups,
): Promise<Slice> {
  const items: Slice['items'] = [];
  for (const entry of entries) {
    const { candidate } = entry;
    const wanting = candidate && asksWhoWants(candidate, job) ? await endpoints.wanting(candidate.event) : [];
    const matched = { ...endpoints, isPlanned, wanting: () => wanting };
    items.push({ entry, aims: candidate ? aimsOf(candidate, job, matched) : [] });
  }
  const pairs = items.flatMap(({ aims }) =>
    aims.flatMap((aim) => {
      if (aim.kind !== 'send') return [];
      const { eventId, occurredAtMs } = aim.candidate.event;
      return [{ eventId, endpointId: aim.endpointId, occurredAtMs }];
    }),
  );
  if (!job.skipDelivered || pairs.length === 0) return { items, deliveredBy: () => undefined };
  const scope = { accountId: job.accountId };
  const cause = replayCause(job.id);
  const delivered = await askAbout(pairs, (some) => history.delivered(scope, some, cause));
  const deliveredBy: Known['deliveredBy'] = (eventId, endpointId) => {
    const found = delivered(eventId, endpointId);
    return found && (found.byItself ? 'itself' : 'another');
  };
  if (isOfEvents(job.source)) return { items, deliveredBy };
  const overdueBeforeMs = now() - OVERDUE_MS;
  const underway = await askAbout(pairs, (some) => history.underway(scope, some, cause, overdueBeforeMs));
  return {
    items: items.map(({ entry, aims }) => ({
      entry,
      aims: aims.map((aim) =>
        aim.kind === 'send' && underway(aim.candidate.event.eventId, aim.endpointId)
          ? { ...aim, kind: 'skip', reason: 'underway' }
          : aim,
      ),
    })),
    deliveredBy,
  };
}

/** What any other source has is a delivery: what still comes by one is not sent beside that. */
export function isOfEvents(source: ReplaySource): boolean {
  return source.kind === 'topic' && source.topic === TOPICS.events;
}

async function askAbout<Found extends EventToEndpoint>(
  pairs: readonly EventToEndpointAt[],
  ask: (some: readonly EventToEndpointAt[]) => Promise<Found[]>,
): Promise<(eventId: string, endpointId: string) => Found | undefined> {
  const known = new Map<string, Found>();
  for (let at = 0; at < pairs.length; at += PLAN_ENTRIES) {
    const found = await askingHistory(() => ask(pairs.slice(at, at + PLAN_ENTRIES)));
    for (const each of found) known.set(`${each.eventId}\n${each.endpointId}`, each);
  }
  return (eventId, endpointId) => known.get(`${eventId}\n${endpointId}`);
}
