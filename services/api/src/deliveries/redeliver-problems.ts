import type { DeliverySummary } from '@herald/clickhouse/history';
import type { Problem } from '@herald/service-kit/problem';
import type { Answer } from '../http/operation.ts';
import type { Redelivered } from './redeliver.ts';

/** Why a delivery is not sent again, each with what to do instead. */

export function endpointDeleted({ endpointId, eventId }: DeliverySummary): Problem {
  return {
    status: 409,
    code: 'endpoint_deleted',
    title: 'The endpoint was deleted',
    detail: `${endpointId} has no address any more. Create an endpoint, and replay event ${eventId} to that one.`,
    endpoint_id: endpointId,
  };
}

/** Of a redelivery, or of a replay with the endpoint as its target. */
export function endpointOff(endpointId: string): Problem {
  return {
    status: 409,
    code: 'endpoint_off',
    title: 'The endpoint is switched off',
    detail: `Nothing is sent to ${endpointId} while it is off, and what waits for it is cancelled when it is switched on. Switch it on, then ask again: POST /v1/endpoints/${endpointId}/enable. To keep what comes for later, pause it instead.`,
    endpoint_id: endpointId,
  };
}

export function deliveryOpen(delivery: DeliverySummary): Problem {
  const { deliveryId, endpointId, state, nextAttemptAtMs } = delivery;
  const problem = { status: 409, code: 'delivery_open', title: 'The delivery has not ended', state };
  switch (state) {
    case 'held':
      return {
        ...problem,
        detail: `It is held (${delivery.reason ?? 'by its endpoint'}) and is delivered when that ends: resume ${endpointId}.`,
      };
    case 'waiting': {
      const nextAt = nextAttemptAtMs === null ? null : new Date(nextAttemptAtMs).toISOString();
      return {
        ...problem,
        detail: `It is still to be attempted${nextAt ? ` at ${nextAt}` : ''}. To have that now: POST /v1/endpoints/${endpointId}/retries/redrive-now with delivery_ids ["${deliveryId}"], or herald retries redrive-now --delivery ${deliveryId}.`,
        next_attempt_at: nextAt,
      };
    }
    default:
      return {
        ...problem,
        detail: `It is routed and about to be attempted: look at it again in a few seconds. If it stays so, see the ledger, and replay event ${delivery.eventId}.`,
      };
  }
}

/** What was decided to be sent, and was not. */
export function refusedRedelivery(
  delivery: DeliverySummary,
  refusal: Exclude<Redelivered, { kind: 'queued' }>,
): Answer {
  switch (refusal.kind) {
    case 'endpoint_deleted':
      return { problem: endpointDeleted(delivery) };
    case 'event_gone':
      return { problem: eventGone(delivery) };
    case 'erased':
      return { problem: eventErased(delivery) };
    case 'unavailable':
      return unconfirmed(refusal.detail);
  }
}

function eventGone({ eventId }: DeliverySummary): Problem {
  return {
    status: 410,
    code: 'event_gone',
    title: 'The event is not on record any more',
    detail: `Neither its topic nor a dead letter nor the history has event ${eventId}: all have a retention. Produce it again where it came from.`,
    event_id: eventId,
  };
}

function eventErased({ eventId, publicationId }: DeliverySummary): Problem {
  return {
    status: 410,
    code: 'event_erased',
    title: 'The history of the event was erased',
    detail: `What is on record of publication ${publicationId}, or of the account, was erased on request, and event ${eventId} was accepted before: it is not sent any more. Produce it again where it came from.`,
    event_id: eventId,
  };
}

function unconfirmed(because: string): Answer {
  return {
    headers: { 'retry-after': '2' },
    problem: {
      status: 503,
      code: 'redelivery_unconfirmed',
      title: 'It is not known whether the delivery was sent again',
      detail: `Kafka has not confirmed it (${because}). Ask again after the time in Retry-After: it is the same delivery, and sent once.`,
    },
  };
}
