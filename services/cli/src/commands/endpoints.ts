import { integer } from '@herald/service-kit/config';
import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { type EndpointStatus, stateText } from '../endpoint-state.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { addAdding } from './adding.ts';
import { addHolding } from './holding.ts';
import { addTrying } from './trying.ts';

interface Endpoint {
  endpoint_id: string;
  project_id: string;
  name: string;
  kind: string;
  /** Of Telegram there is a chat instead. */
  url?: string;
  chat_id?: string;
  subscription: { channel_ids: string[]; event_types: string[]; filter: object | null };
  status: EndpointStatus;
}

interface Flags {
  json?: boolean;
}

const ROTATION = {
  scheme: z.string().optional(),
  overlapSeconds: integer({ min: 0, max: 31_536_000 }),
};

export function addEndpoints(program: Command, context: Context): void {
  const endpoints = program.command('endpoints').description('where messages go, through the API');
  addAdding(endpoints, context);
  takes(
    endpoints
      .command('rotate-secret <endpoint-id>')
      .description(
        'give an endpoint a new signing secret; it is shown once, those before sign on for a while',
      )
      .option('--scheme <name>', 'v1 or v1a (default: as before)')
      .option('--overlap-seconds <n>', 'how long those before sign too; 0 after a leak', '86400')
      .option('--json', 'one JSON document')
      .action((id: string, flags: Flags, command: Command) => rotateSecret(id, flags, command, context)),
    apiVariables,
  );
  addHolding(endpoints, context);
  addTrying(endpoints, context);
  takesPage(
    endpoints
      .command('list')
      .description("the account's endpoints, newest first")
      .option(
        '--project <id>',
        'only those that may get events of a project: its own, and those of all projects; * for these alone',
      )
      .action((flags: Flags, command: Command) => listAll(flags, command, context)),
    50,
  );
}

async function rotateSecret(id: string, { json }: Flags, command: Command, context: Context): Promise<void> {
  const { terminal, env } = context;
  const { config, options } = readSettings({ command, env, variables: apiVariables, options: ROTATION });
  const rotated = await apiOf(config).post<Endpoint & { secret: string; public_key: string | null }>(
    `/v1/endpoints/${encodeURIComponent(id)}/rotate-secret`,
    {
      signing_scheme: options.scheme,
      overlap_seconds: options.overlapSeconds,
    },
  );
  if (json) return terminal.json(rotated);
  terminal.print(rotated.secret);
  if (rotated.public_key) terminal.print(rotated.public_key);
  terminal.note(
    `The first line is the new signing secret. It is not shown again. Those before sign for ${options.overlapSeconds} s more.`,
  );
}

async function listAll({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { project: z.string().optional(), ...PAGE_OPTIONS },
  });
  const page = await apiOf(config).get<Page<Endpoint>>('/v1/endpoints', {
    project_id: options.project,
    ...pageOf(options),
  });
  if (json) return terminal.json(page);
  showPage(page, terminal, ['endpoint', 'name', 'project', 'state', 'wants', 'goes to'], (endpoint) => [
    endpoint.endpoint_id,
    endpoint.name,
    endpoint.project_id === '*' ? 'all projects' : endpoint.project_id,
    stateText(endpoint.status, Date.now()),
    wants(endpoint),
    endpoint.url ?? `${endpoint.kind} ${endpoint.chat_id}`,
  ]);
}

function wants({ subscription }: Endpoint): string {
  const types = subscription.event_types.map((type) => type.replace('publication.', ''));
  const filtered = subscription.filter ? ['filtered'] : [];
  const parts = [...types, ...subscription.channel_ids, ...filtered];
  return parts.length === 0 ? 'everything' : parts.join(', ');
}
