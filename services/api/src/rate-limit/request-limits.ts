import { rateLimitHeaders } from '@herald/service-kit/rate-limit-headers';
import { createTokenBuckets, type Taken } from '@herald/service-kit/token-buckets';
import type { Actor } from '../access/caller.ts';
import { addressGroup } from './address-group.ts';

/** How many requests are taken, by each process for itself. */
export interface RequestLimits {
  /** One of who asks: sessions that were made from a key share the key's. */
  ofCaller(actor: Actor): Limited;
  /**
   * One of nobody that is known: refused at the door, or with a body for an operation that anybody may ask for.
   * `address` is that of the connection, whatever a header says.
   */
  ofStranger(address: string): Limited;
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

/** A bucket takes about 200 bytes, and those that were used last are kept: a flood of addresses takes 10 MB. */
const MAX_ADDRESSES = 50_000;
const MAX_CALLERS = 100_000;

/**
 * An address without a valid key may make as many requests as a key, logins among them: whether a login is good is known
 * only when its body is read. A good key passes whatever else comes from its address, which may be that of a proxy: its
 * secret has 256 bits, and to shut everybody out is what an attacker wants.
 */
export function createRequestLimits({ requestsPerSecond, burst, now }: RequestLimitsOptions): RequestLimits {
  const rate = { tokensPerSecond: requestsPerSecond, burst };
  const callers = createTokenBuckets({ ...rate, maxKeys: MAX_CALLERS, now });
  const addresses = createTokenBuckets({ ...rate, maxKeys: MAX_ADDRESSES, now });
  const limited = (policy: string, who: string, taken: Taken): Limited => ({
    ok: taken.ok,
    headers: rateLimitHeaders(policy, rate, taken),
    rule: `${who} may make ${requestsPerSecond} requests a second, and ${burst} at once`,
  });
  return {
    ofCaller: ({ kind, id }) =>
      limited('requests', 'An API key or session', callers.take(`${kind} ${id}`, 1)),
    ofStranger: (address) =>
      limited('strangers', 'An address without a valid key', addresses.take(addressGroup(address), 1)),
  };
}
