import { expect, test } from 'vitest';
import { markerOf } from './load-event.ts';
import { createRuns } from './runs.ts';
import { createTally } from './sink/tally.ts';

/** The sink's books, without its process. */
function books() {
  const tally = createTally();
  return {
    tally,
    open: async (plan: Parameters<typeof tally.open>[0]) => tally.open(plan),
    counts: async (run: number) => tally.counts(run)!,
    arrivals: async (run: number) => tally.arrivals(run)!,
  };
}

test('what the endpoint that hangs has not taken is owed to it, and not missing', async () => {
  const sink = books();
  const runs = createRuns(sink);
  const run = await runs.open('with', { events: 3, copies: 2, hangingSlot: 1 });
  const arrive = (seq: number, slot: number) =>
    sink.tally.record(`/p/${slot}`, Buffer.from(markerOf({ run, seq, project: 'p' })), 1);
  arrive(0, 0);
  arrive(1, 0);
  arrive(0, 1);
  expect(await runs.account()).toEqual([
    { run: 'with', expected: 6, arrived: 3, missing: 1, duplicates: 0, owedToHanging: 2 },
  ]);
});

test('the account sees what came twice after its run was over', async () => {
  const sink = books();
  const runs = createRuns(sink);
  const run = await runs.open('first', { events: 1, copies: 1 });
  const arrive = () => sink.tally.record('/p/0', Buffer.from(markerOf({ run, seq: 0, project: 'p' })), 1);
  arrive();
  await runs.open('second', { events: 1, copies: 1 });
  arrive();
  expect((await runs.account()).map(({ missing, duplicates }) => [missing, duplicates])).toEqual([
    [0, 1],
    [1, 0],
  ]);
});
