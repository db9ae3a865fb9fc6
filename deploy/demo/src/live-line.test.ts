import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { liveLine } from './live-line.ts';

const plain = picocolors.createColors(false);

function line(given: Partial<DeliveryAttempt>): string {
  const attempt = {
    attempt_number: 1,
    channel_id: 'demo-p1-tiktok',
    event_type: 'publication.failed',
    next_attempt_at: null,
    project_id: 'demo-p1',
    request: { method: 'POST', url: '', headers: {}, body: Buffer.alloc(0) },
    response: null,
    outcome: 'refused',
    reason: null,
    started_at: 11_500,
    verdict: 'RETRY',
    ...given,
  } as DeliveryAttempt;
  return liveLine(attempt, 'flaky', 10_000, plain);
}

const response = (status: number) => ({ status, headers: {}, body: Buffer.alloc(0), body_truncated: false });

test('an accepted attempt says when, what, where and which one it was', () => {
  expect(line({ verdict: 'DELIVERED', outcome: 'response', response: response(200) })).toBe(
    '  1.5s  ✓ 200        flaky       failed     tiktok     attempt 1',
  );
});

test('a failed attempt names its error and when the next one is due', () => {
  expect(line({ next_attempt_at: 17_000 })).toBe(
    '  1.5s  ✗ refused    flaky       failed     tiktok     attempt 1  again in 5.5 s',
  );
});

test('a last attempt says what becomes of the delivery, and why', () => {
  const failed = { outcome: 'response', response: response(500) };
  expect(line({ ...failed, verdict: 'DEAD', reason: 'exhausted' })).toContain('dead letter: exhausted');
  expect(line({ ...failed, verdict: 'HOLD', reason: 'gone' })).toContain('held: gone');
});
