import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { simulatedWorld } from '@herald/publisher/simulator';
import { failing, healthy } from '@herald/testkit/behaviour';
import { untilConfigured } from '@herald/testkit/configuration';
import { eventually } from '@herald/testkit/eventually';
import { connectHeraldApi } from '@herald/testkit/herald-api';
import { createReceiver, type Receiver } from '@herald/testkit/receiver';
import { herald } from './herald.ts';
import type { Hall, Verdict } from './present.ts';
import type { ReplayDemoOptions } from './replay-options.ts';
import { goThroughOutage, type Missed } from './replay-outage.ts';
import { complaintsAbout, type ReplaySummary, summaryOfReplay } from './replay-summary.ts';
import { ACCOUNT } from './scenario.ts';
import type { Screen } from './screen.ts';
import { openStage, type Stage } from './stage.ts';

/** A replay as `herald replay … --json` prints it: the fields that are shown. */
interface Replay {
  replay_id: string;
  state: string;
  to_send: number;
  sent: number;
  remaining: number;
  estimate_seconds: number | null;
  planned: { scanned: number; matched: number; skipped: Record<string, number> };
  expired: unknown[];
}

interface Endpoint {
  endpoint_id: string;
  revision: number;
}

const [WORLD] = simulatedWorld({ accountIds: [ACCOUNT], projectsPerAccount: 1, channelsPerProject: 3 });
const PROJECT = WORLD!.projects[0]!.id;

const EVENTS_PER_SECOND = 200;

/** A retry after so long, and that is it: what takes three days by default is over in seconds. */
const RETRY = '5s';

/** Half of the replay is over in seconds: a look must cost less than a process. */
const LOOK_EVERY_MS = 100;
const ARRIVAL_TIMEOUT_MS = 60_000;

export async function performReplay({
  options,
  screen,
  closing,
  interrupted,
}: Hall & { options: ReplayDemoOptions }): Promise<Verdict> {
  const stage = await openStage(options, screen, closing);
  screen.section('Two endpoints: one is up, the other answers 404 to everything');
  // A refusal is a sign of life: with 500 its breaker would open, and deliveries do not die of an outage.
  const down = await createReceiver({ behaviour: failing(404) });
  const up = await createReceiver({ behaviour: healthy() });
  closing.defer(async () => void (await Promise.all([down.close(), up.close()])));
  await addEndpoint('steady', up, stage);
  const endpoint = await addEndpoint('down', down, stage);
  await untilConfigured(stage.up.adminUrl('dispatcher'), endpoint.revision);

  screen.section(`${options.events} events while it is down`);
  const missed = await goThroughOutage({
    stage,
    screen,
    account: WORLD!,
    endpointId: endpoint.endpoint_id,
    events: options.events,
    eventsPerSecond: EVENTS_PER_SECOND,
  });
  down.behave(healthy());
  screen.line('it is back');

  const plan = await planReplay(endpoint.endpoint_id, missed, options, stage, screen);
  const summary = await runReplay(plan, down, missed, options, stage, screen);
  if (!options.exit) {
    invite(stage, screen);
    await interrupted;
  }
  return { summary, complaints: complaintsAbout(summary) };
}

function addEndpoint(name: string, receiver: Receiver, { env }: Stage): Promise<Endpoint> {
  const args = ['endpoints', 'add', '--project', PROJECT, '--name', name, '--url', `${receiver.url}/${name}`];
  return herald<Endpoint>([...args, '--retry', RETRY], env);
}

/** The dry run: what would be sent, exactly. */
async function planReplay(
  endpointId: string,
  { offsets }: Missed,
  { perSecond }: ReplayDemoOptions,
  { env }: Stage,
  screen: Screen,
): Promise<Replay> {
  screen.section('A plan by offset');
  const args = ['replay', 'plan', '--topic', 'events', '--offsets', offsets, '--endpoints', endpointId];
  screen.line(`${screen.colors.dim('$')} herald ${args.join(' ')} --rate ${perSecond}`);
  const plan = await herald<Replay>([...args, '--rate', String(perSecond)], env);
  const { scanned, matched, skipped } = plan.planned;
  screen.table(
    ['scanned', 'matched', 'skipped', 'to send', 'expired', 'takes about'],
    [
      [
        String(scanned),
        String(matched),
        JSON.stringify(skipped),
        String(plan.to_send),
        String(plan.expired.length),
        `${plan.estimate_seconds} s`,
      ],
    ],
  );
  return plan;
}

/** Starts it, kills the replayer half-way, and waits until the receiver has everything. */
async function runReplay(
  plan: Replay,
  receiver: Receiver,
  missed: Missed,
  { perSecond, events }: ReplayDemoOptions,
  { env, up, apiUrl, apiKey }: Stage,
  screen: Screen,
): Promise<ReplaySummary> {
  const { colors } = screen;
  screen.section(`The replay, ${perSecond} a second`);
  screen.line(`${colors.dim('$')} herald replay start ${plan.replay_id}`);
  const api = connectHeraldApi({ url: apiUrl, key: apiKey });
  const startedAtMs = Date.now();
  let replay = await herald<Replay>(['replay', 'start', plan.replay_id], env);
  let killed: Promise<void> | undefined;
  let shown = -1;
  while (!['completed', 'failed', 'cancelled'].includes(replay.state)) {
    await sleep(LOOK_EVERY_MS);
    replay = await api.get<Replay>(`/v1/replays/${plan.replay_id}`);
    if (replay.sent === shown) continue;
    shown = replay.sent;
    screen.line(
      `${replay.state.padEnd(9)} ${String(replay.sent).padStart(5)} sent, ${replay.remaining} left`,
    );
    if (killed || replay.sent < plan.to_send / 2 || replay.remaining === 0) continue;
    screen.line(colors.bold(colors.red('kill -9 replayer')));
    killed = up.kill9('replayer').then(() => screen.line('it is started again, and waits for its place'));
  }
  await killed;
  const accepted = () =>
    receiver.requests.filter(({ status }) => status === 200).map(({ webhookId }) => webhookId);
  await eventually(
    () => {
      const missing = missed.webhookIds.difference(new Set(accepted())).size;
      if (missing > 0) throw new Error(`${missing} messages have not arrived`);
    },
    { timeoutMs: ARRIVAL_TIMEOUT_MS },
  ).catch(() => {}); // What is missing is what the summary is there to tell.
  return summaryOfReplay({
    events,
    dead: missed.dead,
    planned: plan.to_send,
    sent: replay.sent,
    state: replay.state,
    wasKilled: killed !== undefined,
    seconds: (Date.now() - startedAtMs) / 1_000,
    owed: missed.webhookIds,
    accepted: accepted(),
  });
}

function invite({ apiUrl, envFile }: Stage, screen: Screen): void {
  screen.section('Now it is yours');
  screen.line(`API   ${apiUrl}`);
  const file = relative(process.cwd(), envFile);
  screen.line(`${screen.colors.dim('$')} npm run herald -- --env-file ${file} replay list`);
  screen.line();
  screen.line('Ctrl-C ends it.');
}
