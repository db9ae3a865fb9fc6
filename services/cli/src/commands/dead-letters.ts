import type { Command } from 'commander';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { DEAD_LETTER_FILTERS, filtered, filterOf } from '../dead-letter-filter.ts';
import type { DeliverySummary } from '../delivery-view.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { agoOf } from '../when.ts';
import { showOne } from './deliveries.ts';
import { addRedrive } from './redrive.ts';

interface Flags {
  json?: boolean;
}

interface DeadLetter extends DeliverySummary {
  last_status: number | null;
  updated_at: string | null;
  expires_at: string | null;
  redriven: { delivery_id: string; state: string } | null;
}

interface DeadLetterGroup {
  endpoint_id: string;
  reason: string;
  status: number | null;
  deliveries: number;
  first_at: string;
  last_at: string;
  sample_delivery_id: string;
  hours_to_expiry: number;
}

export function addDeadLetters(program: Command, context: Context): void {
  const deadLetters = program
    .command('dead-letters')
    .description('deliveries that were given up, through the API');
  takesPage(
    filtered(
      deadLetters.command('list').description('newest event first, each with what was sent of it since'),
    ).action((flags: Flags, command: Command) => list(flags, command, context)),
  );
  takes(
    filtered(deadLetters.command('groups').description('how many, by endpoint, reason and HTTP status'))
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => groups(flags, command, context)),
    apiVariables,
  );
  takes(
    deadLetters
      .command('show <delivery-id>')
      .description('one of them with every attempt, its request and its response')
      .option('--json', 'one JSON document')
      .action((id: string, flags: Flags, command: Command) => showOne(id, flags, command, context)),
    apiVariables,
  );
  addRedrive(deadLetters, context);
}

async function list({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { ...DEAD_LETTER_FILTERS, ...PAGE_OPTIONS },
  });
  const page = await apiOf(config).get<Page<DeadLetter>>('/v1/dead-letters', {
    ...filterOf(options),
    ...pageOf(options),
  });
  if (json) return terminal.json(page);
  const nowMs = Date.now();
  showPage(
    page,
    terminal,
    ['dead letter', 'reason', 'last', 'type', 'endpoint', 'died', 'forgotten', 'sent again'],
    (one) => [
      one.delivery_id,
      one.reason ?? '',
      String(one.last_status ?? one.last_outcome ?? ''),
      one.event_type,
      one.endpoint_id,
      agoOf(one.updated_at, nowMs),
      agoOf(one.expires_at, nowMs),
      one.redriven ? `${one.redriven.delivery_id} (${one.redriven.state})` : '',
    ],
    'no dead letter is so',
  );
}

async function groups({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: DEAD_LETTER_FILTERS,
  });
  const found = await apiOf(config).get<{ items: DeadLetterGroup[] }>(
    '/v1/dead-letters/groups',
    filterOf(options),
  );
  if (json) return terminal.json(found);
  const nowMs = Date.now();
  terminal.table(
    ['endpoint', 'reason', 'status', 'dead letters', 'first', 'last', 'first forgotten in', 'one of them'],
    found.items.map((group) => [
      group.endpoint_id,
      group.reason,
      String(group.status ?? ''),
      String(group.deliveries),
      agoOf(group.first_at, nowMs),
      agoOf(group.last_at, nowMs),
      `${group.hours_to_expiry} h`,
      group.sample_delivery_id,
    ]),
    'no dead letter is so',
  );
}
