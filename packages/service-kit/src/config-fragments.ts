import { z } from 'zod';
import { integer, list, variable } from './config.ts';
import type { Logger } from './log.ts';

/** Fragments to spread into a service's schema: `z.object({ ...serviceConfig, ...kafkaConfig, … })`. */

/** What every service takes. */
export const serviceConfig = {
  HERALD_ADMIN_HOST: variable(z.string().default('127.0.0.1'), {
    expects: 'the address that /livez, /readyz and /metrics listen on',
    example: '0.0.0.0',
  }),
  HERALD_ADMIN_PORT: variable(integer({ min: 0, max: 65_535 }).default(0), {
    expects: 'the port of /livez, /readyz and /metrics, 0 for any free one',
    example: '9464',
  }),
  HERALD_LOG_LEVEL: variable(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    { expects: 'fatal, error, warn, info, debug, trace or silent', example: 'info' },
  ),
  HERALD_LOG_FORMAT: variable(z.enum(['auto', 'json', 'pretty']).default('auto'), {
    expects: 'auto (pretty on a terminal, JSON when piped), json or pretty',
    example: 'json',
  }),
  HERALD_SHUTDOWN_DEADLINE_MS: variable(integer({ min: 0, max: 600_000 }).default(25_000), {
    expects:
      'milliseconds from SIGTERM to a forced exit, at most 600000 and below what the supervisor grants',
    example: '25000',
  }),
};

const address = /^(\[[0-9a-fA-F:]+\]|[^\s:,]+):\d{1,5}$/;

export const kafkaConfig = {
  HERALD_KAFKA_BROKERS: variable(
    list().refine(
      (brokers) => brokers.every((broker) => address.test(broker)),
      'not every item is host:port',
    ),
    {
      expects: 'the addresses of Kafka brokers as host:port, separated by commas',
      example: '127.0.0.1:9092',
    },
  ),
  HERALD_KAFKA_TLS: variable(z.stringbool().default(false), {
    expects: 'true to speak TLS to the brokers, else false',
    example: 'true',
  }),
  HERALD_KAFKA_SASL_MECHANISM: variable(z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(), {
    expects: 'plain, scram-sha-256 or scram-sha-512',
    example: 'scram-sha-512',
    needs: ['HERALD_KAFKA_SASL_USERNAME', 'HERALD_KAFKA_SASL_PASSWORD'],
  }),
  HERALD_KAFKA_SASL_USERNAME: variable(z.string().optional(), {
    expects: 'the user name at the brokers',
    example: 'herald',
    needs: ['HERALD_KAFKA_SASL_MECHANISM'],
  }),
  HERALD_KAFKA_SASL_PASSWORD: variable(z.string().optional(), {
    expects: 'the password at the brokers',
    example: '…',
    secret: true,
    needs: ['HERALD_KAFKA_SASL_MECHANISM'],
  }),
};

export const schemaRegistryConfig = {
  HERALD_SCHEMA_REGISTRY_URL: variable(httpUrl(), {
    expects: 'the address of a registry that speaks the Confluent API',
    example: 'http://127.0.0.1:8081/apis/ccompat/v7',
  }),
};

export const clickhouseConfig = {
  HERALD_CLICKHOUSE_URL: variable(httpUrl(), {
    expects: "the address of ClickHouse's HTTP interface",
    example: 'http://127.0.0.1:8123',
  }),
  HERALD_CLICKHOUSE_DATABASE: variable(
    z.string().regex(/^\w+$/, 'it is not a plain name').default('herald'),
    {
      expects: 'the name of the database, letters, digits and underscores',
      example: 'herald',
    },
  ),
  HERALD_CLICKHOUSE_USER: variable(z.string().default('default'), {
    expects: 'the user name at ClickHouse',
    example: 'herald',
  }),
  HERALD_CLICKHOUSE_PASSWORD: variable(z.string().default(''), {
    expects: 'the password at ClickHouse',
    example: '…',
    secret: true,
  }),
};

function httpUrl(): z.ZodType<string, string> {
  return z.url({ protocol: /^https?$/, error: 'it is not an http or https URL' });
}

/** The connection that `@herald/kafka` takes, from what `kafkaConfig` parsed; kafkajs' own lines go to `log`. */
export function kafkaConnection(
  config: z.output<z.ZodObject<typeof kafkaConfig>>,
  clientId: string,
  log?: Logger,
): KafkaConnectionSettings {
  const { HERALD_KAFKA_SASL_MECHANISM: mechanism } = config;
  return {
    brokers: config.HERALD_KAFKA_BROKERS,
    clientId,
    ...(log ? { logger: { log: (level, message, detail) => log[level](detail, message) } } : {}),
    ...(config.HERALD_KAFKA_TLS ? { ssl: true } : {}),
    ...(mechanism === undefined
      ? {}
      : {
          sasl: {
            mechanism,
            username: config.HERALD_KAFKA_SASL_USERNAME ?? '',
            password: config.HERALD_KAFKA_SASL_PASSWORD ?? '',
          } as KafkaSasl,
        }),
  };
}

type KafkaSasl =
  | { mechanism: 'plain'; username: string; password: string }
  | { mechanism: 'scram-sha-256'; username: string; password: string }
  | { mechanism: 'scram-sha-512'; username: string; password: string };

export interface KafkaConnectionSettings {
  brokers: string[];
  clientId: string;
  logger?: { log(level: 'error' | 'warn' | 'info' | 'debug', message: string, detail: object): void };
  ssl?: boolean;
  sasl?: KafkaSasl;
}
