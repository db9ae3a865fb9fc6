import { type MigrateResult, migrate } from '@herald/clickhouse/migrate';
import { integer, variable } from '@herald/service-kit/config';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import { clickhouseVariables, readSettings, takes } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

/** Where it is not said here, a retention that loggers have set is left alone: a shorter one would drop history. */
export const migrateVariables = {
  ...clickhouseVariables,
  HERALD_HISTORY_RETENTION_DAYS: variable(integer({ min: 1, max: 3_650 }).optional(), {
    expects: 'for how many days the history is kept; as it is where it is not set',
    example: '30',
  }),
  HERALD_AUDIT_RETENTION_DAYS: variable(integer({ min: 1, max: 3_650 }).optional(), {
    expects: 'for how many days the audit is kept; as it is where it is not set',
    example: '400',
  }),
};

/** Of tables that are new: the logger's default. */
export const DEFAULT_RETENTION_DAYS = 30;

type MigrateConfig = z.output<z.ZodObject<typeof migrateVariables>>;

export function addMigrate(program: Command, { terminal, env }: Context): void {
  const command = program
    .command('migrate')
    .description("bring ClickHouse's tables into shape; safe to run again")
    .option('--json', 'one JSON document')
    .action(async (flags: { json?: boolean }, self: Command) => {
      const { config } = readSettings({ command: self, env, variables: migrateVariables });
      const result = await applyMigrations(config);
      if (flags.json) terminal.json(result);
      else showMigrations(terminal, result);
    });
  takes(command, migrateVariables);
}

export function applyMigrations(config: MigrateConfig): Promise<MigrateResult> {
  return migrate({
    url: config.HERALD_CLICKHOUSE_URL,
    database: config.HERALD_CLICKHOUSE_DATABASE,
    username: config.HERALD_CLICKHOUSE_USER,
    password: config.HERALD_CLICKHOUSE_PASSWORD,
    retentionDays: config.HERALD_HISTORY_RETENTION_DAYS ?? DEFAULT_RETENTION_DAYS,
    keepsRetention: config.HERALD_HISTORY_RETENTION_DAYS === undefined,
    auditRetentionDays: config.HERALD_AUDIT_RETENTION_DAYS,
  });
}

export function showMigrations(terminal: Terminal, { applied, retentionChanged }: MigrateResult): void {
  if (applied.length === 0) terminal.print('The tables are in shape.');
  else {
    terminal.table(
      ['migration', 'result'],
      applied.map(({ version, name }) => [`${version} ${name}`, terminal.colors.green('applied')]),
    );
  }
  if (retentionChanged.length > 0) terminal.print(`Retention changed: ${retentionChanged.join(', ')}`);
}
