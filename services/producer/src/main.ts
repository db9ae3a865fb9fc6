import { randomUUIDv7 } from 'node:crypto';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { createEventWriter } from '@herald/publisher/event-writer';
import { openApiKeyTable } from '@herald/registry/api-keys';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import { listen } from '@herald/service-kit/http-server';
import { runService } from '@herald/service-kit/service';
import type { Settled } from './accept-events.ts';
import { createAckWatch } from './ack-watch.ts';
import { createAdmission } from './admission.ts';
import { createIdempotency } from './idempotency.ts';
import { createIngestApp } from './ingest-app.ts';
import { ingestConfig } from './ingest-config.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { createQuota } from './quota.ts';
import { createRecentEvents } from './recent-events.ts';

const REMEMBERED_MS = 24 * 60 * 60 * 1_000;

/** HTTP ingest. It needs Kafka, and the schema registry to start; nothing else of Herald has to be there. */
await runService({
  name: 'producer',
  config: ingestConfig,
  async start({ config, log, metrics, fatal, readiness }) {
    const connection = kafkaConnection(config, 'herald-producer', log);
    const registry = config.HERALD_SCHEMA_REGISTRY_URL;
    const keys = await openApiKeyTable({
      connection,
      source: connectSchemaRegistry({ url: registry }),
      log,
      onFatal: fatal,
    });
    const writer = await createEventWriter({
      ...connection,
      registry,
      maxPendingRecords: config.HERALD_INGEST_MAX_PENDING_EVENTS,
      maxEventBytes: config.HERALD_INGEST_MAX_EVENT_BYTES,
      onBatch(batch) {
        ackWatch.acknowledged();
        ingestMetrics.produced(batch);
      },
    });
    const pendingEvents = () => writer.pendingRecords;
    const now = () => performance.now();
    const ackWatch = createAckWatch({ pendingEvents, stallMs: config.HERALD_INGEST_ACK_TIMEOUT_MS, now });
    const admission = createAdmission({
      maxPendingEvents: config.HERALD_INGEST_MAX_PENDING_EVENTS,
      maxPendingBytes: config.HERALD_INGEST_MAX_PENDING_BYTES,
      pendingEvents,
    });
    const ingestMetrics = createIngestMetrics(metrics, {
      pendingEvents,
      pendingBytes: () => admission.pendingBytes,
    });

    const server = await listen(
      createIngestApp({
        writer,
        recentEvents: createRecentEvents({
          write(events) {
            ackWatch.writing();
            return writer.write(events);
          },
          maxEvents: config.HERALD_INGEST_DEDUPE_EVENTS,
          rememberMs: config.HERALD_INGEST_DEDUPE_MS,
          now,
        }),
        quota: createQuota({
          eventsPerSecond: config.HERALD_INGEST_QUOTA_EVENTS_PER_SECOND,
          burstEvents: config.HERALD_INGEST_QUOTA_BURST_EVENTS,
          now,
        }),
        keys,
        admission,
        idempotency: createIdempotency<Settled>({
          maxSize: config.HERALD_INGEST_REMEMBERED_EVENTS,
          sizeOf: (settled) => (settled.ok ? settled.events.length : undefined),
          ttlMs: REMEMBERED_MS,
          now,
        }),
        metrics: ingestMetrics,
        log,
        maxBodyBytes: config.HERALD_INGEST_MAX_BODY_BYTES,
        maxBatchEvents: config.HERALD_INGEST_MAX_BATCH_EVENTS,
        ackTimeoutMs: config.HERALD_INGEST_ACK_TIMEOUT_MS,
        newEventId: randomUUIDv7,
        now,
      }),
      { host: config.HERALD_INGEST_HOST, port: config.HERALD_INGEST_PORT },
    );

    readiness.add('kafka', ackWatch.check);
    readiness.add('api keys', () => keys.isFollowing() || 'the table of API keys is behind its topic');

    return {
      announce: { ingestUrl: server.url },
      async stop(deadline) {
        await deadline.step('answer the requests under way', () => server.close());
        await deadline.step('flush the publisher', () => writer.close());
        await deadline.step('close the table of API keys', () => keys.stop());
      },
    };
  },
});
