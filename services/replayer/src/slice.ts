import type { EventToEndpoint } from '@herald/clickhouse/history';
import type { EventToEndpointAt, ReplayReads } from '@herald/clickhouse/read/replay-reads';
import { TOPICS } from '@herald/contracts/topics';
import { replayCause } from '@herald/domain/cause';
import { OVERDUE_MS } from '@herald/domain/overdue';
import type { Routable } from '@herald/domain/subscription';
import { isBulkPlan } from '@herald/replay/bulk-plan';
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

const MAX_ENTRIES = 1_000;
/** In one look-up of the history. */
const MAX_ASKED = 1_000;
const PLAN_DELIVERIES = 1_000;
const MIN_RUN_DELIVERIES = 20;
const MAX_RUN_DELIVERIES = 500;

/**
 * Deliveries that are looked up together. A run looks up about what it sends in a second: what is known of an endpoint
 * must not be old when it gets it.
 */
export function sliceDeliveries(phase: Phase, perSecond: number): number {
  if (phase === 'plan') return PLAN_DELIVERIES;
  return Math.min(Math.max(perSecond, MIN_RUN_DELIVERIES), MAX_RUN_DELIVERIES);
}

/**
 * The first of the entries: one at least, and no more after `deliveries` that may be sent. Rejects with MustWait where
 * it has to be known what was delivered, and nobody can say.
 */
export async function lookUpSlice(
  entries: readonly SourceEntry[],
  deliveries: number,
  job: ReplayJob,
  { endpoints, isPlanned, history, now }: SliceLookups,
): Promise<Slice> {
  const items: Slice['items'] = [];
  let found = 0;
  for (const entry of entries.slice(0, MAX_ENTRIES)) {
    if (found >= deliveries) break;
    const { candidate } = entry;
    const wanting = candidate && asksWhoWants(candidate, job) ? await endpoints.wanting(candidate.event) : [];
    const matched = { ...endpoints, isPlanned, wanting: () => wanting };
    const aims = candidate ? aimsOf(candidate, job, matched) : [];
    found += aims.filter(({ kind }) => kind === 'send').length;
    items.push({ entry, aims });
  }
  const pairs = items.flatMap(({ aims }) =>
    aims.flatMap((aim) => {
      if (aim.kind !== 'send') return [];
      const { eventId, occurredAtMs } = aim.candidate.event;
      return [{ eventId, endpointId: aim.endpointId, occurredAtMs }];
    }),
  );
  const scope = { accountId: job.accountId };
  const cause = replayCause(job.id);
  let deliveredBy: Known['deliveredBy'] = () => undefined;
  if (job.skipDelivered) {
    const delivered = await askAbout(pairs, (some) => history.delivered(scope, some, cause));
    deliveredBy = (eventId, endpointId) => {
      const found = delivered(eventId, endpointId);
      return found && (found.byItself ? 'itself' : 'another');
    };
  }
  if (!leavesOutUnderway(job)) return { items, deliveredBy };
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

/** A bulk plan never sends beside what comes by itself; any other replay does where delivered ones are asked for, too. */
function leavesOutUnderway(job: ReplayJob): boolean {
  return isBulkPlan(job) || (job.skipDelivered && !isOfEvents(job.source));
}

async function askAbout<Found extends EventToEndpoint>(
  pairs: readonly EventToEndpointAt[],
  ask: (some: readonly EventToEndpointAt[]) => Promise<Found[]>,
): Promise<(eventId: string, endpointId: string) => Found | undefined> {
  const known = new Map<string, Found>();
  for (let at = 0; at < pairs.length; at += MAX_ASKED) {
    const found = await askingHistory(() => ask(pairs.slice(at, at + MAX_ASKED)));
    for (const each of found) known.set(`${each.eventId}\n${each.endpointId}`, each);
  }
  return (eventId, endpointId) => known.get(`${eventId}\n${endpointId}`);
}
