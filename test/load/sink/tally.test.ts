import { expect, test } from 'vitest';
import { markerOf } from '../load-event.ts';
import { createTally } from './tally.ts';

const bodyOf = (run: number, seq: number, project = 'fan') => Buffer.from(markerOf({ run, seq, project }));

test('each event counts once at each endpoint, and what comes again is a duplicate', () => {
  const tally = createTally();
  tally.open({ run: 1, events: 2, copies: 2 });
  tally.record('/fan/0', bodyOf(1, 0), 10);
  tally.record('/fan/1', bodyOf(1, 0), 11);
  tally.record('/fan/0', bodyOf(1, 0), 12);
  expect(tally.counts(1)).toEqual({ expected: 4, arrived: 2, duplicates: 1, firstAtMs: 10, lastAtMs: 11 });
});

test('the time of an arrival is that of the first, found by event and endpoint', () => {
  const tally = createTally();
  tally.open({ run: 1, events: 2, copies: 2 });
  tally.record('/fan/1', bodyOf(1, 1), 20);
  tally.record('/fan/1', bodyOf(1, 1), 30);
  expect([...(tally.arrivals(1) ?? [])]).toEqual([Number.NaN, Number.NaN, Number.NaN, 20]);
});

test('a run that is over goes on counting what comes late', () => {
  const tally = createTally();
  tally.open({ run: 1, events: 1, copies: 1 });
  tally.record('/fan/0', bodyOf(1, 0), 1);
  tally.open({ run: 2, events: 1, copies: 1 });
  tally.record('/fan/0', bodyOf(1, 0), 2);
  expect(tally.counts(1)?.duplicates).toBe(1);
  expect(tally.counts(2)?.arrived).toBe(0);
});

test.each([
  ['an endpoint of another project', '/one/0', bodyOf(1, 0)],
  ['an endpoint that is not there', '/fan/9', bodyOf(1, 0)],
  ['an event that was not published', '/fan/0', bodyOf(1, 99)],
  ['a run that was not opened', '/fan/0', bodyOf(7, 0)],
  ['a body without an event', '/fan/0', Buffer.from('{}')],
])('what nobody expects is a stray: %s', (_, path, body) => {
  const tally = createTally();
  tally.open({ run: 1, events: 1, copies: 1 });
  tally.record(path, body, 1);
  expect(tally.strays).toBe(1);
  expect(tally.counts(1)?.arrived).toBe(0);
});
