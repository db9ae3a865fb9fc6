/** A bucket for each key that fills at one rate: what a caller may do on average, and in a burst. */
export interface TokenBuckets {
  /**
   * Takes tokens where the bucket has them. More than `burst` are let in when it is full and leave it in debt, so that
   * a large request is not refused for ever and the average holds all the same.
   */
  take(key: string, tokens: number): Taken;
  /** What `take` would answer, without taking. */
  look(key: string, tokens: number): Taken;
}

export interface Taken {
  ok: boolean;
  /** Whole tokens that are left. */
  remaining: number;
  /** Until the bucket is full. */
  resetMs: number;
  /** Until these tokens can be taken; 0 where they could be now. */
  retryAfterMs: number;
}

export interface TokenBucketsOptions {
  tokensPerSecond: number;
  burst: number;
  /**
   * Keys remembered at most, those that took last; a full bucket needs no memory. A key that is forgotten finds a
   * full bucket, so give more than there are callers at one time.
   */
  maxKeys: number;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

export function createTokenBuckets(options: TokenBucketsOptions): TokenBuckets {
  const { burst, maxKeys, now } = options;
  const perMs = options.tokensPerSecond / 1_000;
  /** In the order in which they were last taken from. */
  const buckets = new Map<string, Bucket>();

  function tokensOf(key: string, nowMs: number): number {
    const bucket = buckets.get(key);
    return bucket ? Math.min(burst, bucket.tokens + (nowMs - bucket.atMs) * perMs) : burst;
  }

  function answer(tokens: number, wanted: number, ok: boolean): Taken {
    return {
      ok,
      remaining: Math.max(0, Math.floor(tokens)),
      resetMs: Math.ceil((burst - tokens) / perMs),
      retryAfterMs: ok ? 0 : Math.ceil((Math.min(wanted, burst) - tokens) / perMs),
    };
  }

  return {
    take(key, wanted) {
      const nowMs = now();
      const tokens = tokensOf(key, nowMs);
      if (tokens < Math.min(wanted, burst)) return answer(tokens, wanted, false);
      buckets.delete(key);
      buckets.set(key, { tokens: tokens - wanted, atMs: nowMs });
      if (buckets.size > maxKeys) buckets.delete(buckets.keys().next().value as string);
      return answer(tokens - wanted, wanted, true);
    },
    look(key, wanted) {
      const tokens = tokensOf(key, now());
      return answer(tokens, wanted, tokens >= Math.min(wanted, burst));
    },
  };
}
