import type { ReceiverSign } from '@herald/domain/receiver-sign';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  attemptSeen,
  type Breaker,
  breakerState,
  FAILURE_SHARE,
  FIRST_PROBE_MS,
  isAtRest,
  MAX_ASKED_MS,
  MAX_PROBE_MS,
  MIN_ATTEMPTS,
  newBreaker,
  probeEnded,
  probeStarted,
  rampAgeMs,
} from './breaker.ts';
import { RAMP_MS } from './ramp.ts';

const START = 1_700_000_000_000;
const BUCKET_MS = 10_000;

const op = fc.record({
  waitMs: fc.oneof(fc.nat(200), fc.nat(500), fc.nat(30_000), fc.constant(MAX_PROBE_MS * 1.2)),
  sign: fc.oneof(
    { weight: 8, arbitrary: fc.constant<ReceiverSign>('failing') },
    fc.constant<ReceiverSign>('well'),
    fc.constant<ReceiverSign>('none'),
  ),
});

/** What the breaker should be, from a plain list of everything that ever happened. */
class Model {
  state: 'closed' | 'open' | 'half_open' = 'closed';
  attempts: { atMs: number; failed: boolean }[] = [];
  failedProbes = 0;
  recoveredAtMs = -Infinity;
  probeAtMs = 0;

  tick(nowMs: number) {
    if (this.state === 'open' && nowMs >= this.probeAtMs) this.state = 'half_open';
  }
  attempted(sign: ReceiverSign, nowMs: number) {
    if (sign === 'none') return;
    this.attempts.push({ atMs: nowMs, failed: sign === 'failing' });
    const firstBucket = Math.floor(nowMs / BUCKET_MS) - 11;
    const recent = this.attempts.filter(({ atMs }) => Math.floor(atMs / BUCKET_MS) >= firstBucket);
    const failures = recent.filter(({ failed }) => failed).length;
    if (sign === 'well' || recent.length < MIN_ATTEMPTS || failures / recent.length < FAILURE_SHARE) return;
    if (nowMs >= this.recoveredAtMs + RAMP_MS) this.failedProbes = 0;
    this.state = 'open';
  }
  probed(sign: ReceiverSign, nowMs: number) {
    if (sign === 'well') {
      this.state = 'closed';
      this.attempts = [];
      this.recoveredAtMs = nowMs;
    } else if (sign === 'failing') {
      this.state = 'open';
      this.failedProbes += 1;
    }
  }
}

test('it is open, half open and closed exactly when a list of everything that happened says so', () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 400 }), (ops) => {
      const breaker = newBreaker();
      const model = new Model();
      let nowMs = START;
      for (const { waitMs, sign } of ops) {
        nowMs += waitMs;
        model.tick(nowMs);
        expect(breakerState(breaker, nowMs)).toBe(model.state);
        const before = model.state;
        if (before === 'closed') {
          model.attempted(sign, nowMs);
          expect(attemptSeen(breaker, sign, 0, 'ep', nowMs)).toBe(model.state === 'open');
        } else if (before === 'half_open') {
          probeStarted(breaker);
          expect(attemptSeen(breaker, 'failing', 0, 'ep', nowMs)).toBe(false);
          model.probed(sign, nowMs);
          expect(probeEnded(breaker, sign, 0, 'ep', nowMs)).toBe(model.state === 'closed');
        }
        if (model.state === 'open' && before !== 'open') {
          const waitMs = breaker.open!.probeAtMs - nowMs;
          const backOffMs = Math.min(FIRST_PROBE_MS * 2 ** model.failedProbes, MAX_PROBE_MS);
          expect(waitMs).toBeGreaterThanOrEqual(backOffMs);
          expect(waitMs).toBeLessThanOrEqual(backOffMs * 1.2 + 1);
          model.probeAtMs = breaker.open!.probeAtMs;
        }
      }
    }),
    { numRuns: 300 },
  );
});

function opened(nowMs: number, askedMs = 0): Breaker {
  const breaker = newBreaker();
  for (let n = 0; n < MIN_ATTEMPTS; n++) attemptSeen(breaker, 'failing', askedMs, 'ep', nowMs);
  return breaker;
}

test('its state is bounded, however long it counts', () => {
  const breaker = newBreaker();
  for (let n = 0; n < 10_000; n++) attemptSeen(breaker, n % 3 ? 'well' : 'failing', 0, 'ep', START + n * 777);
  expect(breaker.attempts).toHaveLength(12);
  expect(breaker.failures).toHaveLength(12);
});

test('fewer failures than say something open nothing, however few the successes', () => {
  const breaker = newBreaker();
  for (let n = 0; n < MIN_ATTEMPTS - 1; n++) attemptSeen(breaker, 'failing', 0, 'ep', START);
  expect(breakerState(breaker, START)).toBe('closed');
});

test('a receiver that asks for a longer wait gets it, within half an hour', () => {
  expect(opened(START, 60_000).open!.probeAtMs).toBeGreaterThanOrEqual(START + 60_000);
  expect(opened(START, 86_400_000).open!.probeAtMs).toBeLessThanOrEqual(START + MAX_ASKED_MS * 1.2 + 1);
});

test('a probe that made no request leaves its turn to the next delivery', () => {
  const breaker = opened(START);
  const { probeAtMs } = breaker.open!;
  probeStarted(breaker);
  expect(probeEnded(breaker, 'none', 0, 'ep', probeAtMs)).toBe(false);
  expect(breaker.open).toMatchObject({ probeAtMs, probing: false });
});

test('an outage that resumes while the endpoint is being ramped up goes on where it was', () => {
  const breaker = opened(START);
  for (const sign of ['failing', 'failing', 'well'] as const) {
    probeStarted(breaker);
    probeEnded(breaker, sign, 0, 'ep', START + 60_000);
  }
  expect(rampAgeMs(breaker, START + 61_000)).toBe(1_000);
  for (let n = 0; n < MIN_ATTEMPTS; n++) attemptSeen(breaker, 'failing', 0, 'ep', START + 70_000);
  expect(breaker.open!.sinceMs).toBe(START);
  expect(breaker.open!.probeAtMs - (START + 70_000)).toBeGreaterThanOrEqual(FIRST_PROBE_MS * 4);
});

test('it is at rest when a new one would decide the same', () => {
  const breaker = newBreaker();
  attemptSeen(breaker, 'well', 0, 'ep', START);
  expect(isAtRest(breaker, START)).toBe(true);
  attemptSeen(breaker, 'failing', 0, 'ep', START);
  expect(isAtRest(breaker, START + 90_000)).toBe(false);
  expect(isAtRest(breaker, START + 130_000)).toBe(true);
  const failing = opened(START);
  expect(isAtRest(failing, START + 3_600_000)).toBe(false);
});
