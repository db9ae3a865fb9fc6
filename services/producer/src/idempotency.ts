import { LRUCache } from 'lru-cache';

/**
 * What a request with an idempotency key gets: its own answer, that of the first request with the same body, or a
 * refusal because the key was used for another body.
 */
export type Claim<A> = { kind: 'first' | 'repeated'; answer: Promise<A> } | { kind: 'conflict' };

export interface Idempotency<A> {
  /**
   * Does `work` unless a request with this key is under way or has been answered. Only an answer that is kept is
   * remembered: after any other, and after a failure, the next request tries again.
   */
  claim(key: string, fingerprint: string, work: () => Promise<A>): Claim<A>;
}

export interface IdempotencyOptions<A> {
  /** Bound of what is remembered, in the unit of `sizeOf`; the answers unused for longest go first. */
  maxSize: number;
  /** Undefined for an answer that is not kept. */
  sizeOf: (answer: A) => number | undefined;
  ttlMs: number;
}

interface Entry<A> {
  fingerprint: string;
  answer: Promise<A>;
}

export function createIdempotency<A>(options: IdempotencyOptions<A>): Idempotency<A> {
  const { maxSize, sizeOf, ttlMs } = options;
  // Apart from the memory, which may forget: what is under way is bounded by the admission of requests.
  const underWay = new Map<string, Entry<A>>();
  const remembered = maxSize > 0 ? new LRUCache<string, Entry<A>>({ maxSize, ttl: ttlMs }) : undefined;

  function start(key: string, fingerprint: string, work: () => Promise<A>): Promise<A> {
    const answer = work();
    const entry = { fingerprint, answer };
    underWay.set(key, entry);
    answer.then(
      (value) => {
        underWay.delete(key);
        const size = sizeOf(value);
        if (size !== undefined) remembered?.set(key, entry, { size: Math.max(1, size) });
      },
      () => underWay.delete(key),
    );
    return answer;
  }

  return {
    claim(key, fingerprint, work) {
      const known = underWay.get(key) ?? remembered?.get(key);
      if (!known) return { kind: 'first', answer: start(key, fingerprint, work) };
      if (known.fingerprint !== fingerprint) return { kind: 'conflict' };
      return { kind: 'repeated', answer: known.answer };
    },
  };
}
