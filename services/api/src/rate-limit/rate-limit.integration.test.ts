import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { clientOf, type RunningApi, startApi } from '../testing/running-api.ts';

const BURST = 5;

let api: RunningApi;
beforeAll(async () => {
  // What is taken does not come back within the test.
  api = await startApi(inject('stack'), { requestsPerSecond: 0.001, requestBurst: BURST });
});
afterAll(() => api?.stop());

it('a key that asks too often is told when to go on, and takes nothing from other keys', async () => {
  const [busy, other] = [await api.client(), await api.client()];
  const replies = [];
  for (let i = 0; i <= BURST; i++) replies.push(await busy.get('/v1/endpoints'));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(replies[0]?.headers.get('ratelimit')).toMatch(/^"requests";r=4;t=\d+$/);
  expect(replies[0]?.headers.get('ratelimit-policy')).toBe('"requests";q=5;w=5000');
  const last = replies.at(-1);
  expect(last?.headers.get('content-type')).toContain('application/problem+json');
  expect(last?.body).toMatchObject({ type: 'urn:herald:problem:rate_limited', status: 429 });
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await other.get('/v1/endpoints')).status).toBe(200);
});

it('guesses at keys are limited by their address, and a good key passes from there all the same', async () => {
  const guess = clientOf(api.url, 'nobody', `hk_${'0'.repeat(16)}_${'A'.repeat(43)}`);
  const statuses = [];
  for (let i = 0; i <= BURST; i++) statuses.push((await guess.get('/v1/endpoints')).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  const session = await guess.send('POST', '/v1/sessions', { api_key: guess.key });
  expect(session.status).toBe(429);
  expect((await (await api.client()).get('/v1/endpoints')).status).toBe(200);
});
