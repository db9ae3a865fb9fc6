import { randomUUIDv7 } from 'node:crypto';
import { encoderWithId } from '@herald/contracts/codec';
import { type PublicationEvent, publicationEventSchema } from '@herald/contracts/generated/publication-event';
import { ingestOperation } from '@herald/publisher/ingest-operation';
import { parseEvent } from '@herald/publisher/parse-event';
import type { Preparation, PreparedEvent } from '@herald/publisher/prepare-event';
import type { Published } from '@herald/publisher/published';
import type { Verification } from '@herald/registry/api-key';
import { type HttpServer, listen } from '@herald/service-kit/http-server';
import { createLogger } from '@herald/service-kit/log';
import { createMetrics } from '@herald/service-kit/metrics';
import { expect } from 'vitest';
import type { Settled } from '../src/accept-events.ts';
import { createAdmission } from '../src/admission.ts';
import { createIdempotency } from '../src/idempotency.ts';
import { createIngestApp } from '../src/ingest-app.ts';
import { createIngestMetrics } from '../src/ingest-metrics.ts';
import { createQuota } from '../src/quota.ts';
import { createRecentEvents } from '../src/recent-events.ts';

const encoder = encoderWithId<PublicationEvent>(1, { subject: 'events', schema: publicationEventSchema });

/** A Kafka whose acknowledgements the test gives: what happens while it is slow cannot be asked of a real one. */
function heldKafka() {
  const written: PublicationEvent[] = [];
  const traces: (string | undefined)[] = [];
  const parsed = new Map<Buffer, PublicationEvent>();
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
    prepare(input: unknown, traceparent: string | undefined): Preparation {
      const read = parseEvent(input, randomUUIDv7);
      if (!read.ok) return read;
      const value = encoder.encode(read.event);
      parsed.set(value, read.event);
      const record = { topic: 't', key: read.event.publication_id, value };
      const headers = traceparent === undefined ? {} : { headers: { traceparent } };
      return { ok: true, event: { eventId: read.event.event_id, record: { ...record, ...headers } } };
    },
    async write(events: readonly PreparedEvent[]): Promise<Published[]> {
      written.push(...events.map(({ record }) => parsed.get(record.value) as PublicationEvent));
      traces.push(...events.map(({ record }) => record.headers?.traceparent));
      pending += events.length;
      await gate.promise;
      pending -= events.length;
      return events.map(({ eventId }, offset) => ({ event_id: eventId, topic: 't', partition: 0, offset }));
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

export async function stopIngests(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

/** Ingest as it is, on a Kafka that acknowledges when the test says so. */
export async function startIngest({
  ackTimeoutMs = 5_000,
  maxPendingEvents = 100,
  eventsPerSecond = 1_000,
  burstEvents = 1_000,
} = {}) {
  const kafka = heldKafka();
  const admission = createAdmission({
    maxPendingEvents,
    maxPendingBytes: 100_000,
    pendingEvents: kafka.pendingEvents,
  });
  const metrics = createMetrics({ service: 'producer' });
  const app = createIngestApp({
    writer: kafka,
    recentEvents: createRecentEvents({
      write: kafka.write,
      maxEvents: 100,
      rememberMs: 60_000,
      now: () => 0,
    }),
    keys,
    admission,
    // Its clock stands still, so that nothing comes back meanwhile.
    quota: createQuota({ eventsPerSecond, burstEvents, now: () => 0 }),
    idempotency: createIdempotency<Settled>({
      maxSize: 100,
      sizeOf: (settled) => (settled.ok ? settled.events.length : undefined),
      ttlMs: 60_000,
      now: () => 0,
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
  const post = async (sent: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: 'Bearer hk_acme', 'content-type': 'application/json', ...headers },
      body: typeof sent === 'string' ? sent : JSON.stringify(sent),
    });
    // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of the answer
    const body = (await response.json()) as any;
    expectDescribed(response.status, body);
    return { status: response.status, headers: response.headers, body };
  };
  return { kafka, admission, metrics, server, post };
}

/** Every answer is one that the description has. */
function expectDescribed(status: number, body: { type: string }): void {
  if (status === ingestOperation.status) expect(ingestOperation.answers.parse(body)).toEqual(body);
  else expect(ingestOperation.problems).toContain(`${status} ${body.type.split(':').at(-1)}`);
}

/** One event, as it is sent. */
export const event = {
  event_type: 'publication.published',
  occurred_at: '2024-03-15T14:30:00.000Z',
  project_id: 'spring',
  channel: { id: 'c1', type: 'instagram' },
  publication_id: 'post_1',
  content: { media_type: 'video' },
};
