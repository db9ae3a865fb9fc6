import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('without flags it is one broker at the ports that every client tries first', () => {
  expect(readSettings([], {})).toEqual({
    help: false,
    reset: false,
    brokers: 1,
    ports: { kafka: [9092], controllers: [10092], registry: 8081, clickhouse: 8123 },
  });
});

test('three brokers take three ports in a row, and as many for their quorum', () => {
  const { ports } = readSettings(['--brokers', '3', '--kafka-port', '19092'], {});
  expect(ports).toMatchObject({ kafka: [19092, 19093, 19094], controllers: [20092, 20093, 20094] });
});

test('a flag goes before the environment', () => {
  const env = { HERALD_REGISTRY_PORT: '1111', HERALD_CLICKHOUSE_PORT: '2222' };
  expect(readSettings(['--registry-port', '3333'], env).ports).toMatchObject({
    registry: 3333,
    clickhouse: 2222,
  });
});

test.each([
  [['--brokers', '2'], '--brokers is 2, but a local cluster has 1 or 3.'],
  [['--kafka-port', 'x'], '--kafka-port is x, but a port is a number from 1 to 64532.'],
  [['--kafka-port', '65000'], '--kafka-port is 65000, but a port is a number from 1 to 64532.'],
  [['--rest'], "Unknown option '--rest'"],
])('%j is refused with the reason', (args, reason) => {
  expect(() => readSettings(args, {})).toThrow(reason);
});
