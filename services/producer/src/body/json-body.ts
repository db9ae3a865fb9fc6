import type { EventBatch } from './event-batch.ts';
import { isObject, notABatch, tooManyEvents } from './event-batch.ts';

/** One event as an object, several as an array or as `{"events":[…]}`. */
export function readJsonBody(body: unknown, maxBatchEvents: number): EventBatch {
  if (Array.isArray(body)) return several(body, maxBatchEvents);
  if (!isObject(body)) {
    return notABatch('not_events', {
      problem: 'The body is neither an object nor an array.',
      remedy: 'Send one event, an array of events or {"events":[…]}.',
    });
  }
  if (!('events' in body)) {
    return { ok: true, single: true, items: [{ input: body, place: { index: 0 }, problems: [] }] };
  }
  const { events } = body;
  if (!Array.isArray(events)) {
    return notABatch('not_events', {
      field: 'events',
      problem: 'events is not an array.',
      remedy: 'Send {"events":[…]}.',
    });
  }
  const unknown = Object.keys(body).filter((name) => name !== 'events');
  if (unknown.length > 0) {
    const names = unknown.slice(0, 10).join(', ');
    return notABatch('not_events', {
      field: unknown[0] as string,
      problem: `Beside events the body has ${names}.`,
      remedy: 'Put each field into its event.',
    });
  }
  return several(events, maxBatchEvents);
}

function several(events: readonly unknown[], maxBatchEvents: number): EventBatch {
  if (events.length === 0) {
    return notABatch('no_events', { problem: 'The list of events is empty.', remedy: 'Send at least one.' });
  }
  if (events.length > maxBatchEvents) return tooManyEvents(maxBatchEvents);
  return {
    ok: true,
    single: false,
    items: events.map((input, index) => ({ input, place: { index }, problems: [] })),
  };
}
