import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@herald/contracts/topics';
import { webhookId } from '@herald/domain/ids';
import { createKafka } from '@herald/kafka/connection';
import type { Account } from '@herald/testkit/accounting';
import { eventually } from '@herald/testkit/eventually';
import { untilSettled } from '@herald/testkit/settling';
import { exposureAt } from './bound.ts';
import { setFleet } from './fleet.ts';
import { findForks } from './forks.ts';
import { type Findings, judge } from './judge.ts';
import { ENDPOINTS, type Load, startLoad } from './load.ts';
import { countMisordered } from './order.ts';
import type { Row } from './row.ts';
import { type Scene, setScene } from './scene.ts';
import type { World } from './world.ts';

export interface RowResult {
  name: string;
  seconds: number;
  /** Undefined where the row did not come to its end. */
  findings: Findings | undefined;
  /** None when the guarantees hold. */
  problems: string[];
}

export interface RowOptions {
  seed: number;
  onProgress: (line: string) => void;
}

const EVENTS_PER_SECOND = 30;
/** On record before the blow, and after everything is up again. */
const EVENTS_BEFORE = 80;
const EVENTS_AFTER = 40;
/** Without any change for so long, nothing more is to be expected. Longer than a session and a retry. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 500;
const HISTORY_TIMEOUT_MS = 45_000;

/** Load, the blow, everything up again, until nothing is under way; then the account. */
export async function runRow(world: World, row: Row, { seed, onProgress }: RowOptions): Promise<RowResult> {
  const startedAtMs = Date.now();
  const progress = (line: string) => onProgress(`${row.name}: ${line}`);
  const result = (findings: Findings | undefined, problems: string[]): RowResult => ({
    name: row.name,
    seconds: (Date.now() - startedAtMs) / 1_000,
    findings,
    problems,
  });
  let load: Load | undefined;
  try {
    await setFleet(world, row.dispatchers ?? 1);
    const poisonBefore = await poisonRecords(world);
    const endpoints = row.endpoints ?? Object.values(ENDPOINTS);
    load = await startLoad(world.herald, { endpoints, eventsPerSecond: EVENTS_PER_SECOND, seed });
    const scene = setScene(world, load, progress);
    await load.flows(EVENTS_BEFORE);
    await row.blow(scene);
    await load.flows(EVENTS_AFTER);
    await load.stop();
    progress(`${load.published.length} events are on record, now it settles`);
    const findings = await findingsOf(world, scene, poisonBefore);
    return result(findings, judge(findings));
  } catch (error) {
    return result(undefined, [(error as Error).message]);
  } finally {
    await load?.close();
  }
}

async function findingsOf(world: World, scene: Scene, poisonBefore: number): Promise<Findings> {
  const { witness, attempts, history } = world;
  const { load, cuts } = scene;
  const duties = load.duties();
  const settling = { duties, arrivals: () => load.requests(), witness, patienceMs: PATIENCE_MS };
  let account = await untilSettled(settling);
  // What is held is settled, too, unless somebody catches up.
  for (let changedAtMs = Date.now(); account.held > 0 && Date.now() - changedAtMs < PATIENCE_MS; ) {
    await sleep(LOOK_EVERY_MS);
    const { held } = account;
    account = await untilSettled(settling);
    if (account.held !== held) changedAtMs = Date.now();
  }
  const { accountId } = load.account;
  const ofAccount = () => [...attempts.values()].filter(({ account_id }) => account_id === accountId);
  return {
    events: load.published.length,
    deliveries: duties.length,
    account: { ...account, unexpected: unexpectedOf(account, load) },
    forks: findForks(ofAccount()).length,
    exposures: cuts.map(({ atMs, isCrash }) => {
      const exposure = exposureAt(atMs, load.requests(), load.acknowledgementMs(atMs));
      return isCrash ? exposure : { ...exposure, justEnded: 0 };
    }),
    misordered: misorderedOf(load),
    poison: (await poisonRecords(world)) - poisonBefore,
    history: await compareHistory(),
  };

  async function compareHistory(): Promise<Findings['history']> {
    let difference = { missing: 0, extra: 0 };
    await eventually(
      async () => {
        const onRecord = new Set(ofAccount().map(({ attempt_id }) => attempt_id));
        const inClickHouse = await history.attemptIds(accountId);
        difference = {
          missing: onRecord.difference(inClickHouse).size,
          extra: inClickHouse.difference(onRecord).size,
        };
        if (difference.missing + difference.extra > 0) throw new Error('ClickHouse differs from the topics');
      },
      { timeoutMs: HISTORY_TIMEOUT_MS, everyMs: 500 },
    ).catch(() => {}); // the difference tells
    return difference;
  }
}

/** What an endpoint got of the time before it was owed anything is no stranger's. */
function unexpectedOf({ unexpected }: Account, { published, endpoints }: Load): string[] {
  const known = new Set(
    endpoints.flatMap(({ endpointId, wants }) =>
      published.filter(wants).map(({ event_id }) => webhookId(event_id, endpointId)),
    ),
  );
  return unexpected.filter((id) => !known.has(id));
}

function misorderedOf({ endpoints, published }: Load): number {
  return endpoints
    .filter(({ isOrdered }) => isOrdered)
    .map(({ endpointId, receiver, wants }) => {
      const events = published.filter(wants).map(({ event_id, publication_id: publicationId }) => ({
        publicationId,
        webhookId: webhookId(event_id, endpointId),
      }));
      return countMisordered(events, receiver.requests);
    })
    .reduce((sum, count) => sum + count, 0);
}

async function poisonRecords({ connection }: World): Promise<number> {
  const admin = createKafka(connection).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(TOPICS.eventsPoison);
    return offsets.reduce((sum, { high }) => sum + Number(high), 0);
  } finally {
    await admin.disconnect();
  }
}
