import type { PublishFailure } from '@herald/publisher/publish-error';
import type { Problem } from '@herald/service-kit/problem';
import type { EventBatch, ItemError } from './event-batch.ts';

/** What ingest answers when it does not accept, each with what to do. */

/** Seconds after which a client is asked to try again. */
export const RETRY_AFTER_SECONDS = 1;

const MAX_ERRORS_SHOWN = 100;

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

export function unsupportedType(contentType: string | undefined): Problem {
  return {
    status: 415,
    code: 'unsupported_type',
    title: 'The body is not announced as JSON',
    detail: `The request has Content-Type ${contentType ?? '(none)'}. Send application/json.`,
  };
}

export function notABatch({ code, detail }: Extract<EventBatch, { ok: false }>): Problem {
  const status = code === 'too_many_events' ? 413 : 422;
  return { status, code, title: 'The body does not hold events', detail };
}

export function malformedKey(): Problem {
  return {
    status: 400,
    code: 'malformed_idempotency_key',
    title: 'The Idempotency-Key cannot be used',
    detail: 'Send 1 to 255 printable ASCII characters, for example a UUID.',
  };
}

export const keyConflict: Problem = {
  status: 422,
  code: 'idempotency_key_conflict',
  title: 'The Idempotency-Key was used for another body',
  detail:
    'Repeat a request byte by byte, or send a new key for a new request. Nothing of this one was accepted.',
};

export function overloaded(because: 'events' | 'bytes'): Problem {
  const waiting = because === 'events' ? 'Too many events wait for Kafka' : 'Too many bytes are under way';
  return {
    status: 503,
    code: 'overloaded',
    title: 'Herald takes no more at the moment',
    detail: `${waiting}. Nothing of this request was accepted: send it again after the time in Retry-After.`,
  };
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
    case 'invalid': {
      const errors = failure.refused.flatMap(({ index, problems }) =>
        problems.map((problem) => ({ index, ...problem })),
      );
      return {
        status: 422,
        code: 'invalid_events',
        title: 'Some events are not valid',
        ...itemErrors(errors),
      };
    }
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
        detail: `${failure.cause.message}. Send smaller events; those of this request that fitted may be on record.`,
      };
  }
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
  const shown = errors.length > MAX_ERRORS_SHOWN ? ` The first ${MAX_ERRORS_SHOWN} errors are listed.` : '';
  return {
    detail: `Nothing was accepted: ${events === 1 ? 'one event is' : `${events} events are`} refused.${shown}`,
    errors: errors.slice(0, MAX_ERRORS_SHOWN),
  };
}
