import { hostname } from 'node:os';
import { endpointConfig } from '@herald/registry/config-fragments';
import { integer, variable } from '@herald/service-kit/config';
import { kafkaConfig, schemaRegistryConfig, serviceConfig } from '@herald/service-kit/config-fragments';
import { z } from 'zod';

export const dispatcherConfig = z.object({
  ...serviceConfig,
  ...kafkaConfig,
  ...schemaRegistryConfig,
  ...endpointConfig,
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
