import { expect, test } from 'vitest';
import { createIdempotency } from './idempotency.ts';

const create = (maxSize = 100) =>
  createIdempotency<string[]>({ maxSize, sizeOf: (answer) => answer.length, ttlMs: 60_000, now: () => 0 });

function neverDone(): Promise<string[]> {
  throw new Error('the work was done a second time');
}

test('the same key and body get the first answer again, and the work is done once', async () => {
  const idempotency = create();
  const first = idempotency.claim('acme', 'k', 'body', async () => ['e1']);
  expect(first.kind).toBe('first');
  await (first.kind === 'first' && first.answer);
  const second = idempotency.claim('acme', 'k', 'body', neverDone);
  expect(second.kind === 'repeated' && (await second.answer)).toEqual(['e1']);
});

test('a repetition of what is under way waits for it', async () => {
  const idempotency = create();
  const work = Promise.withResolvers<string[]>();
  idempotency.claim('acme', 'k', 'body', () => work.promise);
  const second = idempotency.claim('acme', 'k', 'body', neverDone);
  work.resolve(['e1']);
  expect(second.kind === 'repeated' && (await second.answer)).toEqual(['e1']);
});

test('another body under a key is a conflict, while the first is under way and after', async () => {
  const idempotency = create();
  const first = idempotency.claim('acme', 'k', 'body', async () => ['e1']);
  expect(idempotency.claim('acme', 'k', 'other', neverDone).kind).toBe('conflict');
  await (first.kind === 'first' && first.answer);
  expect(idempotency.claim('acme', 'k', 'other', neverDone).kind).toBe('conflict');
});

test('a failure is not remembered: nothing is on record, so the next request tries again', async () => {
  const idempotency = create();
  const failing = idempotency.claim('acme', 'k', 'body', () => Promise.reject(new Error('invalid')));
  await expect(failing.kind === 'first' && failing.answer).rejects.toThrow('invalid');
  expect(idempotency.claim('acme', 'k', 'other', async () => ['e2']).kind).toBe('first');
});

test('an answer that is not kept is given to those who wait for it, and to nobody afterwards', async () => {
  const idempotency = createIdempotency<string>({
    maxSize: 10,
    sizeOf: () => undefined,
    ttlMs: 60_000,
    now: () => 0,
  });
  const first = idempotency.claim('acme', 'k', 'body', async () => 'refused');
  expect(first.kind === 'first' && (await first.answer)).toBe('refused');
  expect(idempotency.claim('acme', 'k', 'other', async () => 'taken').kind).toBe('first');
});

test('what is remembered is bounded by its size, and a flood of one account makes no other forget', async () => {
  const idempotency = create(12);
  const answered = async (account: string, key: string) => {
    const claim = idempotency.claim(account, key, 'body', async () => ['1', '2']);
    await (claim.kind === 'first' && claim.answer);
  };
  await answered('globex', 'a');
  for (const key of ['a', 'b', 'c', 'd']) await answered('acme', key);
  expect(idempotency.claim('globex', 'a', 'body', neverDone).kind).toBe('repeated');
  expect(idempotency.claim('acme', 'd', 'body', neverDone).kind).toBe('repeated');
  expect(idempotency.claim('acme', 'a', 'body', async () => []).kind).toBe('first');
});

test('with nothing to be remembered, what is under way is still done once', async () => {
  const idempotency = create(0);
  const work = Promise.withResolvers<string[]>();
  idempotency.claim('acme', 'k', 'body', () => work.promise);
  expect(idempotency.claim('acme', 'k', 'body', neverDone).kind).toBe('repeated');
  work.resolve([]);
  await work.promise;
  await Promise.resolve();
  expect(idempotency.claim('acme', 'k', 'body', async () => []).kind).toBe('first');
});
