import { describe, expect, it, test } from 'vitest';
import { isMeant, parseRetryOrder, type RetryOrder, retryOrderRecordOf } from './retry-order.ts';

const order: RetryOrder = {
  endpointId: 'ep',
  accountId: 'acme',
  kind: 'forward',
  orderedAtMs: 1_000,
  deliveryIds: new Set(),
  orderedBy: 'ada',
};

describe('an order means', () => {
  it.each([
    ['what was put into a retry topic before it', 999, new Set<string>(), true],
    ['nothing that came into it since', 1_000, new Set<string>(), false],
    ['a delivery that it names', 999, new Set(['d1', 'd2']), true],
    ['no delivery that it does not name', 999, new Set(['d2']), false],
    ['a delivery that it names only as it waited then', 1_000, new Set(['d1']), false],
  ])('%s', (_, appendedAtMs, deliveryIds, meant) => {
    expect(isMeant({ ...order, deliveryIds }, { deliveryId: 'd1', appendedAtMs })).toBe(meant);
  });
});

test('an order is read as it was written, and one of a later kind is not guessed', () => {
  const given: RetryOrder = { ...order, kind: 'cancel', deliveryIds: new Set(['d1']) };
  expect(parseRetryOrder(retryOrderRecordOf(given), 1_000)).toEqual({ ok: true, value: given });
  expect(parseRetryOrder({ ...retryOrderRecordOf(given), kind: 'UNKNOWN' }, 1_000)).toMatchObject({
    ok: false,
  });
});

test('an order by a clock that is ahead means nothing that came after it', () => {
  expect(parseRetryOrder(retryOrderRecordOf(order), 900)).toMatchObject({ value: { orderedAtMs: 900 } });
});
