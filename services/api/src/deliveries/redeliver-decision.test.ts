import type { DeliveryDetail, DeliverySummary } from '@herald/clickhouse/history';
import { deliveryId } from '@herald/domain/ids';
import { redeliveryCause } from '@herald/domain/redelivery';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { describe, expect, it } from 'vitest';
import { decideRedelivery } from './redeliver-decision.ts';

const NOW_MS = 1_000_000;

const configured = { endpoint: { id: 'ep' }, revision: 7 } as ConfiguredEndpoint;

function delivery(state: DeliverySummary['state'], cause = 'event'): DeliveryDetail {
  return {
    deliveryId: deliveryId('ev', 'ep', cause as 'event'),
    eventId: 'ev',
    endpointId: 'ep',
    state,
    cause,
    updatedAtMs: NOW_MS,
    nextAttemptAtMs: null,
    origin: state === 'pending' ? null : { topic: 'publication.events', partition: 1, offset: 5 },
  } as DeliveryDetail;
}

const redelivery = (ordinal: number, state: DeliverySummary['state']) =>
  delivery(state, redeliveryCause(ordinal));

/** The delivery id that would be sent. */
function sent(of: DeliveryDetail, replayed: readonly DeliverySummary[]): string {
  const decision = decideRedelivery(of, replayed, configured, NOW_MS);
  if (decision.kind !== 'send') throw new Error(`It is ${decision.kind}`);
  return decision.delivery.deliveryId;
}

describe('a redelivery', () => {
  it('is the same one however often it is asked for, and from whichever delivery of the event', () => {
    const first = sent(delivery('dead'), []);
    expect(first).toBe(deliveryId('ev', 'ep', redeliveryCause(1)));
    expect(sent(delivery('delivered'), [])).toBe(first);
    expect(sent(redelivery(1, 'dead'), [])).toBe(sent(delivery('dead'), [redelivery(1, 'dead')]));
  });

  it('is another one when the last has ended, by number and not by time', () => {
    const replayed = [redelivery(2, 'delivered'), redelivery(10, 'cancelled'), redelivery(9, 'dead')];
    expect(sent(delivery('dead'), replayed)).toBe(deliveryId('ev', 'ep', redeliveryCause(11)));
  });

  it('is a new delivery by the configuration that is current, with the event from where it was', () => {
    expect(decideRedelivery(delivery('dead'), [], configured, NOW_MS)).toMatchObject({
      delivery: {
        step: 0,
        attempts: 0,
        dueAtMs: 0,
        configRevision: 7,
        origin: { topic: 'publication.events', partition: 1, offset: 5 },
      },
    });
  });

  it('to an endpoint that is off is none: it would be cancelled when the endpoint is switched on', () => {
    const off = { ...configured, endpoint: { ...configured.endpoint, state: 'off' } } as ConfiguredEndpoint;
    expect(decideRedelivery(delivery('dead'), [], off, NOW_MS)).toEqual({
      kind: 'endpoint_off',
      endpointId: 'ep',
    });
  });

  it('that has not ended is the answer, instead of another one', () => {
    const underway = redelivery(3, 'waiting');
    expect(decideRedelivery(delivery('dead'), [underway, redelivery(2, 'dead')], configured, NOW_MS)).toEqual(
      {
        kind: 'underway',
        delivery: underway,
      },
    );
  });

  it('does not mind what replay jobs have sent', () => {
    const byJob = delivery('waiting', 'replay:3f6a');
    expect(sent(delivery('dead'), [byJob])).toBe(deliveryId('ev', 'ep', redeliveryCause(1)));
  });

  it.each(['pending', 'waiting', 'held'] as const)('is refused of a delivery that is %s', (state) => {
    expect(decideRedelivery(delivery(state), [], configured, NOW_MS)).toMatchObject({ kind: 'open' });
  });

  it('is sent of what has been due for minutes without an attempt, and after a redelivery that was lost so', () => {
    const lost = { updatedAtMs: 0, nextAttemptAtMs: NOW_MS - 6 * 60_000 };
    expect(sent({ ...delivery('waiting'), ...lost }, [])).toBe(deliveryId('ev', 'ep', redeliveryCause(1)));
    expect(sent(delivery('dead'), [{ ...redelivery(1, 'waiting'), ...lost }])).toBe(
      deliveryId('ev', 'ep', redeliveryCause(2)),
    );
    const held = { ...delivery('held'), ...lost };
    expect(decideRedelivery(held, [], configured, NOW_MS)).toMatchObject({ kind: 'open' });
  });

  it('is refused where the endpoint was deleted', () => {
    expect(decideRedelivery(delivery('dead'), [], undefined, NOW_MS)).toEqual({
      kind: 'endpoint_deleted',
      endpointId: 'ep',
    });
  });
});
