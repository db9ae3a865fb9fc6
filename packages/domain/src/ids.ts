import { v5 as uuidv5 } from 'uuid';
import type { Cause } from './cause.ts';

/** Herald's own UUID namespace (RFC 9562, section 6.6). Changing it changes every id: never do. */
const HERALD_NAMESPACE = '6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42';

/** UUIDv5 of (event, endpoint, cause): routing an event again gives the same ids. */
export function deliveryId(eventId: string, endpointId: string, cause: Cause): string {
  return uuidv5(`delivery\n${eventId}\n${endpointId}\n${cause}`, HERALD_NAMESPACE);
}

/**
 * The `webhook-id` that receivers deduplicate by: UUIDv5 of (event, endpoint), the same on every attempt,
 * redelivery and replay. A test carries an event of its own, so its id is fresh.
 */
export function webhookId(eventId: string, endpointId: string): string {
  return uuidv5(`message\n${eventId}\n${endpointId}`, HERALD_NAMESPACE);
}
