import { integer, variable } from '@herald/service-kit/config';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { decimal } from '../decimal.ts';
import { type Arrival, listenForWebhooks } from '../listener.ts';
import { readSettings } from '../settings.ts';
import { stopRequested } from '../stop.ts';
import type { Terminal } from '../terminal.ts';

const VARIABLES = {
  HERALD_SIGNING_SECRET: variable(
    z.string().startsWith('whsec_', 'it does not begin with whsec_').optional(),
    {
      expects: "the endpoint's signing secret, as it was shown when the endpoint was added",
      example: 'whsec_…',
      secret: true,
    },
  ),
};

const OPTIONS = {
  host: z.string(),
  port: integer({ min: 0, max: 65_535 }),
  fail: integer({ min: 200, max: 599 }).optional(),
  flake: decimal({ min: 0, max: 1 }).optional(),
  delayMs: integer({ min: 0, max: 600_000 }),
};

export function addListen(program: Command, context: Context): void {
  program
    .command('listen')
    .description('receive webhooks here, check their signatures, print what arrives')
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', '0 for any free one', '4000')
    .option('--fail <status>', 'answer this status to everything')
    .option('--flake <share>', 'answer 503 to this share of the requests, 0 to 1')
    .option('--delay-ms <n>', 'answer after so many milliseconds', '0')
    .option('--json', 'one JSON line an arrival')
    .addHelpText('after', '\nHERALD_SIGNING_SECRET is what signatures are checked with.')
    .action((flags: { json?: boolean }, command: Command) => run(flags, command, context));
}

async function run(flags: { json?: boolean }, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: VARIABLES, options: OPTIONS });
  const stop = stopRequested(process);
  const listener = await listenForWebhooks({
    host: options.host,
    port: options.port,
    secret: config.HERALD_SIGNING_SECRET,
    delayMs: options.delayMs,
    statusFor() {
      if (options.fail !== undefined) return options.fail;
      return Math.random() < (options.flake ?? 0) ? 503 : 200;
    },
    onArrival: (arrival) =>
      flags.json ? terminal.jsonLine(JSON.stringify(arrival)) : show(arrival, terminal),
  });
  terminal.note(`listening on ${listener.url}; Ctrl-C ends it`);
  if (!config.HERALD_SIGNING_SECRET) terminal.note('signatures are not checked: set HERALD_SIGNING_SECRET');
  await stop.first;
  await listener.close();
}

function show({ path, headers, body, signature, status }: Arrival, { colors, print }: Terminal): void {
  const mark = {
    verified: colors.green('✓ signature'),
    unchecked: colors.dim('signature not checked'),
    refused: colors.red('✗ signature'),
  }[signature.kind];
  const answered = status < 300 ? colors.green(status) : colors.red(status);
  const id = headers['webhook-id'] ?? 'no webhook-id';
  const why = signature.kind === 'refused' ? ` (${signature.detail})` : '';
  print(`${answered}  ${path}  ${id}  attempt ${headers['herald-attempt'] ?? '?'}  ${mark}${why}`);
  print(colors.dim(indented(body)));
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2).replace(/^/gm, '    ');
  } catch {
    return `    ${body}`;
  }
}
