import { hostname } from 'node:os';
import { connectSchemaRegistry } from '@herald/contracts/schema-registry';
import { MAX_ORDERED_DELIVERIES, type RetryOrder } from '@herald/registry/retry-order';
import { integer } from '@herald/service-kit/config';
import { kafkaConnection } from '@herald/service-kit/config-fragments';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { CommandFailure, UsageFailure } from '../failure.ts';
import { quietly } from '../quiet-kafka.ts';
import { eventDecoder, RETRY_VARIABLES, withRetryTopics } from '../retries/open.ts';
import { openOrderWriter } from '../retries/order-writer.ts';
import { type Ordered, orderRetries } from '../retries/retry-ordering.ts';
import { readSettings, takes } from '../settings.ts';

interface Flags {
  json?: boolean;
}

const SELECTION = {
  endpoint: z.string().optional(),
  delivery: z
    .array(z.uuid({ error: 'it is not a UUID' }))
    .max(MAX_ORDERED_DELIVERIES)
    .default([]),
  wait: integer({ min: 1, max: 3_600 }),
};

/** Under `herald retries`. */
export function addRetryOrders(retries: Command, context: Context): void {
  addOrder(retries, context, 'redrive-now', 'forward', 'have deliveries attempted now instead of when due');
  addOrder(retries, context, 'cancel', 'cancel', 'give deliveries up; each leaves a dead letter');
}

function addOrder(
  retries: Command,
  context: Context,
  name: string,
  kind: RetryOrder['kind'],
  description: string,
): void {
  takes(
    retries
      .command(name)
      .description(`${description}. The newest order of an endpoint takes the place of the one before`)
      .option('--endpoint <id>', 'all that wait for an endpoint')
      .option('--delivery <id...>', 'only these')
      .option('--wait <seconds>', 'for the dispatcher to follow', '60')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => order(kind, flags, command, context)),
    RETRY_VARIABLES,
  );
}

async function order(
  kind: RetryOrder['kind'],
  { json }: Flags,
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: RETRY_VARIABLES, options: SELECTION });
  const deliveryIds = new Set(options.delivery.map((id) => id.toLowerCase()));
  if (options.endpoint === undefined && deliveryIds.size === 0) {
    throw new UsageFailure(['say which: --endpoint <id> or --delivery <id>']);
  }
  const source = connectSchemaRegistry({ url: config.HERALD_SCHEMA_REGISTRY_URL });
  const writer = openOrderWriter(quietly(kafkaConnection(config, 'herald-cli')), source);
  try {
    const ordered = await withRetryTopics(config, (topics) =>
      orderRetries(
        kind,
        { endpointId: options.endpoint, deliveryIds },
        {
          topics,
          write: writer.write,
          async accountOf(value) {
            const decoded = await eventDecoder(source).decode(value);
            if (decoded.ok) return decoded.value.account_id;
            throw new CommandFailure(`Whose deliveries these are cannot be read: ${decoded.detail}`);
          },
          orderedBy: `${env.USER ?? env.LOGNAME ?? 'somebody'} at ${hostname()}`,
          followMs: options.wait * 1_000,
          now: Date.now,
        },
      ),
    );
    report(kind, ordered, json, terminal);
  } finally {
    await writer.close();
  }
}

function report(
  kind: RetryOrder['kind'],
  { followed, notWaiting }: Ordered,
  json: boolean | undefined,
  terminal: Context['terminal'],
): void {
  if (json) {
    terminal.json({
      items: followed.map(({ endpointId, accountId, ordered, remaining, cancelled }) => ({
        endpoint_id: endpointId,
        account_id: accountId,
        ordered,
        remaining,
        ...(cancelled !== undefined && { cancelled }),
      })),
      not_waiting: notWaiting,
    });
  } else if (followed.length === 0) {
    if (notWaiting.length === 0) terminal.note('nothing waits for it: no order is given');
  } else if (kind === 'forward') {
    terminal.table(
      ['endpoint', 'sent on', 'still waiting'],
      followed.map(({ endpointId, ordered, remaining }) => [
        endpointId,
        String(ordered - remaining),
        String(remaining),
      ]),
    );
  } else {
    terminal.table(
      ['endpoint', 'cancelled', 'attempted before', 'still waiting'],
      followed.map(({ endpointId, ordered, remaining, cancelled = 0 }) => [
        endpointId,
        String(cancelled),
        String(ordered - remaining - cancelled),
        String(remaining),
      ]),
    );
  }
  const remaining = followed.reduce((sum, one) => sum + one.remaining, 0);
  if (remaining === 0 && notWaiting.length === 0) return;
  if (remaining === 0) {
    throw new CommandFailure(
      `Nothing waits by the id ${notWaiting.join(', ')}: see herald deliveries show for what became of it.`,
    );
  }
  throw new CommandFailure(
    `${remaining === 1 ? 'One delivery still waits' : `${remaining} deliveries still wait`}. The order stands and is followed as soon as a dispatcher reads them: see that one runs, then herald retries list.`,
  );
}
