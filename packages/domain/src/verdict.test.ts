import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from './outcome.ts';
import { readWebhook } from './reading.ts';
import { DEFAULT_RETRY_SCHEDULE, tierDelayMs } from './retry-tiers.ts';
import { judge, judgeTest } from './verdict.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

function response(status: number, headers: Record<string, string> = {}): Outcome {
  return { kind: 'response', status, headers, body: new Uint8Array(), bodyTruncated: false };
}

function judged(outcome: Outcome, attemptNumber = 1) {
  return judge({
    reading: readWebhook(outcome, NOW),
    attemptNumber,
    retrySchedule: DEFAULT_RETRY_SCHEDULE,
    deliveryId: 'd',
    step: attemptNumber - 1,
    nowMs: NOW,
  });
}

describe('judge', () => {
  it('counts every 2xx as delivered and nothing else', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        expect(judged(response(status)).kind === 'delivered').toBe(status >= 200 && status < 300);
      }),
    );
  });

  it('holds the deliveries of an endpoint that says it is gone', () => {
    expect(judged(response(410))).toEqual({ kind: 'hold', reason: 'gone' });
  });

  it.each(['gone', 'blocked', 'unauthorized', 'migrated'] as const)(
    'holds the deliveries of an endpoint that is %s, for its owner to see to it',
    (reason) => {
      const at = { retrySchedule: [], attemptNumber: 1, deliveryId: 'd', step: 0, nowMs: NOW };
      expect(judge({ ...at, reading: { kind: 'closed', reason } })).toEqual({ kind: 'hold', reason });
    },
  );

  it('gives up at once what the receiver will never take', () => {
    const at = { retrySchedule: DEFAULT_RETRY_SCHEDULE, attemptNumber: 1, deliveryId: 'd', step: 0 };
    const verdict = judge({ ...at, reading: { kind: 'refused', detail: 'too long' }, nowMs: NOW });
    expect(verdict).toEqual({ kind: 'dead', reason: 'refused' });
  });

  it('retries a redirect: Herald follows none', () => {
    expect(judged(response(302)).kind).toBe('retry');
  });

  it('gives every scheduled retry the tier of its turn, never early, at most a fifth late', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: DEFAULT_RETRY_SCHEDULE.length }),
        fc.uuid(),
        (attemptNumber, deliveryId) => {
          const verdict = judge({
            reading: { kind: 'failed', askedMs: 0 },
            retrySchedule: DEFAULT_RETRY_SCHEDULE,
            attemptNumber,
            deliveryId,
            step: attemptNumber,
            nowMs: NOW,
          });
          const tier = DEFAULT_RETRY_SCHEDULE[attemptNumber - 1]!;
          expect(verdict).toMatchObject({ kind: 'retry', tier, reason: 'schedule' });
          const waitMs = (verdict as { dueAtMs: number }).dueAtMs - NOW;
          expect(waitMs).toBeGreaterThanOrEqual(tierDelayMs(tier));
          expect(waitMs).toBeLessThanOrEqual(tierDelayMs(tier) * 1.2 + 1);
        },
      ),
    );
  });

  it('gives up when the schedule is spent, and only then', () => {
    expect(judged(response(500), DEFAULT_RETRY_SCHEDULE.length).kind).toBe('retry');
    expect(judged(response(500), DEFAULT_RETRY_SCHEDULE.length + 1)).toEqual({
      kind: 'dead',
      reason: 'exhausted',
    });
  });

  it('waits as long as Retry-After asks where that is longer than the schedule', () => {
    const verdict = judged(response(429, { 'retry-after': '700' }));
    expect(verdict).toMatchObject({ kind: 'retry', tier: '10m', reason: 'retry_after' });
    const waitMs = (verdict as { dueAtMs: number }).dueAtMs - NOW;
    expect(waitMs).toBeGreaterThanOrEqual(700_000);
    expect(waitMs).toBeLessThanOrEqual(701_001);
  });

  it('does not let Retry-After shorten the schedule', () => {
    expect(judged(response(503, { 'retry-after': '1' }))).toMatchObject({ tier: '5s', reason: 'schedule' });
  });

  it('decides twins of one step alike, so that they return together', () => {
    expect(judged(response(500), 3)).toEqual(judged(response(500), 3));
  });
});

describe('judgeTest', () => {
  it('delivers by a 2xx and gives everything else up at once, a 410 and a Retry-After too', () => {
    expect(judgeTest(readWebhook(response(204), NOW))).toEqual({ kind: 'delivered' });
    const failures: Outcome[] = [
      response(302),
      response(410),
      response(503, { 'retry-after': '60' }),
      { kind: 'error', error: 'timeout', message: '' },
    ];
    for (const failure of failures) {
      expect(judgeTest(readWebhook(failure, NOW))).toEqual({ kind: 'dead', reason: 'test_failed' });
    }
  });
});
