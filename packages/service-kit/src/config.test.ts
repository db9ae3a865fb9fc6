import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError, integer, parseConfig, variable } from './config.ts';
import { clickhouseConfig, kafkaConfig, kafkaConnection, serviceConfig } from './config-fragments.ts';
import type { Logger } from './log.ts';

function mistakesIn(schema: z.ZodObject, env: NodeJS.ProcessEnv): Record<string, string> {
  try {
    parseConfig(schema, env);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.mistakes.map(({ variable: name, message }) => [name, message]));
    throw error;
  }
  throw new Error('nothing was wrong');
}

const everything = z.object({ ...serviceConfig, ...kafkaConfig, ...clickhouseConfig });
const enough = { HERALD_KAFKA_BROKERS: 'a:1, b:2', HERALD_CLICKHOUSE_URL: 'http://c:8123' };

test('what is not set takes its default, and a blank variable is not set', () => {
  expect(parseConfig(everything, { ...enough, HERALD_LOG_LEVEL: ' ', UNRELATED: 'x' })).toEqual({
    HERALD_ADMIN_HOST: '127.0.0.1',
    HERALD_ADMIN_PORT: 0,
    HERALD_LOG_LEVEL: 'info',
    HERALD_LOG_FORMAT: 'auto',
    HERALD_SHUTDOWN_DEADLINE_MS: 25_000,
    HERALD_KAFKA_BROKERS: ['a:1', 'b:2'],
    HERALD_KAFKA_TLS: false,
    HERALD_CLICKHOUSE_URL: 'http://c:8123',
    HERALD_CLICKHOUSE_DATABASE: 'herald',
    HERALD_CLICKHOUSE_USER: 'default',
    HERALD_CLICKHOUSE_PASSWORD: '',
  });
});

test('all mistakes are told at once, each with variable, value, expectation and remedy', () => {
  const mistakes = mistakesIn(everything, {
    HERALD_KAFKA_BROKERS: 'a:1,b',
    HERALD_ADMIN_PORT: '70000',
    HERALD_SHUTDOWN_DEADLINE_MS: '1.5',
    HERALD_KAFKA_TLS: 'perhaps',
  });
  expect(Object.keys(mistakes)).toEqual([
    'HERALD_ADMIN_PORT',
    'HERALD_SHUTDOWN_DEADLINE_MS',
    'HERALD_KAFKA_BROKERS',
    'HERALD_KAFKA_TLS',
    'HERALD_CLICKHOUSE_URL',
  ]);
  expect(mistakes.HERALD_KAFKA_BROKERS).toBe(
    'HERALD_KAFKA_BROKERS="a:1,b" is not usable: not every item is host:port. Expected the addresses of Kafka brokers as host:port, separated by commas. Set it, for example HERALD_KAFKA_BROKERS=127.0.0.1:9092',
  );
  expect(mistakes.HERALD_ADMIN_PORT).toContain('it is above 65535');
  expect(mistakes.HERALD_SHUTDOWN_DEADLINE_MS).toContain('it is not a whole number');
  expect(mistakes.HERALD_CLICKHOUSE_URL).toMatch(/^HERALD_CLICKHOUSE_URL is not set\. Expected /);
});

test('the value of a secret never appears', () => {
  const schema = z.object({
    KEY: variable(z.string().length(64, 'it has not 64 characters'), {
      expects: '32 bytes in hexadecimal digits',
      example: '…',
      secret: true,
    }),
  });
  const mistakes = mistakesIn(schema, { KEY: 'hunter2' });
  expect(mistakes.KEY).toContain('KEY=(value hidden) is not usable: it has not 64 characters');
  expect(JSON.stringify(mistakes)).not.toContain('hunter2');
});

test('half a credential is a mistake that names the other half, told with the other mistakes', () => {
  const mistakes = mistakesIn(everything, {
    ...enough,
    HERALD_KAFKA_SASL_USERNAME: 'herald',
    HERALD_LOG_FORMAT: 'xml',
  });
  expect(mistakes.HERALD_KAFKA_SASL_MECHANISM).toContain('HERALD_KAFKA_SASL_USERNAME is');
  expect(mistakes.HERALD_LOG_FORMAT).toBeDefined();
});

test('a variable with several things wrong is told once', () => {
  const schema = z.object({
    PORT: variable(integer({ min: 1, max: 9 }), { expects: 'a digit', example: '1' }),
  });
  expect(() => parseConfig(schema, { PORT: '-x' })).toThrow(/one mistake/);
});

test('the Kafka connection carries TLS and SASL only where they are set', () => {
  const plain = parseConfig(z.object(kafkaConfig), { HERALD_KAFKA_BROKERS: 'a:1' });
  expect(kafkaConnection(plain, 'logger')).toEqual({ brokers: ['a:1'], clientId: 'logger' });
  const secured = parseConfig(z.object(kafkaConfig), {
    HERALD_KAFKA_BROKERS: 'a:1',
    HERALD_KAFKA_TLS: 'true',
    HERALD_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    HERALD_KAFKA_SASL_USERNAME: 'u',
    HERALD_KAFKA_SASL_PASSWORD: 'p',
  });
  expect(kafkaConnection(secured, 'logger')).toMatchObject({
    ssl: true,
    sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
  });
});

test("kafkajs' own lines go to the service's log, message and detail in their places", () => {
  const lines: unknown[] = [];
  const log = { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger;
  const config = parseConfig(z.object(kafkaConfig), { HERALD_KAFKA_BROKERS: 'a:1' });
  kafkaConnection(config, 'logger', log).logger?.log('warn', 'slow', { broker: 'a:1' });
  expect(lines).toEqual([[{ broker: 'a:1' }, 'slow']]);
});
