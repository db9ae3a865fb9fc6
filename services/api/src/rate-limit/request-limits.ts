import { rateLimitHeaders } from '@herald/service-kit/rate-limit-headers';
import { createTokenBuckets, type Taken } from '@herald/service-kit/token-buckets';
import type { Actor } from '../access/caller.ts';
import { addressGroup } from './address-group.ts';

/** How many requests are taken, by each process for itself. */
export interface RequestLimits {
  /** One of who asks: sessions that were made from a key share the key's. */
  ofCaller(actor: Actor): Limited;
  /** One that was refused at the door; `address` is that of the connection, whatever a header says. */
  ofRefused(address: string): Limited;
}

export interface Limited {
  ok: boolean;
  /** For the answer, whichever it is. */
  headers: Readonly<Record<string, string>>;
  /** Who may make how many requests. */
  rule: string;
}

export interface RequestLimitsOptions {
  requestsPerSecond: number;
  burst: number;
  now: () => number;
}

/**
 * Of requests without a valid key. A good key passes whatever else comes from its address, which may be that of a
 * proxy: its secret has 256 bits, and to shut everybody out would be what an attacker wants.
 */
const REFUSED = { tokensPerSecond: 5, burst: 100 };

/** A bucket takes about 200 bytes, and those that were used last are kept: a flood of addresses takes 10 MB. */
const MAX_ADDRESSES = 50_000;
const MAX_CALLERS = 100_000;

export function createRequestLimits({ requestsPerSecond, burst, now }: RequestLimitsOptions): RequestLimits {
  const rate = { tokensPerSecond: requestsPerSecond, burst };
  const callers = createTokenBuckets({ ...rate, maxKeys: MAX_CALLERS, now });
  const addresses = createTokenBuckets({ ...REFUSED, maxKeys: MAX_ADDRESSES, now });
  const limited = (name: string, who: string, of: typeof rate, taken: Taken): Limited => ({
    ok: taken.ok,
    headers: rateLimitHeaders(name, of, taken),
    rule: `${who} may make ${of.tokensPerSecond} requests a second, and ${of.burst} at once`,
  });
  return {
    ofCaller: ({ kind, id }) =>
      limited('requests', 'An API key or session', rate, callers.take(`${kind} ${id}`, 1)),
    ofRefused: (address) =>
      limited('refused', 'An address without a valid key', REFUSED, addresses.take(addressGroup(address), 1)),
  };
}
