import { ALL_PROJECTS, type Endpoint } from './endpoint.ts';
import { type EventType, isOperational } from './event-type.ts';
import { passes } from './filter/evaluate.ts';
import type { ReadField } from './filter/filter.ts';

/** What the route lane matches by. */
export interface Routable {
  eventType: EventType;
  accountId: string;
  projectId: string;
  /** Empty where the event is not about a channel. */
  channelId: string;
  /** The endpoint that an operational event is about. */
  aboutEndpointId?: string | undefined;
  /** What its message says; asked only by endpoints with a filter. */
  readField: ReadField;
}

/** What of an endpoint decides whether it gets an event: also of one that is not saved yet. */
export type Subscriber = Pick<
  Endpoint,
  'id' | 'accountId' | 'projectId' | 'format' | 'subscription' | 'state'
>;

/**
 * What is known of an endpoint whose configuration cannot be read in full: to whom it belongs, and what its subscription
 * names. Types are compared as they are written, also those that only a newer version knows.
 */
export interface KnownInPart {
  id: string;
  accountId: string;
  projectId: string;
  subscription: { channelIds: ReadonlySet<string>; eventTypes: ReadonlySet<string> };
}

/** Why an endpoint does not get an event, or that it does: the evidence that `explain` shows. */
export type Match =
  | { matched: true }
  | {
      matched: false;
      because: 'account' | 'project' | 'channel' | 'type' | 'format' | 'itself' | 'off' | 'filter';
    };

/** Paused and disabled endpoints match too: what they miss is held for them. One that is off misses it. */
export function match(endpoint: Subscriber, event: Routable): Match {
  if (endpoint.accountId !== event.accountId) return { matched: false, because: 'account' };
  if (!coversProject(endpoint, event.projectId)) return { matched: false, because: 'project' };
  if (!wantsChannel(endpoint, event)) return { matched: false, because: 'channel' };
  if (!wantsType(endpoint, event.eventType)) return { matched: false, because: 'type' };
  if (!isRepresentable(endpoint, event.eventType)) return { matched: false, because: 'format' };
  // That an endpoint fails cannot be told through it, and would make it fail once more.
  if (endpoint.id === event.aboutEndpointId) return { matched: false, because: 'itself' };
  if (endpoint.state === 'off') return { matched: false, because: 'off' };
  if (!passesFilter(endpoint, event)) return { matched: false, because: 'filter' };
  return { matched: true };
}

/** False only where it is certain that the endpoint does not want the event. */
export function mayWant(endpoint: KnownInPart, event: Routable): boolean {
  return (
    endpoint.accountId === event.accountId &&
    coversProject(endpoint, event.projectId) &&
    wantsChannel(endpoint, event) &&
    wantsType(endpoint, event.eventType) &&
    endpoint.id !== event.aboutEndpointId
  );
}

export function coversProject({ projectId }: Pick<Endpoint, 'projectId'>, ofEvent: string): boolean {
  return projectId === ALL_PROJECTS || projectId === ofEvent;
}

/** Operational events are about endpoints, not channels: no choice of channels keeps them away. */
export function wantsChannel(
  { subscription: { channelIds } }: Pick<KnownInPart, 'subscription'>,
  event: Pick<Routable, 'eventType' | 'channelId'>,
): boolean {
  return channelIds.size === 0 || isOperational(event.eventType) || channelIds.has(event.channelId);
}

/** No choice of types means all publications. Operational events have to be asked for by name. */
export function wantsType(
  { subscription: { eventTypes } }: Pick<KnownInPart, 'subscription'>,
  eventType: EventType,
): boolean {
  return eventTypes.size === 0 ? !isOperational(eventType) : eventTypes.has(eventType);
}

/** The upload-post format knows one event, `upload_completed`: neither a deletion nor an operational event. */
export function isRepresentable(endpoint: Pick<Endpoint, 'format'>, eventType: EventType): boolean {
  if (endpoint.format !== 'upload-post') return true;
  return eventType === 'publication.published' || eventType === 'publication.failed';
}

/** A filter is about what a publication's message says: operational events have none of its fields, and pass. */
export function passesFilter(
  { subscription: { filter } }: Pick<Endpoint, 'subscription'>,
  event: Pick<Routable, 'eventType' | 'readField'>,
): boolean {
  return filter === undefined || isOperational(event.eventType) || passes(filter, event.readField);
}
