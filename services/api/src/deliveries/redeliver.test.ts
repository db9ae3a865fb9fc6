import type { DeliverySummary } from '@herald/clickhouse/history';
import type { Delivery } from '@herald/domain/delivery';
import { expect, it } from 'vitest';
import { createRedeliver, type Resent } from './redeliver.ts';

const delivery = { deliveryId: 'd', endpointId: 'ep', eventId: 'ev', origin: { topic: 't' } } as Delivery;
const of = { state: 'delivered' } as DeliverySummary;

async function redelivered(world: { value?: Buffer; pendingRecords?: number; isErased?: boolean }) {
  const steps: string[] = [];
  const redeliver = createRedeliver({
    eventBytes: async () => world.value,
    isErased: () => world.isErased === true,
    producer: {
      pendingRecords: world.pendingRecords ?? 0,
      async send() {
        steps.push('sent');
      },
    },
    timeoutMs: 10_000,
    onFailure() {},
  });
  const recorded = (send: () => Promise<Resent>) => {
    steps.push('recorded');
    return send();
  };
  const { kind } = await redeliver({ accountId: 'acc' }, delivery, of, recorded);
  return { kind, steps };
}

it('a redelivery is put on record before it is sent', async () => {
  const event = { value: Buffer.from('event') };
  expect(await redelivered(event)).toEqual({ kind: 'queued', steps: ['recorded', 'sent'] });
});

it('one that is refused is not put on record', async () => {
  expect(await redelivered({})).toEqual({ kind: 'event_gone', steps: [] });
  const full = { value: Buffer.from('event'), pendingRecords: 1_000 };
  expect(await redelivered(full)).toEqual({ kind: 'unavailable', steps: [] });
  const erased = { value: Buffer.from('event'), isErased: true };
  expect(await redelivered(erased)).toEqual({ kind: 'erased', steps: [] });
});
