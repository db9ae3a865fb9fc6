import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';

test('bodies are let in up to the bytes, and room comes back once for each', () => {
  const admission = createAdmission({ maxPendingEvents: 10, maxPendingBytes: 100, pendingEvents: () => 0 });
  const first = admission.admit(60);
  expect(admission.admit(60)).toEqual({ ok: false, because: 'bytes' });
  if (!first.ok) throw new Error('refused');
  first.release();
  first.release();
  expect(admission.pendingBytes).toBe(0);
  expect(admission.admit(60).ok).toBe(true);
});

test('a body larger than all the room comes in alone instead of never', () => {
  const admission = createAdmission({ maxPendingEvents: 10, maxPendingBytes: 100, pendingEvents: () => 0 });
  expect(admission.admit(200).ok).toBe(true);
  expect(admission.admit(1).ok).toBe(false);
});

test('nothing comes in while as many events wait for Kafka as may', () => {
  let pending = 10;
  const admission = createAdmission({
    maxPendingEvents: 10,
    maxPendingBytes: 100,
    pendingEvents: () => pending,
  });
  expect(admission.admit(1)).toEqual({ ok: false, because: 'events' });
  pending = 9;
  expect(admission.admit(1).ok).toBe(true);
});
