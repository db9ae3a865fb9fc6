import { isCause } from '@herald/domain/cause';
import { type Coordinates, formatCoordinates, parseCoordinates } from '@herald/domain/coordinates';
import type { Delivery } from '@herald/domain/delivery';

/** Header names of a delivery, whatever topic it waits in. */
const DELIVERY_HEADERS = {
  deliveryId: 'delivery-id',
  endpointId: 'endpoint-id',
  eventId: 'event-id',
  step: 'step',
  attempts: 'attempts',
  dueAt: 'due-at',
  turnAt: 'turn-at',
  origin: 'origin',
  cause: 'cause',
  configRevision: 'config-revision',
  undecided: 'undecided',
  orderRevision: 'order-revision',
  traceparent: 'traceparent',
} as const;

/** Why a record is in dead letters or held; only there. */
export const REASON_HEADER = 'reason';

/** Headers of a poison record: what is wrong with it, in a word and in words, and where it came from. */
export const POISON_HEADERS = { reason: 'reason', detail: 'detail', origin: 'origin' } as const;

export type RawHeaders = Readonly<Record<string, Buffer | string | undefined>>;

export function encodeDeliveryHeaders(delivery: Delivery): Record<string, string> {
  const headers: Record<string, string> = {
    [DELIVERY_HEADERS.deliveryId]: delivery.deliveryId,
    [DELIVERY_HEADERS.endpointId]: delivery.endpointId,
    [DELIVERY_HEADERS.eventId]: delivery.eventId,
    [DELIVERY_HEADERS.step]: String(delivery.step),
    [DELIVERY_HEADERS.attempts]: String(delivery.attempts),
    [DELIVERY_HEADERS.dueAt]: String(delivery.dueAtMs),
    [DELIVERY_HEADERS.origin]: formatCoordinates(delivery.origin),
    [DELIVERY_HEADERS.cause]: delivery.cause,
    [DELIVERY_HEADERS.configRevision]: String(delivery.configRevision),
  };
  if (delivery.turnAtMs !== undefined) headers[DELIVERY_HEADERS.turnAt] = String(delivery.turnAtMs);
  if (delivery.isUndecided) headers[DELIVERY_HEADERS.undecided] = 'true';
  if (delivery.orderRevision !== undefined) {
    headers[DELIVERY_HEADERS.orderRevision] = String(delivery.orderRevision);
  }
  if (delivery.traceparent !== undefined) headers[DELIVERY_HEADERS.traceparent] = delivery.traceparent;
  return headers;
}

/** Headers as they are, but for a delivery that an order has made due now: it waits for no turn of its own. */
export function withDueByOrder(
  headers: RawHeaders,
  nowMs: number,
  orderRevision: number,
): Record<string, Buffer | string | undefined> {
  return {
    ...headers,
    [DELIVERY_HEADERS.dueAt]: String(nowMs),
    [DELIVERY_HEADERS.turnAt]: undefined,
    [DELIVERY_HEADERS.orderRevision]: String(orderRevision),
  };
}

export type DecodedDelivery = { ok: true; delivery: Delivery } | { ok: false; header: string; value: string };

/** Names the first header that is missing or malformed: a foreign record must not stop a lane. */
export function decodeDeliveryHeaders(headers: RawHeaders): DecodedDelivery {
  const deliveryId = textOf(headers, DELIVERY_HEADERS.deliveryId);
  const endpointId = textOf(headers, DELIVERY_HEADERS.endpointId);
  const eventId = textOf(headers, DELIVERY_HEADERS.eventId);
  const step = integerOf(headers, DELIVERY_HEADERS.step);
  const attempts = integerOf(headers, DELIVERY_HEADERS.attempts);
  const dueAtMs = integerOf(headers, DELIVERY_HEADERS.dueAt);
  const configRevision = integerOf(headers, DELIVERY_HEADERS.configRevision);
  const cause = textOf(headers, DELIVERY_HEADERS.cause);
  const origin: Coordinates | undefined = parseCoordinates(textOf(headers, DELIVERY_HEADERS.origin));

  if (deliveryId === '') return missing(headers, DELIVERY_HEADERS.deliveryId);
  if (endpointId === '') return missing(headers, DELIVERY_HEADERS.endpointId);
  if (eventId === '') return missing(headers, DELIVERY_HEADERS.eventId);
  if (!(step >= 0)) return missing(headers, DELIVERY_HEADERS.step);
  if (!(attempts >= 0)) return missing(headers, DELIVERY_HEADERS.attempts);
  if (!(dueAtMs >= 0)) return missing(headers, DELIVERY_HEADERS.dueAt);
  if (!(configRevision >= -1)) return missing(headers, DELIVERY_HEADERS.configRevision);
  if (!isCause(cause)) return missing(headers, DELIVERY_HEADERS.cause);
  if (origin === undefined) return missing(headers, DELIVERY_HEADERS.origin);

  const turnAtMs = integerOf(headers, DELIVERY_HEADERS.turnAt);
  const orderRevision = integerOf(headers, DELIVERY_HEADERS.orderRevision);
  const traceparent = headers[DELIVERY_HEADERS.traceparent]?.toString();
  return {
    ok: true,
    delivery: {
      deliveryId,
      endpointId,
      eventId,
      step,
      attempts,
      dueAtMs,
      origin,
      cause,
      configRevision,
      traceparent,
      // A hint, not a duty: where it cannot be read, the delivery takes a new turn.
      ...(turnAtMs >= 0 && { turnAtMs }),
      // Whatever it says: sent unasked it would be wrong, asked once more it is not.
      ...(headers[DELIVERY_HEADERS.undecided] !== undefined && { isUndecided: true as const }),
      // Where it cannot be read, an order may be followed twice.
      ...(orderRevision >= 0 && { orderRevision }),
    },
  };
}

function textOf(headers: RawHeaders, name: string): string {
  return headers[name]?.toString() ?? '';
}

/** NaN where the header is absent or not a whole number. */
function integerOf(headers: RawHeaders, name: string): number {
  const text = textOf(headers, name);
  return /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

function missing(headers: RawHeaders, header: string): DecodedDelivery {
  return { ok: false, header, value: textOf(headers, header) };
}
