import { anAttempt } from '@herald/clickhouse/testing/sample-rows';
import { encoderWithId } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { decodeDeliveryHeaders } from '@herald/contracts/headers';
import { subjectOf } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import type { Endpoint } from '@herald/domain/endpoint';
import type { EventType } from '@herald/domain/event-type';
import type { OutgoingRecord } from '@herald/kafka/record';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AttemptSource, Listener } from '../tail/attempt-source.ts';
import { createSendTest, type TestSent } from './send-test.ts';
import { MAX_TESTS_PER_ACCOUNT } from './test-places.ts';

const encoder = encoderWithId<PublicationEvent>(1, {
  subject: subjectOf(TOPICS.events),
  schema: publicationEventSchema,
});

let listeners: Set<Listener>;
let sent: OutgoingRecord[];
let ids: number;
let recorded: number;
let sendTest: (configured: ConfiguredEndpoint, eventType: EventType) => Promise<TestSent>;

const attempts: AttemptSource = {
  async listen(listener, signal) {
    listeners.add(listener);
    signal.addEventListener('abort', () => listeners.delete(listener));
    return {
      next: [],
      bounds: async () => [],
      readBack: async () => ({ attempts: [], nextOffset: 0, expired: false }),
      stop() {},
    };
  },
  close: async () => {},
};

beforeEach(() => {
  vi.useFakeTimers();
  listeners = new Set();
  sent = [];
  ids = 0;
  recorded = 0;
  const send = createSendTest({
    attempts,
    encoder,
    producer: {
      pendingRecords: 0,
      async send(records) {
        expect(listeners.size).toBeGreaterThan(0);
        sent.push(...records);
      },
    },
    timeoutMs: 1_000,
    onFailure: () => {},
    now: () => 1_700_000_000_000,
    uptimeMs: () => 0,
    newId: () => `00000000-0000-7000-8000-${String(ids++).padStart(12, '0')}`,
  });
  sendTest = (configured, eventType) =>
    send(configured, eventType, (change) => {
      recorded += 1;
      return change();
    });
});

afterEach(() => {
  vi.useRealTimers();
});

function configured(accountId = 'acc_1') {
  const endpoint = {
    id: 'ep_1',
    accountId,
    projectId: 'p',
    name: '',
    url: 'https://example.com/',
    timeoutMs: 1_000,
    subscription: { channelIds: new Set(['ch_mine']) },
  };
  return { endpoint: endpoint as unknown as Endpoint, revision: 42 };
}

const deliveryOf = (record: OutgoingRecord) => {
  const decoded = decodeDeliveryHeaders(record.headers ?? {});
  if (!decoded.ok) throw new Error(decoded.header);
  return decoded.delivery;
};

it('listens before it sends, and tells the attempt of this test from all others, a fenced one too', async () => {
  const test = sendTest(configured(), 'publication.failed');
  await vi.waitFor(() => expect(sent).toHaveLength(1));
  const delivery = deliveryOf(sent[0]!);
  expect(sent[0]).toMatchObject({ topic: TOPICS.deliveries, key: 'ep_1' });
  expect(delivery).toMatchObject({ cause: 'test', configRevision: 42, step: 0 });
  const [listener] = listeners as unknown as [Listener];
  const placed = (attempt: ReturnType<typeof anAttempt>) => ({ partition: 0, offset: 0, attempt });
  listener.onAttempt(placed(anAttempt()));
  listener.onAttempt(placed(anAttempt({ delivery_id: delivery.deliveryId, disposition: 'FENCED' })));
  const attempt = anAttempt({ delivery_id: delivery.deliveryId });
  listener.onAttempt(placed(attempt));
  expect(await test).toEqual({ kind: 'attempted', delivery, attempt });
  expect(listeners.size).toBe(0);
});

it('waits for an attempt as long as the endpoint may take and no longer', async () => {
  let ended: unknown;
  void sendTest(configured(), 'publication.published').then((test) => {
    ended = test.kind;
  });
  await vi.advanceTimersByTimeAsync(5_900);
  expect(ended).toBeUndefined();
  await vi.advanceTimersByTimeAsync(200);
  expect(ended).toBe('queued');
  expect(listeners.size).toBe(0);
});

it('sends no more tests at once than an account may, none in the way of another account, and records no other', async () => {
  for (let n = 0; n < MAX_TESTS_PER_ACCOUNT; n++) void sendTest(configured(), 'publication.published');
  expect(await sendTest(configured(), 'publication.published')).toMatchObject({
    kind: 'too_many',
    of: 'the account',
    // Its record, following Kafka and the test itself, a second each; then the attempt.
    endsInMs: 3 * 1_000 + 1_000 + 5_000,
  });
  expect(recorded).toBe(MAX_TESTS_PER_ACCOUNT);
  void sendTest(configured('acc_2'), 'publication.published');
  await vi.waitFor(() => expect(sent).toHaveLength(MAX_TESTS_PER_ACCOUNT + 1));
  expect(new Set(sent.map((record) => deliveryOf(record).eventId)).size).toBe(MAX_TESTS_PER_ACCOUNT + 1);
});
