import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTokenBuckets } from './token-buckets.ts';

function buckets(options: { tokensPerSecond?: number; burst?: number; maxKeys?: number } = {}) {
  const clock = { nowMs: 0 };
  const made = createTokenBuckets({
    tokensPerSecond: 10,
    burst: 20,
    maxKeys: 100,
    now: () => clock.nowMs,
    ...options,
  });
  return { clock, ...made };
}

test('in any t seconds no more than burst + rate × t is let in, however it is asked for', () => {
  const asks = fc.array(fc.record({ afterMs: fc.nat(500), tokens: fc.integer({ min: 1, max: 20 }) }), {
    maxLength: 100,
  });
  fc.assert(
    fc.property(asks, (asked) => {
      const { clock, take } = buckets();
      const taken: { atMs: number; tokens: number }[] = [];
      for (const { afterMs, tokens } of asked) {
        clock.nowMs += afterMs;
        if (take('a', tokens).ok) taken.push({ atMs: clock.nowMs, tokens });
      }
      for (const [from, first] of taken.entries()) {
        let sum = 0;
        for (const { atMs, tokens } of taken.slice(from)) {
          sum += tokens;
          expect(sum).toBeLessThanOrEqual(20 + ((atMs - first.atMs) / 1_000) * 10 + 1e-6);
        }
      }
    }),
  );
});

test('who waits for as long as he was told is let in, and not before', () => {
  const { clock, take } = buckets();
  expect(take('a', 15)).toEqual({ ok: true, remaining: 5, resetMs: 1_500, retryAfterMs: 0 });
  const refused = take('a', 8);
  expect(refused).toEqual({ ok: false, remaining: 5, resetMs: 1_500, retryAfterMs: 300 });
  clock.nowMs = refused.retryAfterMs - 1;
  expect(take('a', 8).ok).toBe(false);
  clock.nowMs = refused.retryAfterMs;
  expect(take('a', 8).ok).toBe(true);
});

test('a request larger than the burst comes in when the bucket is full, and is paid for afterwards', () => {
  const { clock, take } = buckets();
  expect(take('a', 50).ok).toBe(true);
  expect(take('a', 1)).toMatchObject({ ok: false, remaining: 0, retryAfterMs: 3_100 });
  clock.nowMs = 3_100;
  expect(take('a', 1).ok).toBe(true);
});

test('one key takes nothing from another, and a look takes nothing at all', () => {
  const { take, look } = buckets();
  take('a', 20);
  expect(look('a', 1).ok).toBe(false);
  expect(look('b', 20)).toMatchObject({ ok: true, remaining: 20 });
  expect(take('b', 20).ok).toBe(true);
});

test('keys are remembered up to the bound, those that took last', () => {
  const { take } = buckets({ maxKeys: 2 });
  for (const key of ['a', 'b', 'a', 'c']) take(key, 10);
  expect(take('a', 1).ok).toBe(false);
  expect(take('b', 20).ok).toBe(true);
});
