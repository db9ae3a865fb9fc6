import { ALL_PROJECTS, type Endpoint } from '../endpoint.ts';
import { isOperational, PUBLICATION_EVENT_TYPES } from '../event-type.ts';
import { passes } from '../filter/evaluate.ts';
import { type DecisiveComparison, decisiveComparisons, filterText } from '../filter/evidence.ts';
import { coversProject, isRepresentable, wantsChannel, wantsType } from '../subscription.ts';
import type { RoutedBy } from './evidence.ts';

const MAX_TEXT_CHARS = 500;

/** One condition of a subscription beside what the event has. */
export interface Check {
  check: 'project' | 'channel' | 'type' | 'format' | 'itself' | 'off' | 'filter';
  passed: boolean;
  /** What the endpoint asks for, in words. */
  wanted: string;
  found: string;
  /** Of `filter`: the comparisons that decided. */
  comparisons?: readonly DecisiveComparison[];
}

/**
 * Every condition, where `match` stops at the first that fails; they all pass exactly where it matches. That of a
 * filter is left out while what the message says is not on record.
 */
export function checksOf(endpoint: Endpoint, event: RoutedBy): Check[] {
  const { channelIds, eventTypes } = endpoint.subscription;
  const checks: Check[] = [
    {
      check: 'project',
      passed: coversProject(endpoint, event.projectId),
      wanted: endpoint.projectId === ALL_PROJECTS ? 'any project' : endpoint.projectId,
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
  if (endpoint.state === 'off') {
    checks.push({ check: 'off', passed: false, wanted: 'nothing, it is switched off', found: 'an event' });
  }
  const filter = filterCheck(endpoint, event);
  return filter ? [...checks, filter] : checks;
}

function filterCheck(
  { subscription: { filter } }: Endpoint,
  { eventType, readField }: RoutedBy,
): Check | undefined {
  if (filter === undefined || readField === undefined || isOperational(eventType)) return undefined;
  const comparisons = decisiveComparisons(filter, readField);
  return {
    check: 'filter',
    passed: passes(filter, readField),
    wanted: cut(filterText(filter)),
    found: cut(comparisons.map(foundText).join(', ')),
    comparisons,
  };
}

function foundText({ comparison, found }: DecisiveComparison): string {
  return `${comparison.field} ${found === undefined ? 'with nothing' : JSON.stringify(found)}`;
}

/** A caption may be long, and a filter has 8 KiB. */
function cut(text: string): string {
  return text.length <= MAX_TEXT_CHARS ? text : `${text.slice(0, MAX_TEXT_CHARS)}…`;
}
