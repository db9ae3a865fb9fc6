import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type EventDetail, type EventSummary, placeOf, showEvent } from '../event-view.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { agoOf } from '../when.ts';

interface Flags {
  json?: boolean;
}

/** Checked by the api, which names each mistake. */
const FILTERS = {
  project: z.string().optional(),
  channel: z.string().optional(),
  type: z.string().optional(),
  publication: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
};

export function addEvents(program: Command, context: Context): void {
  const events = program
    .command('events')
    .description('what was accepted, delivered to anybody or not, through the API');
  takesPage(
    events
      .command('list')
      .description('newest first, also those that no endpoint wanted')
      .option('--project <id>', 'only of a project')
      .option('--channel <id>', 'only of a channel')
      .option('--type <type>', 'as publication.failed')
      .option('--publication <id>', 'only of a publication')
      .option('--from <time>', 'not before, ISO 8601')
      .option('--to <time>', 'before, ISO 8601')
      .action((flags: Flags, command: Command) => list(flags, command, context)),
  );
  takes(
    events
      .command('show <event-id>')
      .description('one as it was produced, with its deliveries as they stand; why they do: herald explain')
      .option('--json', 'one JSON document')
      .action((id: string, flags: Flags, command: Command) => show(id, flags, command, context)),
    apiVariables,
  );
}

async function list({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { ...FILTERS, ...PAGE_OPTIONS },
  });
  const page = await apiOf(config).get<Page<EventSummary>>('/v1/events', {
    project_id: options.project,
    channel_id: options.channel,
    event_type: options.type,
    publication_id: options.publication,
    from: options.from,
    to: options.to,
    ...pageOf(options),
  });
  if (json) return terminal.json(page);
  const nowMs = Date.now();
  showPage(
    page,
    terminal,
    ['event', 'type', 'project', 'channel', 'publication', 'occurred', 'in Kafka'],
    (event) => [
      event.event_id,
      event.event_type,
      event.project_id,
      event.channel_id,
      event.publication_id,
      agoOf(event.occurred_at, nowMs),
      placeOf(event.origin),
    ],
    'no event on record is so',
  );
}

async function show(
  id: string,
  { json }: Flags,
  command: Command,
  { terminal, env }: Context,
): Promise<void> {
  const { config } = readSettings({ command, env, variables: apiVariables });
  const event = await apiOf(config).get<EventDetail>(`/v1/events/${encodeURIComponent(id)}`);
  if (json) return terminal.json(event);
  showEvent(event, terminal);
}
