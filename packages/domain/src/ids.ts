import { hash } from 'node:crypto';
import type { Cause } from './cause.ts';
import type { OperationalEventType } from './event-type.ts';

/** Herald's own UUID namespace (RFC 9562, section 6.6). Changing it changes every id: never do. */
const HERALD_NAMESPACE = Buffer.from('6f1c1f0e6a515d0c9f6a0b6f3a1e7c42', 'hex');

/** UUIDv5 of (event, endpoint, cause): routing an event again gives the same ids. */
export function deliveryId(eventId: string, endpointId: string, cause: Cause): string {
  return uuidv5(`delivery\n${eventId}\n${endpointId}\n${cause}`);
}

/**
 * The `webhook-id` that receivers deduplicate by: UUIDv5 of (event, endpoint), the same on every attempt,
 * redelivery and replay. A test carries an event of its own, so its id is fresh.
 */
export function webhookId(eventId: string, endpointId: string): string {
  return uuidv5(`message\n${eventId}\n${endpointId}`);
}

/** Id of the endpoint that a channel of an account's upload notifications is: the same whoever makes it first. */
export function notificationEndpointId(accountId: string, channel: 'webhook' | 'telegram'): string {
  return `ep_${uuidv5(`notifications\n${accountId}\n${channel}`)}`;
}

/** Id of the record that gives a waiting delivery up: a crash that has it given up again leaves one record, not two. */
export function cancellationId(deliveryId: string, step: number): string {
  return uuidv5(`cancellation\n${deliveryId}\n${step}`);
}

/**
 * Id of an operational event: telling it again gives the same one. `occasion` names what, within the life of the
 * endpoint, is told once.
 */
export function operationalEventId(
  endpointId: string,
  type: OperationalEventType,
  occasion: readonly number[],
): string {
  return uuidv5(`operational\n${endpointId}\n${type}\n${occasion.join('\n')}`);
}

/**
 * RFC 9562, section 5.5, in Herald's namespace. Each delivery needs two; the `uuid` package, which tests compare it
 * with, takes several times as long because it hashes through an object.
 */
function uuidv5(name: string): string {
  const digest = hash('sha1', Buffer.concat([HERALD_NAMESPACE, Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(digest[16] as string, 16) & 0x3) | 0x8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
