import { hostname } from 'node:os';
import { integer, variable } from '@herald/service-kit/config';
import { kafkaConfig, schemaRegistryConfig, serviceConfig } from '@herald/service-kit/config-fragments';
import { parseNetworks } from '@herald/webhook/address-policy';
import { z } from 'zod';

export const dispatcherConfig = z.object({
  ...serviceConfig,
  ...kafkaConfig,
  ...schemaRegistryConfig,
  HERALD_KEY_RING: variable(z.string(), {
    expects:
      'the keys that open signing secrets, as id:base64 of 32 bytes, separated by commas, the sealing one first',
    example: 'k1:…',
    secret: true,
  }),
  HERALD_ALLOWED_NETWORKS: variable(
    z
      .string()
      .default('')
      .transform((text, context) => {
        const parsed = parseNetworks(text);
        if (parsed.kind === 'networks') return parsed.networks;
        context.addIssue(parsed.message);
        return z.NEVER;
      }),
    {
      expects: 'networks beside the public ones that endpoints may be in, also by http, separated by commas',
      example: '127.0.0.0/8',
    },
  ),
  HERALD_INSTANCE_ID: variable(
    z
      .string()
      .max(100)
      .default(() => `${hostname()}-${process.pid}`),
    {
      expects:
        'a name that no other dispatcher has; the same after a restart (a pod of a stateful set), it gets its partitions back',
      example: 'dispatcher-0',
    },
  ),
  HERALD_MAX_ATTEMPTS_IN_FLIGHT: variable(integer({ min: 1, max: 20_000 }).default(1_000), {
    expects: 'attempts under way at once, over all endpoints, at most 20000',
    example: '1000',
  }),
  HERALD_DELIVERY_WINDOW_RECORDS: variable(integer({ min: 10, max: 100_000 }).default(4_000), {
    expects: 'deliveries of one partition in memory, at most 100000',
    example: '4000',
  }),
  HERALD_ATTEMPT_LOG_LEVEL: variable(z.enum(['info', 'debug']).default('info'), {
    expects: 'info or debug, the level of the line that each attempt leaves in the log',
    example: 'debug',
  }),
});

export type DispatcherConfig = z.output<typeof dispatcherConfig>;
