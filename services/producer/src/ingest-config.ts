import { MAX_EVENT_BYTES } from '@herald/contracts/event-size';
import { integer, variable } from '@herald/service-kit/config';
import { kafkaConfig, schemaRegistryConfig, serviceConfig } from '@herald/service-kit/config-fragments';
import { z } from 'zod';

export const ingestConfig = z.object({
  ...serviceConfig,
  ...kafkaConfig,
  ...schemaRegistryConfig,
  HERALD_INGEST_HOST: variable(z.string().default('127.0.0.1'), {
    expects: 'the address that POST /v1/events listens on',
    example: '0.0.0.0',
  }),
  HERALD_INGEST_PORT: variable(integer({ min: 0, max: 65_535 }).default(8090), {
    expects: 'the port of POST /v1/events, 0 for any free one',
    example: '8090',
  }),
  HERALD_INGEST_MAX_BODY_BYTES: variable(
    integer({ min: 1_024, max: 64 * 1024 * 1024 }).default(4 * 1024 * 1024),
    {
      expects: 'the largest body of one request in bytes, from 1024 to 67108864',
      example: '4194304',
    },
  ),
  HERALD_INGEST_MAX_BATCH_EVENTS: variable(integer({ min: 1, max: 10_000 }).default(1_000), {
    expects: 'the most events in one request, from 1 to 10000',
    example: '1000',
  }),
  HERALD_INGEST_MAX_PENDING_EVENTS: variable(integer({ min: 1, max: 1_000_000 }).default(20_000), {
    expects: 'how many events may wait for Kafka before requests are answered 503',
    example: '20000',
  }),
  HERALD_INGEST_MAX_PENDING_BYTES: variable(
    integer({ min: 1024 * 1024, max: 4 * 1024 * 1024 * 1024 }).default(64 * 1024 * 1024),
    {
      expects: 'how many bytes of bodies may be under way before requests are answered 503',
      example: '67108864',
    },
  ),
  HERALD_INGEST_ACK_TIMEOUT_MS: variable(integer({ min: 100, max: 120_000 }).default(10_000), {
    expects: 'milliseconds that a request waits for Kafka before it is answered 503',
    example: '10000',
  }),
  HERALD_INGEST_MAX_EVENT_BYTES: variable(
    integer({ min: 1_024, max: MAX_EVENT_BYTES }).default(MAX_EVENT_BYTES),
    {
      expects: `the largest record of one event in bytes, from 1024 to ${MAX_EVENT_BYTES}, which is what is routed, below its topic's max.message.bytes`,
      example: '524288',
    },
  ),
  HERALD_INGEST_QUOTA_EVENTS_PER_SECOND: variable(integer({ min: 1, max: 10_000_000 }).default(10_000), {
    expects:
      'how many events a second one account may send to one instance before it is answered 429; a body counts as one at least for each 4 KiB',
    example: '10000',
  }),
  HERALD_INGEST_QUOTA_BURST_EVENTS: variable(integer({ min: 1, max: 100_000_000 }).default(50_000), {
    expects: 'how many events one account may send to one instance at once after a quiet time',
    example: '50000',
  }),
  HERALD_INGEST_DEDUPE_EVENTS: variable(integer({ min: 0, max: 10_000_000 }).default(100_000), {
    expects:
      'how many events are remembered to recognise one that is sent again by its event_id, at most 10000000',
    example: '100000',
  }),
  HERALD_INGEST_DEDUPE_MS: variable(integer({ min: 1_000, max: 7 * 86_400_000 }).default(3_600_000), {
    expects: 'milliseconds that an event is remembered to recognise it when it is sent again',
    example: '3600000',
  }),
  HERALD_INGEST_REMEMBERED_EVENTS: variable(integer({ min: 0, max: 10_000_000 }).default(200_000), {
    expects: 'how many events the answers remembered for Idempotency-Key may cover in all',
    example: '200000',
  }),
});
