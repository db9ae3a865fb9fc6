import { hasTooManyMembers } from '@herald/publisher/event-shape';
import type { EventWriter } from '@herald/publisher/event-writer';
import type { PreparedEvent } from '@herald/publisher/prepare-event';
import { type BatchItem, type ItemError, isObject } from './body/event-batch.ts';
import { MAX_ERRORS_SHOWN } from './problems.ts';

export type PreparedBatch =
  | { ok: true; items: readonly BatchItem[]; events: PreparedEvent[] }
  | { ok: false; errors: ItemError[] };

export interface PrepareContext {
  accountId: string;
  /** Of the request; an event's own goes before it. */
  traceparent: string | undefined;
  /** Asked for an event that has no id. */
  newEventId: (index: number) => string;
  prepare: EventWriter['prepare'];
}

/** All events ready to be written, or what is wrong with any of them, up to somewhat more than is shown. */
export function prepareAll(items: readonly BatchItem[], context: PrepareContext): PreparedBatch {
  const events: PreparedEvent[] = [];
  const errors: ItemError[] = [];
  for (const item of items) {
    if (errors.length > MAX_ERRORS_SHOWN) break;
    const prepared = prepareOne(item, context);
    if (prepared.ok) events.push(prepared.event);
    else for (const problem of prepared.problems) errors.push({ ...item.place, ...problem });
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, items, events };
}

function prepareOne(item: BatchItem, context: PrepareContext): ReturnType<EventWriter['prepare']> {
  if (item.problems.length > 0) return { ok: false, problems: [...item.problems] };
  const { accountId, newEventId, traceparent } = context;
  const stamped = stamp(item.input, accountId, () => newEventId(item.place.index));
  const prepared = context.prepare(stamped, wellFormed(item.traceparent) ?? traceparent);
  const { nameOf } = item;
  if (prepared.ok || !nameOf) return prepared;
  return { ok: false, problems: prepared.problems.map((one) => ({ ...one, field: nameOf(one.field) })) };
}

/** The item with the key's account and an id. What is no event stays as it is: the publisher says what it should be. */
function stamp(item: unknown, accountId: string, newEventId: () => string): unknown {
  if (!isObject(item) || hasTooManyMembers(item)) return item;
  return { ...item, account_id: accountId, event_id: item.event_id ?? newEventId() };
}

/** The items that claim another account than the key's: a key writes for its own account only. */
export function foreignAccounts(items: readonly BatchItem[], accountId: string): ItemError[] {
  return items.flatMap(({ input, place, nameOf }) => {
    const claimed = isObject(input) ? input.account_id : undefined;
    if (claimed === undefined || claimed === accountId) return [];
    return [
      {
        ...place,
        field: nameOf?.('account_id') ?? 'account_id',
        value: JSON.stringify(claimed).slice(0, 200),
        problem: 'it is not the account of the API key',
        remedy: `Leave it out or give "${accountId}", or use a key of that account.`,
      },
    ];
  });
}

/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A trace context that is not well-formed is left out, as its specification asks. */
export function wellFormed(traceparent: unknown): string | undefined {
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? traceparent : undefined;
}
