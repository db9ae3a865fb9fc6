import { hostname } from 'node:os';
import { endpointConfig } from '@herald/registry/config-fragments';
import { integer, list, variable } from '@herald/service-kit/config';
import { kafkaConfig, schemaRegistryConfig, serviceConfig } from '@herald/service-kit/config-fragments';
import { z } from 'zod';

const HOUR_MS = 60 * 60 * 1_000;

/** Hours, also parts of one, as milliseconds. */
const hours = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'it is not a number of hours')
  .transform((text) => Math.round(Number(text) * HOUR_MS))
  .pipe(
    z
      .number()
      .positive('it is not above 0')
      .max(8_760 * HOUR_MS, 'it is above 8760'),
  );

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
  HERALD_MAX_ATTEMPTS_PER_HOST: variable(integer({ min: 1, max: 20_000 }).default(256), {
    expects: 'attempts under way at once to one destination host, shared by its endpoints, at most 20000',
    example: '256',
  }),
  HERALD_DELIVERY_WINDOW_RECORDS: variable(integer({ min: 10, max: 100_000 }).default(4_000), {
    expects: 'deliveries of one partition in memory, at most 100000',
    example: '4000',
  }),
  HERALD_FAILING_WARN_AFTER_HOURS: variable(
    list()
      .pipe(z.array(hours))
      .refine((each) => each.every((ms, at) => at === 0 || ms > (each[at - 1] as number)), 'they do not rise')
      .default([24 * HOUR_MS, 72 * HOUR_MS]),
    {
      expects:
        'after how many hours of failure without a success an owner is warned, rising, separated by commas',
      example: '24,72',
    },
  ),
  HERALD_AUTO_DISABLE_AFTER_HOURS: variable(hours.default(120 * HOUR_MS), {
    expects: 'after how many hours of failure without a success deliveries are held, at most 8760',
    example: '120',
  }),
  HERALD_ATTEMPT_LOG_LEVEL: variable(z.enum(['info', 'debug']).default('info'), {
    expects: 'info or debug, the level of the line that each attempt leaves in the log',
    example: 'debug',
  }),
});
