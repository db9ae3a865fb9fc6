import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HistoryStore } from '@herald/clickhouse/history';
import { openHistoryStore } from '@herald/clickhouse/history-store';
import { simulatedWorld } from '@herald/publisher/simulator';
import { untilConfigured } from '@herald/testkit/configuration';
import { connectHeraldApi } from '@herald/testkit/herald-api';
import { untilSettled } from '@herald/testkit/settling';
import { openWitness } from '@herald/testkit/witness';
import { readDelivered, showHistory } from './history.ts';
import { agrees, showLedger } from './ledger.ts';
import { liveLine } from './live-line.ts';
import type { DemoOptions } from './options.ts';
import type { Hall } from './present.ts';
import { publishEvents } from './publishing.ts';
import { type Cast, openCast } from './receivers.ts';
import { ACCOUNT } from './scenario.ts';
import type { Screen } from './screen.ts';
import { openStage, type Stage } from './stage.ts';
import { complaints, type Summary, summaryOf } from './summary.ts';

export interface Performance extends Hall {
  options: DemoOptions;
}

export interface Outcome {
  summary: Summary;
  /** Empty for a good run. */
  complaints: string[];
  /** A delivery that failed at first; undefined where none did. */
  recovered: Recovered | undefined;
  /** How many events of Herald's own are routed by now. */
  operational: () => number;
}

interface Recovered {
  deliveryId: string;
  endpointName: string;
}

const [WORLD] = simulatedWorld({ accountIds: [ACCOUNT], projectsPerAccount: 1, channelsPerProject: 3 });
const PROJECT = WORLD!.projects[0]!.id;

export async function perform({ options, screen, closing, interrupted }: Performance): Promise<Outcome> {
  const stage = await openStage(options, screen, closing);
  const cast = await openCast(PROJECT, stage.env);
  closing.defer(() => cast.close());
  await untilConfigured(
    stage.up.adminUrl('dispatcher'),
    Math.max(...cast.players.map(({ revision }) => revision)),
  );
  introduce(cast, screen);

  const outcome = await play(stage, cast, options, screen, closing);

  screen.section('One delivery that failed, and was delivered');
  await recall(stage, outcome.recovered, screen);
  screen.section('The ledger');
  const history = openHistoryStore(stage.clickhouse);
  closing.defer(() => history.close());
  if (!(await balance(history, outcome, screen))) {
    outcome.complaints.push('ClickHouse has not what receivers and topics have.');
  }

  if (!options.exit) {
    for (const complaint of outcome.complaints) screen.line(screen.colors.red(complaint));
    screen.line(JSON.stringify(outcome.summary));
    invite(stage, screen);
    await interrupted;
  }
  return outcome;
}

function introduce({ players }: Cast, screen: Screen): void {
  screen.section('Endpoints, each a real receiver');
  screen.table(
    ['endpoint', 'wants', 'retries after', 'what it does'],
    players.map(({ part }) => [
      part.name,
      part.eventTypes.map((type) => type.replace('publication.', '')).join(', ') || 'everything',
      part.retrySchedule.join(', '),
      part.shows,
    ]),
  );
}

/** Publishes, shows each attempt as it comes on record, and settles what became of every delivery. */
async function play(
  stage: Stage,
  cast: Cast,
  options: DemoOptions,
  screen: Screen,
  closing: AsyncDisposableStack,
): Promise<Outcome> {
  const { brokers, registryUrl, up } = stage;
  const { colors } = screen;
  screen.section(
    `${options.events} events, ${options.eventsPerSecond} a second (seed ${options.seed}), one line an attempt`,
  );
  const names = new Map(cast.players.map(({ endpointId, part }) => [endpointId, part.name]));
  const startedAtMs = Date.now();
  let recovered: Recovered | undefined;
  const witness = await openWitness({
    brokers,
    registryUrl,
    onAttempt(attempt) {
      if (attempt.request === null) return;
      const endpointName = names.get(attempt.endpoint_id) ?? attempt.endpoint_id;
      screen.line(liveLine(attempt, endpointName, startedAtMs, colors));
      if (attempt.verdict === 'DELIVERED' && attempt.attempt_number > 1) {
        recovered ??= { deliveryId: attempt.delivery_id, endpointName };
      }
    },
  });
  closing.defer(() => witness.close());

  for (const { part, receiver } of cast.players) {
    if (part.downForMs === undefined) continue;
    setTimeout(() => {
      screen.line(colors.bold(`        ${part.name} is back`));
      void receiver.comeBack();
    }, part.downForMs);
  }
  let killed: Promise<void> | undefined;
  const published = await publishEvents({
    brokers,
    registryUrl,
    account: WORLD!,
    players: cast.players,
    options,
    onPublished(events) {
      if (!options.kill || events < options.events / 2 || killed) return;
      screen.line(colors.bold(colors.red(`        kill -9 ${options.kill}`)));
      killed = up.kill9(options.kill);
    },
  });
  await killed;
  const account = await untilSettled({
    duties: published.duties,
    arrivals: () => cast.players.flatMap(({ receiver }) => receiver.requests),
    witness,
  });
  return {
    summary: summaryOf({
      events: published.events,
      routed: witness.routed.size,
      attempts: witness.attempted.size,
      account,
    }),
    complaints: complaints(account, cast.refusedSignatures),
    recovered,
    operational: () => witness.operational.size,
  };
}

async function recall(stage: Stage, recovered: Recovered | undefined, screen: Screen): Promise<void> {
  if (!recovered) return screen.line('None: every message was accepted at its first attempt.');
  const api = connectHeraldApi({ url: stage.apiUrl, key: stage.apiKey });
  showHistory(screen, recovered.endpointName, await readDelivered(api, recovered.deliveryId));
}

/** Shows both books when they agree, or as they are when they still differ after a while; resolves with whether they agree. */
async function balance(
  history: HistoryStore,
  { summary, operational }: Outcome,
  screen: Screen,
): Promise<boolean> {
  const witnessed = () => ({ ...summary, operational: operational() });
  let recorded = await history.ledger.recount({ accountId: ACCOUNT });
  const giveUpAtMs = Date.now() + 60_000;
  while (!agrees(witnessed(), recorded) && Date.now() < giveUpAtMs) {
    await sleep(500);
    recorded = await history.ledger.recount({ accountId: ACCOUNT });
  }
  showLedger(screen, witnessed(), recorded);
  return agrees(witnessed(), recorded);
}

function invite({ apiUrl, envFile, logDir }: Stage, screen: Screen): void {
  const { colors } = screen;
  const file = relative(process.cwd(), envFile);
  screen.section('Now it is yours');
  screen.line(`API   ${apiUrl}`);
  screen.line(`logs  ${relative(process.cwd(), logDir)}`);
  screen.line();
  for (const command of [
    'deliveries list --state dead',
    `simulate --accounts ${ACCOUNT} --count 20`,
    'endpoints list',
  ]) {
    screen.line(`${colors.dim('$')} npm run herald -- --env-file ${file} ${command}`);
  }
  screen.line();
  screen.line('Ctrl-C ends it.');
}
