import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, type Erasure, including, type Recorded } from './erasure.ts';

const ofPublication: Erasure = {
  accountId: 'acme',
  publicationId: 'pub_1',
  erasedAtMs: 1_000,
  eventEnds: [5, 0, 9],
  erasedBy: 'ada',
};
const recorded = (said: Partial<Recorded> = {}, partition = 0, offset = 4): Recorded => ({
  accountId: 'acme',
  publicationId: 'pub_1',
  origin: { topic: 'publication.events', partition, offset },
  ...said,
});

test('an erasure covers what comes from events that were accepted before it', () => {
  expect(covers(ofPublication, recorded())).toBe(true);
  expect(covers(ofPublication, recorded({}, 0, 5))).toBe(false);
  expect(covers(ofPublication, recorded({}, 1, 0))).toBe(false);
  expect(covers(ofPublication, recorded({}, 2, 8))).toBe(true);
});

test('nothing of another publication or account is covered, and of an account everything', () => {
  expect(covers(ofPublication, recorded({ publicationId: 'pub_2' }))).toBe(false);
  expect(covers(ofPublication, recorded({ accountId: 'other' }))).toBe(false);
  const ofAccount = { ...ofPublication, publicationId: undefined };
  expect(covers(ofAccount, recorded({ publicationId: 'pub_2' }))).toBe(true);
  expect(covers(ofAccount, recorded({ accountId: 'other' }))).toBe(false);
});

test('the tests of an account are covered by when they were made', () => {
  const ofAccount = { ...ofPublication, publicationId: undefined };
  const tested = (atMs: number) => recorded({ origin: { topic: 'test', partition: 0, offset: atMs } });
  expect(covers(ofAccount, tested(1_000))).toBe(true);
  expect(covers(ofAccount, tested(1_001))).toBe(false);
});

test('one that takes the place of another covers what either of them does and nothing else, whichever was asked for first', () => {
  const asked = fc
    .record({ erasedAtMs: fc.nat(10), eventEnds: fc.array(fc.nat(10), { maxLength: 4 }) })
    .map((said): Erasure => ({ ...ofPublication, ...said }));
  const origin = fc.record({
    topic: fc.constantFrom('publication.events', 'test'),
    partition: fc.nat(4),
    offset: fc.nat(10),
  });
  fc.assert(
    fc.property(asked, asked, origin, (one, other, origin) => {
      const isCovered = covers(one, recorded({ origin })) || covers(other, recorded({ origin }));
      expect(covers(including(one, other), recorded({ origin }))).toBe(isCovered);
    }),
  );
});
