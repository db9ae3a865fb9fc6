import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { kafkaVariables, readSettings, registryVariables, takes } from '../settings.ts';
import { applyMigrations, migrateVariables, showMigrations } from './migrate.ts';
import { applyAllSchemas, showSchemas } from './schemas.ts';
import { applyAllTopics, refuseTopics, showTopics } from './topics.ts';

const VARIABLES = { ...kafkaVariables, ...registryVariables, ...migrateVariables };

export function addSetup(program: Command, { terminal, env }: Context): void {
  const setup = program
    .command('setup')
    .description('topics apply, schemas apply and migrate: all that the services need; safe to run again')
    .option('--json', 'one JSON document')
    .action(async (flags: { json?: boolean }, command: Command) => {
      const { config } = readSettings({ command, env, variables: VARIABLES });
      const topics = await applyAllTopics(kafkaConnection(config, 'herald-cli'));
      const schemas = await applyAllSchemas(config.HERALD_SCHEMA_REGISTRY_URL);
      const migrations = await applyMigrations(config);
      if (flags.json) terminal.json({ topics, schemas, migrations });
      else {
        showTopics(terminal, topics);
        terminal.print('');
        showSchemas(terminal, schemas);
        terminal.print('');
        showMigrations(terminal, migrations);
      }
      refuseTopics(topics);
    });
  takes(setup, VARIABLES);
}
