import { expect, test } from 'vitest';
import { foreignAccounts, readBatch, stamp } from './event-batch.ts';

test.each([
  [{ a: 1 }, true, [{ a: 1 }]],
  [[{ a: 1 }, { b: 2 }], false, [{ a: 1 }, { b: 2 }]],
  [{ events: [{ a: 1 }] }, false, [{ a: 1 }]],
])('the three forms of a body are read: %j', (body, single, items) => {
  expect(readBatch(body, 2)).toEqual({ ok: true, single, items });
});

test.each([
  [null, 'not_events'],
  ['text', 'not_events'],
  [7, 'not_events'],
  [[], 'no_events'],
  [{ events: [] }, 'no_events'],
  [{ events: {} }, 'not_events'],
  [{ events: [{}], project_id: 'p' }, 'not_events'],
  [[1, 2, 3], 'too_many_events'],
])('what holds no events is refused with a reason: %j', (body, code) => {
  expect(readBatch(body, 2)).toMatchObject({ ok: false, code, detail: expect.stringMatching(/Send|Put/) });
});

test('a key writes for its own account only', () => {
  const items = [{ account_id: 'acme' }, {}, { account_id: 'globex' }, { account_id: null }, 'text'];
  expect(foreignAccounts(items, 'acme').map(({ index, value }) => [index, value])).toEqual([
    [2, '"globex"'],
    [3, 'null'],
  ]);
});

test('an event is stamped with the account of the key and keeps the id that it has', () => {
  expect(stamp({ event_id: 'given' }, 'acme', () => 'new')).toEqual({
    event_id: 'given',
    account_id: 'acme',
  });
  expect(stamp({ event_id: null }, 'acme', () => 'new')).toEqual({ event_id: 'new', account_id: 'acme' });
  expect(stamp([], 'acme', () => 'new')).toEqual([]);
});
