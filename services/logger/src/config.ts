import { integer, variable } from '@herald/service-kit/config';
import {
  clickhouseConfig,
  kafkaConfig,
  schemaRegistryConfig,
  serviceConfig,
} from '@herald/service-kit/config-fragments';
import { z } from 'zod';

export const loggerConfig = z.object({
  ...serviceConfig,
  ...kafkaConfig,
  ...schemaRegistryConfig,
  ...clickhouseConfig,
  HERALD_HISTORY_RETENTION_DAYS: variable(integer({ min: 1, max: 3_650 }).default(30), {
    expects: 'days that history is kept, at most 3650',
    example: '30',
  }),
  HERALD_AUDIT_RETENTION_DAYS: variable(integer({ min: 1, max: 3_650 }).default(400), {
    expects: 'days that the audit is kept, at most 3650',
    example: '400',
  }),
  HERALD_LOGGER_FLUSH_MS: variable(integer({ min: 10, max: 10_000 }).default(2_000), {
    expects: 'milliseconds that a row waits at most for others to be inserted with, 10 to 10000',
    example: '2000',
  }),
  HERALD_LEDGER_INTERVAL_MS: variable(integer({ min: 100, max: 600_000 }).default(20_000), {
    expects: 'milliseconds between two rounds of the ledger, 100 to 600000',
    example: '20000',
  }),
  HERALD_LEDGER_OVERDUE_MS: variable(integer({ min: 1_000, max: 86_400_000 }).default(300_000), {
    expects: 'milliseconds that something may be due before the ledger calls it overdue, from 1000',
    example: '300000',
  }),
  HERALD_LEDGER_SETTLED_UNTIL: variable(
    z.iso
      .datetime({ offset: true })
      .transform((text) => Date.parse(text))
      .optional(),
    {
      expects: 'an ISO 8601 time: somebody has seen to what was due before, and the ledger does not name it',
      example: '2026-03-15T14:30:00Z',
    },
  ),
});
