import type { ClosedReason } from '@herald/domain/reading';
import {
  type EffectiveState,
  type EndpointStatus,
  effectiveState,
  type Failing,
} from '@herald/registry/endpoint-status';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { StatusBook } from '../catch-up/status-book.ts';
import { nothingDecided } from '../catch-up/status-changes.ts';

/** Which endpoints are held or fail, by the word of their owner or of this dispatcher. */
export interface Holds {
  stateOf(configured: ConfiguredEndpoint): EffectiveState;
  /** What was decided last, on record or not yet. */
  statusOf(endpointId: string): EndpointStatus | undefined;
  /** In force here at once. What was decided before about the endpoint stays, but for what the change names. */
  decide(configured: ConfiguredEndpoint, change: StatusChange): Decided;
}

export interface StatusChange {
  hold?: ClosedReason | 'failing' | 'head_dead';
  failing: Failing | undefined;
  /** Its owner is told of it: that has to be on record before, whoever writes the status. */
  isTold?: boolean;
}

/** A decision that is not on record yet. One of the two is to be called. */
export interface Decided {
  /** Resolves when it is in force for whoever owns the endpoint next, too. */
  persist(): Promise<void>;
  /** The partition was lost meanwhile: its new owner decides. */
  withdraw(): void;
}

export function createHolds(book: StatusBook, now: () => number): Holds {
  return {
    stateOf: ({ endpoint, revision }) => effectiveState(endpoint, revision, book.get(endpoint.id)),
    statusOf: book.get,

    decide(configured, { hold, failing, isTold }) {
      const { endpoint, revision } = configured;
      const nowMs = now();
      const status: EndpointStatus = {
        ...(book.get(endpoint.id) ?? nothingDecided(configured, nowMs)),
        ...(hold && { state: 'held', reason: hold, sinceMs: nowMs, configRevision: revision }),
        failing,
        updatedAtMs: nowMs,
      };
      book.decide(status);
      const letWrite = isTold ? book.withhold(endpoint.id) : () => {};
      return {
        persist: () =>
          new Promise((resolve) => {
            letWrite();
            book.whenRecorded(endpoint.id, resolve);
          }),
        withdraw() {
          book.withdraw(status);
          letWrite();
        },
      };
    },
  };
}
