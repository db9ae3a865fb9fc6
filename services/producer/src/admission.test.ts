import { expect, test } from 'vitest';
import { createAdmission, type Hold } from './admission.ts';

const create = (pendingEvents = () => 0) =>
  createAdmission({ maxPendingEvents: 12, maxPendingBytes: 100, pendingEvents });

function held(admission: ReturnType<typeof create>, account: string, bytes: number): Hold {
  const admitted = admission.admit(account, bytes);
  if (!admitted.ok) throw new Error(admitted.because);
  return admitted.hold;
}

test('bodies are let in up to the bytes, and room comes back once for each', () => {
  const admission = create();
  const first = held(admission, 'a', 60);
  expect(admission.admit('b', 60)).toEqual({ ok: false, because: 'bytes' });
  first.release();
  first.release();
  expect(admission.pendingBytes).toBe(0);
  expect(admission.admit('b', 60).ok).toBe(true);
});

test('a body larger than all the room comes in alone instead of never', () => {
  const admission = create();
  expect(admission.admit('a', 200).ok).toBe(true);
  expect(admission.admit('b', 1).ok).toBe(false);
});

test('nothing comes in while as many events wait for Kafka as may', () => {
  let pending = 12;
  const admission = create(() => pending);
  expect(admission.admit('a', 1)).toEqual({ ok: false, because: 'events' });
  pending = 11;
  expect(admission.admit('a', 1).ok).toBe(true);
});

test('an account that floods holds half of the bytes, and another one still finds room', () => {
  const admission = create();
  held(admission, 'flood', 25);
  const last = held(admission, 'flood', 25);
  expect(admission.admit('flood', 1)).toEqual({ ok: false, because: 'bytes of the account' });
  held(admission, 'other', 25);
  last.release();
  expect(admission.admit('flood', 10).ok).toBe(true);
});

test('an account that floods holds half of the events, however many requests came in before they were counted', () => {
  const admission = create();
  const [first, second, third] = [1, 1, 1].map((bytes) => held(admission, 'flood', bytes));
  expect(first?.addEvents(3)).toBeUndefined();
  expect(second?.addEvents(3)).toBeUndefined();
  expect(third?.addEvents(1)).toBe('events of the account');
  expect(admission.admit('flood', 1)).toEqual({ ok: false, because: 'events of the account' });
  const other = held(admission, 'other', 1);
  expect(other.addEvents(4)).toBeUndefined();
  first?.release();
  expect(admission.admit('flood', 1).ok).toBe(true);
});
