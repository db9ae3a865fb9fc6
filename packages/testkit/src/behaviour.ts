import { createHash } from 'node:crypto';
import type { Received } from './receiver.ts';

/** What a receiver does with a request. */
export type Answer =
  | {
      kind: 'respond';
      status: number;
      headers?: Record<string, string>;
      body?: string;
      afterMs?: number;
      /** The request stays open until the test resolves this. */
      until?: Promise<void>;
    }
  /** The request is read and never answered. */
  | { kind: 'hang' }
  /** The connection is reset. */
  | { kind: 'reset' };

/** Decides from the request and how many of its kind came before; pure, so that a run can be repeated. */
export type Behaviour = (request: Received) => Answer;

export function healthy(): Behaviour {
  return () => ({ kind: 'respond', status: 200, body: 'ok' });
}

/** Answers `status` to everything. */
export function failing(status = 500): Behaviour {
  return () => ({ kind: 'respond', status, body: `always ${status}` });
}

/** Fails the first `failures` attempts of a `share` (0 to 1) of the messages, chosen by their id; then accepts. */
export function flaky({ share = 1, failures = 1, status = 503 } = {}): Behaviour {
  return ({ webhookId, sighting }) =>
    sighting <= failures && draw(webhookId) < share
      ? { kind: 'respond', status, body: 'try again' }
      : { kind: 'respond', status: 200, body: 'ok' };
}

export function gone(): Behaviour {
  return () => ({ kind: 'respond', status: 410, body: 'gone' });
}

export function slow({ afterMs }: { afterMs: number }): Behaviour {
  return () => ({ kind: 'respond', status: 200, body: 'at last', afterMs });
}

export function hanging(): Behaviour {
  return () => ({ kind: 'hang' });
}

export function resetting(): Behaviour {
  return () => ({ kind: 'reset' });
}

/** From 0 to below 1, the same for the same id. */
function draw(webhookId: string): number {
  return createHash('sha256').update(webhookId).digest().readUInt32BE() / 2 ** 32;
}
