import type { Command } from 'commander';
import { z } from 'zod';
import { type ApiClient, connectApi } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type DeliveryDetail, type DeliverySummary, showDelivery, stateText } from '../delivery-view.ts';
import { PAGE_OPTIONS, type Page } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { ago } from '../when.ts';
import { addRedeliver } from './redeliver.ts';

interface Flags {
  json?: boolean;
}

const FILTERS = {
  project: z.string().optional(),
  endpoint: z.string().optional(),
  state: z.string().optional(),
  type: z.string().optional(),
  event: z.string().optional(),
  publication: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
};

export function addDeliveries(program: Command, context: Context): void {
  const deliveries = program.command('deliveries').description('the delivery log, through the API');
  takes(
    deliveries
      .command('list')
      .description('deliveries as they stand now, newest event first')
      .option('--project <id>', 'only of a project')
      .option('--endpoint <id>', 'only to an endpoint')
      .option('--state <state>', 'pending, waiting, held, cancelled, dead or delivered')
      .option('--type <type>', 'as publication.failed')
      .option('--event <id>', 'only of an event')
      .option('--publication <id>', 'only of a publication')
      .option('--from <time>', 'event not before, ISO 8601')
      .option('--to <time>', 'event before, ISO 8601')
      .option('--limit <n>', 'how many', '20')
      .option('--cursor <text>', 'go on from the page before')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => list(flags, command, context)),
    apiVariables,
  );
  takes(
    deliveries
      .command('show <delivery-id>')
      .description('one delivery with every attempt, its request and its response')
      .option('--json', 'one JSON document')
      .action((id: string, flags: Flags, command: Command) => show(id, flags, command, context)),
    apiVariables,
  );
  addRedeliver(deliveries, context);
}

async function list({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { ...FILTERS, ...PAGE_OPTIONS },
  });
  const page = await apiOf(config).get<Page<DeliverySummary>>('/v1/deliveries', {
    project_id: options.project,
    endpoint_id: options.endpoint,
    state: options.state,
    event_type: options.type,
    event_id: options.event,
    publication_id: options.publication,
    from: options.from,
    to: options.to,
    limit: String(options.limit),
    cursor: options.cursor,
  });
  if (json) return terminal.json(page);
  const nowMs = Date.now();
  terminal.table(
    ['delivery', 'state', 'type', 'endpoint', 'attempts', 'last', 'event'],
    page.items.map((delivery) => [
      delivery.delivery_id,
      stateText(delivery, terminal.colors),
      delivery.event_type,
      delivery.endpoint_id,
      String(delivery.attempts),
      String(delivery.last_status ?? delivery.last_outcome ?? ''),
      ago(Date.parse(delivery.occurred_at), nowMs),
    ]),
  );
  if (page.next_cursor) terminal.note(`more: --cursor ${page.next_cursor}`);
}

async function show(
  id: string,
  { json }: Flags,
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config } = readSettings({ command, env, variables: apiVariables });
  const delivery = await apiOf(config).get<DeliveryDetail>(`/v1/deliveries/${encodeURIComponent(id)}`);
  if (json) return terminal.json(delivery);
  showDelivery(delivery, terminal);
}

function apiOf(config: { HERALD_API_URL: string; HERALD_API_KEY: string }): ApiClient {
  return connectApi({ url: config.HERALD_API_URL, key: config.HERALD_API_KEY });
}
