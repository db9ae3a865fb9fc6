import { createSharedMemory } from './shared-memory.ts';

/**
 * What a request with an idempotency key gets: its own answer, that of the first request with the same body, or a
 * refusal because the key was used for another body.
 */
export type Claim<A> = { kind: 'first' | 'repeated'; answer: Promise<A> } | { kind: 'conflict' };

export interface Idempotency<A> {
  /**
   * Does `work` unless a request with this key of the account is under way or has been answered. Only an answer that is
   * kept is remembered: after any other, and after a failure, the next request tries again.
   */
  claim(accountId: string, key: string, fingerprint: string, work: () => Promise<A>): Claim<A>;
}

export interface IdempotencyOptions<A> {
  /** Bound of what is remembered of all accounts, in the unit of `sizeOf`. */
  maxSize: number;
  /** Undefined for an answer that is not kept. */
  sizeOf: (answer: A) => number | undefined;
  ttlMs: number;
  now: () => number;
}

interface Entry<A> {
  fingerprint: string;
  answer: Promise<A>;
}

export function createIdempotency<A>(options: IdempotencyOptions<A>): Idempotency<A> {
  const { maxSize, sizeOf, ttlMs, now } = options;
  // Apart from the memory, which may forget: what is under way is bounded by the admission of requests.
  const underWay = new Map<string, Entry<A>>();
  const remembered = createSharedMemory<Entry<A>>({ maxSize, ttlMs, now });

  function start(accountId: string, key: string, fingerprint: string, work: () => Promise<A>): Promise<A> {
    const answer = work();
    const entry = { fingerprint, answer };
    const place = placeOf(accountId, key);
    underWay.set(place, entry);
    answer.then(
      (value) => {
        underWay.delete(place);
        const size = sizeOf(value);
        if (size !== undefined) remembered.set(accountId, key, entry, Math.max(1, size));
      },
      () => underWay.delete(place),
    );
    return answer;
  }

  return {
    claim(accountId, key, fingerprint, work) {
      const known = underWay.get(placeOf(accountId, key)) ?? remembered.get(accountId, key);
      if (!known) return { kind: 'first', answer: start(accountId, key, fingerprint, work) };
      if (known.fingerprint !== fingerprint) return { kind: 'conflict' };
      return { kind: 'repeated', answer: known.answer };
    },
  };
}

function placeOf(accountId: string, key: string): string {
  return `${accountId}\n${key}`;
}
