import { ingestOperation } from '@herald/publisher/ingest-operation';
import type { Published } from '@herald/publisher/published';
import { afterEach, expect, test } from 'vitest';
import { event, startIngest, stopIngests } from '../test-support/held-ingest.ts';

afterEach(stopIngests);

test('202 comes only after the acknowledgement', async () => {
  const { kafka, post } = await startIngest();
  let answered = false;
  const answer = post(event).finally(() => {
    answered = true;
  });
  await expect.poll(() => kafka.written.length).toBe(1);
  expect(answered).toBe(false);
  kafka.acknowledge();
  const { status, body } = await answer;
  expect(status).toBe(202);
  expect(body).toEqual({ event_id: kafka.written[0]?.event_id, topic: 't', partition: 0, offset: 0 });
});

test('events carry the account of the key, and another account is refused', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  expect((await post([event, { ...event, account_id: 'acme' }])).status).toBe(202);
  expect(kafka.written.map(({ account_id }) => account_id)).toEqual(['acme', 'acme']);
  const foreign = await post([event, { ...event, account_id: 'globex' }]);
  expect(foreign.status).toBe(403);
  expect(foreign.body).toMatchObject({
    type: 'urn:herald:problem:foreign_account',
    errors: [{ index: 1, field: 'account_id', value: '"globex"' }],
  });
  expect(kafka.written).toHaveLength(2);
});

test('one invalid event and none is written; each error has index, field, value and remedy', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  const { status, headers, body } = await post({
    events: [event, { ...event, channel: { id: 'c1', type: 'Instagram' } }, 7],
  });
  expect(status).toBe(422);
  expect(headers.get('content-type')).toContain('application/problem+json');
  expect(body).toMatchObject({
    type: 'urn:herald:problem:invalid_events',
    detail: 'Nothing was accepted: 2 events are refused.',
    errors: [
      { index: 1, field: 'channel.type', value: '"Instagram"', remedy: expect.any(String) },
      { index: 2, field: '', value: '7', remedy: expect.any(String) },
    ],
  });
  expect(kafka.written).toEqual([]);
});

test.each(['endpoint.failing', 'endpoint.disabled'])(
  '%s is refused: only Herald tells it',
  async (event_type) => {
    const { kafka, post } = await startIngest();
    const { status, body } = await post({ ...event, event_type });
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([
      {
        field: 'event_type',
        value: `"${event_type}"`,
        problem: expect.stringContaining('only Herald'),
        remedy: expect.stringContaining('publication.published'),
      },
    ]);
    expect(kafka.written).toEqual([]);
  },
);

test('the same key and body are answered again without a second write, byte for byte', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  const first = await post([event, event], { 'idempotency-key': 'k1' });
  const second = await post([event, event], { 'idempotency-key': 'k1' });
  expect(second.status).toBe(202);
  expect(second.body).toEqual(first.body);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(kafka.written).toHaveLength(2);
});

test('the same key with another body is refused, and belongs to its account only', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  await post(event, { 'idempotency-key': 'k1' });
  const conflict = await post({ ...event, publication_id: 'post_2' }, { 'idempotency-key': 'k1' });
  expect(conflict.status).toBe(422);
  expect(conflict.body.type).toBe('urn:herald:problem:idempotency_key_conflict');
  const other = await post(event, { 'idempotency-key': 'k1', authorization: 'Bearer hk_globex' });
  expect(other.status).toBe(202);
  expect(other.headers.get('idempotent-replayed')).toBeNull();
});

test('while the first request with a key waits for Kafka, its repetition is not told that it is on record', async () => {
  const { kafka, post } = await startIngest();
  const first = post(event, { 'idempotency-key': 'k1' });
  await expect.poll(() => kafka.written.length).toBe(1);
  const second = post(event, { 'idempotency-key': 'k1' });
  kafka.acknowledge();
  expect((await second).body).toEqual((await first).body);
  expect(kafka.written).toHaveLength(1);
});

test('a Kafka that acknowledges too late is a 503 with the ids, and the repetition finds what became of it', async () => {
  const { kafka, post } = await startIngest({ ackTimeoutMs: 50 });
  const late = await post(event, { 'idempotency-key': 'k1' });
  expect(late.status).toBe(503);
  expect(late.headers.get('retry-after')).toBe('1');
  expect(late.body).toMatchObject({
    type: 'urn:herald:problem:not_acknowledged',
    event_ids: [kafka.written[0]?.event_id],
  });
  kafka.acknowledge();
  const again = await post(event, { 'idempotency-key': 'k1' });
  expect(again.status).toBe(202);
  expect(again.body.event_id).toBe(late.body.event_ids[0]);
  expect(kafka.written).toHaveLength(1);
});

test('a repetition that reaches another instance carries the same event ids', async () => {
  const [one, two] = [await startIngest(), await startIngest()];
  one.kafka.acknowledge();
  two.kafka.acknowledge();
  const [first, second] = [
    await one.post([event, event], { 'idempotency-key': 'k1' }),
    await two.post([event, event], { 'idempotency-key': 'k1' }),
  ];
  const idsOf = (answer: typeof first) => answer.body.events.map((item: Published) => item.event_id);
  expect(idsOf(second)).toEqual(idsOf(first));
  expect(new Set(idsOf(first)).size).toBe(2);
});

test('while too many events wait for Kafka requests are sent away, and taken again afterwards', async () => {
  const { kafka, post } = await startIngest({ maxPendingEvents: 2 });
  const waiting = post([event, event]);
  await expect.poll(() => kafka.written.length).toBe(2);
  const sentAway = await post(event);
  expect(sentAway.status).toBe(503);
  expect(sentAway.headers.get('retry-after')).toBe('1');
  expect(sentAway.body.type).toBe('urn:herald:problem:overloaded');
  kafka.acknowledge();
  expect((await waiting).status).toBe(202);
  expect((await post(event)).status).toBe(202);
});

test('the bytes of a request count until Kafka has its events, even when its client was sent away', async () => {
  const { kafka, admission, post } = await startIngest({ ackTimeoutMs: 50 });
  expect((await post(event)).status).toBe(503);
  expect(admission.pendingBytes).toBeGreaterThan(0);
  kafka.acknowledge();
  await expect.poll(() => admission.pendingBytes).toBe(0);
});

const one = JSON.stringify(event);

test.each([
  { body: '{"a":', status: 400, code: 'malformed_json' },
  { body: '', status: 422, code: 'not_events' },
  { body: '7', status: 422, code: 'not_events' },
  { body: '[]', status: 422, code: 'no_events' },
  { body: `[${Array(11).fill(one)}]`, status: 413, code: 'too_many_events' },
  { body: JSON.stringify('x'.repeat(20_000)), status: 413, code: 'body_too_large' },
  { body: one, headers: { 'content-type': 'text/plain' }, status: 415, code: 'unsupported_type' },
  { body: one, headers: { authorization: 'Bearer nonsense' }, status: 401, code: 'unauthorized' },
  { body: one, headers: { 'idempotency-key': 'ä' }, status: 400, code: 'malformed_idempotency_key' },
])('a request that cannot be taken is told why: $code', async ({ body, headers, status, code }) => {
  const { kafka, admission, post } = await startIngest();
  const answer = await post(body, headers);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({
    type: `urn:herald:problem:${code}`,
    status,
    detail: expect.any(String),
  });
  expect(kafka.written).toEqual([]);
  await expect.poll(() => admission.pendingBytes).toBe(0);
});

test('of NDJSON each error has its line, and nothing of the body is written', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  const headers = { 'content-type': 'application/x-ndjson' };
  const refused = await post(`${one}\n\n{"a":\n${JSON.stringify({ ...event, likes: 1 })}\n`, headers);
  expect(refused).toMatchObject({
    status: 422,
    body: {
      type: 'urn:herald:problem:invalid_events',
      errors: [
        { index: 1, line: 3, value: '{"a":' },
        { index: 2, line: 4, field: 'likes', value: '1' },
      ],
    },
  });
  expect(kafka.written).toEqual([]);
  const accepted = await post(`${one}\n${one}\n`, headers);
  expect(accepted.status).toBe(202);
  expect(accepted.body.events).toHaveLength(2);
});

test('CloudEvents are taken in each mode, and each event of a batch keeps its own trace', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  const { event_type, occurred_at, publication_id, ...data } = event;
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const [type, time, subject, specversion, source] = [event_type, occurred_at, publication_id, '1.0', '/app'];
  const envelope = (id: string) => ({ specversion, id, source, type, time, subject, data });
  const structured = await post(envelope('1'), { 'content-type': 'application/cloudevents+json' });
  const binary = await post(data, {
    ...{ 'ce-specversion': '1.0', 'ce-id': '2', 'ce-source': source, 'ce-type': type },
    ...{ 'ce-time': time, 'ce-subject': subject, 'ce-traceparent': traceparent },
  });
  const batch = await post([{ ...envelope('3'), traceparent }, envelope('4')], {
    'content-type': 'application/cloudevents-batch+json',
  });
  expect([structured, binary, batch].map(({ status }) => status)).toEqual([202, 202, 202]);
  expect(structured.body).toHaveProperty('event_id');
  expect(batch.body.events).toHaveLength(2);
  expect(kafka.written).toMatchObject(Array(4).fill({ event_type: 'PUBLISHED', project_id: 'spring' }));
  expect(kafka.traces).toEqual([undefined, traceparent, traceparent, undefined]);
  const wrong = await post(
    { ...envelope('5'), time: 'noon' },
    { 'content-type': 'application/cloudevents+json' },
  );
  expect(wrong.body.errors).toMatchObject([{ index: 0, field: 'time', value: '"noon"' }]);
});

const withId = (event_id: string, publication_id = 'post_1') => ({ ...event, event_id, publication_id });
const [ID_1, ID_2] = ['018e4a5c-0000-7000-8000-000000000001', '018e4a5c-0000-7000-8000-000000000002'];

test('an event sent again by its id is answered with where it is on record, in any company', async () => {
  const { kafka, metrics, post } = await startIngest();
  kafka.acknowledge();
  const first = await post(withId(ID_1));
  const again = await post([withId(ID_1), withId(ID_2)]);
  expect(again.status).toBe(202);
  expect(again.body.events).toEqual([
    { ...first.body, repeated: true },
    { event_id: ID_2, topic: 't', partition: 0, offset: 0 },
  ]);
  expect(kafka.written).toHaveLength(2);
  const text = await metrics.registry.metrics();
  expect(text).toContain('herald_ingest_accepted_events_total{service="producer"} 2');
  expect(text).toContain('herald_ingest_repeated_events_total{service="producer"} 1');
});

test('another event under an id that is taken is refused by name, and so is its company', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  await post(withId(ID_1));
  const refused = await post([withId(ID_2), withId(ID_1, 'post_2')], { 'idempotency-key': 'k1' });
  expect(refused).toMatchObject({
    status: 422,
    body: {
      type: 'urn:herald:problem:event_id_conflict',
      errors: [{ index: 1, field: 'event_id', value: `"${ID_1}"`, remedy: expect.any(String) }],
    },
  });
  expect(kafka.written).toHaveLength(1);
  // It is not remembered under its key either.
  expect((await post([withId(ID_2)], { 'idempotency-key': 'k1' })).status).toBe(202);
});

test('an account above its quota is refused with when to come again, and another one is not', async () => {
  const { kafka, post } = await startIngest({ eventsPerSecond: 1, burstEvents: 5 });
  kafka.acknowledge();
  const taken = await post([event, event, event]);
  expect(taken.headers.get('ratelimit-policy')).toBe('"events";q=5;w=5');
  expect(taken.headers.get('ratelimit')).toBe('"events";r=2;t=3');
  const tooMany = await post([event, event, event]);
  expect(tooMany).toMatchObject({ status: 429, body: { type: 'urn:herald:problem:quota_exceeded' } });
  expect(tooMany.headers.get('retry-after')).toBe('1');
  expect((await post([event, event])).status).toBe(202);
  // Nothing is left: it is refused by its key alone, whatever it sends.
  expect((await post('{', { 'content-type': 'text/plain' })).status).toBe(429);
  const other = await post([event, event, event], { authorization: 'Bearer hk_globex' });
  expect(other.status).toBe(202);
  expect(kafka.written).toHaveLength(8);
});

test('a body counts for its size too, however few events it holds and whether or not it can be read', async () => {
  const { kafka, post } = await startIngest({ eventsPerSecond: 1, burstEvents: 10 });
  kafka.acknowledge();
  const strangers = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, 1]));
  const refused = await post({ ...event, ...strangers });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ field: '', index: 0 }] } });
  expect(refused.headers.get('ratelimit')).toBe('"events";r=7;t=3');
  const padded = await post(`${JSON.stringify(event)}${' '.repeat(12_000)}`);
  expect([padded.status, padded.headers.get('ratelimit')]).toEqual([202, '"events";r=4;t=6']);
  expect((await post('{'.repeat(4_097))).headers.get('ratelimit')).toBe('"events";r=2;t=8');
});

test('an account that holds its share of what may wait for Kafka is refused, and another one is not', async () => {
  const { kafka, post } = await startIngest({ maxPendingEvents: 6 });
  const waiting = post([event, event, event]);
  await expect.poll(() => kafka.written.length).toBe(3);
  const refused = await post(event);
  expect(refused).toMatchObject({ status: 429, body: { type: 'urn:herald:problem:account_overloaded' } });
  expect(refused.headers.get('retry-after')).toBe('1');
  const other = post(event, { authorization: 'Bearer hk_globex' });
  await expect.poll(() => kafka.written.length).toBe(4);
  kafka.acknowledge();
  expect([(await waiting).status, (await other).status]).toEqual([202, 202]);
});

test('a well-formed trace context is passed on, any other is not', async () => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await post(event, { traceparent });
  await post(event, { traceparent: 'nonsense' });
  expect(kafka.traces).toEqual([traceparent, undefined]);
});

test('what was answered can be read from the metrics', async () => {
  const { kafka, metrics, post } = await startIngest();
  kafka.acknowledge();
  await post([event, event]);
  await post('[]');
  const text = await metrics.registry.metrics();
  expect(text).toContain('herald_ingest_requests_total{status="202",code="none",service="producer"} 1');
  expect(text).toContain('herald_ingest_requests_total{status="422",code="no_events",service="producer"} 1');
  expect(text).toContain('herald_ingest_accepted_events_total{service="producer"} 2');
});

test('another path is told where events go', async () => {
  const { server } = await startIngest();
  const response = await fetch(`${server.url}/v1/event`, { method: 'POST' });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('POST /v1/events') });
});

test.each(
  Object.entries(ingestOperation.examples).flatMap(([type, examples]) =>
    Object.entries<unknown>(examples).map(([name, body]) => [type, name, body] as const),
  ),
)('the documented example of %s, %s, is accepted', async (type, _name, body) => {
  const { kafka, post } = await startIngest();
  kafka.acknowledge();
  expect((await post(body, { 'content-type': type })).status).toBe(202);
});
