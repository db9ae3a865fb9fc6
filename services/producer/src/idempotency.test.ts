import { expect, test } from 'vitest';
import { createIdempotency, fingerprintOf, repeatableEventId } from './idempotency.ts';

const create = (maxSize = 100) =>
  createIdempotency<string[]>({ maxSize, sizeOf: (answer) => answer.length, ttlMs: 60_000 });

function neverDone(): Promise<string[]> {
  throw new Error('the work was done a second time');
}

test('the same key and body get the first answer again, and the work is done once', async () => {
  const idempotency = create();
  const first = idempotency.claim('k', 'body', async () => ['e1']);
  expect(first.kind).toBe('first');
  await (first.kind === 'first' && first.answer);
  const second = idempotency.claim('k', 'body', neverDone);
  expect(second.kind === 'repeated' && (await second.answer)).toEqual(['e1']);
});

test('a repetition of what is under way waits for it', async () => {
  const idempotency = create();
  const work = Promise.withResolvers<string[]>();
  idempotency.claim('k', 'body', () => work.promise);
  const second = idempotency.claim('k', 'body', neverDone);
  work.resolve(['e1']);
  expect(second.kind === 'repeated' && (await second.answer)).toEqual(['e1']);
});

test('another body under a key is a conflict, while the first is under way and after', async () => {
  const idempotency = create();
  const first = idempotency.claim('k', 'body', async () => ['e1']);
  expect(idempotency.claim('k', 'other', neverDone).kind).toBe('conflict');
  await (first.kind === 'first' && first.answer);
  expect(idempotency.claim('k', 'other', neverDone).kind).toBe('conflict');
});

test('a failure is not remembered: nothing is on record, so the next request tries again', async () => {
  const idempotency = create();
  const failing = idempotency.claim('k', 'body', () => Promise.reject(new Error('invalid')));
  await expect(failing.kind === 'first' && failing.answer).rejects.toThrow('invalid');
  expect(idempotency.claim('k', 'other', async () => ['e2']).kind).toBe('first');
});

test('what is remembered is bounded by its size, the answers unused for longest go first', async () => {
  const idempotency = create(4);
  for (const key of ['a', 'b', 'c']) {
    const claim = idempotency.claim(key, 'body', async () => ['1', '2']);
    await (claim.kind === 'first' && claim.answer);
  }
  expect(idempotency.claim('c', 'body', neverDone).kind).toBe('repeated');
  expect(idempotency.claim('b', 'body', neverDone).kind).toBe('repeated');
  expect(idempotency.claim('a', 'body', async () => []).kind).toBe('first');
});

test('with nothing to be remembered, what is under way is still done once', async () => {
  const idempotency = create(0);
  const work = Promise.withResolvers<string[]>();
  idempotency.claim('k', 'body', () => work.promise);
  expect(idempotency.claim('k', 'body', neverDone).kind).toBe('repeated');
  work.resolve([]);
  await work.promise;
  await Promise.resolve();
  expect(idempotency.claim('k', 'body', async () => []).kind).toBe('first');
});

test('an event id made from a request is a UUID, the same for the same request and no other', () => {
  const print = fingerprintOf(Buffer.from('{}'));
  const id = repeatableEventId('acme\nk', print, 0);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(repeatableEventId('acme\nk', print, 0)).toBe(id);
  const others = [
    repeatableEventId('acme\nk', print, 1),
    repeatableEventId('acme\nl', print, 0),
    repeatableEventId('globex\nk', print, 0),
    repeatableEventId('acme\nk', fingerprintOf(Buffer.from('{ }')), 0),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});
