import { createSealing } from '@herald/registry/sealing';
import { integer, variable } from '@herald/service-kit/config';
import {
  clickhouseConfig,
  kafkaConfig,
  schemaRegistryConfig,
  serviceConfig,
} from '@herald/service-kit/config-fragments';
import { parseNetworks } from '@herald/webhook/address-policy';
import { z } from 'zod';

export const apiConfig = z.object({
  ...serviceConfig,
  ...kafkaConfig,
  ...schemaRegistryConfig,
  ...clickhouseConfig,
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
  HERALD_API_WRITE_TIMEOUT_MS: variable(integer({ min: 100, max: 60_000 }).default(10_000), {
    expects: 'milliseconds that a change of configuration waits for Kafka before it is answered 503',
    example: '10000',
  }),
  HERALD_API_HISTORY_TIMEOUT_MS: variable(integer({ min: 100, max: 60_000 }).default(10_000), {
    expects: 'milliseconds that a read of the history waits for ClickHouse before it is answered 503',
    example: '10000',
  }),
  HERALD_SEALING_KEYS: variable(
    z.string().transform((text, context) => {
      try {
        return createSealing(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: (error as Error).message });
        return z.NEVER;
      }
    }),
    {
      expects: 'the keys that seal secrets at rest as <id>:<base64 of 32 bytes>, the sealing one first',
      example: 'k1:$(openssl rand -base64 32)',
      secret: true,
    },
  ),
  HERALD_ALLOWED_NETWORKS: variable(
    z
      .string()
      .default('')
      .transform((text, context) => {
        const parsed = parseNetworks(text);
        if (parsed.kind === 'networks') return parsed.networks;
        context.addIssue({ code: 'custom', message: parsed.message });
        return z.NEVER;
      }),
    {
      expects: 'networks that endpoints may be in though they are not public, separated by commas',
      example: '127.0.0.0/8',
    },
  ),
});
