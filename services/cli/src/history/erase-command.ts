import { type Erased, openEraser } from '@herald/clickhouse/erasing/eraser';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { createBatchingProducer } from '@herald/kafka/batching-producer';
import { createPartitionReader } from '@herald/kafka/partition-reader';
import { createAudited } from '@herald/registry/audit/audited';
import { createAuditLog } from '@herald/registry/audit/log';
import { erasureAsked } from '@herald/registry/audit/orders-asked';
import { createErasureRecorder } from '@herald/registry/erasures';
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
  const connection = quietly(kafkaConnection(config, 'herald-cli'));
  const producer = await createBatchingProducer({ connection });
  const reader = createPartitionReader(connection);
  const eraser = openEraser({
    url: config.HERALD_CLICKHOUSE_URL,
    database: config.HERALD_CLICKHOUSE_DATABASE,
    username: config.HERALD_CLICKHOUSE_USER,
    password: config.HERALD_CLICKHOUSE_PASSWORD,
  });
  try {
    const source = connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL });
    const timing = { timeoutMs: RECORD_TIMEOUT_MS, now: Date.now };
    const record = await createErasureRecorder({ producer, reader, source, ...timing });
    const audited = createAudited(await createAuditLog({ producer, source, ...timing }), Date.now);
    const { account: accountId, publication: publicationId } = options;
    const asker = currentOperator();
    const recorded = await audited(
      { ...erasureAsked(accountId, publicationId), accountId, asker },
      async () => ({
        kind: 'recorded' as const,
        erasure: await record({ accountId, publicationId, erasedBy: asker.actor.id }),
      }),
      () => 'done',
    );
    if (recorded.kind === 'unavailable') throw new CommandFailure(recorded.detail);
    const { erasure } = recorded;
    terminal.note(
      'on record: nothing that writes history brings it back, and loggers erase what they have under way',
    );
    const erased = await eraser.erase(erasure);
    await eraser.purge();
    if (flags.json) terminal.json({ erased_at: new Date(erasure.erasedAtMs).toISOString(), erased });
    else terminal.print(textOf(erased));
  } finally {
    await Promise.all([producer.close(), reader.close(), eraser.close()]);
  }
}

function textOf({ events, routes, attempts }: Erased): string {
  return `erased: ${events} events, ${routes} route records, ${attempts} attempts; their bytes are gone from ClickHouse`;
}
