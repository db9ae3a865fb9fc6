import type { DeliveryAttempt } from '@herald/contracts/generated/delivery-attempt';
import { encodeDeliveryHeaders } from '@herald/contracts/headers';
import { TOPICS } from '@herald/contracts/topics';
import type { Delivery } from '@herald/domain/delivery';
import type { Endpoint } from '@herald/domain/endpoint';
import type { Outcome } from '@herald/domain/outcome';
import type { Verdict } from '@herald/domain/verdict';
import type { LaneRecord } from '@herald/kafka/record';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import { beforeEach, expect, test, vi } from 'vitest';
import {
  claimOn,
  createHeldProducer,
  deliveryOf,
  endpointOf,
  type HeldProducer,
  type RevocableClaim,
  recordOf,
} from '../../test-support/fakes.ts';
import { laneIn, type Sent, VALUE } from '../../test-support/surrounded-lane.ts';
import type { Judged } from '../endpoint-health/endpoint-health.ts';
import type { DeliveryLane } from './delivery-lane.ts';
import type { SigningKeys } from './signing-keys.ts';

const OK: Outcome = {
  kind: 'response',
  status: 200,
  headers: {},
  body: Buffer.alloc(0),
  bodyTruncated: false,
};
const BROKEN: Outcome = { ...OK, status: 500 };

let lane: DeliveryLane;
let producer: HeldProducer;
let completed: LaneRecord[];
let disposed: DeliveryAttempt[];
let twinsDropped: number;
let sent: Sent[];
let endpoints: Map<string, ConfiguredEndpoint>;
let unreadable: Set<string>;
let claim: RevocableClaim;
let passGate: (() => void)[];
let revision: number;
let cancelled: Set<string>;
let judged: (verdict: Verdict) => Judged;
let keys: SigningKeys;

beforeEach(async () => {
  producer = createHeldProducer();
  completed = [];
  disposed = [];
  twinsDropped = 0;
  sent = [];
  endpoints = new Map();
  unreadable = new Set();
  claim = claimOn(TOPICS.deliveries);
  passGate = [];
  revision = 10;
  cancelled = new Set();
  judged = (verdict) => ({ verdict });
  keys = { kind: 'keys', signers: [] };
  configure({ id: 'ep1' });
  lane = await laneIn({
    ...{ producer, completed, disposed, sent, endpoints, unreadable, passGate, cancelled },
    revision: () => revision,
    judged: (verdict) => judged(verdict),
    keys: () => keys,
    twinDropped: () => {
      twinsDropped += 1;
    },
  });
});

function configure(given: Partial<Endpoint> & { id: string }): void {
  endpoints.set(given.id, { endpoint: endpointOf({ maxConcurrency: 1_000, ...given }), revision: 3 });
}

function receive(given: Partial<Delivery>, offset = 0, on = claim, value: Buffer = VALUE): LaneRecord {
  const delivery = deliveryOf(given);
  const headers = encodeDeliveryHeaders(delivery);
  const record = recordOf({ claim: on, offset, key: delivery.endpointId, value, headers });
  lane.receive(record);
  return record;
}

/** The topics of what was handed over, in order. */
function handedOver(): string[] {
  return producer.handedOver.map(({ topic }) => topic);
}

test('a delivery is complete only when its attempt record is acknowledged', async () => {
  const record = receive({});
  await sent[0]!.answer(OK);
  expect(handedOver()).toEqual([TOPICS.attempts]);
  expect(completed).toEqual([]);
  producer.acknowledge();
  expect(completed).toEqual([record]);
});

test('a failed attempt hands its record and its retry over in one piece', async () => {
  receive({});
  await sent[0]!.answer(BROKEN);
  expect(handedOver()).toEqual([TOPICS.attempts, 'webhook.retry.5s']);
  expect(producer.handedOver[1]).toMatchObject({
    key: 'ep1',
    value: VALUE,
    headers: { step: '1', attempts: '1', 'delivery-id': 'd1' },
  });
});

test('what an attempt says about its endpoint is on record before the delivery is complete', async () => {
  const notice = { topic: TOPICS.events, key: 'ep1', value: VALUE };
  const statusOnRecord = Promise.withResolvers<void>();
  const persist = vi.fn(() => statusOnRecord.promise);
  judged = () => ({
    verdict: { kind: 'hold', reason: 'gone' },
    notice,
    decided: { persist, withdraw: vi.fn() },
  });
  const record = receive({});
  await sent[0]!.answer({ ...OK, status: 410 });
  expect(handedOver()).toEqual([TOPICS.attempts, TOPICS.held, TOPICS.events]);
  expect(persist).not.toHaveBeenCalled();
  producer.acknowledge();
  expect(persist).toHaveBeenCalled();
  expect(completed).toEqual([]);
  statusOnRecord.resolve();
  await vi.waitFor(() => expect(completed).toEqual([record]));
});

test('a decision about an endpoint whose partition was lost meanwhile is taken back', async () => {
  const decided = { persist: vi.fn(), withdraw: vi.fn() };
  judged = (verdict) => ({ verdict, decided });
  receive({});
  await sent[0]!.answer(BROKEN);
  claim.revoke();
  producer.acknowledge();
  expect(decided.withdraw).toHaveBeenCalled();
  expect(decided.persist).not.toHaveBeenCalled();
});

test('an attempt that ends after its partition was revoked is recorded as fenced and forwards nothing', async () => {
  receive({});
  claim.revoke();
  await sent[0]!.answer(BROKEN);
  producer.acknowledge();
  expect(handedOver()).toEqual([TOPICS.attempts]);
  expect(disposed).toMatchObject([{ disposition: 'FENCED', verdict: 'NONE', outcome: 'response' }]);
  expect(completed).toEqual([]);
});

test('an attempt that was cut off by a stop is recorded as fenced and forwards nothing', async () => {
  receive({});
  await sent[0]!.answer({ kind: 'error', error: 'aborted', message: 'Herald closed' });
  producer.acknowledge();
  expect(handedOver()).toEqual([TOPICS.attempts]);
  expect(completed).toEqual([]);
});

test('the twin of a step is not attempted, and is complete when the step is acknowledged', async () => {
  const first = receive({ step: 1 }, 0);
  const twin = receive({ step: 1 }, 1);
  expect(sent).toHaveLength(1);
  await sent[0]!.answer(OK);
  expect(completed).toEqual([]);
  producer.acknowledge();
  const late = receive({ step: 1 }, 2);
  expect(sent).toHaveLength(1);
  expect(completed).toEqual([first, twin, late]);
  expect(twinsDropped).toBe(2);
});

test('a step that comes back under a new claim is taken once its fenced attempt is over', async () => {
  receive({}, 0);
  claim.revoke();
  const again = receive({}, 0, claimOn(TOPICS.deliveries));
  expect(sent).toHaveLength(1);
  await sent[0]!.answer(OK);
  producer.acknowledge();
  expect(sent).toHaveLength(2);
  await sent[1]!.answer(OK);
  producer.acknowledge();
  expect(completed).toEqual([again]);
  expect(disposed.map(({ disposition }) => disposition)).toEqual(['FENCED', 'ATTEMPTED']);
});

test('sending stops at 500 unacknowledged dispositions and goes on when they are acknowledged', async () => {
  for (let n = 0; n < 1_500; n++) receive({ deliveryId: `d${n}` }, n);
  expect(sent).toHaveLength(1_000);
  for (const { answer } of sent.slice(0, 600)) await answer(OK);
  const startedBefore = sent.length;
  expect(startedBefore).toBeLessThan(1_500);
  for (const { answer } of sent.slice(600, startedBefore)) await answer(OK);
  expect(sent).toHaveLength(startedBefore);
  producer.acknowledge();
  expect(sent).toHaveLength(1_500);
});

test('a suspended lane starts nothing, and is drained when what was in flight is acknowledged', async () => {
  configure({ id: 'ep1', maxConcurrency: 1 });
  receive({ deliveryId: 'd1' }, 0);
  receive({ deliveryId: 'd2' }, 1);
  const drained = vi.fn();
  const suspension = lane.suspend().then(drained);
  await sent[0]!.answer(OK);
  expect(sent).toHaveLength(1);
  expect(drained).not.toHaveBeenCalled();
  producer.acknowledge();
  await suspension;
  lane.resume([]);
  expect(sent).toHaveLength(2);
});

test('what had not started is forgotten with its partition, and kept with one that stayed', async () => {
  configure({ id: 'ep1', maxConcurrency: 1 });
  const other = claimOn(TOPICS.deliveries, 1);
  receive({ deliveryId: 'started' }, 0);
  receive({ deliveryId: 'lost' }, 1);
  receive({ deliveryId: 'kept' }, 0, other);
  const suspension = lane.suspend();
  await sent[0]!.answer(OK);
  producer.acknowledge();
  await suspension;
  claim.revoke();
  lane.resume([claim]);
  expect(sent).toHaveLength(2);
  await sent[1]!.answer(OK);
  expect(disposed.map(({ delivery_id }) => delivery_id)).toEqual(['started', 'kept']);
  expect(lane.queued).toBe(0);
});

test('a delivery waits until the endpoint table has the revision that it was routed by', () => {
  receive({ endpointId: 'new', configRevision: 11 });
  expect([sent, disposed]).toEqual([[], []]);
  configure({ id: 'new' });
  revision = 11;
  for (const pass of passGate) pass();
  expect(sent).toHaveLength(1);
});

test('an endpoint that the table does not have at that revision was deleted: a dead letter', () => {
  receive({ endpointId: 'deleted' });
  expect(handedOver()).toEqual([TOPICS.attempts, TOPICS.deadLetters]);
  expect(disposed).toMatchObject([{ disposition: 'DEAD', reason: 'endpoint_deleted', attempt_number: 0 }]);
});

test('an endpoint whose record cannot be read was not deleted: its deliveries wait until it can', async () => {
  unreadable.add('newer');
  receive({ endpointId: 'newer' });
  expect(handedOver()).toEqual([TOPICS.attempts, 'webhook.retry.10m']);
  expect(disposed).toMatchObject([{ disposition: 'PARKED', reason: 'configuration_unreadable' }]);
  expect(sent).toEqual([]);
});

test('what an endpoint was sent while it could not be read reaches it where it wants it, and ends on record where not', async () => {
  unreadable.add('newer');
  receive({ endpointId: 'newer', isUndecided: true });
  const waiting = producer.handedOver[1]!;
  expect([waiting.topic, waiting.headers?.undecided]).toEqual(['webhook.retry.10m', 'true']);
  const subscription = (type: 'publication.published' | 'publication.failed') => ({
    subscription: { channelIds: new Set<string>(), eventTypes: new Set([type]) },
  });
  configure({ id: 'ep1', ...subscription('publication.failed') });
  receive({ deliveryId: 'd2', isUndecided: true }, 1);
  configure({ id: 'ep1', ...subscription('publication.published') });
  receive({ deliveryId: 'd3', isUndecided: true }, 2);
  receive({ deliveryId: 'd4', endpointId: 'deleted', isUndecided: true }, 3);
  expect(sent).toHaveLength(1);
  expect(disposed.slice(1)).toMatchObject([
    { delivery_id: 'd2', disposition: 'CANCELLED', reason: 'not_wanted' },
    { delivery_id: 'd4', disposition: 'CANCELLED', reason: 'not_wanted' },
  ]);
  expect(handedOver()).not.toContain(TOPICS.deadLetters);
});

test('an endpoint that is paused while its deliveries are queued gets none of them', async () => {
  configure({ id: 'ep1', maxConcurrency: 1 });
  receive({ deliveryId: 'd1' }, 0);
  receive({ deliveryId: 'd2' }, 1);
  configure({ id: 'ep1', maxConcurrency: 1, state: 'paused' });
  await sent[0]!.answer(OK);
  expect(sent).toHaveLength(1);
  expect(handedOver()).toEqual([TOPICS.attempts, TOPICS.attempts, TOPICS.held]);
  expect(disposed[1]).toMatchObject({ disposition: 'HELD', verdict: 'HOLD', reason: 'paused' });
});

test('a replay that is cancelled while its deliveries are queued sends none of them, and that is on record', async () => {
  configure({ id: 'ep1', maxConcurrency: 1 });
  const backfill = claimOn(TOPICS.backfill);
  receive({ deliveryId: 'd1', cause: 'replay:rp_1' }, 0, backfill);
  receive({ deliveryId: 'd2', cause: 'replay:rp_1' }, 1, backfill);
  cancelled.add('rp_1');
  receive({ deliveryId: 'd3', cause: 'replay:rp_1' }, 2, backfill);
  receive({ deliveryId: 'd4', cause: 'replay:rp_2' }, 3, backfill);
  await sent[0]!.answer(OK);
  expect(sent).toHaveLength(2);
  const byId = (id: string) => disposed.find(({ delivery_id }) => delivery_id === id);
  for (const id of ['d2', 'd3']) {
    expect(byId(id)).toMatchObject({ disposition: 'CANCELLED', verdict: 'NONE', reason: 'replay_cancelled' });
  }
  expect(byId('d1')).toMatchObject({ disposition: 'ATTEMPTED' });
  expect(byId('d4')).toBeUndefined();
  expect(new Set(handedOver())).toEqual(new Set([TOPICS.attempts]));
});

test('a burst of backfill starts over several turns of the event loop, and what is live goes in between', async () => {
  const backfill = claimOn(TOPICS.backfill);
  for (let n = 0; n < 20; n++) receive({ deliveryId: `b${n}`, cause: 'replay:rp_1' }, n, backfill);
  const atOnce = sent.length;
  expect(atOnce).toBeLessThan(10);
  receive({ deliveryId: 'live' }, 0);
  expect(sent).toHaveLength(atOnce + 1);
  await vi.waitFor(() => expect(sent).toHaveLength(21));
});

test('an event that cannot be read any more is a dead letter that says why', () => {
  receive({}, 0, claim, Buffer.from('garbage'));
  expect(handedOver()).toEqual([TOPICS.attempts, TOPICS.deadLetters]);
  expect(disposed).toMatchObject([
    { reason: 'event_undecodable', error_message: expect.stringMatching(/^foreign_format/) },
  ]);
});

test('a redirect that repeats the token of the URL does not bring it into the record', async () => {
  const url = 'https://example.com/hook/?token=s3cr3t-s3cr3t';
  configure({ id: 'ep1', url: 'https://example.com/hook?token=s3cr3t-s3cr3t' });
  receive({});
  expect(sent[0]!.request.url).toContain('s3cr3t-s3cr3t');
  await sent[0]!.answer({ ...OK, status: 308, headers: { location: url }, body: Buffer.from(url) });
  const shown = 'https://example.com/hook/?token=[redacted]';
  expect(disposed).toMatchObject([
    {
      request: { url: 'https://example.com/hook?token=[redacted]' },
      response: { headers: { location: shown }, body: Buffer.from(shown) },
    },
  ]);
});

test('a record that is no delivery is poison and complete when that is acknowledged', () => {
  const record = recordOf({ claim, offset: 0, value: VALUE });
  lane.receive(record);
  expect(handedOver()).toEqual([TOPICS.eventsPoison]);
  producer.acknowledge();
  expect(completed).toEqual([record]);
});

test('a test is sent to a paused endpoint, before what is queued and whatever the rate, and is given up at its first failure', async () => {
  configure({ id: 'busy', maxConcurrency: 1, rateLimitPerSecond: 0.01 });
  receive({ endpointId: 'busy', deliveryId: 'd1' }, 0);
  receive({ endpointId: 'busy', deliveryId: 'd2' }, 1);
  configure({ id: 'busy', maxConcurrency: 1, rateLimitPerSecond: 0.01, state: 'paused' });
  judged = () => {
    throw new Error('a test says nothing of the health of its endpoint');
  };
  const record = receive({ endpointId: 'busy', deliveryId: 't1', cause: 'test' }, 2);
  expect(sent).toHaveLength(2);
  await sent[1]!.answer({ ...OK, status: 410 });
  expect(disposed.at(-1)).toMatchObject({
    delivery_id: 't1',
    disposition: 'ATTEMPTED',
    verdict: 'DEAD',
    reason: 'test_failed',
  });
  expect(handedOver().slice(-2)).toEqual([TOPICS.attempts, TOPICS.deadLetters]);
  producer.acknowledge();
  expect(completed.at(-1)).toBe(record);
});

test('tests that all hang take 32 places, and the deliveries of their endpoint its own', () => {
  configure({ id: 'ep1', maxConcurrency: 1 });
  for (let n = 0; n < 40; n++) receive({ deliveryId: `t${n}`, cause: 'test' }, n);
  receive({ deliveryId: 'd1' }, 40);
  expect(sent.map(({ request }) => request.headers['herald-cause'])).toEqual([
    ...Array(32).fill('test'),
    'event',
  ]);
});

test('however many tests of an account wait, that of another waits for one of them', async () => {
  configure({ id: 'ep1', accountId: 'many', url: 'https://many.example/' });
  configure({ id: 'ep2', accountId: 'other', url: 'https://other.example/' });
  for (let n = 0; n < 40; n++) receive({ deliveryId: `t${n}`, cause: 'test' }, n);
  receive({ endpointId: 'ep2', deliveryId: 'other', cause: 'test' }, 40);
  for (const { answer } of sent.slice(0, 2)) await answer(OK);
  const urls = sent.slice(32).map(({ request }) => request.url);
  expect(urls).toEqual(['https://many.example/', 'https://other.example/']);
});

test('a test of an endpoint whose secret cannot be opened is given up and says why, it is not held', () => {
  keys = { kind: 'unreadable', detail: 'sec_1 is sealed with a key that is not there' };
  receive({ cause: 'test' });
  expect(disposed).toMatchObject([
    { disposition: 'DEAD', reason: 'test_failed', error_message: expect.stringContaining('sec_1') },
  ]);
});
