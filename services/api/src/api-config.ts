import { endpointConfig } from '@herald/registry/config-fragments';
import { integer, variable } from '@herald/service-kit/config';
import {
  clickhouseConfig,
  kafkaConfig,
  schemaRegistryConfig,
  serviceConfig,
} from '@herald/service-kit/config-fragments';
import { z } from 'zod';
import { toOrigins, toPortalUrl } from './access/portal-settings.ts';

export const apiConfig = z.object({
  ...serviceConfig,
  ...kafkaConfig,
  ...schemaRegistryConfig,
  ...clickhouseConfig,
  ...endpointConfig,
  HERALD_API_HOST: variable(z.string().default('127.0.0.1'), {
    expects: 'the address that the API listens on',
    example: '0.0.0.0',
  }),
  HERALD_API_PORT: variable(integer({ min: 0, max: 65_535 }).default(8080), {
    expects: 'the port of the API, 0 for any free one',
    example: '8080',
  }),
  HERALD_API_MAX_BODY_BYTES: variable(integer({ min: 1_024, max: 16 * 1024 * 1024 }).default(256 * 1024), {
    expects: 'the largest body of one request in bytes, from 1024 to 16777216',
    example: '262144',
  }),
  HERALD_PORTAL_URL: variable(z.string().default('').transform(toPortalUrl), {
    expects:
      'where the portal is, an http or https URL: portal links point to it, and its pages may ask for changes',
    example: 'https://portal.example.com',
  }),
  HERALD_API_ALLOWED_ORIGINS: variable(z.string().default('').transform(toOrigins), {
    expects:
      'origins whose pages may ask for changes with the cookie of a session, beside those of the host of the API, separated by commas',
    example: 'https://portal.example.com',
  }),
  HERALD_API_SESSION_SECONDS: variable(integer({ min: 60, max: 7 * 24 * 60 * 60 }).default(12 * 60 * 60), {
    expects: 'seconds that a session lasts which is made from an API key, from 60 to 604800',
    example: '43200',
  }),
  HERALD_API_REQUESTS_PER_SECOND: variable(integer({ min: 1, max: 100_000 }).default(100), {
    expects: 'requests a second that each process takes from one API key or session, at most 100000',
    example: '100',
  }),
  HERALD_API_REQUEST_BURST: variable(integer({ min: 1, max: 1_000_000 }).default(500), {
    expects: 'requests that each process takes from one API key or session at once, at most 1000000',
    example: '500',
  }),
  HERALD_API_WRITE_TIMEOUT_MS: variable(integer({ min: 100, max: 60_000 }).default(10_000), {
    expects: 'milliseconds that a change of configuration waits for Kafka before it is answered 503',
    example: '10000',
  }),
  HERALD_API_REPLAYS_PER_ACCOUNT: variable(integer({ min: 1, max: 1_000 }).default(3), {
    expects: 'replays of one account that may be open at once, at most 1000',
    example: '3',
  }),
  HERALD_API_MAX_REPLAY_PER_SECOND: variable(integer({ min: 1, max: 100_000 }).default(1_000), {
    expects: 'deliveries a second that one replay may ask for, at most 100000',
    example: '1000',
  }),
  HERALD_API_INGEST_URL: variable(z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8090'), {
    expects: 'the URL at which clients reach ingest, for the documentation of the API',
    example: 'https://ingest.example.com',
  }),
  HERALD_API_HISTORY_TIMEOUT_MS: variable(integer({ min: 100, max: 60_000 }).default(10_000), {
    expects:
      'milliseconds that a read of the history waits for ClickHouse before it is answered 503; ClickHouse stops its queries then, and when the client leaves',
    example: '10000',
  }),
});
