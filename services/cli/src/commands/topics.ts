import { TOPIC_SPECS } from '@herald/contracts/topics';
import { createKafka, type KafkaConnection } from '@herald/kafka/connection';
import { applyTopics, type TopicResult } from '@herald/kafka/topics';
import { integer } from '@herald/service-kit/config';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { quietly } from '../quiet-kafka.ts';
import { kafkaVariables, readSettings, takes } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

const REPLICAS_WANTED = 3;

export function addTopics(program: Command, { terminal, env }: Context): void {
  const topics = program.command('topics').description("Herald's topics in Kafka");
  const apply = topics
    .command('apply')
    .description('create the topics that are missing, and bring the configuration of the others in line')
    .option('--replication-factor <n>', 'copies of each partition (default: 3, or the brokers there are)')
    .option('--json', 'one JSON document')
    .action(async (flags: { json?: boolean }, command: Command) => {
      const { config, options } = readSettings({
        command,
        env,
        variables: kafkaVariables,
        options: { replicationFactor: integer({ min: 1, max: 9 }).optional() },
      });
      const results = await applyAllTopics(kafkaConnection(config, 'herald-cli'), options.replicationFactor);
      if (flags.json) terminal.json(results);
      else showTopics(terminal, results);
      refuseTopics(results);
    });
  takes(apply, kafkaVariables);
}

/** With the replication factor given, or three copies where there are three brokers. */
export async function applyAllTopics(
  connection: KafkaConnection,
  wantedFactor?: number,
): Promise<TopicResult[]> {
  const quiet = quietly(connection);
  const replicationFactor = wantedFactor ?? Math.min(REPLICAS_WANTED, await brokerCount(quiet));
  const specs = TOPIC_SPECS.map((spec) => ({ ...spec, config: durable(spec.config, replicationFactor) }));
  return applyTopics(quiet, specs, { replicationFactor });
}

/** With three copies a write waits for two: acknowledged records survive the loss of a broker. */
function durable(config: Readonly<Record<string, string>>, replicationFactor: number) {
  return replicationFactor >= REPLICAS_WANTED ? { ...config, 'min.insync.replicas': '2' } : config;
}

export function showTopics(terminal: Terminal, results: readonly TopicResult[]): void {
  const { bold, dim, green, yellow, red } = terminal.colors;
  const told = {
    created: green,
    unchanged: dim,
    configUpdated: yellow,
    partitionsAdded: yellow,
    refused: red,
  };
  terminal.table(
    ['topic', 'result', 'detail'].map((title) => bold(title)),
    results.map((result) => [result.name, told[result.result](result.result), detailOf(result)]),
  );
}

/** @throws CommandFailure where a topic cannot become what it should be */
export function refuseTopics(results: readonly TopicResult[]): void {
  const refused = results.filter((result) => result.result === 'refused');
  if (refused.length === 0) return;
  throw new CommandFailure(refused.map(({ name, reason }) => `${name}: ${reason}`).join('\n'));
}

function detailOf(result: TopicResult): string {
  if (result.result === 'configUpdated') {
    return Object.entries(result.changed)
      .map(([key, { from, to }]) => `${key}: ${from} → ${to}`)
      .join(', ');
  }
  if (result.result === 'partitionsAdded') return `partitions: ${result.from} → ${result.to}`;
  return result.result === 'refused' ? result.reason : '';
}

async function brokerCount(connection: KafkaConnection): Promise<number> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  try {
    return (await admin.describeCluster()).brokers.length;
  } finally {
    await admin.disconnect();
  }
}
