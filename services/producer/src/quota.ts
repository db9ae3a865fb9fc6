import { rateLimitHeaders } from '@herald/service-kit/rate-limit-headers';
import { createTokenBuckets } from '@herald/service-kit/token-buckets';

/** How many events one account may send on this instance. */
export interface Quota {
  readonly eventsPerSecond: number;
  /** Whether the account may send at all now; takes nothing. */
  look(accountId: string): Metered;
  /** What a body costs: its events, and no less than one for each `BYTES_PER_EVENT` begun, readable or not. */
  take(accountId: string, body: { events: number; bytes: number }): Metered;
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

/** To read and check a body costs by its size, however few events it says that it holds. */
const BYTES_PER_EVENT = 4 * 1024;

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
    take: (accountId, { events, bytes }) =>
      metered(buckets.take(accountId, Math.max(events, Math.ceil(bytes / BYTES_PER_EVENT)))),
  };
}
