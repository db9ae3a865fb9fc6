import { randomUUIDv7 } from 'node:crypto';
import type { EventInput } from '@herald/publisher/event-input';
import { parseEvent } from '@herald/publisher/parse-event';
import { PublishError } from '@herald/publisher/publish-error';
import type { Published, PublishOptions } from '@herald/publisher/publisher';
import type { Verification } from '@herald/registry/api-key';
import { type HttpServer, listen } from '@herald/service-kit/http-server';
import { createLogger } from '@herald/service-kit/log';
import { createMetrics } from '@herald/service-kit/metrics';
import { afterEach, expect, test } from 'vitest';
import { createAdmission } from './admission.ts';
import { createIdempotency } from './idempotency.ts';
import { createIngestApp } from './ingest-app.ts';
import { createIngestMetrics } from './ingest-metrics.ts';

/** A Kafka whose acknowledgements the test gives: what happens while it is slow cannot be asked of a real one. */
function heldKafka() {
  const written: EventInput[] = [];
  const traces: (string | undefined)[] = [];
  let gate = Promise.withResolvers<void>();
  let pending = 0;
  return {
    written,
    traces,
    pendingEvents: () => pending,
    acknowledge: () => gate.resolve(),
    hold: () => {
      gate = Promise.withResolvers<void>();
    },
    async publishMany(events: readonly EventInput[], options: PublishOptions = {}): Promise<Published[]> {
      const refused = events.flatMap((event, index) => {
        const parsed = parseEvent(event, randomUUIDv7);
        return parsed.ok ? [] : [{ index, problems: parsed.problems }];
      });
      if (refused.length > 0) throw new PublishError({ kind: 'invalid', refused });
      written.push(...events);
      traces.push(options.traceparent);
      pending += events.length;
      await gate.promise;
      pending -= events.length;
      return events.map(({ event_id }, offset) => ({
        event_id: String(event_id),
        topic: 't',
        partition: 0,
        offset,
      }));
    },
  };
}

const keys = {
  verify: (text: string): Verification =>
    text.startsWith('hk_')
      ? { ok: true, accountId: text.slice(3), role: 'write', keyId: text }
      : { ok: false, reason: 'malformed' },
};

const servers: HttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function startIngest({ ackTimeoutMs = 5_000, maxPendingEvents = 100 } = {}) {
  const kafka = heldKafka();
  const admission = createAdmission({
    maxPendingEvents,
    maxPendingBytes: 100_000,
    pendingEvents: kafka.pendingEvents,
  });
  const metrics = createMetrics({ service: 'producer' });
  const app = createIngestApp({
    publisher: kafka,
    keys,
    admission,
    idempotency: createIdempotency<Published[]>({
      maxSize: 100,
      sizeOf: ({ length }) => length,
      ttlMs: 60_000,
    }),
    metrics: createIngestMetrics(metrics, {
      pendingEvents: kafka.pendingEvents,
      pendingBytes: () => admission.pendingBytes,
    }),
    log: createLogger({ service: 'producer', level: 'silent', format: 'json' }),
    maxBodyBytes: 20_000,
    maxBatchEvents: 10,
    ackTimeoutMs,
    newEventId: randomUUIDv7,
    now: () => performance.now(),
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  servers.push(server);
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: 'Bearer hk_acme', 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer
    return { status: response.status, headers: response.headers, body: (await response.json()) as any };
  };
  return { kafka, admission, metrics, server, post };
}

const event = {
  event_type: 'publication.published',
  occurred_at: '2024-03-15T14:30:00.000Z',
  project_id: 'spring',
  channel: { id: 'c1', type: 'instagram' },
  publication_id: 'post_1',
  content: { media_type: 'video' },
};

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
