import { expect, test } from 'vitest';
import { runSimulation } from './simulation-run.ts';
import { type SimulatedEvent, simulatedWorld, simulateEvents } from './simulator.ts';

const accounts = simulatedWorld({ accountIds: ['acme'], projectsPerAccount: 1, channelsPerProject: 3 });
const events = () => simulateEvents({ seed: 1, accounts, now: () => 0 });
const onRecord = (event: SimulatedEvent) => ({
  event_id: event.event_id,
  topic: 't',
  partition: 0,
  offset: 0,
});

test('it publishes exactly as many as asked for and counts those on record', async () => {
  const seen: string[] = [];
  const count = await runSimulation({
    events: events(),
    publish: async (event) => onRecord(event),
    count: 5_000,
    eventsPerSecond: Number.POSITIVE_INFINITY,
    onPublished: ({ event_id }) => seen.push(event_id),
  });
  expect(count).toBe(5_000);
  expect(new Set(seen).size).toBe(5_000);
});

test('no event starts before it is due, whatever happens to those before it', async () => {
  const startedAtMs: number[] = [];
  const zero = performance.now();
  const all = Promise.withResolvers<void>();
  await runSimulation({
    events: events(),
    publish: async (event) => {
      startedAtMs.push(performance.now() - zero);
      if (startedAtMs.length === 5) all.resolve();
      // None is on record before the last was started: an open loop does not wait for answers.
      await all.promise;
      return onRecord(event);
    },
    count: 5,
    eventsPerSecond: 100,
  });
  // Timers may fire up to a millisecond early.
  const early = startedAtMs.filter((atMs, index) => atMs < index * 10 - 2);
  expect(early).toEqual([]);
});

test('a signal ends it, and what was under way still counts', async () => {
  const abort = new AbortController();
  const count = await runSimulation({
    events: events(),
    publish: async (event) => {
      abort.abort();
      return onRecord(event);
    },
    count: Number.POSITIVE_INFINITY,
    eventsPerSecond: 1,
    signal: abort.signal,
  });
  expect(count).toBe(1);
});

test('a failure to publish is the end of the run, not a hole in it', async () => {
  let calls = 0;
  const run = runSimulation({
    events: events(),
    publish: async (event) => {
      calls += 1;
      if (calls === 3) throw new Error('refused');
      return onRecord(event);
    },
    count: 10_000,
    eventsPerSecond: 1_000,
  });
  await expect(run).rejects.toThrow('refused');
  expect(calls).toBeLessThan(10_000);
});
