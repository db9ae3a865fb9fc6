import type { PreparedEvent } from '@herald/publisher/prepare-event';
import type { PublishFailure } from '@herald/publisher/publish-error';
import type { Problem } from '@herald/service-kit/problem';
import type { Fullness } from './admission.ts';
import type { BatchItem, ItemError } from './body/event-batch.ts';

/** What ingest answers when it does not accept, each with what to do. */

/** Seconds after which a client is asked to try again. */
export const RETRY_AFTER_SECONDS = 1;

export const MAX_ERRORS_SHOWN = 100;

export const readOnlyKey: Problem = {
  status: 403,
  code: 'forbidden',
  title: 'The API key may not write',
  detail: 'The key has the role read. Use one with the role write or admin.',
};

export function foreignAccount(errors: readonly ItemError[]): Problem {
  return {
    status: 403,
    code: 'foreign_account',
    title: 'The API key belongs to another account',
    ...itemErrors(errors),
  };
}

export function malformedKey(): Problem {
  return {
    status: 400,
    code: 'malformed_idempotency_key',
    title: 'The Idempotency-Key cannot be used',
    detail: 'Send 1 to 255 printable ASCII characters, for example a UUID.',
    errors: [
      {
        in: 'header',
        field: 'Idempotency-Key',
        problem: 'it is not 1 to 255 printable ASCII characters',
        remedy: 'Send for example a UUID, or leave it out.',
      },
    ],
  };
}

export const keyConflict: Problem = {
  status: 422,
  code: 'idempotency_key_conflict',
  title: 'The Idempotency-Key was used for another body',
  detail:
    'Repeat a request byte by byte, or send a new key for a new request. Nothing of this one was accepted.',
};

const WAITING: Readonly<Record<Fullness, string>> = {
  events: 'Too many events wait for Kafka',
  bytes: 'Too many bytes are under way',
  'events of the account': 'Too many events of this account wait for Kafka',
  'bytes of the account': 'Too many bytes of this account are under way',
};

/** 503 where Herald is full, 429 where one account holds its share of what may be under way. */
export function overloaded(because: Fullness): Problem {
  const detail = `${WAITING[because]}. Nothing of this request was accepted: send it again after the time in Retry-After.`;
  return because === 'events' || because === 'bytes'
    ? { status: 503, code: 'overloaded', title: 'Herald takes no more at the moment', detail }
    : { status: 429, code: 'account_overloaded', title: 'The account has its share under way', detail };
}

export function quotaExceeded(eventsPerSecond: number, retryAfterMs: number): Problem {
  return {
    status: 429,
    code: 'quota_exceeded',
    title: 'The account sends more events than it may',
    detail: `It may send ${eventsPerSecond} events a second. Nothing of this request was accepted: send it again in ${Math.ceil(retryAfterMs / 1_000)} s, as Retry-After says.`,
  };
}

export function idConflict(conflicts: readonly { item: BatchItem; event: PreparedEvent }[]): Problem {
  const errors = conflicts.map(({ item: { place, nameOf }, event }) => ({
    ...place,
    field: nameOf?.('event_id') ?? 'event_id',
    value: JSON.stringify(event.eventId),
    problem: 'an event with this id and other content was sent before',
    remedy: 'Send an event again as it was, and another event under an id of its own.',
  }));
  return {
    status: 422,
    code: 'event_id_conflict',
    title: 'An id stands for another event',
    ...itemErrors(errors),
  };
}

export function notValid(errors: readonly ItemError[]): Problem {
  return { status: 422, code: 'invalid_events', title: 'Some events are not valid', ...itemErrors(errors) };
}

export function notAcknowledged(timeoutMs: number, eventIds: readonly unknown[]): Problem {
  return {
    status: 503,
    code: 'not_acknowledged',
    title: 'Kafka has not acknowledged in time',
    detail: `After ${timeoutMs} ms it is not known whether the events are on record. Send them again with the same Idempotency-Key, or with these event_ids: receivers then recognise a second copy.`,
    event_ids: eventIds,
  };
}

export function notPublished(failure: PublishFailure): Problem {
  switch (failure.kind) {
    case 'invalid':
      return notValid(
        failure.refused.flatMap(({ index, problems }) => problems.map((problem) => ({ index, ...problem }))),
      );
    case 'closed':
      return {
        status: 503,
        code: 'stopping',
        title: 'This instance is stopping',
        detail: 'Nothing of this request was accepted: send it again, to another instance.',
      };
    case 'unwritable':
      return {
        status: 413,
        code: 'unwritable_events',
        title: 'Kafka cannot take an event',
        detail:
          'Send those that errors names again, smaller or not at all; the others of this request are on record, see events.',
        errors: failure.refused.map(({ event_id, bytes, cause }) => ({
          event_id,
          bytes,
          field: '',
          problem: cause.message,
          remedy: 'Shorten its texts, or give addresses in their place.',
        })),
        events: failure.published,
      };
  }
}

export function methodNotAllowed(method: string): Problem {
  return {
    status: 405,
    code: 'method_not_allowed',
    title: 'This method is not known here',
    detail: `Events are sent by POST, not by ${method}. They are read at the API.`,
  };
}

export function notFound(method: string, path: string): Problem {
  return {
    status: 404,
    code: 'not_found',
    title: 'There is nothing here',
    detail: `${method} ${path} is not known. Events are sent by POST /v1/events.`,
  };
}

function itemErrors(errors: readonly ItemError[]): { detail: string; errors: readonly ItemError[] } {
  const events = new Set(errors.map(({ index }) => index)).size;
  const refused = events === 1 ? 'one event is' : `${events} events are`;
  const isCut = errors.length > MAX_ERRORS_SHOWN;
  return {
    detail: isCut
      ? `Nothing was accepted: there are more than ${MAX_ERRORS_SHOWN} errors, of which the first are listed.`
      : `Nothing was accepted: ${refused} refused.`,
    errors: errors.slice(0, MAX_ERRORS_SHOWN),
  };
}
