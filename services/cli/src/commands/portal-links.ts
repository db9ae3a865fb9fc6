import { list } from '@herald/service-kit/config';
import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { ago } from '../when.ts';

interface Flags {
  json?: boolean;
}

interface PortalLink {
  link_id: string;
  name: string;
  role: string;
  scope: { project_ids: string[] | null; channel_ids: string[] | null };
  state: string;
  expires_at: string;
  session_expires_at: string | null;
}

const seconds = z
  .string()
  .regex(/^\d{1,9}$/, 'it is not a whole number of seconds')
  .transform(Number)
  .optional();

export function addPortalLinks(program: Command, context: Context): void {
  const links = program
    .command('portal-links')
    .description('ways into the portal for who has no key, through the API');
  takes(
    links
      .command('create')
      .description('make a link that is good for one session; it is shown once')
      .option('--projects <id,…>', 'only these projects')
      .option('--channels <id,…>', 'only these channels')
      .option('--role <role>', 'read or write', 'read')
      .option('--name <text>', 'for people', '')
      .option('--expires-in <seconds>', 'how long it may be used (default: 600)')
      .option('--session-seconds <seconds>', 'how long the session lasts (default: 3600)')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => create(flags, command, context)),
    apiVariables,
  );
  takesPage(
    links
      .command('list')
      .description('those that are open or in session, newest first')
      .action((flags: Flags, command: Command) => show(flags, command, context)),
  );
  takes(
    links
      .command('revoke <link-id>')
      .description('end a link, and its session with it')
      .action((id: string, _flags: Flags, command: Command) => revoke(id, command, context)),
    apiVariables,
  );
}

async function create({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: {
      projects: list().optional(),
      channels: list().optional(),
      role: z.string(),
      name: z.string(),
      expiresIn: seconds,
      sessionSeconds: seconds,
    },
  });
  const api = apiOf(config);
  const link = await api.post<PortalLink & { url: string }>('/v1/portal-links', {
    name: options.name,
    role: options.role,
    project_ids: options.projects ?? null,
    channel_ids: options.channels ?? null,
    expires_in: options.expiresIn,
    session_seconds: options.sessionSeconds,
  });
  if (json) return terminal.json(link);
  terminal.print(link.url);
  terminal.note(
    `Link ${link.link_id} opens once, and expires ${ago(Date.parse(link.expires_at), Date.now())}.`,
  );
}

async function show({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: apiVariables, options: PAGE_OPTIONS });
  const api = apiOf(config);
  const page = await api.get<Page<PortalLink>>('/v1/portal-links', pageOf(options));
  if (json) return terminal.json(page);
  const nowMs = Date.now();
  showPage(page, terminal, ['link', 'name', 'role', 'projects', 'channels', 'state', 'ends'], (link) => [
    link.link_id,
    link.name,
    link.role,
    link.scope.project_ids?.join(', ') ?? 'all',
    link.scope.channel_ids?.join(', ') ?? 'all',
    link.state,
    ago(Date.parse(link.session_expires_at ?? link.expires_at), nowMs),
  ]);
}

async function revoke(id: string, command: Command, { terminal, env }: Context): Promise<void> {
  const { config } = readSettings({ command, env, variables: apiVariables, options: {} });
  const api = apiOf(config);
  await api.delete(`/v1/portal-links/${encodeURIComponent(id)}`);
  terminal.note(`Link ${id} opens nothing any more, and its session is over.`);
}
