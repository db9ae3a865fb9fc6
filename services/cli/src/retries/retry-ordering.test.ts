import { isMeant, type RetryOrder } from '@herald/registry/retry-order';
import { describe, expect, it } from 'vitest';
import { orderRetries, type Selection } from './retry-ordering.ts';
import type { RetryTopics, WaitingRecord } from './waiting-records.ts';
import { firstDue, summarize } from './waiting-summary.ts';

const NOW_MS = 1_000_000;

function waiting(offset: number, endpointId: string, given: Partial<WaitingRecord> = {}): WaitingRecord {
  return {
    tier: '1h',
    topic: 'webhook.retry.1h',
    partition: 0,
    offset,
    appendedAtMs: NOW_MS - 100 + offset,
    delivery: {
      deliveryId: `d${offset}`,
      endpointId,
      eventId: `ev${offset}`,
      step: 1,
      attempts: 1,
      dueAtMs: NOW_MS + 10_000 - offset,
      origin: { topic: 'publication.events', partition: 0, offset },
      cause: 'event',
      configRevision: 1,
      traceparent: undefined,
    },
    headers: {},
    value: Buffer.from(`of ${endpointId}`),
    ...given,
  };
}

/**
 * Retry topics, and a dispatcher that follows an order only where it has read. The first `attempted` of an order come
 * due before it has.
 */
function topicsOf(records: WaitingRecord[], readByDispatcher = Number.POSITIVE_INFINITY, attempted = 0) {
  const orders: RetryOrder[] = [];
  const deadLetters: WaitingRecord['delivery'][] = [];
  const topics: RetryTopics = {
    async *scan({ stretches } = {}) {
      const to = stretches ? stretches[0]!.to : Number.POSITIVE_INFINITY;
      for (const record of [...records]) if (record.offset < to) yield record;
    },
    async cancellations() {
      const from = deadLetters.length;
      return async function* () {
        yield* deadLetters.slice(from);
      };
    },
    close: async () => {},
  };
  return {
    topics,
    orders,
    async write(order: RetryOrder) {
      orders.push(order);
      const followed = records.filter(
        ({ offset, delivery, appendedAtMs }) =>
          offset < readByDispatcher &&
          delivery.endpointId === order.endpointId &&
          isMeant(order, { deliveryId: delivery.deliveryId, appendedAtMs }),
      );
      records.splice(0, records.length, ...records.filter((record) => !followed.includes(record)));
      if (order.kind === 'cancel') deadLetters.push(...followed.slice(attempted).map((one) => one.delivery));
    },
  };
}

function order(selection: Partial<Selection>, { topics, write }: ReturnType<typeof topicsOf>) {
  return orderRetries(
    'forward',
    { endpointId: undefined, deliveryIds: new Set(), ...selection },
    {
      topics,
      write,
      accountOf: async (value) => `account ${value}`,
      orderedBy: 'ada',
      followMs: 1,
      now: () => NOW_MS,
    },
  );
}

describe('an order from the command line', () => {
  it('is for all that waits of its endpoint, and says how many followed', async () => {
    const world = topicsOf([waiting(0, 'a'), waiting(1, 'b'), waiting(2, 'a')]);
    expect(await order({ endpointId: 'a' }, world)).toEqual({
      followed: [{ endpointId: 'a', accountId: 'account of a', ordered: 2, remaining: 0 }],
      notWaiting: [],
    });
    expect(world.orders).toMatchObject([{ endpointId: 'a', accountId: 'account of a', kind: 'forward' }]);
  });

  it('finds the endpoints of the deliveries that it names, and tells which do not wait', async () => {
    const world = topicsOf([waiting(0, 'a'), waiting(1, 'b'), waiting(2, 'c')]);
    const { followed, notWaiting } = await order({ deliveryIds: new Set(['d0', 'd1', 'gone']) }, world);
    expect(followed.map(({ endpointId, ordered }) => [endpointId, ordered])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
    expect(notWaiting).toEqual(['gone']);
  });

  it('means all that it found, though the clock of the brokers is ahead', async () => {
    const ahead = { appendedAtMs: NOW_MS + 60_000 };
    const world = topicsOf([waiting(0, 'a', ahead)]);
    expect(await order({ endpointId: 'a' }, world)).toMatchObject({
      followed: [{ ordered: 1, remaining: 0 }],
    });
  });

  it('tells how many have not followed when it does not wait any longer', async () => {
    const world = topicsOf([waiting(0, 'a'), waiting(1, 'a')], 1);
    const { followed } = await orderRetries(
      'cancel',
      { endpointId: 'a', deliveryIds: new Set() },
      {
        ...world,
        accountOf: async () => 'acme',
        orderedBy: 'ada',
        followMs: 0,
        now: () => NOW_MS,
      },
    );
    expect(followed).toMatchObject([{ ordered: 2, remaining: 1 }]);
  });

  it('to cancel counts those that it gave up, and not those that were attempted before it was read', async () => {
    const { topics, write } = topicsOf(
      [0, 1, 2, 3, 4].map((n) => waiting(n, 'a')),
      4,
      1,
    );
    const options = { accountOf: async () => 'acme', orderedBy: 'ada', followMs: 0, now: () => NOW_MS };
    const { followed } = await orderRetries(
      'cancel',
      { endpointId: 'a', deliveryIds: new Set() },
      { topics, write, ...options },
    );
    expect(followed).toEqual([
      { endpointId: 'a', accountId: 'acme', ordered: 5, remaining: 1, cancelled: 3 },
    ]);
  });

  it('is not written where nothing waits', async () => {
    const world = topicsOf([waiting(0, 'a')]);
    expect(await order({ endpointId: 'b' }, world)).toEqual({ followed: [], notWaiting: [] });
    expect(world.orders).toEqual([]);
  });
});

describe('what waits', () => {
  const records = async function* () {
    yield waiting(0, 'a');
    yield waiting(1, 'b', { tier: '5s' });
    yield waiting(2, 'a');
    yield waiting(3, 'a', { tier: '5s' });
  };

  it('is counted by tier and endpoint, with the first and the last that is due', async () => {
    expect(await summarize(records())).toEqual([
      {
        tier: '1h',
        endpointId: 'a',
        waiting: 2,
        firstDueMs: NOW_MS + 9_998,
        lastDueMs: NOW_MS + 10_000,
        oldestMs: NOW_MS - 100,
      },
      expect.objectContaining({ tier: '5s', endpointId: 'b', waiting: 1 }),
      expect.objectContaining({ tier: '5s', endpointId: 'a', waiting: 1 }),
    ]);
  });

  it('is looked at by the time that it is due, and no more is kept than asked for', async () => {
    const kept: number[] = [];
    const keep = ({ offset }: WaitingRecord) => {
      kept.push(offset);
      return offset;
    };
    expect(await firstDue(records(), 2, keep)).toEqual([3, 2]);
    expect(await firstDue(records(), 10, keep)).toEqual([3, 2, 1, 0]);
  });
});
