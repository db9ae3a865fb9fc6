import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRASH_POINT_ROWS } from './rows/crash-points.ts';
import { ROLL_OUT, SCALE } from './rows/rebalance.ts';
import { runRow } from './run-row.ts';
import { openWorld, type World } from './world.ts';

/** The short form of `npm run chaos`: what its other rows show takes minutes. */

let world: World;

beforeAll(async () => {
  world = await openWorld(() => {});
});

afterAll(async () => {
  await world?.close();
});

const named = (name: string) => CRASH_POINT_ROWS.find((row) => row.name === name)!;

test.each([
  ['a dispatcher that dies with a retry on record and not committed', named('before-delivery-commit')],
  ['a dispatcher that dies with routes on record and not committed', named('before-route-commit')],
])('%s loses nothing and repeats only what was in flight or just complete', async (_, row) => {
  const { problems, findings } = await runRow(world, row, { seed: 1, onProgress() {} });
  expect(problems).toEqual([]);
  expect(findings?.account.lost).toEqual([]);
});

test.each([
  ['a roll-out of three dispatchers under load', ROLL_OUT],
  ['scaling from one dispatcher to three and back under load', SCALE],
])('%s loses nothing and sends nothing again', async (_, row) => {
  const { problems, findings } = await runRow(world, row, { seed: 2, onProgress() {} });
  expect(problems).toEqual([]);
  expect(findings?.account).toMatchObject({ lost: [], duplicates: 0 });
});
