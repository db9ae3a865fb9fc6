import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openInserter } from '@herald/clickhouse/inserter';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { ROUTES } from '@herald/clickhouse/tables/routes';
import { insertRows } from '@herald/clickhouse/testing/history-database';
import { anAttempt, anEvent, aRoute } from '@herald/clickhouse/testing/sample-rows';
import { deliveryId } from '@herald/domain/ids';
import { openHerald, type TestAccount } from '@herald/testkit/herald';

/** The servers that are tested, and what is on record there. */
export interface ContractWorld {
  apiUrl: string;
  ingestUrl: string;
  apiKey: string;
  /** What exists, by the name of the field or parameter that takes it. */
  values: Readonly<Record<string, readonly unknown[]>>;
}

const GUARD = pathToFileURL(join(import.meta.dirname, 'loopback-only.ts')).href;
/** Nothing listens there, and nothing is sent: there is no dispatcher. */
const HOOK = 'http://127.0.0.1:9/hook';

/**
 * The api and ingest on a stack of their own, with something of every kind on record. No dispatcher runs, so that no
 * endpoint that a test makes is ever sent to, and what the api itself connects to is loopback alone.
 */
export async function openContractWorld(options: {
  closing: AsyncDisposableStack;
  onProgress: (line: string) => void;
}): Promise<ContractWorld> {
  const herald = await openHerald({
    only: ['producer', 'api'],
    onProgress: options.onProgress,
    envOf: () => ({
      NODE_OPTIONS: `--import=${GUARD}`,
      HERALD_LOG_LEVEL: 'warn',
      // A tester asks faster than a key may.
      HERALD_API_REQUESTS_PER_SECOND: '100000',
      HERALD_API_REQUEST_BURST: '1000000',
    }),
  });
  options.closing.defer(() => herald.close());
  const account = await herald.openAccount();
  const kinds = [{}, { state: 'paused' }, { signing_scheme: 'v1a' }];
  const endpoints = await Promise.all(
    kinds.map((kind) => account.addEndpoint({ url: HOOK, timeout_ms: 100, ...kind })),
  );
  const endpointIds = endpoints.map(({ endpointId }) => endpointId);
  const { clickhouseUrl: url, clickhouseDatabase: database } = herald.stack;
  const history = await fillHistory({ url, database }, account, endpointIds[0]!);
  return {
    apiUrl: herald.services.addresses('api').apiUrl!,
    ingestUrl: herald.services.addresses('producer').ingestUrl!,
    apiKey: account.apiKey,
    values: {
      ...history,
      url: [HOOK],
      secret: [`whsec_${randomBytes(32).toString('base64')}`],
      headers: [{}, { 'x-api-key': 'abc' }],
      filter: [null, { field: 'channel.type', op: 'in', value: ['tiktok', 'instagram'] }],
      endpoint_id: endpointIds,
      project_id: [account.projectId],
      replay_id: await planReplays(account, endpointIds),
    },
  };
}

async function planReplays(account: TestAccount, endpointIds: readonly string[]): Promise<string[]> {
  const replays = await Promise.all(
    endpointIds.slice(0, 2).map((target_endpoint_id) =>
      account.api().post<{ replay_id: string }>('/v1/replays', {
        dry_run: true,
        source: { kind: 'topic', topic: 'events', ranges: [{ partition: 0, from: 0, to: 1 }] },
        target_endpoint_id,
      }),
    ),
  );
  return replays.map(({ replay_id }) => replay_id);
}

const EVENT_COUNT = 12;

/** Events of the last hours: of three, the first was delivered, the second was given up, the third waits. */
async function fillHistory(
  history: { url: string; database: string },
  account: TestAccount,
  endpointId: string,
): Promise<Record<string, string[]>> {
  const duties = Array.from({ length: EVENT_COUNT }, (_, offset) => {
    const eventId = randomUUID();
    const of = {
      account_id: account.accountId,
      project_id: account.projectId,
      publication_id: `pub_${offset % 4}`,
      event_id: eventId,
      occurred_at: Date.now() - (offset + 1) * 600_000,
    };
    return { offset, of, deliveryId: deliveryId(eventId, endpointId, 'event') };
  });
  const inserter = openInserter(history);
  await insertRows(
    inserter,
    EVENTS,
    duties.map(({ offset, of }) => ({
      partition: 0,
      offset,
      recordedAtMs: of.occurred_at,
      content: { ok: true, event: anEvent(of) },
    })),
  );
  await insertRows(
    inserter,
    ROUTES,
    duties.map(({ offset, of, deliveryId }) =>
      aRoute(offset, {
        ...of,
        routed_at: of.occurred_at,
        deliveries: [{ endpoint_id: endpointId, delivery_id: deliveryId }],
      }),
    ),
  );
  await insertRows(
    inserter,
    ATTEMPTS,
    duties.map(({ offset, of, deliveryId }) =>
      anAttempt({
        ...of,
        endpoint_id: endpointId,
        delivery_id: deliveryId,
        started_at: of.occurred_at,
        origin_partition: 0,
        origin_offset: offset,
        ...OUTCOMES[offset % OUTCOMES.length],
      }),
    ),
  );
  await inserter.close();
  return {
    event_id: duties.map(({ of }) => of.event_id),
    delivery_id: duties.map((duty) => duty.deliveryId),
    publication_id: [...new Set(duties.map(({ of }) => of.publication_id))],
  };
}

const OUTCOMES: readonly Parameters<typeof anAttempt>[0][] = [
  {},
  { verdict: 'DEAD', reason: 'exhausted', outcome: 'timeout', response: null },
  { verdict: 'RETRY', retry_tier: '12h', next_attempt_at: Date.now() + 12 * 3_600_000 },
];
