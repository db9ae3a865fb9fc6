import { randomUUID } from 'node:crypto';
import { openLedgerCounter } from '@herald/clickhouse/ledger/ledger-counter';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { AUDIT } from '@herald/clickhouse/tables/audit';
import { EVENTS } from '@herald/clickhouse/tables/events';
import { ROUTES } from '@herald/clickhouse/tables/routes';
import { anAttempt, anAuditRecord, anEvent, aRoute } from '@herald/clickhouse/testing/sample-rows';
import { TOPICS } from '@herald/contracts/topics';
import { deliveryId } from '@herald/domain/ids';
import type { AuditAction } from '@herald/registry/audit/entry';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readAudit } from '../testing/read-audit.ts';
import { type Client, type Reply, type RunningApi, startApi } from '../testing/running-api.ts';

/** In everything of the owner's that a person wrote: an answer to the stranger that has it tells too much. */
const MARK = `mark${randomUUID().slice(0, 8)}`;

/** What the owner has, by id. */
interface Belongings {
  endpoint: string;
  event: string;
  delivered: string;
  dead: string;
  replay: string;
  apiKey: string;
}

/** How an operation is asked for something of the owner's. */
type Row = {
  path: (of: Belongings) => string;
  body?: (of: Belongings) => unknown;
} & (
  | {
      /** Whether an answer has something of the owner's: true of the owner's own, and never of the stranger's. */
      // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes.
      shows: (body: any) => boolean;
    }
  /** What the stranger is answered, as if there were no such thing, and it stays as it is. */
  | { refuses: number }
  /** What it makes is the caller's own. */
  | { makes: number }
);

type Rows = Record<string, Row | { provenIn: string }>;

const hasItems = (body: { items: unknown[] }) => body.items.length > 0;
const endpointPath =
  (rest = '') =>
  (of: Belongings) =>
    `/v1/endpoints/${of.endpoint}${rest}`;

const replayPath =
  (rest = '') =>
  (of: Belongings) =>
    `/v1/replays/${of.replay}${rest}`;

/** A plan of what goes to the owner's endpoint. */
const replayTo = (of: Belongings) => ({
  dry_run: true,
  source: { kind: 'topic', topic: 'events', ranges: [{ partition: 0, from: 0, to: 1 }] },
  target_endpoint_id: of.endpoint,
});

const NOTIFICATIONS = '/api/uploadposts/users/notifications';

/** The same for everybody: their handlers look at nothing of an account. */
const EVENT_TYPES_TEST = 'services/api/src/event-types/event-types.test.ts';

/** One for each operation; those that end what others need come last. */
const ROWS: Rows = {
  'GET /v1/endpoints': { path: () => '/v1/endpoints', shows: hasItems },
  'GET /v1/endpoints/{endpoint_id}': { path: endpointPath(), shows: (body) => body.name === MARK },
  'GET /v1/endpoints/{endpoint_id}/stats': {
    path: endpointPath('/stats'),
    shows: (body) => body.total?.attempts.total > 0,
  },
  'GET /v1/deliveries': { path: () => '/v1/deliveries', shows: hasItems },
  'GET /v1/deliveries/facets': {
    path: () => '/v1/deliveries/facets',
    shows: (body) => body.deliveries > 0,
  },
  'GET /v1/deliveries/{delivery_id}': {
    path: (of) => `/v1/deliveries/${of.delivered}`,
    shows: (body) => body.history?.length === 1,
  },
  'GET /v1/dead-letters': { path: () => '/v1/dead-letters', shows: hasItems },
  'GET /v1/dead-letters/groups': { path: () => '/v1/dead-letters/groups', shows: hasItems },
  'GET /v1/events': { path: () => '/v1/events', shows: hasItems },
  'GET /v1/events/{event_id}': {
    path: (of) => `/v1/events/${of.event}`,
    shows: (body) => body.route != null,
  },
  'GET /v1/events/{event_id}/explain': {
    path: (of) => `/v1/events/${of.event}/explain`,
    shows: (body) => body.endpoints.length > 0,
  },
  'GET /v1/event-types': { provenIn: EVENT_TYPES_TEST },
  'GET /v1/event-types/{event_type}': { provenIn: EVENT_TYPES_TEST },
  'GET /v1/ledger': { path: () => '/v1/ledger', shows: (body) => body.accepted > 0 },
  'GET /v1/ledger/endpoints': { path: () => '/v1/ledger/endpoints', shows: hasItems },
  'GET /v1/stats': { path: () => '/v1/stats', shows: (body) => body.total.attempts.total > 0 },
  'GET /v1/stats/endpoints': { path: () => '/v1/stats/endpoints', shows: hasItems },
  'GET /v1/stats/top-failing': { path: () => '/v1/stats/top-failing', shows: hasItems },
  'GET /v1/stats/lag': { path: () => '/v1/stats/lag', shows: hasItems },
  'DELETE /v1/publications/{publication_id}/history': {
    provenIn: 'services/api/src/erasing/erase.integration.test.ts',
  },
  'GET /v1/audit': {
    path: () => '/v1/audit',
    shows: (body) => body.items.some(({ subject }: { subject: { id: string } }) => subject.id === MARK),
  },
  'GET /v1/tail': { provenIn: 'services/api/src/tail/tail.integration.test.ts' },
  'POST /v1/endpoints': {
    path: () => '/v1/endpoints',
    body: () => ({ project_id: 'project-of-the-caller', url: 'http://127.0.0.1:9/hook' }),
    makes: 201,
  },
  'PATCH /v1/endpoints/{endpoint_id}': { path: endpointPath(), body: () => ({ name: MARK }), refuses: 404 },
  'POST /v1/endpoints/{endpoint_id}/test': {
    provenIn: 'services/api/src/endpoint-test/endpoint-test.integration.test.ts',
  },
  'POST /v1/endpoints:check': { provenIn: 'services/api/src/endpoint-check/check-unsaved.test.ts' },
  'POST /v1/endpoints:preview': {
    path: () => '/v1/endpoints:preview',
    body: () => ({ project_id: '*' }),
    shows: (body) => body.matched > 0,
  },
  'POST /v1/endpoints/{endpoint_id}/pause': { path: endpointPath('/pause'), refuses: 404 },
  'POST /v1/endpoints/{endpoint_id}/resume': { path: endpointPath('/resume'), refuses: 404 },
  'POST /v1/endpoints/{endpoint_id}/enable': { path: endpointPath('/enable'), refuses: 404 },
  'POST /v1/endpoints/{endpoint_id}/rotate-secret': {
    path: endpointPath('/rotate-secret'),
    body: () => ({}),
    refuses: 404,
  },
  'POST /v1/endpoints/{endpoint_id}/retries/redrive-now': {
    path: endpointPath('/retries/redrive-now'),
    refuses: 404,
  },
  'POST /v1/endpoints/{endpoint_id}/retries/cancel': { path: endpointPath('/retries/cancel'), refuses: 404 },
  'DELETE /v1/endpoints/{endpoint_id}/held': { path: endpointPath('/held'), refuses: 404 },
  'POST /v1/deliveries/{delivery_id}/redeliver': {
    path: (of) => `/v1/deliveries/${of.delivered}/redeliver`,
    refuses: 404,
  },
  'POST /v1/dead-letters/redrive': {
    path: () => '/v1/dead-letters/redrive',
    body: (of) => ({ delivery_ids: [of.dead] }),
    shows: (body) => body.items[0]?.result !== 'not_found',
  },
  'POST /v1/replays': { path: () => '/v1/replays', body: replayTo, refuses: 404 },
  'GET /v1/replays': { path: () => '/v1/replays', shows: hasItems },
  'GET /v1/replays/{replay_id}': {
    path: replayPath(),
    shows: (body) => body.target_endpoint_id !== undefined,
  },
  'POST /v1/replays/{replay_id}/start': { path: replayPath('/start'), refuses: 404 },
  'POST /v1/replays/{replay_id}/pause': { path: replayPath('/pause'), refuses: 404 },
  'POST /v1/replays/{replay_id}/resume': { path: replayPath('/resume'), refuses: 404 },
  'POST /v1/replays/{replay_id}/cancel': { path: replayPath('/cancel'), refuses: 404 },
  'GET /v1/api-keys': {
    path: () => '/v1/api-keys',
    shows: (body) => body.items.some(({ name }: { name: string }) => name === MARK),
  },
  'GET /v1/api-keys/{key_id}': {
    path: (of) => `/v1/api-keys/${of.apiKey}`,
    shows: (body) => body.name === MARK,
  },
  'POST /v1/api-keys': { path: () => '/v1/api-keys', body: () => ({ role: 'read' }), makes: 201 },
  'DELETE /v1/api-keys/{key_id}': { path: (of) => `/v1/api-keys/${of.apiKey}`, refuses: 404 },
  'GET /api/uploadposts/users/notifications': {
    path: () => NOTIFICATIONS,
    shows: (body) => body.notifications?.webhook_url.includes(MARK),
  },
  'POST /api/uploadposts/users/notifications': {
    path: () => NOTIFICATIONS,
    body: () => ({ webhook_url: 'http://127.0.0.1:9/of-the-caller' }),
    makes: 200,
  },
  'DELETE /v1/endpoints/{endpoint_id}': { path: endpointPath(), refuses: 404 },
};

/** What each operation that is no GET leaves in the audit when the owner asks; nothing where it changes nothing. */
const AUDITED: Readonly<Record<string, readonly AuditAction[] | { provenIn: string }>> = {
  'POST /v1/endpoints': ['endpoint.created'],
  'POST /v1/endpoints:check': [],
  'POST /v1/endpoints:preview': [],
  'PATCH /v1/endpoints/{endpoint_id}': ['endpoint.updated'],
  'DELETE /v1/endpoints/{endpoint_id}': ['endpoint.deleted'],
  'POST /v1/endpoints/{endpoint_id}/pause': ['endpoint.paused'],
  'POST /v1/endpoints/{endpoint_id}/resume': ['endpoint.resumed'],
  'POST /v1/endpoints/{endpoint_id}/enable': ['endpoint.enabled'],
  'POST /v1/endpoints/{endpoint_id}/test': {
    provenIn: 'services/api/src/endpoint-test/endpoint-test.integration.test.ts',
  },
  'POST /v1/endpoints/{endpoint_id}/rotate-secret': ['secret.rotated'],
  'POST /v1/endpoints/{endpoint_id}/retries/redrive-now': ['retries.ordered'],
  'POST /v1/endpoints/{endpoint_id}/retries/cancel': ['retries.ordered'],
  'DELETE /v1/endpoints/{endpoint_id}/held': ['held.cancelled'],
  'POST /v1/deliveries/{delivery_id}/redeliver': ['delivery.redelivered'],
  'POST /v1/dead-letters/redrive': ['dead_letters.redriven'],
  'POST /v1/replays': ['replay.created'],
  'POST /v1/replays/{replay_id}/start': ['replay.started'],
  'POST /v1/replays/{replay_id}/pause': ['replay.paused'],
  'POST /v1/replays/{replay_id}/resume': ['replay.resumed'],
  'POST /v1/replays/{replay_id}/cancel': ['replay.cancelled'],
  'POST /v1/api-keys': ['api_key.created'],
  'DELETE /v1/api-keys/{key_id}': ['api_key.revoked'],
  'POST /api/uploadposts/users/notifications': ['endpoint.updated'],
  'DELETE /v1/publications/{publication_id}/history': {
    provenIn: 'services/api/src/erasing/erase.integration.test.ts',
  },
};

let api: RunningApi;
/** Of the requests that were made for each row. */
const requestIds: { operation: string; strange: string; own: string }[] = [];
let owner: Client;
let stranger: Client;
let belongings: Belongings;

beforeAll(async () => {
  api = await startApi(inject('stack'));
  [owner, stranger] = await Promise.all([api.client('admin'), api.client('admin')]);
  const created = await owner.send('POST', '/v1/endpoints', {
    name: MARK,
    project_id: `project-${MARK}`,
    url: `http://127.0.0.1:9/${MARK}`,
  });
  const endpoint = created.body.endpoint_id as string;
  const atMs = Date.now() - 60_000;
  const of = {
    account_id: owner.accountId,
    project_id: `project-${MARK}`,
    publication_id: `publication-${MARK}`,
    occurred_at: atMs,
  };
  const events = [0, 1, 2].map((offset) => ({ ...of, event_id: randomUUID(), offset }));
  const [delivered, dead, waiting] = events.map(({ offset, ...event }) => ({
    ...event,
    endpoint_id: endpoint,
    delivery_id: deliveryId(event.event_id, endpoint, 'event'),
    started_at: atMs,
    origin_partition: 0,
    origin_offset: offset,
  })) as [typeof of & { event_id: string; delivery_id: string }, { delivery_id: string }, object];
  belongings = {
    endpoint,
    event: delivered.event_id,
    delivered: delivered.delivery_id,
    dead: dead.delivery_id,
    replay: '',
    apiKey: '',
  };
  await api.history.insert(
    EVENTS,
    events.map(({ offset, ...event }) => ({
      // Where its topic has forgotten it.
      partition: 0,
      offset: offset + 900_000_000,
      recordedAtMs: atMs,
      content: { ok: true, event: anEvent(event) },
    })),
  );
  await api.history.insert(ROUTES, [
    aRoute(0, {
      ...of,
      event_id: delivered.event_id,
      routed_at: atMs,
      deliveries: [{ endpoint_id: endpoint, delivery_id: delivered.delivery_id }],
    }),
  ]);
  await api.history.insert(ATTEMPTS, [
    anAttempt(delivered),
    anAttempt({ ...dead, verdict: 'DEAD', reason: 'exhausted', outcome: 'timeout', response: null }),
    anAttempt({ ...waiting, verdict: 'RETRY', retry_tier: '5s', next_attempt_at: atMs + 5_000 }),
  ]);
  await api.history.insert(AUDIT, [
    { record: anAuditRecord({ account_id: owner.accountId, asked_at: atMs, subject_id: MARK }), offset: 0 },
  ]);
  const counter = openLedgerCounter(api.history.options);
  await counter.count({
    asOfMs: Date.now(),
    overdueAfterMs: 300_000,
    retentionMs: 30 * 86_400_000,
    settledUntilMs: 0,
    watermarks: [{ topic: TOPICS.events, partition: 0, offset: 1 }],
  });
  await counter.close();
  await owner.send('POST', NOTIFICATIONS, { webhook_url: `http://127.0.0.1:9/${MARK}` });
  const replay = await owner.send('POST', '/v1/replays', replayTo(belongings));
  belongings.replay = replay.body.replay_id;
  const apiKey = await owner.send('POST', '/v1/api-keys', { name: MARK });
  belongings.apiKey = apiKey.body.key_id;
});

afterAll(() => api.stop());

function ask(client: Client, operation: string, row: Row): Promise<Reply> {
  const [method] = operation.split(' ') as [string];
  const header: Record<string, string> = method === 'PATCH' ? { 'if-match': '*' } : {};
  return client.send(method, row.path(belongings), row.body?.(belongings), header);
}

function requestIdOf({ headers }: Reply): string {
  return headers.get('x-request-id') as string;
}

it('every operation of the api has its row here, and says what it leaves in the audit', () => {
  const operations = api.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  expect(operations.filter((operation) => !(operation in ROWS))).toEqual([]);
  const changing = operations.filter((operation) => !operation.startsWith('GET '));
  expect(changing.filter((operation) => !(operation in AUDITED))).toEqual([]);
});

it.each(
  Object.entries(ROWS).flatMap(([operation, row]) => ('provenIn' in row ? [] : [[operation, row] as const])),
)('%s: another account is shown nothing and changes nothing', async (operation, row) => {
  const before = await owner.get(`/v1/endpoints/${belongings.endpoint}`);
  const strange = await ask(stranger, operation, row);
  const after = await owner.get(`/v1/endpoints/${belongings.endpoint}`);
  expect(after.body).toEqual(before.body);
  const told = JSON.stringify(strange.body ?? null);
  expect(told).not.toContain(MARK);
  expect(told).not.toContain(owner.accountId);

  const own = await ask(owner, operation, row);
  requestIds.push({ operation, strange: requestIdOf(strange), own: requestIdOf(own) });
  if ('shows' in row) {
    // Otherwise the row would prove nothing.
    expect(own.status, JSON.stringify(own.body)).toBeLessThan(300);
    expect(row.shows(own.body)).toBe(true);
    expect([200, 404]).toContain(strange.status);
    if (strange.status === 200) expect(row.shows(strange.body), told).toBe(false);
  } else if ('refuses' in row) {
    expect(strange.status, told).toBe(row.refuses);
    expect(own.status, JSON.stringify(own.body)).toBeLessThan(300);
  } else {
    expect(strange.status, told).toBe(row.makes);
    expect((await owner.get('/v1/endpoints')).body.items).not.toContainEqual(
      expect.objectContaining({ endpoint_id: strange.body.endpoint_id }),
    );
  }
});

it('whatever changed something is in the audit as the caller asked for it, and what was refused is not', async () => {
  const audit = await readAudit(inject('stack'));
  const of = (requestId: string) => audit.filter(({ request_id }) => request_id === requestId);
  for (const { operation, own, strange } of requestIds) {
    const expected = AUDITED[operation] ?? [];
    if ('provenIn' in expected) continue;
    const left = of(own);
    expect([...new Set(left.map(({ action }) => action))], operation).toEqual(expected);
    for (const record of left) {
      expect(record.account_id).toBe(owner.accountId);
      expect([record.actor_kind, record.actor_id]).toEqual(['API_KEY', owner.key.split('_')[1]]);
    }
    for (const record of of(strange)) expect(record.account_id).toBe(stranger.accountId);
    if (expected.length > 0) expect(left.map(({ state }) => state)).toContain('ASKED');
  }
  const told = JSON.stringify(audit);
  expect(told).not.toContain(owner.key.split('_').slice(2).join('_'));
  expect(told).not.toContain('sealed');
});
