import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { followEvents, type StreamEvent } from '../event-stream.ts';
import type { Colors } from '../painting.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { stopRequested } from '../stop.ts';
import type { Terminal } from '../terminal.ts';

/** As the API sends it: the fields that are shown. */
interface Disposition {
  delivery_id: string;
  endpoint_id: string;
  event_type: string;
  attempt_number: number;
  disposition: string;
  state: string;
  reason: string | null;
  outcome: string | null;
  status: number | null;
  next_attempt_at: string | null;
  started_at: string | null;
  duration_ms: number;
}

const OPTIONS = {
  project: z.string().optional(),
  endpoint: z.string().optional(),
  state: z.string().optional(),
  type: z.string().optional(),
  after: z.string().optional(),
};

/** Three heartbeats of the API. */
const SILENCE_MS = 45_000;
const WAIT_MS = 2_000;

const GAPS: Readonly<Record<string, string>> = {
  too_far_back: 'more was recorded meanwhile than is sent again',
  expired: 'Kafka does not keep some of it any more',
  log_replaced: "Kafka's topic is another one than it was",
};

export function addTail(program: Command, context: Context): void {
  takes(
    program
      .command('tail')
      .description('every disposition of a delivery as it is made, through the API; Ctrl-C ends it')
      .option('--project <id>', 'only of a project')
      .option('--endpoint <id>', 'only to an endpoint')
      .option(
        '--state <state>',
        'only those that leave a delivery waiting, held, cancelled, dead or delivered',
      )
      .option('--type <type>', 'as publication.failed')
      .option('--after <id>', 'go on behind an id that was shown when it ended')
      .option('--json', 'one JSON line a disposition, gaps and skips too')
      .action((flags: { json?: boolean }, command: Command) => run(flags, command, context)),
    apiVariables,
  );
}

async function run(flags: { json?: boolean }, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: apiVariables, options: OPTIONS });
  const stop = new AbortController();
  void stopRequested(process).first.then(() => stop.abort());
  const lastId = await followEvents({
    url: urlOf(config.HERALD_API_URL, options),
    key: config.HERALD_API_KEY,
    after: options.after,
    silenceMs: SILENCE_MS,
    waitMs: WAIT_MS,
    onEvent: (event) =>
      flags.json
        ? terminal.jsonLine(`{"event":${JSON.stringify(event.event)},"data":${event.data}}`)
        : show(event, terminal),
    onLost: (why, waitMs) => terminal.note(`${why}; again in ${waitMs / 1_000} s`),
    signal: stop.signal,
  });
  if (lastId !== undefined) terminal.note(`go on with --after ${lastId}`);
}

function urlOf(api: string, options: z.output<z.ZodObject<typeof OPTIONS>>): URL {
  const url = new URL('/v1/tail', api);
  const query = {
    project_id: options.project,
    endpoint_id: options.endpoint,
    state: options.state,
    event_type: options.type,
  };
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

function show({ event, data }: StreamEvent, { print, note, colors }: Terminal): void {
  const parsed = JSON.parse(data);
  if (event === 'disposition') print(lineOf(parsed as Disposition, colors));
  else if (event === 'skipped') note(`skipped ${parsed.count}: this end was too slow`);
  else if (event === 'gap') {
    note(`something is missing here: ${GAPS[parsed.reason] ?? parsed.reason}; herald deliveries list has it`);
  }
}

function lineOf(disposition: Disposition, colors: Colors): string {
  const { state, attempt_number: number, outcome, status, reason, next_attempt_at: next } = disposition;
  const paint = { delivered: colors.green, dead: colors.red }[state] ?? colors.yellow;
  return [
    colors.dim(disposition.started_at ?? ''),
    paint(reason ? `${state} (${reason})` : state),
    number > 0 ? `attempt ${number}` : disposition.disposition,
    String(status ?? outcome ?? ''),
    outcome === null ? '' : `${disposition.duration_ms.toFixed(1)} ms`,
    disposition.event_type,
    disposition.endpoint_id,
    disposition.delivery_id,
    next ? `next ${next}` : '',
  ]
    .filter(Boolean)
    .join('  ');
}
