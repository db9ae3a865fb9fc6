import type { DeliverySummary, DeliveryWithOrigin } from '@herald/clickhouse/history';
import { deliveryId } from '@herald/domain/ids';
import { redeliveryCause } from '@herald/domain/redelivery';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { describe, expect, it } from 'vitest';
import { decideRedrive } from './redrive-decision.ts';

const NOW_MS = 1_000_000;

const configured = { endpoint: { id: 'ep' }, revision: 7 } as ConfiguredEndpoint;

function delivery(state: DeliverySummary['state'], cause = 'event'): DeliveryWithOrigin {
  return {
    deliveryId: deliveryId('ev', 'ep', cause as 'event'),
    eventId: 'ev',
    endpointId: 'ep',
    state,
    cause,
    updatedAtMs: NOW_MS,
    nextAttemptAtMs: null,
    origin: { topic: 'publication.events', partition: 1, offset: 5 },
  } as DeliveryWithOrigin;
}

describe('a redrive', () => {
  it('sends what a redelivery would send, so that one asked for both ways is one delivery', () => {
    expect(decideRedrive(delivery('dead'), [], configured, NOW_MS)).toMatchObject({
      kind: 'send',
      delivery: { deliveryId: deliveryId('ev', 'ep', redeliveryCause(1)), configRevision: 7 },
    });
  });

  it.each([
    ['is under way', delivery('waiting', redeliveryCause(1))],
    ['waits as held', delivery('held', 'replay:job')],
    ['was accepted', delivery('delivered', 'replay:job')],
  ])('leaves out what was sent again since and %s', (_, by) => {
    expect(decideRedrive(delivery('dead'), [by], configured, NOW_MS)).toEqual({ kind: 'redriven', by });
  });

  it('sends again what has died again', () => {
    const died = delivery('dead', redeliveryCause(1));
    expect(decideRedrive(delivery('dead'), [died], configured, NOW_MS)).toMatchObject({
      kind: 'send',
      delivery: { deliveryId: deliveryId('ev', 'ep', redeliveryCause(2)) },
    });
  });

  it.each(['pending', 'waiting', 'held', 'delivered', 'cancelled'] as const)(
    'leaves out what is %s and so no dead letter',
    (state) => {
      expect(decideRedrive(delivery(state), [], configured, NOW_MS)).toEqual({ kind: 'not_dead' });
    },
  );

  it('leaves out what has no endpoint any more', () => {
    expect(decideRedrive(delivery('dead'), [], undefined, NOW_MS)).toEqual({ kind: 'endpoint_deleted' });
  });
});
