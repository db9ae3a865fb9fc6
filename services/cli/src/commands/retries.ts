import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { integer } from '@herald/service-kit/config';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { eventDecoder, RETRY_VARIABLES, TIERS, withRetryTopics } from '../retries/open.ts';
import { peekOf, showPeek, withEvent } from '../retries/peek-view.ts';
import type { WaitingRecord } from '../retries/waiting-records.ts';
import { firstDue, summarize, type WaitingGroup } from '../retries/waiting-summary.ts';
import { kafkaVariables, readSettings, takes } from '../settings.ts';
import { ago } from '../when.ts';
import { addRetryOrders } from './retry-orders.ts';

interface Flags {
  json?: boolean;
}

const FILTERS = {
  endpoint: z.string().optional(),
  tier: z.enum(TIERS, { error: `it is none of ${TIERS.join(', ')}` }).optional(),
};

export function addRetries(program: Command, context: Context): void {
  const retries = program
    .command('retries')
    .description(
      'what waits for its next attempt, in Kafka directly: neither the api nor ClickHouse has to run',
    );
  takes(
    retries
      .command('list')
      .description('how many wait, by retry tier and endpoint, and until when')
      .option('--endpoint <id>', 'only of an endpoint')
      .option('--tier <tier>', TIERS.join(', '))
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => list(flags, command, context)),
    kafkaVariables,
  );
  takes(
    retries
      .command('peek')
      .description('those that are due first, with their headers and events')
      .option('--endpoint <id>', 'only of an endpoint')
      .option('--tier <tier>', TIERS.join(', '))
      .option('--limit <n>', 'how many', '10')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => peek(flags, command, context)),
    RETRY_VARIABLES,
  );
  addRetryOrders(retries, context);
}

async function list({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: kafkaVariables, options: FILTERS });
  const groups = await withRetryTopics(config, (topics) =>
    summarize(ofEndpoint(topics.scan({ tier: options.tier }), options.endpoint)),
  );
  groups.sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || b.waiting - a.waiting);
  const waiting = groups.reduce((sum, group) => sum + group.waiting, 0);
  if (json) return terminal.json({ waiting, items: groups.map(groupFields) });
  const nowMs = Date.now();
  terminal.table(
    ['tier', 'endpoint', 'waiting', 'first due', 'last due', 'oldest'],
    groups.map((group) => [
      group.tier,
      group.endpointId,
      String(group.waiting),
      ago(group.firstDueMs, nowMs),
      ago(group.lastDueMs, nowMs),
      ago(group.oldestMs, nowMs),
    ]),
    'nothing waits',
  );
  if (groups.length > 0) terminal.note(`${waiting} in all`);
}

function groupFields({ tier, endpointId, waiting, firstDueMs, lastDueMs, oldestMs }: WaitingGroup) {
  return {
    tier,
    endpoint_id: endpointId,
    waiting,
    first_due_at: new Date(firstDueMs).toISOString(),
    last_due_at: new Date(lastDueMs).toISOString(),
    oldest_at: new Date(oldestMs).toISOString(),
  };
}

async function peek({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: RETRY_VARIABLES,
    options: { ...FILTERS, limit: integer({ min: 1, max: 200 }) },
  });
  const first = await withRetryTopics(config, (topics) =>
    firstDue(ofEndpoint(topics.scan({ tier: options.tier }), options.endpoint), options.limit, peekOf),
  );
  const decoder = eventDecoder(connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL }));
  const shown = await Promise.all(first.map((one) => withEvent(one, decoder)));
  if (json) return terminal.json({ items: shown });
  if (shown.length === 0) terminal.note('nothing waits');
  const nowMs = Date.now();
  for (const one of shown) showPeek(one, terminal, nowMs);
}

async function* ofEndpoint(
  records: AsyncIterable<WaitingRecord>,
  endpointId: string | undefined,
): AsyncGenerator<WaitingRecord> {
  for await (const record of records) {
    if (endpointId === undefined || record.delivery.endpointId === endpointId) yield record;
  }
}
