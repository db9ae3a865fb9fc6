import type { DeliverySummary, DeliveryWithOrigin } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import { deliveryId } from '@herald/domain/ids';
import { redeliveryCause } from '@herald/domain/redelivery';
import { expect, test } from 'vitest';
import type { Account } from '../account/account.ts';
import type { Redelivered } from '../deliveries/redeliver.ts';
import { redriveAll } from './redrive.ts';

function dead(event: string, cause = 'event'): DeliveryWithOrigin {
  return {
    deliveryId: deliveryId(event, 'ep', cause as 'event'),
    eventId: event,
    endpointId: 'ep',
    state: 'dead',
    cause,
    origin: { topic: 'publication.events', partition: 1, offset: 5 },
  } as DeliveryWithOrigin;
}

function redrive(
  letters: readonly DeliveryWithOrigin[],
  replayed: readonly DeliverySummary[],
  send: (delivery: Delivery) => Redelivered,
  isUnreadable = false,
) {
  const account = {
    endpoints: {
      get: () => (isUnreadable ? undefined : { endpoint: { id: 'ep' }, revision: 7 }),
      isUnreadable: () => isUnreadable,
    },
    deliveries: { redeliver: async (delivery: Delivery) => send(delivery) },
  } as unknown as Account;
  const deliveries = new Map(letters.map((letter) => [letter.deliveryId, letter]));
  return redriveAll(account, [...deliveries.keys()], { deliveries, replayed, atMs: 0 });
}

test('a dead letter and its redelivery that died too are sent as one', async () => {
  const sent: Delivery[] = [];
  const again = dead('ev', redeliveryCause(1));
  const items = await redrive([dead('ev'), again], [again], (delivery) => {
    sent.push(delivery);
    return { kind: 'queued' };
  });
  const next = deliveryId('ev', 'ep', redeliveryCause(2));
  expect(items.map((item) => [item.result, item.delivery_id])).toEqual([
    ['queued', next],
    ['queued', next],
  ]);
  expect(sent).toHaveLength(1);
});

test('where Kafka does not confirm, the rest is not tried', async () => {
  const letters = Array.from({ length: 50 }, (_, n) => dead(`ev${n}`));
  let asked = 0;
  const items = await redrive(letters, [], () => {
    asked += 1;
    return { kind: 'unavailable', detail: 'away' };
  });
  expect(asked).toBe(20);
  expect(new Set(items.map(({ result }) => result))).toEqual(new Set(['unconfirmed']));
  expect(items).toHaveLength(50);
});

test('of an endpoint that this process cannot read it is not said that it was deleted', async () => {
  const items = await redrive([dead('ev')], [], () => expect.unreachable(), true);
  expect(items.map(({ result }) => result)).toEqual(['endpoint_unreadable']);
});
