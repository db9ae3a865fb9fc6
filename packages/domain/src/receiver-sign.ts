import type { Outcome, WireError } from './outcome.ts';

/** What an outcome says of its receiver, whatever it says of the message. */
export type ReceiverSign = 'well' | 'failing' | 'none';

/** Decided before, or without, a word from the receiver. */
const OURS: ReadonlySet<WireError> = new Set([
  'aborted',
  'invalid_url',
  'invalid_request',
  'blocked_address',
]);

/** "Too slow" and "too much": client errors by their number, by their meaning those of a server in trouble. */
const TROUBLED = new Set([408, 429]);

/**
 * What the circuit breaker goes by. Errors on the wire, 5xx, 408 and 429 are signs of a receiver in trouble. Every
 * other answer is a sign of life, also 3xx and 4xx: it refuses this message (or all of them, if it is set up wrongly),
 * but is neither down nor overloaded, so sparing it would only delay the messages that it does want. What Herald
 * itself refuses to send is no sign at all.
 */
export function receiverSign(outcome: Outcome): ReceiverSign {
  if (outcome.kind === 'error') return OURS.has(outcome.error) ? 'none' : 'failing';
  return outcome.status >= 500 || TROUBLED.has(outcome.status) ? 'failing' : 'well';
}
