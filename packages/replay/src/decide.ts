import { replayCause } from '@herald/domain/cause';
import type { Delivery } from '@herald/domain/delivery';
import type { Recorded } from '@herald/domain/erasure';
import { deliveryId } from '@herald/domain/ids';
import type { Routable } from '@herald/domain/subscription';
import type { Candidate } from './candidate.ts';
import type { ReplayJob } from './job.ts';

/** Why a delivery that the filter lets through is not sent. */
export const SKIP_REASONS = [
  /** The endpoint has accepted the event before. */
  'already_delivered',
  /** A delivery of the event to the endpoint has not ended: it comes by itself. */
  'underway',
  /** The endpoint is not there any more. */
  'endpoint_deleted',
  /** The endpoint is switched off: what is held for it is cancelled when it is switched on. */
  'endpoint_off',
  /** No endpoint wants the event now, of those that the plan knew. */
  'no_endpoint',
  /** The endpoint wants the event, and the plan has not looked at it: it came later, or wanted nothing then. */
  'not_planned',
  /** Counted by the plan, but its endpoint does not want the event any more, or is gone: known when the run is through. */
  'not_wanted',
  /** The replay has sent it before: the source has it more than once. */
  'duplicate',
  /** Kafka does not keep the event any more, nor its dead letter where it has died. */
  'expired',
  /** Its history was erased on request: Kafka has it still, and nobody is to get it any more. */
  'erased',
  /** It was a test of the endpoint, whose event nobody else is to get. */
  'test',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** A delivery that the filter lets through, before it is known whether the endpoint has it. */
export type Aim =
  | { kind: 'send'; candidate: Candidate; endpointId: string }
  | { kind: 'skip'; candidate: Candidate; endpointId: string | undefined; reason: SkipReason };

/** The account's endpoints as they are now. */
export interface Endpoints {
  exists(endpointId: string): boolean;
  isOff(endpointId: string): boolean;
  /** Ids of those that want the event. */
  wanting(event: Routable): readonly string[];
  /** Whether the replay may go to the endpoint because it wants the event: see `plannedEndpoints`. */
  isPlanned(endpointId: string): boolean;
}

/** Whether what the replay would do about a record depends on who wants its event. */
export function asksWhoWants(candidate: Candidate, job: ReplayJob): boolean {
  const goesToTarget = job.targetEndpointId !== undefined && job.filter.endpointIds.length === 0;
  return isWanted(candidate, job) && candidate.delivery === undefined && !goesToTarget;
}

/** Everything that the replay would do about one record: nothing where it does not match. */
export function aimsOf(candidate: Candidate, job: ReplayJob, endpoints: Endpoints): Aim[] {
  if (!isWanted(candidate, job)) return [];
  const { delivery } = candidate;
  const { endpointIds } = job.filter;
  const isAsked = (endpointId: string) => endpointIds.length === 0 || endpointIds.includes(endpointId);

  if (delivery) {
    if (!isAsked(delivery.endpointId)) return [];
    if (delivery.cause === 'test') return [skip(candidate, delivery.endpointId, 'test')];
    if (candidate.isGone) return [skip(candidate, delivery.endpointId, 'expired')];
    return [aimAt(candidate, job.targetEndpointId ?? delivery.endpointId, endpoints)];
  }
  if (job.targetEndpointId !== undefined && endpointIds.length === 0) {
    return [aimAt(candidate, job.targetEndpointId, endpoints)];
  }
  const wanting = endpoints.wanting(candidate.event);
  if (job.targetEndpointId !== undefined) {
    return wanting.some(isAsked) ? [aimAt(candidate, job.targetEndpointId, endpoints)] : [];
  }
  const planned = wanting.filter((endpointId) => endpoints.isPlanned(endpointId));
  const later = wanting.filter((endpointId) => isAsked(endpointId) && !planned.includes(endpointId));
  return [
    ...later.map((endpointId) => skip(candidate, endpointId, 'not_planned')),
    // But for those that came later it is the same as in the plan: what the plan has counted is counted again.
    ...(planned.length === 0 && endpointIds.length === 0 ? [skip(candidate, undefined, 'no_endpoint')] : []),
    ...planned.filter(isAsked).map((endpointId) => aimAt(candidate, endpointId, endpoints)),
  ];
}

function isWanted({ event, delivery }: Candidate, { accountId, filter }: ReplayJob): boolean {
  if (event.accountId !== accountId) return false;
  if (filter.projectId !== undefined && event.projectId !== filter.projectId) return false;
  if (filter.reasons.length > 0 && !filter.reasons.includes(delivery?.reason ?? '')) return false;
  return (
    isIn(filter.channelIds, event.channelId) &&
    isIn(filter.eventTypes, event.eventType) &&
    isIn(filter.publicationIds, event.publicationId) &&
    isIn(filter.eventIds, event.eventId)
  );
}

function isIn<T>(asked: readonly T[], value: T): boolean {
  return asked.length === 0 || asked.includes(value);
}

function aimAt(candidate: Candidate, endpointId: string, endpoints: Endpoints): Aim {
  if (!endpoints.exists(endpointId)) return skip(candidate, endpointId, 'endpoint_deleted');
  if (endpoints.isOff(endpointId)) return skip(candidate, endpointId, 'endpoint_off');
  return { kind: 'send', candidate, endpointId };
}

function skip(candidate: Candidate, endpointId: string | undefined, reason: SkipReason): Aim {
  return { kind: 'skip', candidate, endpointId, reason };
}

export type Decision =
  | { kind: 'send'; delivery: Delivery; candidate: Candidate }
  /** The replay has sent it before it was killed, and it has arrived: it counts, and is not sent again. */
  | { kind: 'sent'; deliveryId: string; endpointId: string }
  | { kind: 'skip'; endpointId: string | undefined; reason: SkipReason };

/** Whether one of the deliveries that an endpoint has accepted was the replay's own. */
export type DeliveredBy = 'itself' | 'another';

/** What is known of an aim beyond its record. */
export interface Known {
  /** Whether the endpoint has accepted the event; always undefined where the replay does not ask for it. */
  deliveredBy(eventId: string, endpointId: string): DeliveredBy | undefined;
  /** Whether the replay has sent that delivery before, as far as it remembers. */
  isRepeated(deliveryId: string): boolean;
  isErased(recorded: Recorded): boolean;
  /** Of the table of endpoints that was looked at. */
  configRevision: number;
}

/** The delivery of a replay: the same job gives the same event and endpoint the same id, however often it is run. */
export function decide(aim: Aim, job: Pick<ReplayJob, 'id'>, known: Known): Decision {
  const { candidate, endpointId } = aim;
  if (aim.kind === 'skip') return { kind: 'skip', endpointId, reason: aim.reason };
  const { eventId, accountId, publicationId } = candidate.event;
  if (known.isErased({ accountId, publicationId, origin: candidate.origin })) {
    return { kind: 'skip', endpointId, reason: 'erased' };
  }
  const cause = replayCause(job.id);
  const id = deliveryId(eventId, aim.endpointId, cause);
  if (known.isRepeated(id)) return { kind: 'skip', endpointId, reason: 'duplicate' };
  const by = known.deliveredBy(eventId, aim.endpointId);
  if (by === 'itself') return { kind: 'sent', deliveryId: id, endpointId: aim.endpointId };
  if (by === 'another') return { kind: 'skip', endpointId, reason: 'already_delivered' };
  return {
    kind: 'send',
    candidate,
    delivery: {
      deliveryId: id,
      endpointId: aim.endpointId,
      eventId,
      step: 0,
      attempts: 0,
      dueAtMs: 0,
      origin: candidate.origin,
      cause,
      configRevision: known.configRevision,
      traceparent: candidate.traceparent,
    },
  };
}
