import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type DeliveryDetail, type DeliverySummary, showDelivery, stateText } from '../delivery-view.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { agoOf } from '../when.ts';
import { addRedeliver } from './redeliver.ts';

interface Flags {
  json?: boolean;
}

/** Each filter's flag, what the API calls it, and what it says. */
const FILTERS = [
  ['project', 'project_id', '<id>', 'only of a project'],
  ['channel', 'channel_id', '<id>', 'only of a channel'],
  ['endpoint', 'endpoint_id', '<id>', 'only to an endpoint'],
  ['state', 'state', '<state>', 'pending, waiting, held, cancelled, dead or delivered'],
  ['status', 'status', '<status>', 'a request was answered so, as 503 or 5xx'],
  ['outcome', 'outcome', '<name>', 'a request ended so: response, or a wire error as timeout'],
  ['type', 'event_type', '<type>', 'as publication.failed'],
  ['event', 'event_id', '<id>', 'only of an event'],
  ['publication', 'publication_id', '<id>', 'only of a publication'],
  ['search', 'search', '<words>', 'whole words in the payload or in an answer'],
  ['from', 'from', '<time>', 'event not before, ISO 8601'],
  ['to', 'to', '<time>', 'event before, ISO 8601'],
] as const;

type FilterFlag = (typeof FILTERS)[number][0];

const FILTER_OPTIONS = Object.fromEntries(FILTERS.map(([flag]) => [flag, z.string().optional()])) as Record<
  FilterFlag,
  z.ZodOptional<z.ZodString>
>;

export function addDeliveries(program: Command, context: Context): void {
  const deliveries = program.command('deliveries').description('the delivery log, through the API');
  addList(deliveries.command('list'), context);
  takes(
    deliveries
      .command('show <delivery-id>')
      .description('one delivery with every attempt, its request and its response')
      .option('--json', 'one JSON document')
      .action((id: string, flags: Flags, command: Command) => showOne(id, flags, command, context)),
    apiVariables,
  );
  addRedeliver(deliveries, context);
}

/** The list with its filters, also as `herald history`. */
export function addList(command: Command, context: Context): void {
  command.description('deliveries as they stand now, newest event first');
  for (const [flag, , value, says] of FILTERS) command.option(`--${flag} ${value}`, says);
  command.action((flags: Flags, invoked: Command) => list(flags, invoked, context));
  takesPage(command);
}

async function list({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { ...FILTER_OPTIONS, ...PAGE_OPTIONS },
  });
  const page = await apiOf(config).get<Page<DeliverySummary>>('/v1/deliveries', {
    ...Object.fromEntries(FILTERS.map(([flag, name]) => [name, options[flag]])),
    ...pageOf(options),
  });
  if (json) return terminal.json(page);
  const nowMs = Date.now();
  showPage(
    page,
    terminal,
    ['delivery', 'state', 'type', 'endpoint', 'attempts', 'last', 'event'],
    (delivery) => [
      delivery.delivery_id,
      stateText(delivery, terminal.colors),
      delivery.event_type,
      delivery.endpoint_id,
      String(delivery.attempts),
      String(delivery.last_status ?? delivery.last_outcome ?? ''),
      agoOf(delivery.occurred_at, nowMs),
    ],
    'no delivery on record is so',
  );
}

/** A delivery with its history, dead or not. */
export async function showOne(
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
