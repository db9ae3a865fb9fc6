import { expect, test } from 'vitest';
import { rateLimitHeaders } from './rate-limit-headers.ts';

const quota = { tokensPerSecond: 10, burst: 25 };

test('a caller reads his quota, what is left of it and when it is whole again', () => {
  expect(
    rateLimitHeaders('events', quota, { ok: true, remaining: 7, resetMs: 1_801, retryAfterMs: 0 }),
  ).toEqual({
    'RateLimit-Policy': '"events";q=25;w=3',
    RateLimit: '"events";r=7;t=2',
  });
});

test('who is refused is told when to come again, in whole seconds and never at once', () => {
  const refused = { ok: false, remaining: 0, resetMs: 2_500, retryAfterMs: 40 };
  expect(rateLimitHeaders('events', quota, refused)['Retry-After']).toBe('1');
});
