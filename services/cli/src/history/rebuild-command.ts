import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { Command } from 'commander';
import { z } from 'zod';
import { DEFAULT_RETENTION_DAYS, migrateVariables } from '../commands/migrate.ts';
import type { Context } from '../context.ts';
import { CommandFailure, UsageFailure } from '../failure.ts';
import { createProgressBar } from '../progress-bar.ts';
import { quietly } from '../quiet-kafka.ts';
import { kafkaVariables, readSettings, registryVariables, takes } from '../settings.ts';
import { abortedByStop } from '../stop.ts';
import type { Terminal } from '../terminal.ts';
import { type RebuildReport, runRebuild } from './rebuild.ts';

const VARIABLES = { ...kafkaVariables, ...registryVariables, ...migrateVariables };

const OPTIONS = {
  into: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'letters, digits and underscores')
    .optional(),
};

interface Flags {
  reset?: boolean;
  yes?: boolean;
  loseWhatKafkaHasNot?: boolean;
  fromStart?: boolean;
  json?: boolean;
}

export function addRebuild(history: Command, context: Context): void {
  takes(
    history
      .command('rebuild')
      .description('read history again from Kafka; rows that are there already stay one, loggers go on')
      .option('--into <database>', 'into another database of the server, made where it is missing')
      .option('--reset', 'empty the tables first; needs --yes')
      .option('--yes', 'yes, empty them')
      .option('--lose-what-kafka-has-not', 'with --reset: also where Kafka does not keep all of it any more')
      .option('--from-start', 'read everything, also what an earlier rebuild has read')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => run(flags, command, context)),
    VARIABLES,
  );
}

async function run(flags: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: VARIABLES, options: OPTIONS });
  if (flags.reset && !flags.yes) {
    throw new UsageFailure(['--reset empties the tables of history: say --yes as well']);
  }
  const report = await runRebuild({
    connection: quietly(kafkaConnection(config, 'herald-cli')),
    registryUrl: config.HERALD_SCHEMA_REGISTRY_URL,
    clickhouse: {
      url: config.HERALD_CLICKHOUSE_URL,
      database: options.into ?? config.HERALD_CLICKHOUSE_DATABASE,
      username: config.HERALD_CLICKHOUSE_USER,
      password: config.HERALD_CLICKHOUSE_PASSWORD,
    },
    retentionDays: config.HERALD_HISTORY_RETENTION_DAYS ?? DEFAULT_RETENTION_DAYS,
    reset: flags.reset === true,
    mayLose: flags.loseWhatKafkaHasNot === true,
    fromStart: flags.fromStart === true,
    terminal,
    bar: createProgressBar(process.stderr),
    signal: abortedByStop(process),
  });
  if (flags.json) terminal.json(viewOf(report));
  else show(report, terminal);
  if (!report.isComplete) {
    throw new CommandFailure(
      `Stopped after ${report.done} of ${report.total} records, before all was erased again that is on record as erased. The same command goes on.`,
    );
  }
}

function viewOf({ done, total, isComplete, rows, faults }: RebuildReport) {
  return { records_read: done, records_to_read: total, complete: isComplete, rows, faults };
}

function show({ done, rows, faults }: RebuildReport, terminal: Terminal): void {
  terminal.print(`${done} records read again.`);
  terminal.table(
    ['table', 'rows'],
    Object.entries(rows).map(([table, count]) => [table, String(count)]),
  );
  if (faults > 0)
    terminal.note(`${faults} records cannot be read: they are in the table poison, with the reason`);
}
