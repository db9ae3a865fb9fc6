import type { SelectedDelivery } from '@herald/clickhouse/read/replay-reads';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { TOPICS } from '@herald/contracts/topics';
import { expect, test } from 'vitest';
import { type FetchEvents, fetchEvents } from './fetch-events.ts';
import { MustWait } from './source.ts';

const { signal } = new AbortController();

/** Events `e0`, `e1`, … at offsets 0, 1, … of one partition; their bytes are their ids, as long as is asked for. */
function world(events: number, bytes: number) {
  const deliveries = Array.from({ length: events }, (_, offset) => {
    const origin = { topic: TOPICS.events, partition: 0, offset };
    return {
      eventId: `e${offset}`,
      deliveryId: `d${offset}`,
      state: 'delivered',
      origin,
    } as SelectedDelivery;
  });
  const reader = {
    bounds: async () => new Map([[0, { lowOffset: 0, endOffset: events }]]),
    offsetsAt: async () => new Map(),
    async read({ from }: { from: number }) {
      const value = Buffer.alloc(bytes);
      value.write(`e${from};`);
      const records = [{ offsetNumber: from, value }];
      return { kind: 'records', records, nextOffset: from + 1, endOffset: events };
    },
  } as unknown as FetchEvents['reader'];
  const decoder = {
    decode(value: Buffer) {
      const event_id = value.subarray(0, 10).toString().split(';')[0];
      return { ok: true, value: { event_id, account_id: 'acme' } as PublicationEvent };
    },
  } as FetchEvents['decoder'];
  const options: FetchEvents = { deliveries, accountId: 'acme', reader, decoder, phase: 'run', signal };
  return options;
}

test('a page ends where its events would take too much memory, and has one at least', async () => {
  const mebibyte = 1024 * 1024;
  const page = await fetchEvents(world(20, mebibyte));
  expect(page.length).toBe(8);
  for (let at = 0; at < 8; at += 1) expect(page.at(at)?.value?.length).toBe(mebibyte);
  expect((await fetchEvents(world(3, 9 * mebibyte))).length).toBe(1);
  expect((await fetchEvents(world(20, 100))).length).toBe(20);
});

test('a broker that gives nothing where a record is does not make it one that has expired', async () => {
  const options = world(10, 100);
  const nothing = async ({ from }: { from: number }) => ({
    ...{ kind: 'records', records: [], nextOffset: from, endOffset: 10 },
  });
  const reader = { ...options.reader, read: nothing } as FetchEvents['reader'];
  await expect(fetchEvents({ ...options, reader })).rejects.toThrow(MustWait);
});

test('the ends of a topic are asked for once a page, however many partitions its events are in', async () => {
  const { deliveries, reader, ...options } = world(4, 100);
  const asked: string[] = [];
  const page = await fetchEvents({
    ...options,
    deliveries: deliveries.map((each, partition) => ({ ...each, origin: { ...each.origin!, partition } })),
    reader: {
      ...reader,
      async bounds(topic) {
        asked.push(topic);
        return new Map([0, 1, 2, 3].map((partition) => [partition, { lowOffset: 0, endOffset: 4 }]));
      },
    },
  });
  expect(page.length).toBe(4);
  expect(asked).toEqual([TOPICS.events]);
});
