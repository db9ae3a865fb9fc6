import type { EventType } from '@herald/domain/event-type';
import type { RetryTierName } from '@herald/domain/retry-tiers';
import { type Behaviour, failing, flaky, gone, healthy } from '@herald/testkit/behaviour';

/** One endpoint of the demo: a real receiver, and the policy that it has of its own. */
export interface Part {
  name: string;
  /** What the audience is to see. */
  shows: string;
  behaviour: Behaviour;
  retrySchedule: readonly RetryTierName[];
  /** Empty means all. */
  eventTypes: readonly EventType[];
  /** The port is closed from the start, and opened so long after the first event. */
  downForMs?: number;
}

export const ACCOUNT = 'demo';

/** Short tiers of the usual kind: what takes three days by default is over in twenty seconds. */
const SHORT: readonly RetryTierName[] = ['5s', '5s', '5s'];

export const PARTS: readonly Part[] = [
  {
    name: 'healthy',
    shows: 'accepts every message',
    behaviour: healthy(),
    retrySchedule: SHORT,
    eventTypes: [],
  },
  {
    name: 'flaky',
    shows: 'answers 503 to a quarter of its messages, once each',
    behaviour: flaky({ share: 0.25, failures: 1 }),
    retrySchedule: SHORT,
    eventTypes: [],
  },
  {
    name: 'restarting',
    shows: 'is down at first and comes back: nothing is lost',
    behaviour: healthy(),
    retrySchedule: SHORT,
    eventTypes: [],
    downForMs: 8_000,
  },
  {
    name: 'gone',
    shows: 'answers 410: its deliveries are held',
    behaviour: gone(),
    retrySchedule: SHORT,
    eventTypes: [],
  },
  {
    name: 'broken',
    shows: 'answers 404 for ever to failed publications: dead letters',
    // A refusal is a sign of life: with 500 its breaker would open, and deliveries do not die of an outage.
    behaviour: failing(404),
    retrySchedule: ['5s'],
    eventTypes: ['publication.failed'],
  },
];

/** Which parts have to get an event, by the demo's own reading of the scenario. */
export function partsFor(eventType: EventType): readonly Part[] {
  return PARTS.filter(({ eventTypes }) => eventTypes.length === 0 || eventTypes.includes(eventType));
}
