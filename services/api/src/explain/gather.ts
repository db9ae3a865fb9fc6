import type { DeliverySummary } from '@herald/clickhouse/history';
import type { EventOnRecord, MatchedBy } from '@herald/clickhouse/read/explain-evidence';
import { eventField } from '@herald/contracts/event-fields';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { isEventType } from '@herald/domain/event-type';
import type {
  AsRouted,
  DeliveryEvidence,
  EndpointEvidence,
  EventEvidence,
  RoutedBy,
} from '@herald/domain/explain/evidence';
import { coversProject } from '@herald/domain/subscription';
import { effectiveState } from '@herald/registry/endpoint-status';
import type { Account } from '../account/account.ts';

/** Endpoints that one answer speaks of. */
export const MAX_ENDPOINTS = 100;

const DAY_MS = 86_400_000;

/** What is held is given up a day before its topic would drop it. */
const HELD_FOR_MS =
  Number(TOPIC_SPECS.find(({ name }) => name === TOPICS.held)?.config['retention.ms']) - DAY_MS;

export interface Gathered {
  event: EventEvidence;
  endpoints: EndpointEvidence[];
  /** Endpoints of the account that are not among them. */
  leftOut: number;
}

export function eventEvidence(accountId: string, eventId: string, found: EventOnRecord): EventEvidence {
  const { asOfMs, accepted, poison, route } = found;
  return {
    eventId,
    asOfMs,
    accepted,
    poison,
    routable: routedBy(accountId, found.matchedBy),
    route: route && {
      atMs: route.routedAtMs,
      revision: route.configRevision,
      endpointIds: route.deliveries.map(({ endpointId }) => endpointId),
    },
    forgotten: undefined,
  };
}

function routedBy(accountId: string, matchedBy: MatchedBy | undefined): RoutedBy | undefined {
  if (!matchedBy || !isEventType(matchedBy.eventType)) return undefined;
  const { eventType, projectId, channelId, aboutEndpointId, event } = matchedBy;
  const readField: RoutedBy['readField'] = event && ((path) => eventField(event, path));
  return { eventType, accountId, projectId, channelId, aboutEndpointId, readField };
}

/**
 * What is on record of the endpoint that was asked for, or of all: those that it was delivered to first, then those
 * of the event's project and of all projects. Undefined where the account has and had no such endpoint.
 */
export async function gather(
  account: Account,
  eventId: string,
  endpointId: string | undefined,
  found: EventOnRecord,
): Promise<Gathered | undefined> {
  const event = eventEvidence(account.id, eventId, found);
  const ids = endpointId === undefined ? relevant(account, event, found) : [endpointId];
  const shown = ids.slice(0, MAX_ENDPOINTS);
  const asRouted = await configurationsOf(account, event, shown);
  const endpoints = shown.map((id) => endpointEvidence(account, id, found, asRouted.get(id)));
  const [only] = endpoints;
  if (endpointId !== undefined && only && !belongs(only, event)) return undefined;
  const isOnRecord = event.accepted !== undefined || event.route !== undefined;
  const forgotten = isOnRecord ? undefined : await account.events.forgotten(eventId, ids);
  return { event: { ...event, forgotten }, endpoints, leftOut: ids.length - shown.length };
}

function relevant(account: Account, event: EventEvidence, { deliveries }: EventOnRecord): string[] {
  const projectId = event.routable?.projectId;
  const all = account.endpoints.list(undefined).map(({ endpoint }) => endpoint);
  const near = all.filter((endpoint) => projectId !== undefined && coversProject(endpoint, projectId));
  const routed = event.route?.endpointIds ?? [];
  const delivered = deliveries.map((delivery) => delivery.endpointId);
  return [...new Set([...delivered, ...routed, ...[...near, ...all].map(({ id }) => id)])];
}

/** What was not changed since is known from the table; only for the others the topic is read. */
async function configurationsOf(
  account: Account,
  { route }: EventEvidence,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AsRouted>> {
  if (!route) return new Map();
  const known = new Map<string, AsRouted>();
  const changed = new Set<string>();
  for (const id of ids) {
    const current = account.endpoints.get(id);
    if (current && current.revision <= route.revision) known.set(id, { kind: 'known', ...current });
    else changed.add(id);
  }
  if (changed.size === 0) return known;
  return new Map([...known, ...(await account.endpoints.at(route.revision, changed))]);
}

function endpointEvidence(
  account: Account,
  endpointId: string,
  { deliveries }: EventOnRecord,
  asRouted: AsRouted = { kind: 'forgotten' },
): EndpointEvidence {
  const current = account.endpoints.get(endpointId);
  return {
    endpointId,
    current: current && {
      ...current,
      state: effectiveState(current.endpoint, current.revision, account.endpoints.status(endpointId)),
    },
    asRouted,
    deliveries: deliveries.filter((delivery) => delivery.endpointId === endpointId).map(deliveryEvidence),
  };
}

/** One that is not there any more is the account's if something of the account's names it. */
function belongs(
  { endpointId, current, asRouted, deliveries }: EndpointEvidence,
  event: EventEvidence,
): boolean {
  if (current || asRouted.kind === 'known' || deliveries.length > 0) return true;
  return event.route?.endpointIds.includes(endpointId) ?? false;
}

function deliveryEvidence(delivery: DeliverySummary): DeliveryEvidence {
  return {
    deliveryId: delivery.deliveryId,
    cause: delivery.cause,
    state: delivery.state,
    reason: delivery.reason ?? undefined,
    attempts: delivery.attempts,
    lastOutcome: delivery.lastOutcome ?? undefined,
    lastStatus: delivery.lastStatus ?? undefined,
    nextAttemptAtMs: delivery.nextAttemptAtMs ?? undefined,
    updatedAtMs: delivery.updatedAtMs,
    heldUntilMs: delivery.state === 'held' ? delivery.updatedAtMs + HELD_FOR_MS : undefined,
  };
}
