import { type HttpServer, listen } from '@herald/service-kit/http-server';
import express from 'express';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createRequestLimits } from '../rate-limit/request-limits.ts';
import { mount } from './mount.ts';
import { operation } from './operation.ts';

const none = z.strictObject({});
const BURST = 3;

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** An API that anybody may log in to with a name, and what of each request it has read. Its clock stands still. */
async function startApi() {
  const readBody = vi.fn(express.json());
  const logIn = operation({
    method: 'post',
    path: '/login',
    operationId: 'logIn',
    tag: 'sessions',
    summary: 'Log in.',
    role: undefined,
    params: none,
    query: none,
    body: z.strictObject({ name: z.string() }),
    answers: none,
    problems: [],
    handle: ({ body }) => ({ status: 200, body: {}, actor: { kind: 'api_key', id: body.name } }),
  });
  const app = express();
  const limits = createRequestLimits({ requestsPerSecond: 1, burst: BURST, now: () => 0 });
  mount(app, [logIn], {
    admission: { authenticate: vi.fn(), refuseForeignPage: () => undefined },
    limits,
    accountOf: vi.fn(),
    readBody,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  servers.push(server);
  const post = async (body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${server.url}/login`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    await response.text();
    return response;
  };
  return { limits, readBody, post };
}

test.each([
  ['good', { name: 'ann' }, 200],
  ['malformed', { colour: 'red' }, 400],
])(
  'what anybody may send, %s or not, is limited by its address before it is read',
  async (_, body, status) => {
    const { readBody, post } = await startApi();
    const statuses: number[] = [];
    for (let i = 0; i < BURST + 2; i++) statuses.push((await post(body)).status);
    expect(statuses).toEqual([status, status, status, 429, 429]);
    expect(readBody).toHaveBeenCalledTimes(BURST);
  },
);

test('a login counts as a request of who logs in, who has no more of them than of others', async () => {
  const { limits, post } = await startApi();
  for (let i = 0; i < BURST; i++) limits.ofCaller({ kind: 'api_key', id: 'ann' });
  expect((await post({ name: 'ann' })).status).toBe(429);
  const other = await post({ name: 'bob' });
  expect([other.status, other.headers.get('ratelimit')]).toEqual([200, '"requests";r=2;t=1']);
});
