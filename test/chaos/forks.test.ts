import { expect, test } from 'vitest';
import { type AttemptOnRecord, findForks } from './forks.ts';

let made = 0;

function attempt(given: Partial<AttemptOnRecord>): AttemptOnRecord {
  made += 1;
  return {
    attempt_id: `a${made}`,
    delivery_id: 'd',
    step: 0,
    disposition: 'ATTEMPTED',
    delivery_topic: 'webhook.deliveries',
    delivery_partition: 0,
    delivery_offset: 0,
    dispatcher_id: 'one',
    started_at: 1_000,
    duration_ms: 10,
    ...given,
  };
}

test('a retry after an attempt is no fork', () => {
  const life = [attempt({}), attempt({ step: 1, delivery_offset: 7, started_at: 6_000 })];
  expect(findForks(life)).toEqual([]);
});

test('two records of one step, both attempted by one process, are a fork', () => {
  const twins = [attempt({}), attempt({ delivery_offset: 7, started_at: 6_000 })];
  expect(findForks(twins)).toMatchObject([{ deliveryId: 'd', why: 'twins' }]);
});

test('what a successor repeats after a crash is a duplicate, no fork', () => {
  expect(findForks([attempt({}), attempt({ dispatcher_id: 'two', started_at: 30_000 })])).toEqual([]);
});

test('two processes that attempt one delivery at one time are a fork, whatever the step', () => {
  const overlapping = [attempt({}), attempt({ dispatcher_id: 'two', step: 1, started_at: 1_005 })];
  expect(findForks(overlapping)).toMatchObject([{ why: 'two owners' }]);
});

test('an attempt that was fenced leaves nothing behind and forks nothing', () => {
  const fenced = [attempt({ disposition: 'FENCED' }), attempt({ dispatcher_id: 'two', started_at: 1_005 })];
  expect(findForks(fenced)).toEqual([]);
});

test('deliveries do not fork each other', () => {
  expect(findForks([attempt({}), attempt({ delivery_id: 'e', delivery_offset: 1 })])).toEqual([]);
});
