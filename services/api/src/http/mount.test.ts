import type { ServerResponse } from 'node:http';
import { type HttpServer, listen } from '@herald/service-kit/http-server';
import express from 'express';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../access/caller.ts';
import type { Account } from '../account/account.ts';
import { createRequestLimits } from '../rate-limit/request-limits.ts';
import { ClientLeft } from './client-left.ts';
import { EventStream } from './event-stream.ts';
import { mount } from './mount.ts';
import { operation } from './operation.ts';

const none = z.strictObject({});
const BURST = 3;

/** Of the connection and the moment, not of what is answered. */
const CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);

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
  const stream = vi.fn((response: ServerResponse) => {
    new EventStream(response, { maxBufferedBytes: 1_024, reconnectMs: 1, now: () => 0 });
  });
  const listenIn = operation({
    method: 'get',
    path: '/tail',
    operationId: 'listenIn',
    tag: 'sessions',
    summary: 'Listen in.',
    role: undefined,
    params: none,
    query: none,
    body: undefined,
    answers: none,
    produces: 'text/event-stream',
    problems: [],
    handle: () => ({ status: 200, stream }),
  });
  const waiting = Promise.withResolvers<AbortSignal>();
  const wait = operation({
    method: 'get',
    path: '/wait',
    operationId: 'wait',
    tag: 'sessions',
    summary: 'Wait.',
    role: 'read',
    params: none,
    query: none,
    body: undefined,
    answers: none,
    problems: [],
    handle: () => new Promise(() => {}),
  });
  const show = operation({
    method: 'get',
    path: '/endpoints/{endpoint_id}',
    operationId: 'show',
    tag: 'endpoints',
    summary: 'Show.',
    role: 'read',
    params: z.strictObject({ endpoint_id: z.string() }),
    query: none,
    body: undefined,
    answers: none,
    problems: [],
    handle: () => ({ status: 200, body: {} }),
  });
  const caller = { actor: { kind: 'api_key', id: 'ann' } } as Caller;
  const app = express();
  const limits = createRequestLimits({ requestsPerSecond: 1, burst: BURST, now: () => 0 });
  mount(app, [logIn, listenIn, wait, show], {
    admission: { authenticate: () => ({ caller }), refuseForeignPage: () => undefined },
    limits,
    accountOf: ({ signal }) => {
      waiting.resolve(signal);
      return { endpoints: { isUnreadable: (id: string) => id === 'newer' } } as unknown as Account;
    },
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
  return { limits, readBody, post, stream, waiting: waiting.promise, url: server.url };
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

test('who asks for the head of a stream has it and no stream, which would not end', async () => {
  const { stream, url } = await startApi();
  const head = await fetch(`${url}/tail`, { method: 'HEAD' });
  expect(stream).not.toHaveBeenCalled();
  const streamed = await fetch(`${url}/tail`);
  expect(stream).toHaveBeenCalledTimes(1);
  const of = ({ headers }: Response) =>
    Object.fromEntries([...headers].filter(([name]) => !CONNECTION.has(name)));
  expect([head.status, of(head)]).toEqual([200, of(streamed)]);
  await streamed.body!.cancel();
});

test('what is read for a client that leaves is given up', async () => {
  const { waiting, url } = await startApi();
  const leaving = new AbortController();
  const asked = fetch(`${url}/wait`, { signal: leaving.signal });
  const signal = await waiting;
  expect(signal.aborted).toBe(false);
  leaving.abort();
  await expect(asked).rejects.toThrow();
  await vi.waitUntil(() => signal.aborted, { timeout: 10_000 });
  expect(signal.reason).toBeInstanceOf(ClientLeft);
});

test('a login counts as a request of who logs in, who has no more of them than of others', async () => {
  const { limits, post } = await startApi();
  for (let i = 0; i < BURST; i++) limits.ofCaller({ kind: 'api_key', id: 'ann' });
  expect((await post({ name: 'ann' })).status).toBe(429);
  const other = await post({ name: 'bob' });
  expect([other.status, other.headers.get('ratelimit')]).toEqual([200, '"requests";r=2;t=1']);
});

test('no handler is asked about an endpoint that this process cannot read: it would take it for deleted', async () => {
  const { url } = await startApi();
  const unreadable = await fetch(`${url}/endpoints/newer`);
  expect(unreadable.status).toBe(503);
  expect(await unreadable.json()).toMatchObject({ endpoint_id: 'newer' });
  expect((await fetch(`${url}/endpoints/known`)).status).toBe(200);
});
