import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { PAGE_OPTIONS } from '../page.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import {
  type EndpointStats,
  type Lag,
  percent,
  type Stats,
  showEndpoints,
  showLag,
  showStats,
} from '../stats-view.ts';
import { ago } from '../when.ts';

interface Flags {
  json?: boolean;
}

interface TopFailing {
  items: Array<{
    endpoint_id: string;
    attempts: number;
    failures: number;
    failure_rate: number;
    commonest_outcome: string;
    last_failure_at: string;
  }>;
}

const RANGE = { from: z.string().optional(), to: z.string().optional(), project: z.string().optional() };
const NARROWED = {
  ...RANGE,
  bucket: z.string().optional(),
  endpoint: z.string().optional(),
  channel: z.string().optional(),
  type: z.string().optional(),
};

export function addStats(program: Command, context: Context): void {
  const stats = program
    .command('stats')
    .description('figures of attempts and deliveries in buckets of time (the default), and of endpoints');
  takes(
    ranged(stats.command('show', { isDefault: true }).description('attempts and deliveries over time'))
      .option('--bucket <length>', '1m, 5m, 15m, 1h, 6h or 1d')
      .option('--endpoint <id>', 'only to an endpoint')
      .option('--channel <id>', 'only of a channel')
      .option('--type <type>', 'as publication.failed')
      .action((flags: Flags, command: Command) => show(flags, command, context)),
    apiVariables,
  );
  takes(
    ranged(stats.command('endpoints').description('attempts to each endpoint, the most first'))
      .option('--limit <n>', 'how many', '20')
      .action((flags: Flags, command: Command) => endpoints(flags, command, context)),
    apiVariables,
  );
  takes(
    ranged(stats.command('top-failing').description('the endpoints whose attempts fail most often'))
      .option('--limit <n>', 'how many', '20')
      .action((flags: Flags, command: Command) => topFailing(flags, command, context)),
    apiVariables,
  );
  takes(
    stats
      .command('lag')
      .description('the endpoints with open deliveries, and how long the oldest of each is due')
      .option('--limit <n>', 'how many', '20')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => lag(flags, command, context)),
    apiVariables,
  );
}

function ranged(command: Command): Command {
  return command
    .option('--from <time>', 'the beginning, ISO 8601; a day before the end')
    .option('--to <time>', 'the end, ISO 8601; now')
    .option('--project <id>', 'only of a project')
    .option('--json', 'one JSON document');
}

async function show({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: apiVariables, options: NARROWED });
  const stats = await apiOf(config).get<Stats>('/v1/stats', {
    from: options.from,
    to: options.to,
    bucket: options.bucket,
    project_id: options.project,
    endpoint_id: options.endpoint,
    channel_id: options.channel,
    event_type: options.type,
  });
  if (json) return terminal.json(stats);
  showStats(stats, terminal);
}

async function endpoints({ json }: Flags, command: Command, context: Context): Promise<void> {
  const found = await listed<EndpointStats>('/v1/stats/endpoints', command, context);
  if (json) return context.terminal.json(found);
  showEndpoints(found, context.terminal);
}

async function topFailing({ json }: Flags, command: Command, context: Context): Promise<void> {
  const { terminal } = context;
  const failing = await listed<TopFailing>('/v1/stats/top-failing', command, context);
  if (json) return terminal.json(failing);
  const nowMs = Date.now();
  terminal.table(
    ['endpoint', 'failures', 'attempts', 'share', 'mostly', 'last'],
    failing.items.map((item) => [
      item.endpoint_id,
      String(item.failures),
      String(item.attempts),
      percent(item.failure_rate),
      item.commonest_outcome,
      ago(Date.parse(item.last_failure_at), nowMs),
    ]),
    'no attempt has failed in this time',
  );
}

/** Of the endpoints of an account, or of one of its projects. */
function listed<T>(path: string, command: Command, { env }: Context): Promise<T> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { ...RANGE, limit: PAGE_OPTIONS.limit },
  });
  return apiOf(config).get<T>(path, {
    from: options.from,
    to: options.to,
    project_id: options.project,
    limit: String(options.limit),
  });
}

async function lag({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env,
    variables: apiVariables,
    options: { limit: PAGE_OPTIONS.limit },
  });
  const found = await apiOf(config).get<Lag>('/v1/stats/lag', { limit: String(options.limit) });
  if (json) return terminal.json(found);
  showLag(found, terminal, Date.now());
}
