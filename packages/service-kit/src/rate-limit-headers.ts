import type { Taken, TokenBucketsOptions } from './token-buckets.ts';

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): the quota `q` in a window of `w`
 * seconds, what remains of it, `r`, and in how many seconds it is whole again, `t`. `Retry-After` where it is refused.
 */
export function rateLimitHeaders(
  policy: string,
  { tokensPerSecond, burst }: Pick<TokenBucketsOptions, 'tokensPerSecond' | 'burst'>,
  taken: Taken,
): Record<string, string> {
  const windowSeconds = Math.max(1, Math.ceil(burst / tokensPerSecond));
  return {
    'RateLimit-Policy': `"${policy}";q=${burst};w=${windowSeconds}`,
    RateLimit: `"${policy}";r=${taken.remaining};t=${Math.ceil(taken.resetMs / 1_000)}`,
    ...(taken.ok ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(taken.retryAfterMs / 1_000))) }),
  };
}
