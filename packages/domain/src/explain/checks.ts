import type { Endpoint } from '../endpoint.ts';
import { PUBLICATION_EVENT_TYPES } from '../event-type.ts';
import { isRepresentable, type Routable, wantsChannel, wantsType } from '../subscription.ts';

/** One condition of a subscription beside what the event has. */
export interface Check {
  check: 'project' | 'channel' | 'type' | 'format' | 'itself';
  passed: boolean;
  /** What the endpoint asks for, in words. */
  wanted: string;
  found: string;
}

/** Every condition, where `match` stops at the first that fails; they all pass exactly where it matches. */
export function checksOf(endpoint: Endpoint, event: Routable): Check[] {
  const { channelIds, eventTypes } = endpoint.subscription;
  const checks: Check[] = [
    {
      check: 'project',
      passed: endpoint.projectId === event.projectId,
      wanted: endpoint.projectId,
      found: event.projectId,
    },
    {
      check: 'channel',
      passed: wantsChannel(endpoint, event),
      wanted: channelIds.size === 0 ? 'any channel' : [...channelIds].join(', '),
      found: event.channelId === '' ? 'no channel' : event.channelId,
    },
    {
      check: 'type',
      passed: wantsType(endpoint, event.eventType),
      wanted: (eventTypes.size === 0 ? PUBLICATION_EVENT_TYPES : [...eventTypes]).join(', '),
      found: event.eventType,
    },
  ];
  if (!isRepresentable(endpoint, event.eventType)) {
    checks.push({
      check: 'format',
      passed: false,
      wanted: `what the format ${endpoint.format} can say`,
      found: event.eventType,
    });
  }
  if (endpoint.id === event.aboutEndpointId) {
    checks.push({
      check: 'itself',
      passed: false,
      wanted: 'events about other endpoints',
      found: 'an event about this one',
    });
  }
  return checks;
}
