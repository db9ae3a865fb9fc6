import type { Delivery } from '@herald/domain/delivery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDeliveryHeaders, encodeDeliveryHeaders, type RawHeaders } from './headers.ts';

const always: fc.Arbitrary<Omit<Delivery, 'turnAtMs' | 'isUndecided' | 'orderRevision'>> = fc.record({
  deliveryId: fc.uuid(),
  endpointId: fc.string({ minLength: 1 }),
  eventId: fc.uuid(),
  step: fc.nat(),
  attempts: fc.nat(),
  dueAtMs: fc.nat(4_000_000_000_000),
  origin: fc.record({
    topic: fc.constantFrom('publication.events', 'webhook.dead-letters'),
    partition: fc.nat(1_000),
    offset: fc.nat(2 ** 49),
  }),
  cause: fc.constantFrom('event' as const, 'test' as const, 'replay:r1' as const),
  configRevision: fc.integer({ min: -1, max: 1_000_000 }),
  traceparent: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
});
const sometimes: fc.Arbitrary<Pick<Delivery, 'turnAtMs' | 'isUndecided' | 'orderRevision'>> = fc.record(
  { turnAtMs: fc.nat(4_000_000_000_000), isUndecided: fc.constant(true), orderRevision: fc.nat() },
  { requiredKeys: [] },
);
const delivery: fc.Arbitrary<Delivery> = fc
  .tuple(always, sometimes)
  .map(([given, more]) => ({ ...given, ...more }));

const asWritten = (headers: Record<string, string>): RawHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));

describe('delivery headers', () => {
  it('carry a delivery through Kafka unchanged', () => {
    fc.assert(
      fc.property(delivery, (given) => {
        expect(decodeDeliveryHeaders(asWritten(encodeDeliveryHeaders(given)))).toEqual({
          ok: true,
          delivery: given,
        });
      }),
    );
  });

  it('name the header that a foreign record lacks or garbles', () => {
    const [given] = fc.sample(always, 1) as [Delivery];
    const headers = encodeDeliveryHeaders(given);
    for (const name of Object.keys(headers).filter((key) => key !== 'traceparent')) {
      const { [name]: _, ...without } = headers;
      expect(decodeDeliveryHeaders(without)).toEqual({ ok: false, header: name, value: '' });
    }
    expect(decodeDeliveryHeaders({ ...headers, step: '1.5' })).toEqual({
      ok: false,
      header: 'step',
      value: '1.5',
    });
    expect(decodeDeliveryHeaders({ ...headers, cause: 'whim' })).toEqual({
      ok: false,
      header: 'cause',
      value: 'whim',
    });
  });
});
