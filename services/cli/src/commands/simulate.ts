import { randomInt } from 'node:crypto';
import { createPublisher } from '@herald/publisher/publisher';
import { runSimulation } from '@herald/publisher/simulation-run';
import { simulatedWorld, simulateEvents } from '@herald/publisher/simulator';
import { integer, list } from '@herald/service-kit/config';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { decimal } from '../decimal.ts';
import { quietly } from '../quiet-kafka.ts';
import { kafkaVariables, readSettings, registryVariables, takes } from '../settings.ts';
import { stopRequested } from '../stop.ts';

const VARIABLES = { ...kafkaVariables, ...registryVariables };

const MAX_SEED = 2 ** 32 - 1;

const OPTIONS = {
  rate: decimal({ min: 0.001, max: 100_000 }),
  count: integer({ min: 1, max: 1_000_000_000 }).optional(),
  seed: integer({ min: 0, max: MAX_SEED }).optional(),
  accounts: list(),
  projects: integer({ min: 1, max: 1_000 }),
  channels: integer({ min: 1, max: 1_000 }),
};

export function addSimulate(program: Command, context: Context): void {
  const simulate = program
    .command('simulate')
    .description('publish realistic events of all three types, as an upstream service would')
    .option('--rate <events/s>', 'events a second', '10')
    .option('--count <n>', 'events in all (default: until Ctrl-C)')
    .option('--seed <n>', 'the same seed gives the same events, ids included (default: a random one)')
    .option('--accounts <id,…>', 'accounts', 'demo')
    .option('--projects <n>', 'projects of each account, named <account>-p1, …', '1')
    .option('--channels <n>', 'channels of each project, named <project>-instagram, …', '3')
    .option('--json', 'one JSON line an event: its id and where it is on record')
    .action((flags: { json?: boolean }, command: Command) => run(flags, command, context));
  takes(simulate, VARIABLES);
}

async function run(flags: { json?: boolean }, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: VARIABLES, options: OPTIONS });
  const seed = options.seed ?? randomInt(MAX_SEED);
  const interrupted = new AbortController();
  void stopRequested(process).first.then(() => interrupted.abort());

  const publisher = await createPublisher({
    ...quietly(kafkaConnection(config, 'herald-cli')),
    registry: config.HERALD_SCHEMA_REGISTRY_URL,
  });
  const accounts = simulatedWorld({
    accountIds: options.accounts,
    projectsPerAccount: options.projects,
    channelsPerProject: options.channels,
  });
  try {
    const onRecord = await runSimulation({
      events: simulateEvents({ seed, accounts, now: Date.now }),
      publish: (event) => publisher.publish(event),
      count: options.count ?? Number.POSITIVE_INFINITY,
      eventsPerSecond: options.rate,
      signal: interrupted.signal,
      onPublished(event, { topic, partition, offset }) {
        const { event_id, event_type, project_id } = event;
        if (flags.json) terminal.jsonLine(JSON.stringify({ event_id, event_type, topic, partition, offset }));
        else terminal.print(`${event_type.padEnd(21)}  ${event_id}  ${project_id}  ${partition}:${offset}`);
      },
    });
    terminal.note(`${onRecord} events on record, seed ${seed}`);
  } finally {
    await publisher.close();
  }
}
