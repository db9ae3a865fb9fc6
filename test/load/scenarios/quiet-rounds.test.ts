import { expect, test } from 'vitest';
import type { Round } from '../results.ts';
import { type MeasuredRound, quietRounds } from './quiet-rounds.ts';

test('no more rounds are measured than are wanted where the host keeps nothing back', async () => {
  const { rounds, disturbed, stolenCores } = await quietRounds(3, measuring([0, 0.02, 0.01]));
  expect(rounds).toEqual([round(0), round(1), round(2)]);
  expect(disturbed).toEqual([]);
  expect(stolenCores).toBe(0.02);
});

test('a round in which the host kept cores back is measured again and left out, whatever it came to', async () => {
  const { rounds, disturbed, stolenCores } = await quietRounds(2, measuring([0, 0.3, 0]));
  expect(rounds).toEqual([round(0), round(2)]);
  expect(disturbed).toEqual([round(1)]);
  expect(stolenCores).toBe(0);
});

test('where the host is never quiet the quietest rounds count, in their order, and say what it kept back', async () => {
  const { rounds, disturbed, stolenCores } = await quietRounds(2, measuring([0.5, 0.3, 0.9, 0.4]));
  expect(rounds).toEqual([round(1), round(3)]);
  expect(disturbed).toEqual([round(0), round(2)]);
  expect(stolenCores).toBe(0.4);
});

/** A round after another as they were disturbed; one more is a failure. */
function measuring(stolenCores: readonly number[]): (n: number) => Promise<MeasuredRound> {
  return async (n) => {
    const stolen = stolenCores[n];
    if (stolen === undefined) throw new Error(`round ${n} was not wanted`);
    return { round: round(n), otherCores: 0, stolenCores: stolen };
  };
}

function round(n: number): Round {
  const of = (p99: number) => ({ count: 1, p50: 1, p90: 1, p99, max: p99 });
  return { withoutMs: of(10 + n), withMs: of(20 + n) };
}
