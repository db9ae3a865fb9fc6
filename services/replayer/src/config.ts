import { hostname } from 'node:os';
import { integer, variable } from '@herald/service-kit/config';
import {
  clickhouseConfig,
  kafkaConfig,
  schemaRegistryConfig,
  serviceConfig,
} from '@herald/service-kit/config-fragments';
import { z } from 'zod';

export const replayerConfig = z.object({
  ...serviceConfig,
  ...kafkaConfig,
  ...schemaRegistryConfig,
  ...clickhouseConfig,
  HERALD_INSTANCE_ID: variable(
    z
      .string()
      .max(100)
      .default(() => `${hostname()}-${process.pid}`),
    { expects: 'a name that no other replayer has', example: 'replayer-0' },
  ),
  HERALD_REPLAYS_AT_ONCE: variable(integer({ min: 1, max: 200 }).default(20), {
    expects:
      'replays that one replayer plans at once, and that it runs at once, over all accounts, at most 200',
    example: '20',
  }),
});
