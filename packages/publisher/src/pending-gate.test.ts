import { expect, test } from 'vitest';
import { createPendingGate } from './pending-gate.ts';

/** Enters, and tells whether it is in. */
function entering(gate: ReturnType<typeof createPendingGate>, records: number) {
  const state = { isIn: false };
  gate.enter(records).then(() => {
    state.isIn = true;
  });
  return state;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('no more than the bound is under way, and room goes to those who waited longest', async () => {
  const gate = createPendingGate(3);
  const [first, second, third, fourth] = [2, 1, 2, 1].map((records) => entering(gate, records));
  await settled();
  expect([first?.isIn, second?.isIn, third?.isIn, fourth?.isIn]).toEqual([true, true, false, false]);
  gate.leave(1);
  await settled();
  expect([third?.isIn, fourth?.isIn]).toEqual([false, false]);
  gate.leave(2);
  await settled();
  expect([third?.isIn, fourth?.isIn]).toEqual([true, true]);
});

test('a small one does not overtake a large one that waits', async () => {
  const gate = createPendingGate(3);
  entering(gate, 2);
  const large = entering(gate, 3);
  const small = entering(gate, 1);
  await settled();
  expect([large.isIn, small.isIn]).toEqual([false, false]);
});

test('a batch larger than the bound enters alone instead of waiting for ever', async () => {
  const gate = createPendingGate(3);
  entering(gate, 1);
  const large = entering(gate, 10);
  await settled();
  expect(large.isIn).toBe(false);
  gate.leave(1);
  await settled();
  expect(large.isIn).toBe(true);
});
