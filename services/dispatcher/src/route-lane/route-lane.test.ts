import { createDecoder, type Decoded, encoderWithId } from '@herald/contracts/codec';
import type { PublicationEvent } from '@herald/contracts/generated/publication-event';
import type { RouteRecord } from '@herald/contracts/generated/route-record';
import type { SubjectSchema } from '@herald/contracts/schemas';
import { TOPICS } from '@herald/contracts/topics';
import { passesFilter } from '@herald/domain/subscription';
import type { LaneHandler } from '@herald/kafka/lane';
import type { LaneRecord } from '@herald/kafka/record';
import type { ConfiguredEndpoint } from '@herald/registry/endpoint-table';
import type { Undecided } from '@herald/registry/unreadable';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { eventOf } from '../../test-support/event.ts';
import {
  claimOn,
  createHeldProducer,
  endpointOf,
  type HeldProducer,
  recordOf,
} from '../../test-support/fakes.ts';
import type { Poison } from '../poison.ts';
import { SUBJECTS } from '../subjects.ts';
import { createRouteLane } from './route-lane.ts';

const encoder = encoderWithId<PublicationEvent>(1, SUBJECTS.events);
const routeEncoder = encoderWithId<RouteRecord>(2, SUBJECTS.routes);
const sourceOf = ({ schema }: SubjectSchema) => ({
  schemaById: async () => ({ kind: 'schema' as const, schema }),
  idOf: async () => 1,
});
const routeDecoder = createDecoder<RouteRecord>({
  source: sourceOf(SUBJECTS.routes),
  subjectSchema: SUBJECTS.routes,
});

let lane: LaneHandler;
let producer: HeldProducer;
let completed: LaneRecord[];
let poisoned: Poison[];
let matched: ConfiguredEndpoint[];
/** How long ago the configuration was known to be level with its topic. */
let configurationAgeMs: number;
/** Of the endpoints that cannot be read, which may want an event. */
let undecided: Undecided;
/** Matching waits for the test, which gives the answer. */
let matching: ((found: ConfiguredEndpoint[]) => void)[] | undefined;
let revision: number;
let awaited: Map<number, (decoded: Decoded<PublicationEvent>) => void>;

beforeEach(() => {
  producer = createHeldProducer();
  completed = [];
  poisoned = [];
  matched = [];
  configurationAgeMs = 0;
  undecided = { kind: 'endpoints', endpointIds: [] };
  matching = undefined;
  revision = 42;
  awaited = new Map();
  const real = createDecoder<PublicationEvent>({
    source: sourceOf(SUBJECTS.events),
    subjectSchema: SUBJECTS.events,
  });
  void real.decode(encoder.encode(eventOf('warm')));
  lane = createRouteLane({
    decoder: {
      // A value of one byte stands for a record whose schema has to be asked for: the test answers.
      decode: (bytes) =>
        bytes?.length === 1 ? new Promise((resolve) => awaited.set(bytes[0]!, resolve)) : real.decode(bytes),
    },
    encoder: routeEncoder,
    endpoints: {
      match: (event) =>
        matching
          ? new Promise((resolve) => matching?.push(resolve))
          : matched.filter(({ endpoint }) => passesFilter(endpoint, event)),
      get revision() {
        return revision;
      },
      undecided: () => undecided,
      isFollowing: (graceMs = 5_000) => configurationAgeMs <= graceMs,
    },
    producer,
    complete: (record) => completed.push(record),
    onRouted: () => {},
    onPoison: (_, poison) => poisoned.push(poison),
    onFatal: (error) => {
      throw error;
    },
    now: () => 0,
  });
});

function receive(event: PublicationEvent | Buffer, offset: number, partition = 0): LaneRecord {
  const value = Buffer.isBuffer(event) ? event : encoder.encode(event);
  const record = recordOf({ claim: claimOn(TOPICS.events, partition), offset, value });
  lane.receive(record);
  return record;
}

const topics = () => producer.handedOver.map(({ topic }) => topic);
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('the route record is written after the deliveries are acknowledged, and the event is complete after that', async () => {
  matched = ['a', 'b'].map((id) => ({ endpoint: endpointOf({ id }), revision: 1 }));
  const record = receive(eventOf('p'), 0);
  await settled();
  expect(topics()).toEqual([TOPICS.deliveries, TOPICS.deliveries]);
  expect(producer.handedOver[0]).toMatchObject({
    key: 'a',
    value: record.value,
    headers: { step: '0', attempts: '0', 'due-at': '0', 'config-revision': '42', cause: 'event' },
  });
  producer.acknowledge();
  expect(topics().slice(2)).toEqual([TOPICS.routes]);
  expect(completed).toEqual([]);
  producer.acknowledge();
  expect(completed).toEqual([record]);
});

test('an endpoint with a filter gets only what passes, by what the event says', async () => {
  const subscription = (type: string) => ({
    channelIds: new Set<string>(),
    eventTypes: new Set<never>(),
    filter: { field: 'channel.type', op: 'eq', value: type } as const,
  });
  matched = ['instagram', 'tiktok'].map((type) => ({
    endpoint: endpointOf({ id: type, subscription: subscription(type) }),
    revision: 1,
  }));
  receive(eventOf('p'), 0);
  await settled();
  expect(producer.handedOver.map(({ key }) => key)).toEqual(['instagram']);
});

test('routing an event again gives the same delivery ids', async () => {
  matched = [{ endpoint: endpointOf({ id: 'a' }), revision: 1 }];
  const event = eventOf('p');
  receive(event, 0);
  receive(event, 1);
  await settled();
  const ids = producer.handedOver.map(({ headers }) => headers?.['delivery-id']);
  expect(ids[0]).toBe(ids[1]);
});

test('an event that waits for its schema holds up its partition, in order, and no other', async () => {
  const events = [eventOf('p'), eventOf('p'), eventOf('p')];
  receive(Buffer.from([7]), 0, 0);
  receive(events[1]!, 1, 0);
  receive(events[2]!, 0, 1);
  await settled();
  expect(producer.handedOver.map(({ key }) => key)).toEqual([events[2]!.event_id]);
  awaited.get(7)?.({ ok: true, value: events[0]! });
  await settled();
  expect(producer.handedOver.map(({ key }) => key)).toEqual([2, 0, 1].map((n) => events[n]!.event_id));
});

test('what cannot be routed is poison with its reason, and complete when that is acknowledged', async () => {
  receive(Buffer.from('{}'), 0);
  receive(eventOf('p', { event_type: 'UNKNOWN' }), 1);
  receive(eventOf('p', { event_id: '' }), 2);
  await settled();
  expect(topics()).toEqual(Array(3).fill(TOPICS.eventsPoison));
  expect(poisoned.map(({ reason }) => reason)).toEqual([
    'too_short',
    'unknown_event_type',
    'invalid_event_id',
  ]);
  producer.acknowledge();
  expect(completed).toHaveLength(3);
});

test('a fan-out waits for acknowledgements at its bound, so that memory stays bounded', async () => {
  matched = Array.from({ length: 1_000 }, (_, n) => ({
    endpoint: endpointOf({ id: `ep${n}` }),
    revision: 1,
  }));
  await settled();
  for (let n = 0; n < 50; n++) receive(eventOf('p'), n);
  await settled();
  expect(producer.handedOver).toHaveLength(5_000);
  for (let round = 0; round < 60; round++) producer.acknowledge();
  expect(completed).toHaveLength(50);
});

test('nothing is routed by a configuration that may be older than 2 s', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  configurationAgeMs = 2_001;
  receive(Buffer.from('{}'), 0);
  expect(producer.handedOver).toEqual([]);
  configurationAgeMs = 2_000;
  vi.advanceTimersByTime(1_000);
  expect(producer.handedOver).toHaveLength(1);
});

test('an endpoint that cannot be read gets what it may want undecided, and its neighbours what they want at once', async () => {
  matched = [{ endpoint: endpointOf({ id: 'neighbour' }), revision: 1 }];
  undecided = { kind: 'endpoints', endpointIds: ['newer'] };
  const record = receive(eventOf('p'), 0);
  expect(producer.handedOver.map(({ key }) => key)).toEqual(['neighbour', 'newer']);
  expect(producer.handedOver.map(({ headers }) => headers?.undecided)).toEqual([undefined, 'true']);
  producer.acknowledge();
  const route = await routeDecoder.decode(producer.handedOver[2]?.value ?? null);
  expect(route).toMatchObject({
    value: { deliveries: [{ endpoint_id: 'neighbour' }, { endpoint_id: 'newer' }] },
  });
  producer.acknowledge();
  expect(completed).toEqual([record]);
});

test('nothing is routed while a record may be of any account and may be read again', () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  undecided = { kind: 'anybodys' };
  receive(eventOf('p'), 0);
  vi.advanceTimersByTime(1_000);
  expect(producer.handedOver).toEqual([]);
  undecided = { kind: 'endpoints', endpointIds: [] };
  vi.advanceTimersByTime(1_000);
  expect(topics()).toEqual([TOPICS.routes]);
});

test('an event whose filters take their time keeps its place and its revision, and holds up no other partition', async () => {
  const events = [eventOf('p'), eventOf('p'), eventOf('p')];
  matching = [];
  receive(events[0]!, 0, 0);
  const [answer] = matching;
  matching = undefined;
  receive(events[1]!, 1, 0);
  receive(events[2]!, 0, 1);
  expect(producer.handedOver.map(({ key }) => key)).toEqual([events[2]!.event_id]);
  revision = 43;
  answer?.([{ endpoint: endpointOf({ id: 'a' }), revision: 1 }]);
  await settled();
  expect(producer.handedOver.map(({ key }) => key).slice(1)).toEqual(['a', events[1]!.event_id]);
  expect(producer.handedOver[1]?.headers).toMatchObject({ 'config-revision': '42' });
});

test('an event that is matched while the lane is suspended is matched again', async () => {
  matching = [];
  receive(eventOf('p'), 0);
  const [answer] = matching;
  await lane.suspend();
  answer?.([{ endpoint: endpointOf({ id: 'before' }), revision: 1 }]);
  await settled();
  expect(producer.handedOver).toEqual([]);
  matching = undefined;
  matched = [{ endpoint: endpointOf({ id: 'after' }), revision: 1 }];
  lane.resume([]);
  expect(producer.handedOver.map(({ key }) => key)).toEqual(['after']);
});

test('a suspended lane routes nothing, and goes on where it was', async () => {
  receive(eventOf('p'), 0);
  await settled();
  const suspension = lane.suspend();
  receive(eventOf('p'), 1);
  producer.acknowledge();
  await suspension;
  expect(producer.handedOver).toHaveLength(1);
  lane.resume([]);
  expect(producer.handedOver).toHaveLength(2);
});
