import { type Erased, openEraser } from '@herald/clickhouse/erasing/eraser';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import type { Erasure } from '@herald/domain/erasure';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { createAudited } from '@herald/registry/audit/audited';
import { openAuditLog } from '@herald/registry/audit/log';
import { erasureAsked } from '@herald/registry/audit/orders-asked';
import { createErasureRecorder } from '@herald/registry/erasure-recorder';
import { openErasureTable } from '@herald/registry/erasures';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { currentOperator } from '../current-operator.ts';
import { CommandFailure, UsageFailure } from '../failure.ts';
import { quietly } from '../quiet-kafka.ts';
import { clickhouseVariables, kafkaVariables, readSettings, registryVariables, takes } from '../settings.ts';

const VARIABLES = { ...kafkaVariables, ...registryVariables, ...clickhouseVariables };

const OPTIONS = {
  account: z.string().min(1),
  publication: z.string().min(1).optional(),
};

const RECORD_TIMEOUT_MS = 30_000;

export function addErase(history: Command, context: Context): void {
  takes(
    history
      .command('erase')
      .description('take history out of ClickHouse for good; what Kafka keeps of it ends with its retention')
      .requiredOption('--account <id>', 'all of an account')
      .option('--publication <id>', 'only of one publication of it')
      .option('--yes', 'yes, erase it')
      .option('--json', 'one JSON document')
      .action((flags: { yes?: boolean; json?: boolean }, command: Command) => run(flags, command, context)),
    VARIABLES,
  );
}

async function run(
  flags: { yes?: boolean; json?: boolean },
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: VARIABLES, options: OPTIONS });
  if (!flags.yes) throw new UsageFailure(['what is erased cannot be brought back: say --yes as well']);
  const erasure = await recorded(config, options, terminal);
  terminal.note(
    'on record: nothing that writes history brings it back, and loggers erase what they have under way',
  );
  const eraser = openEraser({
    url: config.HERALD_CLICKHOUSE_URL,
    database: config.HERALD_CLICKHOUSE_DATABASE,
    username: config.HERALD_CLICKHOUSE_USER,
    password: config.HERALD_CLICKHOUSE_PASSWORD,
  });
  try {
    const erased = await eraser.erase(erasure);
    await eraser.purge();
    if (flags.json) terminal.json({ erased_at: new Date(erasure.erasedAtMs).toISOString(), erased });
    else terminal.print(textOf(erased));
  } finally {
    await eraser.close();
  }
}

/** What is erased, as soon as it is on record. */
async function recorded(
  config: z.output<z.ZodObject<typeof VARIABLES>>,
  { account: accountId, publication: publicationId }: z.output<z.ZodObject<typeof OPTIONS>>,
  terminal: Context['terminal'],
): Promise<Erasure> {
  const connection = quietly(kafkaConnection(config, 'herald-cli'));
  const source = connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL });
  const timing = { timeoutMs: RECORD_TIMEOUT_MS, now: Date.now };
  const fatal = Promise.withResolvers<never>();
  const table = await openErasureTable({
    connection,
    source,
    log: { warn: (_, message) => terminal.note(message) },
    onFatal: fatal.reject,
  });
  const reader = createPartitionReader(connection);
  const audit = await openAuditLog({ connection, source, ...timing });
  const recorder = await createErasureRecorder({ connection, source, table, reader, ...timing });
  try {
    const asker = currentOperator();
    const asked = await Promise.race([
      createAudited(audit, Date.now)(
        { ...erasureAsked(accountId, publicationId), accountId, asker },
        () => recorder.record({ accountId, publicationId, erasedBy: asker.actor.id }),
        ({ kind }) => (kind === 'recorded' ? 'done' : 'asked'),
      ),
      fatal.promise,
    ]);
    if (asked.kind === 'recorded') return asked.erasure;
    throw new CommandFailure(`${asked.detail}. It may be on record all the same: erase it again.`);
  } finally {
    await Promise.all([recorder.close(), audit.close(), table.stop(), reader.close()]);
  }
}

function textOf({ events, routes, attempts }: Erased): string {
  return `erased: ${events} events, ${routes} route records, ${attempts} attempts; their bytes are gone from ClickHouse`;
}
