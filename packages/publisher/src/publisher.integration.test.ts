import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDecoder } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { SUBJECT_SCHEMAS, subjectOf } from '@herald/contracts/schemas';
import { TOPIC_SPECS, TOPICS } from '@herald/contracts/topics';
import { createKafka } from '@herald/kafka/connection';
import { applyTopics } from '@herald/kafka/topics';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { EventInput } from './event-input.ts';
import { PublishError } from './publish-error.ts';
import type { Published } from './published.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { simulatedWorld, simulateEvents } from './simulator.ts';

const { brokers, registryUrl } = inject('stack');
const connection = { brokers, clientId: 'publisher-test', logger: { log: () => {} } };
const source = connectSchemaRegistry({ url: registryUrl });
const accounts = simulatedWorld({ accountIds: ['acme'], projectsPerAccount: 2, channelsPerProject: 8 });
let publisher: Publisher;

beforeAll(async () => {
  await applyTopics(connection, TOPIC_SPECS, { replicationFactor: 1 });
  for (const subjectSchema of SUBJECT_SCHEMAS) await source.apply(subjectSchema);
  publisher = await createPublisher({ brokers, registry: registryUrl });
});

afterAll(() => publisher?.close());

function someEvents(count: number): (EventInput & { event_id: string })[] {
  return simulateEvents({ seed: Math.random() * 2 ** 52, accounts, now: Date.now })
    .take(count)
    .toArray();
}

interface Recorded {
  key: string | undefined;
  event: PublicationEvent;
  traceparent: string | undefined;
}

/** What stands at the coordinates, read by a consumer that knows nothing of the publisher. */
async function readBack(published: readonly Published[]): Promise<Map<string, Recorded>> {
  const wanted = new Set(published.map(({ partition, offset }) => `${partition}:${offset}`));
  const found = new Map<string, Recorded>();
  const decoder = createDecoder<PublicationEvent>({
    source,
    subjectSchema: { subject: subjectOf(TOPICS.events), schema: publicationEventSchema },
  });
  const consumer = createKafka(connection).consumer({ groupId: `publisher-test-${randomUUID()}` });
  const all = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic: TOPICS.events, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message: { offset, key, value, headers } }) => {
      const at = `${partition}:${offset}`;
      if (!wanted.delete(at)) return;
      const decoded = await decoder.decode(value);
      if (!decoded.ok) throw new Error(decoded.detail);
      found.set(at, {
        key: key?.toString(),
        event: decoded.value,
        traceparent: headers?.traceparent?.toString(),
      });
      if (wanted.size === 0) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return found;
}

const at = ({ partition, offset }: Published) => `${partition}:${offset}`;

test('a published event stands at the coordinates that were answered, as it was given', async () => {
  const [event] = someEvents(1) as [EventInput & { event_id: string }];
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const published = await publisher.publish(event, { traceparent });
  expect(published).toEqual({
    event_id: event.event_id,
    topic: 'publication.events',
    partition: expect.any(Number),
    offset: expect.any(Number),
  });
  const recorded = (await readBack([published])).get(at(published));
  expect(recorded).toMatchObject({
    key: event.publication_id,
    traceparent,
    event: {
      event_id: event.event_id,
      occurred_at: Date.parse(String(event.occurred_at)),
      project_id: event.project_id,
      metadata: event.metadata,
      content: { title: event.content.title, caption: event.content.caption },
    },
  });
});

test('events of one publication keep the order in which they were given', async () => {
  const events = someEvents(300).map((event, index) => ({
    ...event,
    publication_id: `post_${index % 3}`,
    metadata: { index: String(index) },
  }));
  const published = await publisher.publishMany(events);
  expect(published.map(({ event_id }) => event_id)).toEqual(events.map(({ event_id }) => event_id));
  const recorded = await readBack(published);
  for (const publication of ['post_0', 'post_1', 'post_2']) {
    const inTopic = [...published]
      .filter((_, index) => events[index]?.publication_id === publication)
      .sort((one, other) => one.offset - other.offset)
      .map((coordinates) => Number(recorded.get(at(coordinates))?.event.metadata.index));
    expect(inTopic).toEqual(inTopic.toSorted((one, other) => one - other));
    expect(inTopic).toHaveLength(100);
  }
});

test('an id is made where there is none, and is answered', async () => {
  const { event_id: _, ...event } = someEvents(1)[0] as EventInput;
  const published = await publisher.publish(event);
  expect(published.event_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  expect((await readBack([published])).get(at(published))?.event.event_id).toBe(published.event_id);
});

test('one invalid event of many and none is written', async () => {
  const [good, bad] = someEvents(2) as [EventInput, EventInput];
  const refusal = publisher.publishMany([good, { ...bad, project_id: '' }]);
  await expect(refusal).rejects.toThrow(PublishError);
  await expect(refusal).rejects.toMatchObject({
    message: 'Event 1: project_id (""): it is empty. Give text of 1 to 200 characters.',
    failure: { kind: 'invalid', refused: [{ index: 1, problems: [{ field: 'project_id' }] }] },
  });
  expect(publisher.pendingRecords).toBe(0);
});

test('an event that is too large is told its size, and none of its company is written', async () => {
  const own = await createPublisher({ brokers, registry: registryUrl, maxEventBytes: 5_000 });
  const [small, event] = someEvents(2) as [EventInput, EventInput];
  const large = { ...event, error_message: 'x'.repeat(5_000) };
  await expect(own.publishMany([small, large])).rejects.toMatchObject({
    message: expect.stringMatching(
      /^Event 1: the event: it has 5\d{3} bytes as it is written\. Send at most 5000/,
    ),
    failure: { kind: 'invalid', refused: [{ index: 1 }] },
  });
  expect(own.pendingRecords).toBe(0);
  await own.close();
});

test('close waits until all that was published is on record, and takes nothing more', async () => {
  const own = await createPublisher({ brokers, registry: registryUrl, maxPendingRecords: 100 });
  const publishing = someEvents(2_000).map((event) => own.publish(event));
  const closed = own.close();
  await expect(own.publish(someEvents(1)[0] as EventInput)).rejects.toMatchObject({
    failure: { kind: 'closed' },
  });
  await closed;
  const published = await Promise.all(publishing);
  expect(new Set(published.map(at)).size).toBe(2_000);
});

test('once it has started it does not need the schema registry', async () => {
  const relay = createServer(async (request, response) => {
    const answer = await fetch(new URL(registryUrl).origin + request.url, {
      method: request.method ?? 'GET',
      headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
      ...(request.method === 'POST' ? { body: request, duplex: 'half' } : {}),
    } as RequestInit);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  const registry = `http://127.0.0.1:${port}${new URL(registryUrl).pathname}`;
  const own = await createPublisher({ brokers, registry });
  relay.closeAllConnections();
  await new Promise((resolve) => relay.close(resolve));
  expect(await own.publish(someEvents(1)[0] as EventInput)).toHaveProperty('offset');
  await own.close();
});

test('a registry that is away is said at the start, with its address', async () => {
  const registry = 'http://127.0.0.1:1/apis/ccompat/v7';
  await expect(createPublisher({ brokers, registry })).rejects.toThrow(/127\.0\.0\.1:1/);
});
