import { expect, test } from 'vitest';
import type { Results } from '../results.ts';
import type { Throughput } from '../scenarios/throughput.ts';
import { barePerSecond, holds, type Mark, marksOf, shareOfBare } from './marks.ts';

const NOTHING: Results = {
  sender: 'Herald',
  scale: 'full',
  machine: { cores: 2, cpu: 'a', memoryGiB: 8, os: 'Linux', node: 'v26', loadBefore: 0 },
  bare: [],
  throughput: [],
  latency: [],
  account: [],
  strays: 0,
  problems: [],
};

const ONE: Throughput = {
  scenario: 'one endpoint',
  events: 1_000,
  deliveries: 1_000,
  arrived: 1_000,
  publishedPerSecond: 9_000,
  routedPerSecond: 8_000,
  deliveredPerSecond: 5_000,
  historyLagSeconds: 1,
  extraAttempts: 0,
  usage: {
    seconds: 1,
    otherCores: 0,
    stolenCores: 0,
    processes: [
      { name: 'dispatcher', group: 'sender', cpuSeconds: 0.15, rssBytes: 1 },
      { name: 'kafka', group: 'servers', cpuSeconds: 0.05, rssBytes: 1 },
      { name: 'sink', group: 'bench', cpuSeconds: 9, rssBytes: 1 },
    ],
  },
};

const markOf = (results: Results, what: string): Mark | undefined =>
  marksOf(results).find((mark) => mark.what.startsWith(what));

test('what was not measured has no mark', () => {
  expect(marksOf(NOTHING).map(({ what }) => what)).toEqual([
    'deliveries missing',
    'deliveries that came twice',
    'requests that nobody expected',
  ]);
});

const bareRun = (seconds: number) => ({ requests: 30_000, seconds, cpuSeconds: 1 });

test('the limit is what the runs right before and right after made together', () => {
  const bare = [bareRun(1), bareRun(2)];
  expect(barePerSecond(bare)).toBe(20_000);
  const ratio = markOf({ ...NOTHING, bare, throughput: [ONE] }, 'delivered/s, one endpoint ÷');
  expect(ratio).toMatchObject({ value: 0.25, floor: { atLeast: 0.15 }, goal: { atLeast: 0.3 } });
});

test('of several runs each is held against its own limit, and the one in the middle counts', () => {
  const bare = [bareRun(1), bareRun(1), bareRun(3), bareRun(3)];
  const throughput = [3_000, 5_000, 5_000].map((deliveredPerSecond) => ({ ...ONE, deliveredPerSecond }));
  expect(shareOfBare({ bare, throughput }).map((share) => share.toFixed(3))).toEqual([
    '0.100',
    '0.333',
    '0.500',
  ]);
  const ratio = markOf({ ...NOTHING, bare, throughput }, 'delivered/s, one endpoint ÷');
  expect(ratio?.value).toBeCloseTo(1 / 3);
});

test('a neighbour is judged by the round in the middle, not by the one that the machine disturbed', () => {
  const of = (p99: number) => ({ count: 1, p50: 1, p90: 1, p99, max: p99 });
  const rounds = [
    { withoutMs: of(10), withMs: of(11) },
    { withoutMs: of(10), withMs: of(500) },
    { withoutMs: of(20), withMs: of(20) },
  ];
  const isolation = { ratePerSecond: 50, rounds, disturbed: [], otherCores: 0, stolenCores: 0 };
  expect(markOf({ ...NOTHING, isolation }, 'healthy p99')).toMatchObject({
    value: 1.1,
    floor: { atMost: 1.2 },
  });
});

test('the stack is the sender and its servers; the sink is not of it', () => {
  const cost = markOf({ ...NOTHING, throughput: [ONE] }, 'CPU of the whole stack');
  expect(cost?.value).toBeCloseTo(0.2);
});

test('one delivery that is missing, came twice or went astray breaks a floor', () => {
  const account = [{ run: 'a', expected: 3, arrived: 2, missing: 1, duplicates: 1, owedToHanging: 0 }];
  const marks = marksOf({ ...NOTHING, account, strays: 1 });
  expect(marks.filter(({ value, floor }) => floor && !holds(value, floor))).toHaveLength(3);
});

test('a latency that never ended breaks every bound', () => {
  expect(holds(Number.POSITIVE_INFINITY, { atMost: 50 })).toBe(false);
  expect(holds(Number.NaN, { atMost: 50 })).toBe(false);
});
