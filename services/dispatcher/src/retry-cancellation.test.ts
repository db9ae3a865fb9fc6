import type { Decoder } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import { REASON_HEADER } from '@herald/contracts/headers';
import { retryTopic, TOPICS } from '@herald/contracts/topics';
import type { RetryOrder } from '@herald/registry/retry-order';
import { expect, test } from 'vitest';
import { eventOf } from '../test-support/event.ts';
import { claimOn, deliveryOf, deliveryRecord } from '../test-support/fakes.ts';
import type { Disposition } from './delivery-lane/disposition.ts';
import { createRetryCancellation } from './retry-cancellation.ts';

const order: RetryOrder = {
  endpointId: 'ep1',
  accountId: 'acme',
  kind: 'cancel',
  orderedAtMs: 2,
  deliveryIds: new Set(),
  orderedBy: 'ada',
};

function cancellationWith(decode: Decoder<PublicationEvent>['decode']) {
  const disposed: { disposition: Disposition; acknowledged: () => void }[] = [];
  const cancel = createRetryCancellation({
    decoder: { decode },
    recorder: {
      dispose: (_, disposition, acknowledged) => void disposed.push({ disposition, acknowledged }),
    },
    dispatcherId: 'dispatcher-1',
    now: () => 5,
  });
  return { cancel, disposed };
}

const decodeTo = (event: PublicationEvent) => () => ({ ok: true, value: event }) as const;

test('a delivery that is given up by order is a dead letter and a step on record, and no second one after a crash', async () => {
  const { cancel, disposed } = cancellationWith(decodeTo(eventOf('p1', { publication_id: 'pub' })));
  const record = deliveryRecord(claimOn(retryTopic('1h')), 4, deliveryOf({ step: 2, attempts: 2 }));
  let isOver = false;
  const cancelled = cancel(record, order).then(() => {
    isOver = true;
  });
  await Promise.resolve();
  const [{ disposition, acknowledged }] = disposed as [(typeof disposed)[number]];
  expect(disposition.attempt).toMatchObject({
    disposition: 'DEAD',
    verdict: 'DEAD',
    reason: 'cancelled',
    error_message: 'ordered by ada',
    account_id: 'acme',
    publication_id: 'pub',
    step: 2,
    request: null,
  });
  expect(disposition.forward).toMatchObject({
    topic: TOPICS.deadLetters,
    key: 'ep1',
    value: record.value,
    headers: { step: '3', [REASON_HEADER]: 'cancelled' },
  });
  expect(isOver).toBe(false);
  acknowledged();
  await cancelled;

  void cancel(record, order);
  await Promise.resolve();
  expect(disposed[1]!.disposition.attempt.attempt_id).toBe(disposition.attempt.attempt_id);
});

test('a claim that is lost while the schema is asked for leaves the delivery to its new owner', async () => {
  const { promise, resolve } = Promise.withResolvers<{ ok: true; value: PublicationEvent }>();
  const { cancel, disposed } = cancellationWith(() => promise);
  const claim = claimOn(retryTopic('1h'));
  const cancelled = cancel(deliveryRecord(claim, 4, deliveryOf()), order);
  claim.revoke();
  resolve({ ok: true, value: eventOf('p1') });
  expect(await cancelled).toBe('left');
  expect(disposed).toEqual([]);
});

test('a process that ends while the schema is asked for leaves the delivery where it is, and is not ended by it', async () => {
  const { cancel, disposed } = cancellationWith(() => Promise.reject(new Error('the service stops')));
  expect(await cancel(deliveryRecord(claimOn(retryTopic('1h')), 4, deliveryOf()), order)).toBe('left');
  expect(disposed).toEqual([]);
});

test('an event that cannot be read is given up all the same, for the account of the order', async () => {
  const { cancel, disposed } = cancellationWith(() => ({ ok: false, reason: 'corrupt', detail: '?' }));
  void cancel(deliveryRecord(claimOn(retryTopic('1h')), 4, deliveryOf()), order);
  await Promise.resolve();
  expect(disposed[0]?.disposition.attempt).toMatchObject({ account_id: 'acme', project_id: '' });
});
