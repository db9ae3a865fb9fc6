import { parseArgs } from 'node:util';
import { StackProblem } from './problem.ts';
import type { StackPorts } from './stack.ts';

export const USAGE = `npm run stack -- [options]
  --reset                  throw the data away first
  --brokers 1|3            one broker, or a cluster of three (default 1)
  --kafka-port N           of the first broker (default 9092, or HERALD_KAFKA_PORT)
  --registry-port N        (default 8081, or HERALD_REGISTRY_PORT)
  --clickhouse-port N      (default 8123, or HERALD_CLICKHOUSE_PORT)
  --help`;

export interface Settings {
  help: boolean;
  reset: boolean;
  brokers: 1 | 3;
  ports: StackPorts;
}

/** A broker's quorum port is its client port plus this. */
const CONTROLLER_OFFSET = 1000;

/** What `npm run stack` was asked for; flags go before the environment. @throws StackProblem on anything unknown */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): Settings {
  const flags = parseFlags(args);
  const brokers = flags.brokers ?? '1';
  if (brokers !== '1' && brokers !== '3') {
    throw new StackProblem(`--brokers is ${brokers}, but a local cluster has 1 or 3.`);
  }
  const count = brokers === '3' ? 3 : 1;
  const first = port('--kafka-port', flags['kafka-port'] ?? env.HERALD_KAFKA_PORT ?? '9092');
  const kafka = Array.from({ length: count }, (_, index) => first + index);
  return {
    help: flags.help ?? false,
    reset: flags.reset ?? false,
    brokers: count,
    ports: {
      kafka,
      controllers: kafka.map((client) => client + CONTROLLER_OFFSET),
      registry: port('--registry-port', flags['registry-port'] ?? env.HERALD_REGISTRY_PORT ?? '8081'),
      clickhouse: port('--clickhouse-port', flags['clickhouse-port'] ?? env.HERALD_CLICKHOUSE_PORT ?? '8123'),
    },
  };
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', short: 'h' },
        reset: { type: 'boolean' },
        brokers: { type: 'string' },
        'kafka-port': { type: 'string' },
        'registry-port': { type: 'string' },
        'clickhouse-port': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new StackProblem(`${(error as Error).message}\n${USAGE}`);
  }
}

function port(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= 65_535 - CONTROLLER_OFFSET - 3) return value;
  throw new StackProblem(`${name} is ${text}, but a port is a number from 1 to 64532.`);
}
