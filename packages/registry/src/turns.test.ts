import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

function turnsOf(unitsPerTurn: number) {
  const deferred: (() => void)[] = [];
  const turns = createTurns(unitsPerTurn, (turn) => deferred.push(turn));
  return { turns, deferred, pass: () => deferred.shift()?.() };
}

test('a turn is over when its units are spent, by whomever, and the next has them again', () => {
  const { turns, pass } = turnsOf(10);
  turns.spend(4);
  expect(turns.isOver).toBe(false);
  turns.spend(6);
  expect(turns.isOver).toBe(true);
  pass();
  expect(turns.isOver).toBe(false);
});

test('each turn is one waiter’s, in the order in which they came', async () => {
  const { turns, deferred, pass } = turnsOf(10);
  const came: string[] = [];
  for (const name of ['a', 'b']) void turns.next().then(() => came.push(name));
  expect(deferred).toHaveLength(1);
  pass();
  await Promise.resolve();
  expect(came).toEqual(['a']);
  pass();
  await Promise.resolve();
  expect(came).toEqual(['a', 'b']);
  expect(deferred).toEqual([]);
});
