import { rateLimitHeaders } from '@herald/service-kit/rate-limit-headers';
import { createTokenBuckets } from '@herald/service-kit/token-buckets';

/** How many events one account may send on this instance. */
export interface Quota {
  readonly eventsPerSecond: number;
  /** Whether the account may send at all now; takes nothing. */
  look(accountId: string): Metered;
  take(accountId: string, events: number): Metered;
}

export interface Metered {
  ok: boolean;
  retryAfterMs: number;
  /** For the answer, whichever it is. */
  headers: Readonly<Record<string, string>>;
}

export interface QuotaOptions {
  eventsPerSecond: number;
  burstEvents: number;
  now: () => number;
}

const MAX_ACCOUNTS = 100_000;

export function createQuota({ eventsPerSecond, burstEvents, now }: QuotaOptions): Quota {
  const rate = { tokensPerSecond: eventsPerSecond, burst: burstEvents };
  const buckets = createTokenBuckets({ ...rate, maxKeys: MAX_ACCOUNTS, now });
  const metered = (taken: ReturnType<typeof buckets.take>): Metered => ({
    ok: taken.ok,
    retryAfterMs: taken.retryAfterMs,
    headers: rateLimitHeaders('events', rate, taken),
  });
  return {
    eventsPerSecond,
    look: (accountId) => metered(buckets.look(accountId, 1)),
    take: (accountId, events) => metered(buckets.take(accountId, events)),
  };
}
