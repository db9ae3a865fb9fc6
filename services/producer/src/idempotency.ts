import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * What a request with an idempotency key gets: its own answer, that of the first request with the same body, or a
 * refusal because the key was used for another body.
 */
export type Claim<A> = { kind: 'first' | 'repeated'; answer: Promise<A> } | { kind: 'conflict' };

export interface Idempotency<A> {
  /**
   * Does `work` unless a request with this key is under way or has been answered. Only what `work` resolves with is
   * remembered: after a failure the next request tries again.
   */
  claim(key: string, fingerprint: string, work: () => Promise<A>): Claim<A>;
}

export interface IdempotencyOptions<A> {
  /** Bound of what is remembered, in the unit of `sizeOf`; the answers unused for longest go first. */
  maxSize: number;
  sizeOf: (answer: A) => number;
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
        remembered?.set(key, entry, { size: Math.max(1, sizeOf(value)) });
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

export function fingerprintOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('base64');
}

/**
 * The id of an event that has none, made from what a repetition repeats: a client that asks again after a crash, of
 * its own or of Herald, sends the same event and not a second one. A UUID of version 8 (RFC 9562, section 5.8).
 */
export function repeatableEventId(scopedKey: string, fingerprint: string, index: number): string {
  const bytes = createHash('sha256').update(`${scopedKey}\n${fingerprint}\n${index}`).digest();
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
