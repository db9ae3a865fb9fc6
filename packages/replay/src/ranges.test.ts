import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AskedRange, TopicSource } from './job.ts';
import { addExpired, freeze, hasExpiredSince, notThereYet, type TopicNow } from './ranges.ts';

function asking(given: Partial<TopicSource>): TopicSource {
  return { kind: 'topic', topic: 't', ranges: [], fromMs: undefined, toMs: undefined, ...given };
}

function topic(bounds: readonly [low: number, end: number][], over: Partial<TopicNow> = {}): TopicNow {
  const byPartition = bounds.map(
    ([lowOffset, endOffset], partition) => [partition, { lowOffset, endOffset }] as const,
  );
  return { bounds: new Map(byPartition), from: undefined, to: undefined, ...over };
}

/** Of each partition, what is read and what is gone. */
function frozen(source: TopicSource, now: TopicNow) {
  const result = freeze(source, now);
  if (!result.ok) throw new Error(result.reason);
  const short = (each: { partition: number; from: number; to: number }) => [
    each.partition,
    each.from,
    each.to,
  ];
  return { ranges: result.ranges.map(short), expired: result.expired.map(short) };
}

test('everything is what is retained, and nothing of it is gone', () => {
  expect(
    frozen(
      asking({}),
      topic([
        [5, 9],
        [0, 0],
      ]),
    ),
  ).toEqual({ ranges: [[0, 5, 9]], expired: [] });
});

test('a time is where its first record is; one before all that is retained names what is gone', () => {
  const now = topic(
    [
      [5, 9],
      [2, 9],
    ],
    {
      from: new Map([
        [0, 7],
        [1, 2],
      ]),
      to: new Map([
        [0, 8],
        [1, 9],
      ]),
    },
  );
  expect(frozen(asking({ fromMs: 1, toMs: 2 }), now)).toEqual({
    ranges: [
      [0, 7, 8],
      [1, 2, 9],
    ],
    expired: [[1, 0, 2]],
  });
});

test('a partition that is not there is refused by name', () => {
  expect(freeze(asking({ ranges: [{ partition: 2, from: 0, to: 1 }] }), topic([[0, 9]]))).toEqual({
    ok: false,
    reason: 't has no partition 2: it has 1',
  });
});

test('whatever offsets are asked for, each that is retained is read once and each that is gone or not there yet is named', () => {
  const range: fc.Arbitrary<AskedRange> = fc
    .tuple(fc.nat(2), fc.nat(40), fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }))
    .map(([partition, from, length]) => ({
      partition,
      from,
      to: length === undefined ? undefined : from + length,
    }));
  const bound = fc
    .tuple(fc.nat(20), fc.nat(30))
    .map(([low, length]): [number, number] => [low, low + length]);
  fc.assert(
    fc.property(
      fc.array(range, { minLength: 1, maxLength: 8 }),
      fc.tuple(bound, bound, bound),
      (ranges, bounds) => {
        const source = asking({ ranges });
        const now = freeze(source, topic(bounds));
        if (!now.ok) throw new Error(now.reason);
        const result = frozen(source, topic(bounds));
        const later = notThereYet(source, now).map(({ partition, from, to }) => [partition, from, to]);
        for (const [partition, [low, end]] of bounds.entries()) {
          for (let offset = 0; offset < 80; offset++) {
            const isAsked = ranges.some(
              (each) => each.partition === partition && each.from <= offset && offset < (each.to ?? end),
            );
            const within = (found: number[][]) =>
              found.filter(([p, from, to]) => p === partition && from! <= offset && offset < to!).length;
            expect(within(result.ranges)).toBe(isAsked && low <= offset && offset < end ? 1 : 0);
            if (isAsked && offset < low) expect(within(result.expired)).toBe(1);
            if (offset >= low) expect(within(result.expired)).toBe(0);
            const isAskedByName = ranges.some(
              (each) => each.partition === partition && each.from <= offset && offset < (each.to ?? 0),
            );
            const isOpen = ranges.some((each) => each.partition === partition && each.to === undefined);
            if (!isOpen) expect(within(later)).toBe(isAskedByName && offset >= end ? 1 : 0);
          }
        }
      },
    ),
  );
});

test('what is found gone later is one with what touches it', () => {
  const expired = [{ partition: 0, from: 0, to: 5 }];
  addExpired(expired, { partition: 0, from: 5, to: 8 });
  addExpired(expired, { partition: 1, from: 5, to: 8 });
  expect(expired).toEqual([
    { partition: 0, from: 0, to: 8 },
    { partition: 1, from: 5, to: 8 },
  ]);
});

test('what was gone when the source was frozen has not expired since', () => {
  const ranges = [{ partition: 0, from: 5, to: 9, plannedTo: 9, position: 5, toSend: 0, sent: 0 }];
  const expired = [
    { partition: 0, from: 0, to: 5 },
    { partition: 1, from: 0, to: 9 },
  ];
  expect(hasExpiredSince({ ranges, expired })).toBe(false);
  addExpired(expired, { partition: 0, from: 5, to: 6 });
  expect(hasExpiredSince({ ranges, expired })).toBe(true);
});
