import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type ApiClient, apiOf } from '../api-client.ts';
import type { Context } from '../context.ts';
import { ApiAway, CommandFailure } from '../failure.ts';
import { PAGE_OPTIONS, type Page, pageOf, showPage, takesPage } from '../page.ts';
import { createProgressBar } from '../progress-bar.ts';
import { REPLAY_OPTIONS, replayRequest } from '../replay-request.ts';
import { type Replay, replayStateText, showReplay } from '../replay-view.ts';
import { replayPath, watchReplay } from '../replay-watch.ts';
import { apiVariables, readSettings, takes } from '../settings.ts';
import { ago } from '../when.ts';

interface Flags {
  json?: boolean;
  watch?: boolean;
}

/** As a field of a header can have it. */
const IDEMPOTENCY_KEY = z
  .string()
  .regex(/^[!-~]{1,200}$/, 'it is not 1 to 200 letters, digits and signs of ASCII')
  .optional();

const WATCH = ['--watch', 'follow it to its end; the exit code is 0 only when it is completed'] as const;

export function addReplay(program: Command, context: Context): void {
  const replay = program.command('replay').description('deliver past events again, through the API');
  takes(
    asking(replay.command('plan'))
      .description('count what a replay would send, exactly, and send nothing; start it later')
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => create(true, { ...flags, watch: true }, command, context)),
    apiVariables,
  );
  takes(
    asking(replay.command('create'))
      .description('plan a replay and run it')
      .option(...WATCH)
      .option('--json', 'one JSON document')
      .action((flags: Flags, command: Command) => create(false, flags, command, context)),
    apiVariables,
  );
  takesPage(
    replay
      .command('list')
      .description('newest first')
      .action((flags: Flags, command: Command) => listAll(flags, command, context)),
  );
  const one = (verb: string, description: string, act: typeof show) =>
    takes(
      replay
        .command(`${verb} <replay-id>`)
        .description(description)
        .option('--json', 'one JSON document')
        .action((id: string, flags: Flags, command: Command) => act(verb, id, flags, command, context)),
      apiVariables,
    );
  one('show', 'one with its plan, its progress and what is left', show).option(...WATCH);
  one('start', 'run one that is a plan', change).option(...WATCH);
  one('resume', 'go on with one that is paused', change).option(...WATCH);
  one('pause', 'send nothing more for now', change);
  one('cancel', 'end one; what is sent and not attempted yet is dropped', change);
}

const EXAMPLES = `
For example, what Kafka took in an hour, what lies at some offsets, and what died:
  --topic events --from 2026-03-15T14:00:00Z --to 2026-03-15T15:00:00Z
  --topic events --offsets 3:1200-1300,4:0-50 --endpoints ep_01890a5d
  --history --states dead --reasons exhausted --rate 50`;

function asking(command: Command): Command {
  return command
    .addHelpText('after', EXAMPLES)
    .option('--topic <name>', 'events, deliveries, dead-letters, held or retry-<tier>')
    .option('--offsets <partition:from-to,…>', 'offsets of the topic, half open; without to, to the end')
    .option('--everything', 'all that the topic has')
    .option('--history', 'deliveries by how they stand now, instead of a topic')
    .option('--states <state,…>', 'of the history: as dead')
    .option('--statuses <n,…>', 'of the history: HTTP statuses of the last answer, 0 for none')
    .option('--from <time>', 'not before, ISO 8601: taken by Kafka; of the history, the time of the event')
    .option('--to <time>', 'before, ISO 8601')
    .option('--project <id>', 'only of a project')
    .option('--endpoints <id,…>', 'only to these endpoints')
    .option('--channels <id,…>', 'only of these channels')
    .option('--types <type,…>', 'as publication.failed')
    .option('--publications <id,…>', 'only of these publications')
    .option('--events <id,…>', 'only these events')
    .option('--reasons <reason,…>', 'dead or held for these reasons')
    .option('--target <endpoint-id>', 'send all of it to this endpoint')
    .option(
      '--include-delivered',
      'send also what an endpoint has accepted, or what still comes to it by itself',
    )
    .option('--rate <n>', 'deliveries a second (default 100)')
    .option('--idempotency-key <text>', 'asked for again by the same text, it is the same replay');
}

async function create(dryRun: boolean, flags: Flags, command: Command, context: Context): Promise<void> {
  const { config, options } = readSettings({
    command,
    env: context.env,
    variables: apiVariables,
    options: { ...REPLAY_OPTIONS, idempotencyKey: IDEMPOTENCY_KEY },
  });
  const api = apiOf(config);
  const { idempotencyKey = randomUUID(), ...asked } = options;
  const replay = await api
    .post<Replay>('/v1/replays', replayRequest(asked, dryRun), { 'idempotency-key': idempotencyKey })
    .catch((error: unknown) => {
      if (!(error instanceof ApiAway)) throw error;
      throw new CommandFailure(
        `${error.message} Whether it has the replay is not known; with --idempotency-key ${idempotencyKey} the same command does not make a second one.`,
      );
    });
  await tell(api, replay, flags, context, dryRun ? 'planned' : 'completed');
}

async function listAll({ json }: Flags, command: Command, { terminal, env }: Context): Promise<void> {
  const { config, options } = readSettings({ command, env, variables: apiVariables, options: PAGE_OPTIONS });
  const page = await apiOf(config).get<Page<Replay>>('/v1/replays', pageOf(options));
  if (json) return terminal.json(page);
  const nowMs = Date.now();
  showPage(
    page,
    terminal,
    ['replay', 'state', 'source', 'to send', 'sent', 'left', 'asked for'],
    (replay) => [
      replay.replay_id,
      replayStateText(replay, terminal.colors),
      replay.source.topic ?? replay.source.kind,
      String(replay.to_send),
      String(replay.sent),
      String(replay.remaining),
      ago(Date.parse(replay.created_at), nowMs),
    ],
  );
}

async function show(_: string, id: string, flags: Flags, command: Command, context: Context): Promise<void> {
  const { config } = readSettings({ command, env: context.env, variables: apiVariables });
  const api = apiOf(config);
  await tell(api, await api.get<Replay>(replayPath(id)), flags, context);
}

async function change(
  verb: string,
  id: string,
  flags: Flags,
  command: Command,
  context: Context,
): Promise<void> {
  const { config } = readSettings({ command, env: context.env, variables: apiVariables });
  const api = apiOf(config);
  await tell(api, await api.post<Replay>(`${replayPath(id)}/${verb}`), flags, context);
}

/** Shows a replay, as it is or as it has become. @throws CommandFailure for one that was watched and ended otherwise */
async function tell(
  api: ApiClient,
  replay: Replay,
  { watch, json }: Flags,
  { terminal }: Context,
  goal = 'completed',
): Promise<void> {
  const shown = watch ? await follow(api, replay) : replay;
  if (json) terminal.json(shown);
  else showReplay(shown, terminal);
  if (shown.state === 'failed' || (watch && shown.state !== goal)) {
    throw new CommandFailure(`The replay is ${shown.state}${shown.error ? `: ${shown.error}` : ''}.`);
  }
}

function follow(api: ApiClient, replay: Replay): Promise<Replay> {
  return watchReplay(replay, { api, bar: createProgressBar(process.stderr), sleep: delay, now: Date.now });
}
