import type { Outcome } from './outcome.ts';
import { askedWaitMs } from './retry-after.ts';

/** Why an endpoint takes nothing any more, as its receiver says it: nothing changes before its owner does something. */
export type ClosedReason =
  /** It is not there any more: 410, no such chat, an archived channel, a webhook that was removed. */
  | 'gone'
  /** It is there, and whoever writes is not let in. */
  | 'blocked'
  /** What was shown as a right to write, a bot token, is worth nothing. */
  | 'unauthorized'
  /** It is at another place, which the detail names. */
  | 'migrated';

/** What an outcome means, whatever protocol the receiver speaks. `detail` is what it says for itself, for people. */
export type Reading =
  | { kind: 'accepted' }
  /** To be tried again; `askedMs` is the wait that the receiver asks for, 0 for none. */
  | { kind: 'failed'; askedMs: number; detail?: string }
  /** This message will not be taken, however often it is tried. */
  | { kind: 'refused'; detail: string }
  | { kind: 'closed'; reason: ClosedReason; detail?: string };

/** Only 2xx accepts (a redirect is a failure); 410 says that the endpoint is gone. Everything else may heal. */
export function readWebhook(outcome: Outcome, nowMs: number): Reading {
  if (outcome.kind === 'response') {
    if (outcome.status >= 200 && outcome.status < 300) return ACCEPTED;
    if (outcome.status === 410) return GONE;
  }
  return { kind: 'failed', askedMs: askedWaitMs(outcome, nowMs) };
}

const ACCEPTED: Reading = { kind: 'accepted' };
const GONE: Reading = { kind: 'closed', reason: 'gone' };
