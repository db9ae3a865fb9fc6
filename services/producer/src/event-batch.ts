import type { FieldProblem } from '@herald/publisher/parse-event';

/** The events of a body, whichever of its three forms it has. */
export type EventBatch =
  | { ok: true; single: boolean; items: readonly unknown[] }
  | { ok: false; code: 'no_events' | 'too_many_events' | 'not_events'; detail: string };

/** One event as an object, several as an array or as `{"events":[…]}`. */
export function readBatch(body: unknown, maxBatchEvents: number): EventBatch {
  if (Array.isArray(body)) return several(body, maxBatchEvents);
  if (!isObject(body)) {
    return {
      ok: false,
      code: 'not_events',
      detail:
        'The body is empty, or neither an object nor an array. Send one event, an array of events or {"events":[…]}.',
    };
  }
  if (!('events' in body)) return { ok: true, single: true, items: [body] };
  const { events, ...others } = body;
  if (!Array.isArray(events)) {
    return { ok: false, code: 'not_events', detail: 'events is not an array. Send {"events":[…]}.' };
  }
  const unknown = Object.keys(others);
  if (unknown.length > 0) {
    const detail = `Beside events the body has ${unknown.slice(0, 10).join(', ')}. Put each field into its event.`;
    return { ok: false, code: 'not_events', detail };
  }
  return several(events, maxBatchEvents);
}

function several(items: readonly unknown[], maxBatchEvents: number): EventBatch {
  if (items.length === 0) {
    return { ok: false, code: 'no_events', detail: 'The list of events is empty. Send at least one.' };
  }
  if (items.length > maxBatchEvents) {
    const detail = `The request has ${items.length} events. Send at most ${maxBatchEvents} in one.`;
    return { ok: false, code: 'too_many_events', detail };
  }
  return { ok: true, single: false, items };
}

/** A field of one event that is wrong, as a problem's `errors` lists it. */
export type ItemError = FieldProblem & { index: number };

/** The items that claim another account than the key's: a key writes for its own account only. */
export function foreignAccounts(items: readonly unknown[], accountId: string): ItemError[] {
  return items.flatMap((item, index) => {
    const claimed = isObject(item) ? item.account_id : undefined;
    if (claimed === undefined || claimed === accountId) return [];
    return [
      {
        index,
        field: 'account_id',
        value: JSON.stringify(claimed).slice(0, 200),
        problem: 'it is not the account of the API key',
        remedy: `Leave it out or give "${accountId}", or use a key of that account.`,
      },
    ];
  });
}

/** The item with the key's account and an id. What is no object stays as it is: the publisher says what it should be. */
export function stamp(item: unknown, accountId: string, newEventId: () => string): unknown {
  if (!isObject(item)) return item;
  return { ...item, account_id: accountId, event_id: item.event_id ?? newEventId() };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
