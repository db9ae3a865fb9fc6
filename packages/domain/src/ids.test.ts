import fc from 'fast-check';
import { v5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { formatCoordinates, parseCoordinates } from './coordinates.ts';
import { deliveryId, operationalEventId, webhookId } from './ids.ts';

describe('ids', () => {
  it('are the same when an event is routed again, now and in every later version', () => {
    expect(deliveryId('e', 'ep', 'event')).toBe('1a352fb8-7e07-5cb5-957a-2b54eb6cfff1');
    expect(webhookId('e', 'ep')).toBe('950f383a-ffb3-58e9-bc95-c771d92af53f');
  });

  it('of an operational event are the same whenever it is told, and others for another occasion', () => {
    const told = operationalEventId('ep', 'endpoint.failing', [1_710_513_000_000, 86_400_000]);
    expect(told).toBe(operationalEventId('ep', 'endpoint.failing', [1_710_513_000_000, 86_400_000]));
    expect(operationalEventId('ep', 'endpoint.failing', [1_710_513_000_000, 259_200_000])).not.toBe(told);
    expect(operationalEventId('ep', 'endpoint.disabled', [1_710_513_000_000, 86_400_000])).not.toBe(told);
  });

  it('are UUIDs of version 5', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (event, endpoint) => {
        const expected = v5(`message\n${event}\n${endpoint}`, '6f1c1f0e-6a51-5d0c-9f6a-0b6f3a1e7c42');
        expect(webhookId(event, endpoint)).toBe(expected);
      }),
    );
  });

  it('tell causes apart while the receiver sees one message', () => {
    expect(deliveryId('e', 'ep', 'replay:1')).not.toBe(deliveryId('e', 'ep', 'event'));
  });
});

describe('coordinates', () => {
  it('survive their text form', () => {
    const at = { topic: 'publication.events', partition: 3, offset: 9_007_199_254 };
    expect(parseCoordinates(formatCoordinates(at))).toEqual(at);
  });

  it.each(['', 'a:b:c', 't:1', 't:1:2:3', 't:-1:2'])('are refused when malformed: %j', (text) => {
    expect(parseCoordinates(text)).toBeUndefined();
  });
});
