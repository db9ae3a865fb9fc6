import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSharedMemory } from './shared-memory.ts';

function world({ maxSize = 100, ttlMs = 1_000 } = {}) {
  const clock = { nowMs: 0 };
  return { clock, memory: createSharedMemory<string>({ maxSize, ttlMs, now: () => clock.nowMs }) };
}

test('a flood of one account makes no other forget', () => {
  const { memory } = world();
  for (let i = 0; i < 20; i++) memory.set('quiet', `k${i}`, 'v');
  for (let i = 0; i < 10_000; i++) memory.set('flood', `k${i}`, 'v');
  for (let i = 0; i < 20; i++) expect(memory.get('quiet', `k${i}`)).toBe('v');
  expect(memory.get('flood', 'k9999')).toBe('v');
});

test('an account is remembered for as much as it leaves free: alone half of the memory, the newest of it', () => {
  const { memory } = world();
  for (let i = 0; i < 1_000; i++) memory.set('alone', `k${i}`, 'v');
  expect(memory.size).toBe(50);
  expect([memory.get('alone', 'k949'), memory.get('alone', 'k950')]).toEqual([undefined, 'v']);
});

test('what has expired is not found, and its room is free for others', () => {
  const { clock, memory } = world();
  for (let i = 0; i < 50; i++) memory.set('gone', `k${i}`, 'v');
  clock.nowMs = 1_000;
  expect(memory.get('gone', 'k49')).toBeUndefined();
  for (let i = 0; i < 50; i++) memory.set('next', `k${i}`, 'v');
  expect(memory.get('next', 'k0')).toBe('v');
  expect(memory.size).toBe(50);
});

const additions = fc.array(
  fc.record({
    account: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    key: fc.nat(9),
    size: fc.integer({ min: 1, max: 8 }),
    afterMs: fc.constantFrom(0, 0, 0, 400),
  }),
  { maxLength: 200 },
);

test('whoever adds what: it never holds more than it may, and what is added last is always remembered', () => {
  fc.assert(
    fc.property(additions, fc.integer({ min: 8, max: 40 }), (steps, maxSize) => {
      const { clock, memory } = world({ maxSize });
      const last = new Map<string, string>();
      for (const [index, { account, key, size, afterMs }] of steps.entries()) {
        clock.nowMs += afterMs;
        memory.set(account, `k${key}`, `v${index}`, size);
        last.set(`${account} k${key}`, `v${index}`);
        expect(memory.size).toBeLessThanOrEqual(maxSize);
        expect(memory.get(account, `k${key}`)).toBe(`v${index}`);
        for (const [place, value] of last) {
          const [of = '', name = ''] = place.split(' ');
          expect([value, undefined]).toContain(memory.get(of, name));
        }
      }
    }),
  );
});
