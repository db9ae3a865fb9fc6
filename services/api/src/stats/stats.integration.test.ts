import { randomUUID } from 'node:crypto';
import { ATTEMPTS } from '@herald/clickhouse/tables/attempts';
import { anAttempt } from '@herald/clickhouse/testing/sample-rows';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Client, type RunningApi, startApi } from '../testing/running-api.ts';

const HOUR_MS = 3_600_000;
/** The whole hour before the last one, so that the default range has it and no test sees an hour change. */
const AT_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;

let api: RunningApi;
let owner: Client;
let endpointId: string;

beforeAll(async () => {
  api = await startApi(inject('stack'));
  owner = await api.client();
  const created = await owner.send('POST', '/v1/endpoints', {
    url: 'http://127.0.0.1:9/',
    project_id: 'project-1',
  });
  endpointId = created.body.endpoint_id;
  const common = {
    account_id: owner.accountId,
    endpoint_id: endpointId,
    occurred_at: AT_MS,
    started_at: AT_MS + 50,
  };
  await api.history.insert(ATTEMPTS, [
    anAttempt({ ...common, delivery_id: randomUUID() }),
    anAttempt({ ...common, verdict: 'DEAD', reason: 'exhausted', outcome: 'refused', response: null }),
  ]);
});

afterAll(() => api.stop());

it('figures of the last day come in buckets of which none is left out', async () => {
  const { status, body } = await owner.get(`/v1/stats?bucket=1h&endpoint_id=${endpointId}`);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.bucket_seconds).toBe(3_600);
  expect(body.total).toMatchObject({
    attempts: {
      total: 2,
      verdicts: { delivered: 1, dead: 1, retry: 0, hold: 0, none: 0 },
      outcomes: { '2xx': 1, refused: 1 },
      success_rate: 0.5,
      duration_ms: { p50: 12.5 },
    },
    deliveries: { total: 2, delivered: 1, dead: 1, pending: 0 },
  });
  expect(body.buckets).toHaveLength(25);
  const busy = body.buckets.filter((bucket: { attempts: { total: number } }) => bucket.attempts.total > 0);
  expect(busy).toMatchObject([{ from: new Date(AT_MS).toISOString(), attempts: { total: 2 } }]);
  expect((await owner.get(`/v1/endpoints/${endpointId}/stats?bucket=1h`)).body.total).toEqual(body.total);
});

it('of an endpoint that is not there, there are no figures', async () => {
  expect((await owner.get('/v1/endpoints/ep_none/stats')).status).toBe(404);
});

it('the endpoints that fail are named with their share', async () => {
  expect((await owner.get('/v1/stats/top-failing?project_id=project-1')).body.items).toMatchObject([
    { endpoint_id: endpointId, attempts: 2, failures: 1, failure_rate: 0.5, commonest_outcome: 'refused' },
  ]);
});

it('each endpoint has its own figures', async () => {
  expect((await owner.get('/v1/stats/endpoints')).body.items).toMatchObject([
    { endpoint_id: endpointId, attempts: { total: 2, success_rate: 0.5, duration_ms: { p50: 12.5 } } },
  ]);
});

it('lag is not known before the ledger was counted', async () => {
  expect((await owner.get('/v1/stats/lag')).body).toEqual({ as_of: null, items: [] });
});

it.each([
  ['/v1/stats?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z', 'from'],
  ['/v1/stats?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
  ['/v1/stats?from=2026-01-01T00:00:00Z&to=2026-01-08T00:00:00Z&bucket=1m', 'bucket'],
  ['/v1/stats?bucket=2m', 'bucket'],
  ['/v1/stats/top-failing?limit=0', 'limit'],
  ['/v1/stats/lag?from=2026-01-01T00:00:00Z', 'from'],
])('%s is refused, and the answer names %s', async (path, field) => {
  expect(await owner.get(path)).toMatchObject({ status: 400, body: { errors: [{ in: 'query', field }] } });
});
