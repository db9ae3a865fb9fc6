import { integer, list } from '@herald/service-kit/config';
import type { Command } from 'commander';
import { z } from 'zod';
import { apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { decimal } from '../decimal.ts';
import { endpointRequest, secretFlag } from '../endpoint-request.ts';
import { jsonText } from '../json-text.ts';
import { readSecret } from '../read-secret.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';

interface Flags {
  json?: boolean;
}

/** The API says what else is wrong with them: here is only what it cannot see. */
const NEW_ENDPOINT = {
  kind: z.enum(['webhook', 'telegram', 'slack'], { error: 'it is none of webhook, telegram and slack' }),
  project: z
    .string({ error: 'name the project whose events it gets' })
    .min(1, 'name the project whose events it gets'),
  name: z.string(),
  url: z.string().optional(),
  chatId: z.string().optional(),
  token: z.string().optional(),
  types: list().optional(),
  channels: list().optional(),
  filter: jsonText().optional(),
  format: z.string().optional(),
  retry: list().optional(),
  timeoutMs: integer({ min: 1, max: 600_000 }).optional(),
  concurrency: integer({ min: 1, max: 100_000 }).optional(),
  ratePerSecond: decimal({ min: 0, max: 1_000_000 }).optional(),
};

/** `herald endpoints add`. */
export function addAdding(endpoints: Command, context: Context): void {
  takes(
    endpoints
      .command('add')
      .description('create an endpoint; the signing secret of a webhook is shown once')
      .option('--project <id>', 'the project whose events it gets, * for all')
      .option('--kind <kind>', 'webhook, telegram or slack (docs/channels.md)', 'webhook')
      .option('--url <url>', 'where to POST; of slack -, and the URL on standard input')
      .option('--chat-id <id>', 'telegram: the number of the chat, or the @name of a channel')
      .option('--token <->', "telegram: your own bot's token, on standard input")
      .option('--name <text>', 'for people', '')
      .option('--types <type,…>', 'only these types of events')
      .option('--channels <id,…>', 'only these channels')
      .option('--filter <json>', 'only events that pass this filter, or @file (docs/filters.md)')
      .option('--format <name>', 'publication, upload-post or cloudevents')
      .option('--retry <tier,…>', 'one tier a retry, as 5s,2m,1h (default: about three days)')
      .option('--timeout-ms <n>', 'for one attempt')
      .option('--concurrency <n>', 'attempts under way at once')
      .option('--rate-per-second <n>', 'attempts a second at most')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => add(flags, command, context)),
    apiVariables,
  );
}

async function add({ json }: Flags, command: Command, { terminal, env, input }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: apiVariables, options: NEW_ENDPOINT });
  const secret = secretFlag(options) && (await readSecret(input));
  const api = apiOf(config);
  const created = await api.post<{ endpoint_id: string; secret?: string }>(
    '/v1/endpoints',
    endpointRequest(options, secret),
  );
  if (json) return terminal.json(created);
  terminal.print(created.endpoint_id);
  if (created.secret === undefined) return;
  terminal.print(created.secret);
  terminal.note('The second line is the signing secret. It is not shown again.');
}
