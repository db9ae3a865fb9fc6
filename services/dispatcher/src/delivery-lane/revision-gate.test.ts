import { expect, test } from 'vitest';
import { createRevisionGate } from './revision-gate.ts';

/** A table whose progress the test makes; each wait is answered by the test. */
function gateOf() {
  const table = { revision: 3 };
  const waits: { revision: number; answer: (reached: boolean) => void }[] = [];
  const stopping = new AbortController();
  const overdue: number[] = [];
  const gate = createRevisionGate({
    table: {
      get revision() {
        return table.revision;
      },
      waitForRevision: (revision) => new Promise((answer) => waits.push({ revision, answer })),
    },
    patienceMs: 5_000,
    signal: stopping.signal,
    onOverdue: (revision) => overdue.push(revision),
  });
  const answer = async (reached: boolean) => {
    waits.shift()?.answer(reached);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { gate, table, waits, stopping, overdue, answer };
}

test('a revision that the table has is passed at once', () => {
  const { gate } = gateOf();
  const passed: number[] = [];
  for (const revision of [-1, 2, 3]) gate.whenAt(revision, () => passed.push(revision));
  expect(passed).toEqual([-1, 2, 3]);
});

test('those who wait for one revision wait once and pass in their order', async () => {
  const { gate, waits, answer } = gateOf();
  const passed: number[] = [];
  for (const n of [1, 2, 3]) gate.whenAt(4, () => passed.push(n));
  expect(waits).toHaveLength(1);
  await answer(true);
  expect(passed).toEqual([1, 2, 3]);
});

test('a revision that does not come is waited for without bound, and said to be overdue until it comes', async () => {
  const { gate, overdue, answer } = gateOf();
  const passed: number[] = [];
  gate.whenAt(9, () => passed.push(9));
  await answer(false);
  await answer(false);
  expect([passed, gate.overdue, overdue]).toEqual([[], 9, [9]]);
  await answer(true);
  expect([passed, gate.overdue]).toEqual([[9], undefined]);
});

test('the end of the process ends the waiting and passes nothing', async () => {
  const { gate, stopping, waits, answer } = gateOf();
  const passed: number[] = [];
  gate.whenAt(9, () => passed.push(9));
  stopping.abort();
  await answer(false);
  expect([passed, waits]).toEqual([[], []]);
});
